"""People at the desk: a person's page, entering by hand, duplicates, saved views."""

import re
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.i18n import say_short_date
from events_app.mail.inbound import ANSWERS
from events_app.mail.models import Letter
from events_app.people.models import SavedView
from events_app.registrations.actions import forgetting
from events_app.registrations.models import HistoryLine, Registration
from events_app.vault import Reader, Vault
from tests import make
from tests.make import NOW, House, words_of

pytestmark = [pytest.mark.anyio]


def path(event: Event, *parts: object) -> str:
    return "/".join(str(part) for part in (f"/desk/events/{event.id}/registrations", *parts))


async def statuses(*rows: Registration) -> list[str]:
    return [(await Registration.get(id=row.id)).status for row in rows]


def reads(page: httpx2.Response, sentence: str) -> bool:
    return sentence in words_of(page)


ACTS = ("approval", "refusal", "promotion", "cancellation", "mode", "letters", "notes", "erasure")


@pytest.mark.parametrize("page", ["", "/new", "/acts?verb=cancel&which=all", "/{row}", "?q=guest"])
async def test_only_organizers_read_about_people(page: str, house: House) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    stranger = await house.client()

    for address in (path(event) + page.format(row=row.id), f"/desk/events/{event.id}/duplicates"):
        answer = await stranger.get(address)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/sign-in?onward=")
        assert "guest" not in answer.headers["location"]


@pytest.mark.parametrize("act", ACTS)
async def test_only_organizers_act_and_only_from_their_own_page(act: str, house: House) -> None:
    event = await make.event(house.vault, needs_approval=True)
    (row,) = await make.registered(event, 1, office=house.office)
    stranger, desk = await house.client(), await house.desk()

    from_outside = await stranger.post(path(event, row.id, act), data={"mode": "online"})
    without_token = await desk.client.post(path(event, row.id, act), data={"form_token": "another"})

    assert (from_outside.status_code, without_token.status_code) == (303, 403)
    assert await statuses(row) == ["pending"]


async def test_the_vault_is_told_which_organizer_reads(house: House, tmp_path: Path) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, 1, office=house.office)
    read: list[Reader] = []

    def may_read(reader: Reader, *, scope: str, context: str) -> None:
        read.append(reader)

    watched = Vault(tmp_path / "house", may_read=may_read)
    watched.open()
    house.app.state.house = replace(house.app.state.house, office=Office(watched, house.office.site))
    for query in ("", "?q=guest", "?sort=name"):
        assert reads(await desk.get(path(event) + query), "Guest 1")
    watched.close()

    assert {reader.role for reader in read} == {"organizer"}
    assert len({reader.who for reader in read}) == 1
    assert None not in {reader.who for reader in read}


@pytest.mark.parametrize(
    "query", ["", "?q=guest", "?sort=status", "?lost=yes", "?sort=name&status=confirmed"]
)
async def test_the_list_costs_the_same_for_one_person_and_for_thirty(query: str, house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=None), await house.desk()
    asked = []
    for who in ((1,), range(2, 31)):
        await make.registered(event, *who, office=house.office)
        await Letter.filter(event_id=event.id).update(state="refused")
        with make.Statements() as statements:
            assert (await desk.get(path(event) + query)).status_code == 200
        asked.append(statements.number)

    assert asked[0] == asked[1]


async def test_a_person_costs_the_same_with_one_letter_and_with_many(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)
    asked = []
    for times in (0, 5):
        for _time in range(times):
            await desk.post(path(event, row.id, "letters"), letter="status")
        with make.Statements() as statements:
            assert (await desk.get(path(event, row.id))).status_code == 200
        asked.append(statements.number)

    assert asked[0] == asked[1]


async def test_a_persons_page_says_everything_in_words(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=1), await house.desk()
    await make.registered(event, 1, office=house.office)
    (row,) = await make.registered(event, "Nour", office=house.office, needs="Step-free", language="ar")

    page = await desk.get(path(event, row.id))

    for words in (
        "Nour",
        "nour@example.org",
        "Is on the waiting list",
        "Their position on the waiting list: 1",
        "Step-free",
    ):
        assert reads(page, words)
    assert reads(page, f"Registered · {say_short_date(NOW.date())} · the person")
    assert reads(page, "Waiting to be sent")


@pytest.mark.parametrize(
    ("act", "before", "after", "letter"),
    [
        ("approval", "pending", "confirmed", "confirmed"),
        ("refusal", "pending", "declined", "declined"),
        ("cancellation", "pending", "cancelled", "cancelled"),
    ],
)
async def test_one_person_is_decided_on(act: str, before: str, after: str, letter: str, house: House) -> None:
    event, desk = await make.event(house.vault, needs_approval=True), await house.desk()
    (row,) = await make.registered(event, "Nour", office=house.office)
    assert await statuses(row) == [before]

    answer = await desk.post(path(event, row.id, act), reason_en="")

    assert answer.headers["location"] == path(event, row.id)
    assert await statuses(row) == [after]
    assert (await make.kinds(event, house.office))[-1] == f"{letter} nour@example.org"


async def test_a_refusal_is_said_on_the_persons_page(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=1), await house.desk()
    _first, waiting = await make.registered(event, 1, 2, office=house.office)

    answer = await desk.post(path(event, waiting.id, "promotion"))

    assert answer.status_code == 409
    assert reads(answer, "All seats for this way of taking part are taken. Nothing was changed.")


async def test_the_way_of_taking_part_is_changed_or_refused(house: House) -> None:
    event = await make.event(house.vault, offers_online=True, capacity_online=1)
    desk = await house.desk()
    first, second = await make.registered(event, 1, 2, office=house.office)

    changed = await desk.post(path(event, first.id, "mode"), mode="online")
    refused = await desk.post(path(event, second.id, "mode"), mode="online")

    assert (changed.status_code, refused.status_code) == (303, 409)
    assert (await Registration.get(id=first.id)).mode == "online"
    switched = await HistoryLine.filter(registration_id=first.id, what="switched")
    assert [line.who for line in switched] == ["organizer"]


async def test_a_note_is_sealed_and_only_read_at_its_own_place(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    first, second = await make.registered(event, 1, 2, office=house.office)

    await desk.post(path(event, first.id, "notes"), note="Vegetarian, sister of Nour")

    row = await Registration.get(id=first.id)
    assert row.notes is not None
    assert b"Vegetarian" not in row.notes
    assert reads(await desk.get(path(event, first.id)), "Vegetarian, sister of Nour")
    assert not reads(await desk.get(path(event, second.id)), "Vegetarian")


async def test_an_empty_note_leaves_nothing(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)
    await desk.post(path(event, row.id, "notes"), note="Something")

    await desk.post(path(event, row.id, "notes"), note=" ")

    assert (await Registration.get(id=row.id)).notes is None


@pytest.mark.parametrize(("wanted", "letter"), [("link", "link"), ("status", "confirmed")])
async def test_a_letter_goes_out_again(wanted: str, letter: str, house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)

    await desk.post(path(event, row.id, "letters"), letter=wanted)

    posts = await make.posted(event, house.office)
    assert [post.kind for post in posts] == ["confirmed", letter]
    assert posts[0].facts["uid"] == posts[1].facts["uid"]
    lines = await HistoryLine.filter(registration_id=row.id).order_by("number")
    assert [line.what for line in lines] == ["registered", "sent_again"]


async def test_who_is_out_gets_no_letter_again(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)
    await desk.post(path(event, row.id, "cancellation"))
    before = await make.kinds(event, house.office)

    for letter in ("link", "status"):
        assert (await desk.post(path(event, row.id, "letters"), letter=letter)).status_code == 409

    assert await make.kinds(event, house.office) == before


async def test_after_a_change_that_is_not_told_the_old_letter_is_not_sent_again(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)
    await make.change(event, house.office, starts_wall="2035-05-12T12:00")

    answer = await desk.post(path(event, row.id, "letters"), letter="status")

    assert answer.status_code == 409


async def test_an_erased_person_is_a_count(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, "Nour", office=house.office)
    await desk.post(path(event, row.id, "notes"), note="Vegetarian")

    await desk.post(path(event, row.id, "erasure"))
    page, list_page = await desk.get(path(event, row.id)), await desk.get(path(event))

    assert reads(page, "This person's data has been deleted")
    for seen in (page, list_page):
        assert not reads(seen, "Nour")
        assert not reads(seen, "Vegetarian")
    assert reads(list_page, "1 registration")


async def test_a_person_of_another_event_is_no_page(house: House) -> None:
    event, other = await make.event(house.vault), await make.event(house.vault, slug="other")
    desk = await house.desk()
    (row,) = await make.registered(other, 1, office=house.office)

    for address in (path(event, row.id), path(event, uuid.uuid4()), path(event, "nobody")):
        assert (await desk.get(address)).status_code == 404
    assert (await desk.post(path(event, row.id, "cancellation"))).status_code == 404


def typed(**said: Any) -> dict[str, Any]:
    return {"name": "Nour", "address": "nour@example.org", "mode": "in_person", "language": "ar", **said}


async def test_somebody_is_entered_by_hand_with_a_letter(house: House) -> None:
    event, desk = await make.event(house.vault, needs_approval=True), await house.desk()

    answer = await desk.post(path(event, "new"), **typed(writes="y"))

    row = await make.row_of(event, "nour@example.org", office=house.office)
    assert answer.headers["location"] == path(event, row.id)
    assert row.status == "confirmed"
    assert await make.kinds(event, house.office) == ["confirmed nour@example.org"]
    page = await desk.get(path(event, row.id))
    assert reads(page, "Added by hand ·")
    assert reads(page, "· an organizer")


async def test_nobody_is_written_to_unless_it_is_ticked(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    await desk.post(path(event, "new"), **typed())

    assert await make.kinds(event, house.office) == []


async def test_a_known_address_is_not_entered_twice_and_nothing_typed_is_lost(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await desk.post(path(event, "new"), **typed())

    again = await desk.post(path(event, "new"), **typed(name="Noor"))

    assert (again.status_code, reads(again, "Somebody with this address is registered already.")) == (
        409,
        True,
    )
    assert 'value="Noor"' in again.text
    assert await Registration.filter(event_id=event.id).count() == 1


async def test_somebody_without_an_address_may_come(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    for name in ("Nour", "Omar"):
        answer = await desk.post(path(event, "new"), **typed(name=name, address="", writes="y"))
        assert answer.status_code == 303

    assert reads(await desk.get(answer.headers["location"]), "this person gets no emails")


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"address": "nowhere"}, {"mode": "online"}, {"language": "xx"}]
)
async def test_wrong_answers_are_refused_in_words(wrong: dict[str, str], house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    answer = await desk.post(path(event, "new"), **typed(**wrong))

    assert (answer.status_code, reads(answer, "Please check these answers")) == (422, True)


async def test_a_full_event_says_so_when_somebody_is_entered(house: House) -> None:
    event, desk = (
        await make.event(house.vault, capacity_in_person=1, keeps_waitlist=False),
        await house.desk(),
    )
    await make.registered(event, 1, office=house.office)

    answer = await desk.post(path(event, "new"), **typed())

    assert answer.status_code == 409
    assert reads(answer, "All seats are taken, and this event has no waiting list.")


async def test_duplicates_stand_side_by_side_and_one_is_cancelled_from_there(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    first, second = await make.registered(event, "Nour", office=house.office) + await make.registered(
        event, "noor", office=house.office, name="NOUR", language="ar"
    )
    address = f"/desk/events/{event.id}/duplicates"

    page = await desk.get(address)
    assert reads(page, "The same name")
    assert reads(page, "Language differs")
    assert not reads(page, "Attendance differs")

    answer = await desk.post(path(event, second.id, "cancellation"), back="duplicates")
    assert answer.headers["location"] == address
    assert await statuses(first, second) == ["confirmed", "cancelled"]
    assert reads(await desk.get(address), "Nobody seems to be registered twice")


async def test_a_view_is_kept_opened_and_removed(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, 1, office=house.office)

    kept = await desk.post(
        f"/desk/events/{event.id}/views", name="Arabic, waiting", query="language=ar&sort=line"
    )
    opened = await desk.get(kept.headers["location"])
    assert reads(opened, "Arabic, waiting")

    view = await SavedView.get(event_id=event.id)
    await desk.post(f"/desk/events/{event.id}/views/{view.id}/deletion")
    assert await SavedView.all().count() == 0


async def test_a_view_keeps_no_words_because_they_may_be_a_name(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    person = uuid.uuid4()

    await desk.post(
        f"/desk/events/{event.id}/views",
        name="Mine",
        query=f"q=Nour+Khalil&status=confirmed&id={person}&question={person}&answer=Khalil",
    )

    assert (await SavedView.get(event_id=event.id)).query == f"status=confirmed&question={person}"


async def test_history_is_forgotten_with_the_person(house: House) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)

    await forgetting.erase(row.id, act=house.office.at(NOW))

    assert await HistoryLine.filter(registration_id=row.id).count() == 0


def noted_words() -> set[str]:
    """Every word that an act of the app writes into a history, read out of its source."""
    source = "\n".join(each.read_text("utf-8") for each in Path("events_app").rglob("*.py"))
    said = set(re.findall(r"\b(?:note|history_line)\((?:\w+, )?\"([a-z_]+)\"", source))
    said |= set(re.findall(r"\bwhat=\"([a-z_]+)\", act=", source))
    return said | {f"answered_{answer.lower()}" for answer in ANSWERS}


async def test_no_history_shows_a_word_of_the_code(house: House) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    words, desk = noted_words(), await house.desk()
    for what in words:
        await HistoryLine.create(registration_id=row.id, day=NOW.date(), what=what, who="app")

    page = words_of(await desk.get(path(event, row.id)))

    assert {"answered_declined", "bounced", "stayed", "registered"} <= words
    assert [what for what in words if "_" in what and what in page] == []
    assert [what for what in ("bounced", "wrote", "countered", "refreshed") if f" {what} " in page] == []


async def test_what_no_calendar_can_tell_us_is_never_said_of_it(house: House) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    heard = Office(house.vault, replace(house.office.site, reply_address="events@example.org"))
    (other,) = await make.registered(event, 2, office=heard)
    desk = await house.desk()

    pages = [words_of(await desk.get(path(event, each.id))) for each in (row, other)]

    assert ["Calendar reply" in page for page in pages] == [False, True]

"""What organizers hear: counts and a link, once a day or at once, and nobody who was not asked."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from events_app.accounts.models import SITE, Organizer
from events_app.acts import Office
from events_app.database import rows
from events_app.mail.models import Letter
from events_app.notices import actions
from events_app.notices.models import NoticeChoice
from events_app.notices.rules import Choice
from events_app.registrations.actions import leaving
from events_app.registrations.models import Registration
from tests import make
from tests.make import COURIER, NOW, House, words_of
from tests.rows import needs_sqlite

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

MORNING = datetime(2035, 1, 5, 7, 30, tzinfo=NOW.tzinfo)
"""Half past eight in Brussels."""
ONLINE: Any = {"offers_online": True, "offers_in_person": False}


async def organizer(office: Office, choice: Choice, *, language: str = "en") -> Organizer:
    made = Organizer(id=uuid.uuid4(), created_day=NOW.date(), passphrase_hash="none")
    made.address_index = made.id.bytes * 2
    person = {"name": "Rima", "address": f"{made.id.hex[:8]}@example.org"}
    made.person = office.vault.seal(SITE, made.person_context, person)
    await made.save(force_create=True)
    await actions.choose_notices(
        made.id, choice, language=language, zone="Europe/Brussels", act=office.at(NOW)
    )
    return made


async def notices(office: Office) -> list[Any]:
    found = []
    for letter in await Letter.filter(kind__startswith="notices.").order_by("number"):
        facts = office.vault.reveal(letter.scope, letter.facts_context, letter.facts, COURIER)
        found.append((facts, make.composed(letter.kind, facts)))
    return found


async def test_a_digest_says_numbers_and_a_link_and_never_a_name(office: Office) -> None:
    event = await make.event(office.vault)
    await organizer(office, Choice.DAILY)
    first, _second = await make.registered(event, 1, 2, office=office)
    await leaving.cancel(first.id, act=office.at(NOW))
    await Registration.filter(status="confirmed").update(undeliverable=True)
    await Letter.filter(kind="registrations.confirmed").update(state="refused")

    assert await actions.look(act=office.at(MORNING)) == 1

    ((facts, said),) = await notices(office)
    for words in (
        "2 new registrations",
        "1 cancellation",
        "Emails to 1 person bounced",
        "2 emails were refused",
    ):
        assert words in said.text
        assert words in said.html
    assert f"/desk/events/{event.id}" in said.text
    assert "Guest" not in repr(facts) + said.text + said.html
    assert "guest1" not in repr(facts) + said.text + said.html


async def test_a_digest_leaves_once_a_day_in_the_morning_and_only_with_news(office: Office) -> None:
    event = await make.event(office.vault)
    await organizer(office, Choice.DAILY)
    sent = [await actions.look(act=office.at(MORNING))]
    await make.registered(event, 1, office=office)
    for moment in (MORNING - timedelta(hours=1), MORNING, MORNING + timedelta(minutes=5)):
        sent.append(await actions.look(act=office.at(moment)))
    await make.registered(event, 2, office=office)
    for moment in (
        MORNING + timedelta(minutes=10),
        MORNING + timedelta(hours=3),
        MORNING + timedelta(days=1),
    ):
        sent.append(await actions.look(act=office.at(moment)))

    assert sent == [0, 0, 1, 0, 0, 0, 1]
    assert "1 new registration\n" in (await notices(office))[-1][1].text


async def test_at_once_is_told_at_any_hour_and_never_is_never(office: Office) -> None:
    event = await make.event(office.vault)
    await organizer(office, Choice.AT_ONCE)
    await organizer(office, Choice.NEVER)
    await organizer(office, Choice.UNASKED)

    before = await actions.look(act=office.at(NOW))
    await make.registered(event, 1, office=office)

    assert (before, await actions.look(act=office.at(NOW)), await actions.look(act=office.at(NOW))) == (
        0,
        1,
        0,
    )


async def test_a_new_account_hears_daily_of_what_happens_from_then_on(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    made = await organizer(office, Choice.NEVER)
    await NoticeChoice.all().delete()

    await actions.look(act=office.at(NOW))
    begun = await NoticeChoice.get(organizer_id=made.id)
    nothing = await actions.look(act=office.at(MORNING))
    await make.registered(event, 2, office=office)

    assert (begun.choice, begun.zone, nothing) == ("daily", "Europe/Brussels", 0)
    assert await actions.look(act=office.at(MORNING)) == 1
    assert "1 new registration\n" in (await notices(office))[0][1].text


async def test_one_event_may_be_heard_of_at_once_another_never_and_the_rest_daily(office: Office) -> None:
    events = [await make.event(office.vault, slug=slug) for slug in ("loud", "mute", "rest")]
    made = await organizer(office, Choice.DAILY)
    loud, mute, _rest = (str(event.id) for event in events)
    by_event = {loud: Choice.AT_ONCE, mute: Choice.NEVER}
    chosen: Any = {"by_event": by_event, "language": "en", "zone": "Europe/Brussels", "act": office.at(NOW)}
    await actions.choose_notices(made.id, Choice.DAILY, **chosen)
    for event in events:
        await make.registered(event, 1, office=office)

    sent = [await actions.look(act=office.at(moment)) for moment in (NOW, NOW, MORNING, MORNING)]

    told = [
        [line["url"].rpartition("/")[2] for line in facts["lines"]] for facts, _said in await notices(office)
    ]
    assert (sent, told) == ([1, 0, 1, 0], [[loud], [_rest]])


async def test_an_event_that_was_never_heard_of_is_not_told_from_its_beginning(office: Office) -> None:
    event = await make.event(office.vault)
    made = await organizer(office, Choice.AT_ONCE)
    chosen: Any = {"language": "en", "zone": "Europe/Brussels", "act": office.at(NOW)}
    await actions.choose_notices(made.id, Choice.AT_ONCE, by_event={str(event.id): Choice.NEVER}, **chosen)
    await make.registered(event, 1, 2, office=office)
    silent = await actions.look(act=office.at(NOW))

    await actions.choose_notices(made.id, Choice.AT_ONCE, **chosen)
    await make.registered(event, 3, office=office)

    assert (silent, await actions.look(act=office.at(NOW))) == (0, 1)
    assert "1 new registration\n" in (await notices(office))[0][1].text


async def test_nobody_is_warned_of_a_missing_link_at_an_event_they_never_want_to_hear_of(
    office: Office,
) -> None:
    event = await make.event(office.vault, **ONLINE)
    made = await organizer(office, Choice.DAILY)
    chosen: Any = {"language": "en", "zone": "Europe/Brussels", "act": office.at(NOW)}
    await actions.choose_notices(made.id, Choice.DAILY, by_event={str(event.id): Choice.NEVER}, **chosen)

    assert await actions.look(act=office.at(event.starts_at - timedelta(hours=24))) == 0


async def test_idle_nothing_is_written(office: Office) -> None:
    await make.event(office.vault)
    await organizer(office, Choice.DAILY)
    await organizer(office, Choice.AT_ONCE)
    await actions.look(act=office.at(MORNING))
    before = await NoticeChoice.all().values_list("organizer_id", "looks")

    for _ in range(3):
        await actions.look(act=office.at(MORNING))

    assert await NoticeChoice.all().values_list("organizer_id", "looks") == before


async def test_nobody_is_counted_again_at_an_event_to_which_nobody_came(office: Office) -> None:
    await organizer(office, Choice.AT_ONCE)
    costs = []
    for events in (1, 12):
        for number in range(events):
            event = await make.event(office.vault, slug=f"of-{events}-{number}")
            await make.registered(event, 1, office=office)
        await actions.look(act=office.at(NOW))

        with make.Statements() as asked:
            assert await actions.look(act=office.at(NOW)) == 0
        costs.append(asked.number)

    assert costs[0] == costs[1]


async def test_who_comes_after_a_count_is_never_overlooked(office: Office) -> None:
    await organizer(office, Choice.AT_ONCE)
    event = await make.event(office.vault, confirms_address=True)
    (row,) = await make.registered(event, 1, office=office)
    told = [await actions.look(act=office.at(NOW))]

    await leaving.confirm_address(row.id, act=office.at(NOW))
    told.append(await actions.look(act=office.at(NOW)))
    await Registration.filter(id=row.id).update(undeliverable=True)
    told.append(await actions.look(act=office.at(NOW)))
    await leaving.cancel(row.id, act=office.at(NOW))
    told += [await actions.look(act=office.at(NOW)), await actions.look(act=office.at(NOW))]

    assert told == [0, 1, 1, 1, 0]


@needs_sqlite
async def test_counting_an_event_never_reads_its_registrations(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    plan = [str(row["detail"]) for row in await rows(f"EXPLAIN QUERY PLAN {actions._PEOPLE}", event.id)]
    plan += [str(row["detail"]) for row in await rows(f"EXPLAIN QUERY PLAN {actions._RETURNED}")]

    reads = [each for each in plan if "registration" in each]
    assert len(reads) == 4
    few = ("COVERING INDEX", "registration_unconfirmed", "registration_undeliverable")
    assert [each for each in reads if not any(index in each for index in few)] == []


async def test_a_notice_is_in_the_organizers_language(office: Office) -> None:
    event = await make.event(office.vault)
    await organizer(office, Choice.AT_ONCE, language="ar")
    await actions.look(act=office.at(NOW))
    await make.registered(event, 1, office=office)
    await actions.look(act=office.at(NOW))

    ((_facts, said),) = await notices(office)
    assert "طاولة مستديرة" in said.subject
    assert 'dir="rtl"' in said.html


async def test_a_missing_link_is_written_of_a_day_and_an_hour_before_and_once_each(office: Office) -> None:
    event = await make.event(office.vault, **ONLINE)
    await make.event(office.vault, slug="ready", join_link="https://meet.example.org/a", **ONLINE)
    await organizer(office, Choice.DAILY)
    await organizer(office, Choice.NEVER)

    def before(**ago: float) -> datetime:
        return event.starts_at - timedelta(**ago)

    moments = [before(hours=25), before(hours=24), before(hours=20), before(hours=1), before(minutes=30)]
    sent = [await actions.look(act=office.at(moment)) for moment in moments]

    assert sent == [0, 1, 0, 1, 0]
    letters = await notices(office)
    assert [facts["hours"] for facts, _said in letters] == [24, 1]
    assert all(f"/desk/events/{event.id}/edit#join_link" in said.text for _facts, said in letters)


async def test_who_was_there_before_is_asked_at_the_desk_until_they_choose(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    (there,) = await Organizer.all()
    await NoticeChoice.create(organizer_id=there.id, choice=Choice.UNASKED.value)

    asked = await desk.get("/desk")
    shown = await desk.get("/desk/notices")
    wrong = await desk.post("/desk/notices", choice="hourly", language="en", zone="UTC")
    wanted = {f"of_{event.id.hex}": "never", "language": "ar", "zone": "Europe/Brussels"}
    answer = await desk.post("/desk/notices", choice="daily", **wanted)

    assert "You can hear of your events by email" in words_of(asked)
    assert (shown.status_code, wrong.status_code, answer.status_code) == (200, 422, 303)
    chosen = await NoticeChoice.get(organizer_id=there.id)
    assert (chosen.choice, chosen.language, chosen.zone) == ("daily", "ar", "Europe/Brussels")
    assert chosen.by_event == {str(event.id): "never"}
    assert "You can hear of your events by email" not in words_of(await desk.get("/desk"))

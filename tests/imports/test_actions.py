"""An imported list is all there or not at all, places stay exact, and taking it back takes exactly it."""

import asyncio
import os
import sys
import uuid
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events_app.acts import Office
from events_app.caretaker import Caretaker
from events_app.database import one_transaction
from events_app.errors import Refusal
from events_app.events.models.event import Event
from events_app.imports import rules as import_rules
from events_app.imports.actions import batches, drafts, importing, planning, running
from events_app.imports.models import ImportBatch, ImportDraft
from events_app.imports.rules import Candidate, Choice
from events_app.mail.leases import Leases
from events_app.mail.models import Letter
from events_app.registrations import rules
from events_app.registrations.actions import forgetting, leaving
from events_app.registrations.models import HistoryLine, Registration
from events_app.registrations.places import pool_of
from events_app.registrations.posting import reveal_person
from tests import make
from tests.databases import DatabaseUnderTest
from tests.make import NOW

pytestmark = [pytest.mark.anyio]
WRITES = Choice(writes=True)
ROOT = Path(__file__).resolve().parents[2]


def lines(*who: int | str, **changes: Any) -> list[Candidate]:
    return [Candidate(number, make.applicant(each, **changes)) for number, each in enumerate(who, start=2)]


async def draft(event: Event, office: Office) -> ImportDraft:
    organizer = uuid.uuid4()
    return await drafts.keep_draft(event.id, organizer, b"Name\nx\n", act=office.at(NOW))


async def bring(event: Event, who: list[Candidate], office: Office, wish: Choice = WRITES) -> ImportBatch:
    """To its end."""
    begun = await importing.begin(await draft(event, office), who, wish=wish, act=office.at(NOW))
    await running.go_on(begun.id, act=office.at(NOW))
    return await ImportBatch.get(id=begun.id)


async def take_back(event: Event, batch: ImportBatch, office: Office) -> None:
    await batches.undo(event.id, batch.id)
    await running.go_on(batch.id, act=office.at(NOW))


async def statuses(event: Event) -> dict[str, int]:
    rows = await Registration.filter(event_id=event.id).values_list("status", flat=True)
    return dict(Counter(str(row) for row in rows))


@pytest.mark.usefixtures("database")
async def test_seats_go_in_the_order_of_the_list_and_the_rest_waits_in_that_order(office: Office) -> None:
    event = await make.event(office.vault)

    await bring(event, lines(1, 2, 3, 4, 5), office)

    rows = [await make.row_of(event, f"guest{who}@example.org", office=office) for who in range(1, 6)]
    assert [row.status for row in rows] == ["confirmed"] * 3 + ["waitlisted"] * 2
    assert [row.waitlist_order for row in rows] == [None, None, None, 1, 2]
    assert [row.seated for row in rows] == [True] * 3 + [False] * 2
    assert [(row.invited, row.telling) for row in rows[2:4]] == [(True, 1), (False, 1)]
    assert sorted(await make.kinds(event, office)) == sorted(
        [f"confirmed guest{who}@example.org" for who in (1, 2, 3)]
        + [f"waitlisted guest{who}@example.org" for who in (4, 5)]
    )


@pytest.mark.usefixtures("database")
async def test_an_imported_row_is_like_one_that_registered(office: Office) -> None:
    """If the row of `actions.register` learns something new, this list has to learn it too."""
    event = await make.event(office.vault)
    await bring(event, lines("Rana"), office)
    (other,) = await make.registered(event, "Omar", office=office)
    rana = await make.row_of(event, "rana@example.org", office=office)
    personal = {"id", "arrival", "address_index", "token_digest", "person", "import_batch_id"}

    same = Registration._meta.db_fields - personal
    assert {name: getattr(rana, name) for name in same} == {name: getattr(other, name) for name in same}
    ours, theirs = await make.posted(event, office)
    assert ours.facts.keys() == theirs.facts.keys()
    assert ours.draft.method == theirs.draft.method == "REQUEST"


@pytest.mark.usefixtures("database")
async def test_nobody_on_the_list_overtakes_those_who_wait(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    first, waiting = await make.registered(event, "First", "Waiting", office=office)
    await Registration.filter(id=first.id).update(seated=False, status="cancelled", live=None)

    await bring(event, lines(1), office)

    row = await make.row_of(event, "guest1@example.org", office=office)
    assert row.status == "waitlisted"
    assert (await Registration.get(id=waiting.id)).status == "confirmed"


@pytest.mark.usefixtures("database")
async def test_what_is_forecast_is_what_happens(office: Office) -> None:
    event = await make.event(office.vault, offers_online=True, capacity_online=1)
    await make.registered(event, "Rana", office=office)
    here, there = lines("Rana", 1, 2, 3, 1), lines(6, 7, mode="online")
    everybody = [Candidate(number, line.applicant) for number, line in enumerate([*here, *there], start=2)]

    said = await planning.forecast(event.id, everybody, wish=Choice(), act=office.at(NOW))
    assert await Registration.all().count() == 1
    batch = await bring(event, everybody, office)

    assert (said.known, said.twice, said.missing) == ([2], [(6, 3)], 0)
    counts = [
        said.count(status, mode)
        for mode in ("in_person", "online")
        for status in (rules.Status.CONFIRMED, rules.Status.WAITLISTED)
    ]
    assert counts == [2, 1, 1, 1]
    assert batch.rows == 5
    assert await statuses(event) == {"confirmed": 4, "waitlisted": 2}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("wish", "keeps_waitlist", "missing"),
    [(Choice(everybody=True), True, 2), (Choice(), False, 2), (Choice(), True, 0)],
)
async def test_too_few_places_refuse_the_whole_list(
    office: Office, wish: Choice, keeps_waitlist: bool, missing: int
) -> None:
    event = await make.event(office.vault, keeps_waitlist=keeps_waitlist)

    said = await planning.forecast(event.id, lines(1, 2, 3, 4, 5), wish=wish, act=office.at(NOW))

    assert said.missing == missing
    if missing:
        with pytest.raises(import_rules.NotEnoughPlaces):
            await bring(event, lines(1, 2, 3, 4, 5), office, wish)
        assert await Registration.all().count() == 0
        assert await ImportBatch.all().count() == 0
        assert await Letter.all().count() == 0


@pytest.mark.usefixtures("database")
async def test_an_import_that_breaks_leaves_nothing(office: Office) -> None:
    event = await make.event(office.vault)
    kept = await draft(event, office)

    @one_transaction
    async def broken() -> None:
        await importing.begin(kept, lines(1, 2), wish=WRITES, act=office.at(NOW))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()

    assert [await each.all().count() for each in (Registration, Letter, HistoryLine, ImportBatch)] == [0] * 4
    assert await ImportDraft.filter(id=kept.id).exists()


@pytest.mark.usefixtures("database")
async def test_a_silent_list_writes_to_nobody_and_claims_no_calendar(office: Office) -> None:
    event = await make.event(office.vault)

    batch = await bring(event, lines(1, 2), office, Choice())
    assert await make.kinds(event, office) == []
    row = await make.row_of(event, "guest1@example.org", office=office)
    assert row.invited is False
    await leaving.cancel(row.id, act=office.at(NOW))
    await batches.send_letters(event.id, batch.id, act=office.at(NOW))
    await running.go_on(batch.id, act=office.at(NOW))

    assert (await make.posted(event, office))[0].draft.method is None  # no CANCEL for what no calendar holds
    assert (await ImportBatch.get(id=batch.id)).plan["sent"] == 1
    assert (await make.kinds(event, office))[1:] == ["confirmed guest2@example.org"]
    assert (await make.posted(event, office))[1].draft.method == "REQUEST"


@pytest.mark.usefixtures("database")
async def test_letters_about_a_draft_event_are_refused_and_the_list_is_not(office: Office) -> None:
    event = await make.draft(office.vault)

    with pytest.raises(import_rules.LettersNeedPublishing):
        await bring(event, lines(1), office)
    batch = await bring(event, lines(1), office, Choice())
    with pytest.raises(import_rules.LettersNeedPublishing):
        await batches.send_letters(event.id, batch.id, act=office.at(NOW))

    assert await statuses(event) == {"confirmed": 1}


@pytest.mark.usefixtures("database")
async def test_a_past_event_takes_no_list(office: Office) -> None:
    event = await make.event(office.vault)
    later = event.ends_at + timedelta(seconds=1)

    with pytest.raises(rules.EventOver):
        await planning.forecast(event.id, lines(1), wish=Choice(), act=office.at(later))


@pytest.mark.usefixtures("database")
async def test_a_list_with_nobody_new_is_refused(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    with pytest.raises(import_rules.NobodyNew):
        await bring(event, lines(1, 1), office)


@pytest.mark.usefixtures("database")
async def test_people_without_an_address_come_in_without_a_letter(office: Office) -> None:
    event = await make.event(office.vault)

    await bring(event, lines("Rana", "Omar", address=""), office)

    assert await statuses(event) == {"confirmed": 2}
    assert await make.kinds(event, office) == []


@pytest.mark.usefixtures("database")
async def test_many_clicks_at_once_import_it_once(office: Office) -> None:
    event = await make.event(office.vault)
    kept = await draft(event, office)

    done = await asyncio.gather(
        *(importing.begin(kept, lines(1, 2), wish=WRITES, act=office.at(NOW)) for _ in range(6))
    )

    assert len({batch.id for batch in done}) == 1
    assert await statuses(event) == {"confirmed": 2}
    assert len(await make.kinds(event, office)) == 2


@pytest.mark.usefixtures("database")
async def test_places_stay_exact_while_lists_and_people_come_at_once(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=20)
    lists = [bring(event, lines(*range(start, start + 10)), office) for start in (100, 200, 300)]
    people = [make.registered(event, who, office=office) for who in range(10)]

    await asyncio.gather(*lists, *people)

    assert await statuses(event) == {"confirmed": 20, "waitlisted": 20}
    assert (await pool_of(event, "in_person")).confirmed == 20
    orders = await Registration.filter(status="waitlisted").values_list("waitlist_order", flat=True)
    assert sorted(orders) == sorted(set(orders))


@pytest.mark.usefixtures("database")
async def test_taking_a_list_back_takes_its_rows_and_letters_and_moves_the_line_up(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=2)
    batch = await bring(event, lines(1, 2), office)
    await make.registered(event, "Waiting", office=office)

    await take_back(event, batch, office)
    await take_back(event, batch, office)

    assert await statuses(event) == {"confirmed": 1}
    assert await make.kinds(event, office) == [
        "waitlisted waiting@example.org",
        "promoted waiting@example.org",
    ]
    assert (await ImportBatch.get(id=batch.id)).undone
    assert await HistoryLine.filter(what="imported").count() == 0


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("state", ["sending", "sent", "unsure"])
async def test_one_letter_that_may_have_left_keeps_the_whole_list(office: Office, state: str) -> None:
    event = await make.event(office.vault)
    batch = await bring(event, lines(1, 2, 3), office)
    row = await make.row_of(event, "guest2@example.org", office=office)
    await Letter.filter(thread=row.id).update(state=state, message=b"sealed", message_id="<1@example.org>")

    with pytest.raises(batches.LettersHaveLeft):
        await take_back(event, batch, office)

    assert len(await make.kinds(event, office)) == 3
    assert await statuses(event) == {"confirmed": 3}
    assert (await batches.standing_of(batch)).may_undo is False


@pytest.mark.usefixtures("database")
async def test_a_courier_that_holds_a_letter_of_a_list_taken_back_cannot_send_it(office: Office) -> None:
    event = await make.event(office.vault)
    batch = await bring(event, lines(1), office)
    courier = Leases("somebody", lease=300)
    (leased,) = await courier.take(5, now=NOW)

    await take_back(event, batch, office)

    assert not await courier.sending(leased, b"sealed", "<1@example.org>", now=NOW)


@pytest.mark.usefixtures("database")
async def test_a_courier_and_an_organizer_at_once_never_end_with_a_letter_about_nobody(
    office: Office,
) -> None:
    for turn in range(8):
        event = await make.event(office.vault, slug=f"event-{turn}")
        batch = await bring(event, lines(1), office)
        courier = Leases(f"courier {turn}", lease=300)
        (leased,) = await courier.take(5, now=NOW)

        async def try_to(event: Event = event, batch: ImportBatch = batch) -> bool:
            try:
                await take_back(event, batch, office)
            except Refusal:
                return False
            return (await ImportBatch.get(id=batch.id)).undone

        left, undone = await asyncio.gather(
            courier.sending(leased, b"sealed", "<1@example.org>", now=NOW), try_to()
        )
        assert left != undone


@pytest.mark.usefixtures("database")
async def test_lists_that_nobody_imported_are_forgotten(office: Office) -> None:
    event = await make.event(office.vault)
    kept = await draft(event, office)
    with pytest.raises(drafts.DraftLapsed):
        await drafts.find_draft(event.id, kept.id, kept.organizer_id, now=NOW + drafts.DRAFT_LASTS)
    await ImportDraft.filter(id=kept.id).update(expires_at=1)

    await Caretaker(office).look()

    assert await ImportDraft.all().count() == 0


@pytest.mark.usefixtures("database")
async def test_a_second_upload_forgets_the_first(office: Office) -> None:
    event = await make.event(office.vault)
    first = await draft(event, office)

    again = await drafts.keep_draft(event.id, first.organizer_id, b"x", act=office.at(NOW))

    assert [each.id for each in await ImportDraft.all()] == [again.id]


@pytest.mark.usefixtures("database")
async def test_names_and_answers_are_where_they_belong(office: Office) -> None:
    event = await make.event(office.vault)
    said = make.applicant("Rana", needs="step-free", answers={"q": "a"}, language="ar")

    await bring(event, [Candidate(2, said)], office)

    row = await make.row_of(event, "rana@example.org", office=office)
    person = reveal_person(row, vault=office.vault, reader=make.COURIER)
    assert (person.name, person.needs, person.answers) == ("Rana", "step-free", {"q": "a"})
    assert await Registration.find_by_token(person.token) == row
    assert (await make.posted(event, office))[0].draft.language == "ar"


@pytest.mark.usefixtures("database")
async def test_the_questions_asked_of_the_database_do_not_grow_with_the_list(office: Office) -> None:
    numbers = []
    for slug, people in (("a", 10), ("b", 100)):
        event = await make.event(office.vault, slug=slug, capacity_in_person=None)
        kept = await draft(event, office)
        with make.Statements() as asked:
            await importing.begin(kept, lines(*range(people)), wish=WRITES, act=office.at(NOW))
        numbers.append(asked.number)

    assert numbers[0] == numbers[1]


@pytest.mark.slow
@pytest.mark.parametrize(("how", "files"), [("house", False), ("starlette", True)])
async def test_an_uploaded_list_never_touches_the_disk(
    database: DatabaseUnderTest, tmp_path: Path, how: str, files: bool
) -> None:
    """Starlette writes what is over 1 MB to a temporary file. The second run shows that the watch sees such files."""
    (tmp_path / "tmp").mkdir()

    done = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.imports.uploader", database.url, str(tmp_path / "house"), how),
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _nothing = await done.communicate()

    status, opened = said.decode().split()
    assert status == ("303" if how == "house" else "200")
    assert (int(opened) > 0) is files


@pytest.mark.usefixtures("database")
async def test_an_old_list_never_brings_an_erased_person_back_unannounced(office: Office) -> None:
    event = await make.event(office.vault)
    await bring(event, lines(1, 2), office)
    await forgetting.erase(
        (await make.row_of(event, "guest1@example.org", office=office)).id, act=office.at(NOW)
    )

    said = await planning.forecast(event.id, lines(1, 2, 3), wish=Choice(), act=office.at(NOW))
    await bring(event, lines(1, 2, 3), office)

    assert (said.erased, said.known, [line.number for line in said.new]) == ([2], [3], [4])
    assert await statuses(event) == {"confirmed": 2, "cancelled": 1}
    with pytest.raises(import_rules.NobodyLeft):
        await bring(event, lines(1), office)


@pytest.mark.usefixtures("database")
async def test_somebody_who_was_erased_comes_back_when_it_is_ticked(office: Office) -> None:
    event = await make.event(office.vault)
    await bring(event, lines(1), office)
    await forgetting.erase(
        (await make.row_of(event, "guest1@example.org", office=office)).id, act=office.at(NOW)
    )

    await bring(event, lines(1), office, Choice(brings_back=True))

    assert await statuses(event) == {"confirmed": 1, "cancelled": 1}

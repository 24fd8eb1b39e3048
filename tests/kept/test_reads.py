"""What was read can be asked again: the notes are true until an answer would be another one."""

import uuid

import pytest

from events_app.database import Prepared, is_sqlite, one_transaction, rows
from events_app.kept.reads import FEW_ROWS, MOST_KEPT, Reads, noted_reads
from tests.database.toys import ToyEvent, ToyGuest
from tests.databases import DatabaseUnderTest, run_sql

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("toys")]

by_title = Prepared(lambda title: ToyEvent.filter(title=title).order_by("id"), str)


async def reads_of_panels() -> Reads:
    """One question of each kind that pages ask."""
    with noted_reads() as reads:
        await by_title.all("Panel")
        await ToyEvent.filter(title="Panel").order_by("id")
        await rows('SELECT COUNT(*) AS "number" FROM "toy_event" WHERE "seats" > $1', 5)
    return reads


async def test_what_nobody_touched_is_still_true() -> None:
    reads = await reads_of_panels()
    await ToyEvent.create(title="Another", seats=1)

    assert await reads.are_still_true()
    assert await reads.are_still_true()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE toy_event SET seats = 11",
        "INSERT INTO toy_event (title, seats) VALUES ('Panel', 1)",
        "INSERT INTO toy_event (title, seats) VALUES ('Counted', 6)",
        "DELETE FROM toy_event",
    ],
)
async def test_another_answer_is_noticed(toys: DatabaseUnderTest, change: str) -> None:
    reads = await reads_of_panels()
    await run_sql(toys.url, change)

    assert not await reads.are_still_true()


async def test_of_many_rows_only_a_mark_is_kept(toys: DatabaseUnderTest) -> None:
    for number in range(FEW_ROWS + 1):
        await ToyEvent.create(title="Many", seats=number)
    with noted_reads() as reads:
        assert len(await by_title.all("Many")) == FEW_ROWS + 1
    assert await reads.are_still_true()

    await run_sql(toys.url, "UPDATE toy_event SET seats = 1000 WHERE seats = 17")

    assert not await reads.are_still_true()


async def test_of_large_rows_only_a_mark_is_kept(toys: DatabaseUnderTest) -> None:
    with noted_reads() as reads:
        await rows("SELECT id, title, CAST($1 AS TEXT) AS words FROM toy_event", "x" * (MOST_KEPT + 1))
    (question,) = reads._questions

    assert isinstance(question.answer, bytes)
    assert await reads.are_still_true()
    await run_sql(toys.url, "UPDATE toy_event SET title = 'Other'")
    assert not await reads.are_still_true()


async def test_one_byte_of_a_large_answer_is_noticed() -> None:
    long = bytes(MOST_KEPT)
    event = await ToyEvent.all().first()
    assert event is not None
    guest = await ToyGuest.create(id=uuid.uuid4(), event_id=event.id, mark=long + b"1")
    with noted_reads() as reads:
        assert len(await ToyGuest.all()) == 1
    assert await reads.are_still_true()

    await ToyGuest.filter(id=guest.id).update(mark=long + b"2")

    assert not await reads.are_still_true()


async def test_a_row_where_there_was_none_is_noticed() -> None:
    with noted_reads() as reads:
        assert await by_title.all("Nothing yet") == []
    assert await reads.are_still_true()

    await ToyEvent.create(title="Nothing yet", seats=1)

    assert not await reads.are_still_true()


async def test_without_a_question_nothing_is_known() -> None:
    with noted_reads() as reads:
        pass

    assert not await reads.are_still_true()


async def test_what_wrote_or_opened_a_transaction_cannot_be_asked_again() -> None:
    @one_transaction
    async def look() -> None:
        await by_title.all("Panel")

    async def write() -> None:
        await ToyEvent.filter(title="Panel").update(seats=12)

    for work in (look, write):
        with noted_reads() as reads:
            await by_title.all("Panel")
            await work()
        assert not await reads.are_still_true()


async def test_after_the_block_nothing_is_noted_and_the_engine_is_known_inside() -> None:
    engine = is_sqlite()
    with noted_reads() as reads:
        assert is_sqlite() == engine
        await by_title.all("Panel")
    await by_title.all("Other")
    await ToyEvent.create(title="Other", seats=1)

    assert await reads.are_still_true()

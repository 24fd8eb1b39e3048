"""Questions whose SQL is written once: they find what the queryset itself finds, in and outside transactions."""

import uuid
from datetime import date

import pytest
from tortoise import Model
from tortoise.exceptions import IntegrityError

from events_app.database import (
    Prepared,
    Statement,
    insertion,
    is_sqlite,
    one_transaction,
    row_of,
    rows,
    write,
)
from events_app.database.prepared import joined, without_numbers
from tests import make
from tests.database.toys import ToyEvent, ToyGuest, ToyKinds
from tests.databases import DatabaseUnderTest

pytestmark = pytest.mark.anyio

by_title = Prepared(lambda title: ToyEvent.filter(title=title, seats__gt=1).order_by("-id"), str)
larger = Prepared(lambda seats, title: ToyEvent.filter(seats__gt=seats, title=title).order_by("id"), int, str)
guests = Prepared(
    lambda event_id, mark: ToyGuest.filter(event_id=event_id, mark=mark).select_related("event"), int, bytes
)
by_guest = Prepared(lambda guest_id: ToyGuest.filter(id=guest_id), uuid.UUID)


async def make_events() -> list[ToyEvent]:
    made = (("Launch", 3), ("Launch", 9), ("Launch", 1), ('It\'s \x01 "odd" $1 ?1', 5))
    return [await ToyEvent.create(id=number, title=t, seats=s) for number, (t, s) in enumerate(made, 11)]


def columns_of(model: Model) -> dict[str, object]:
    return {name: getattr(model, name) for name in model._meta.db_fields}


async def test_the_same_question_finds_other_rows_for_other_values(toys: DatabaseUnderTest) -> None:
    await make_events()

    assert [event.id for event in await by_title.all("Launch")] == [12, 11]
    assert [event.id for event in await by_title.all('It\'s \x01 "odd" $1 ?1')] == [14]
    assert await by_title.first("Nothing") is None
    assert [event.id for event in await larger.all(2, "Launch")] == [11, 12]
    assert [event.id for event in await larger.all(3, "Launch")] == [12]


async def test_a_model_comes_out_as_it_comes_out_of_the_queryset(toys: DatabaseUnderTest) -> None:
    events = await make_events()
    guest = await ToyGuest.create(id=uuid.uuid4(), event_id=12, mark=b"\x00one", live=True)
    plain = await ToyGuest.get(id=guest.id).select_related("event")

    (found,) = await guests.all(12, b"\x00one")
    alone = await by_guest.first(guest.id)

    assert columns_of(found) == columns_of(plain)
    assert found.event == events[1]
    assert alone is not None
    assert columns_of(alone) == columns_of(plain)
    alone.live = None
    await alone.save()
    assert (await ToyGuest.get(id=guest.id)).live is None


async def test_it_sees_the_transaction_it_is_asked_in(toys: DatabaseUnderTest) -> None:
    @one_transaction
    async def write_and_ask() -> list[int]:
        await make_events()
        return [event.id for event in await by_title.all("Launch")]

    assert await write_and_ask() == [12, 11]


async def test_what_is_undone_is_not_found(toys: DatabaseUnderTest) -> None:
    @one_transaction
    async def write_and_fail() -> None:
        await make_events()
        assert await by_title.first("Launch")
        await ToyEvent.create(id=11, title="again", seats=1)

    with pytest.raises(IntegrityError):
        await write_and_fail()

    assert await by_title.all("Launch") == []


async def test_a_value_that_does_not_stand_in_the_query_is_a_mistake(toys: DatabaseUnderTest) -> None:
    forgets = Prepared(lambda title, seats: ToyEvent.filter(title=title), str, int)

    with pytest.raises(ValueError, match="argument 1"):
        await forgets.all("Launch", 3)


async def test_a_statement_by_hand_takes_values_of_every_kind(toys: DatabaseUnderTest) -> None:
    await make_events()
    guest_id = uuid.uuid4()
    await ToyGuest.create(id=guest_id, event_id=12, mark=b"one", live=True)
    claim = 'UPDATE "toy_event" SET "claims" = "claims" + 1 WHERE "id" = $1 RETURNING "claims"'

    (found,) = await rows('SELECT "mark" FROM "toy_guest" WHERE "id" = $1 AND "live" = TRUE', guest_id)
    (claimed,) = await rows(claim, 12)
    (day,) = await rows(
        'INSERT INTO "toy_kinds" ("id", "at", "on", "facts", "small", "words")'
        " VALUES ($1, CURRENT_TIMESTAMP, $2, '{}', $3, $4) RETURNING \"on\"",
        guest_id, date(2027, 2, 28), 3, "",
    )  # fmt: skip

    assert bytes(found["mark"]) == b"one"
    assert claimed["claims"] == 1
    assert str(day["on"]) == "2027-02-28"
    assert (await ToyKinds.get(id=guest_id)).on == date(2027, 2, 28)
    assert await rows(claim, 99) == []


async def test_several_statements_are_written_in_one_journey_and_all_or_nothing(
    toys: DatabaseUnderTest,
) -> None:
    await make_events()
    guests = [ToyGuest(id=uuid.uuid4(), event_id=12, mark=mark, live=True) for mark in (b"one", b"two")]
    raise_seats = Statement('UPDATE "toy_event" SET "seats" = $2 WHERE "id" = $1 AND "seats" < $2', [12, 900])

    whole = one_transaction(write)
    with make.Statements() as asked:
        await whole(raise_seats, insertion("toy_guest", [row_of(guest) for guest in guests]))

    assert asked.number == (2 if is_sqlite() else 1)
    assert (await ToyEvent.get(id=12)).seats == 900
    assert sorted(bytes(guest.mark) for guest in await ToyGuest.filter(event_id=12)) == [b"one", b"two"]

    delete = Statement('DELETE FROM "toy_event" WHERE "id" = $1', [11])
    with pytest.raises(IntegrityError):
        await whole(delete, insertion("toy_guest", [row_of(guests[0])]))
    assert await ToyEvent.exists(id=11)


@pytest.mark.engine_free
def test_of_several_statements_the_blanks_are_numbered_on() -> None:
    said = joined(
        "UPDATE a SET b = $2 WHERE c = $1 OR d = $1", "INSERT INTO e VALUES ($1, $2)", "DELETE FROM f"
    )

    assert said == (
        'WITH "part_0" AS (UPDATE a SET b = $2 WHERE c = $1 OR d = $1), '
        '"part_1" AS (INSERT INTO e VALUES ($3, $4)) DELETE FROM f'
    )
    assert joined("DELETE FROM f") == "DELETE FROM f"


async def test_a_value_may_be_asked_for_twice_and_in_any_order(toys: DatabaseUnderTest) -> None:
    await make_events()

    (found,) = await rows(
        'SELECT $2 AS "second", CAST($1 AS INTEGER) AS "first" FROM "toy_event"'
        ' WHERE "title" = $2 AND "seats" > $1 AND $1 < 9',
        5, "Launch",
    )  # fmt: skip

    assert (found["first"], found["second"]) == (5, "Launch")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("SELECT 1", ("SELECT 1", ())),
        ("id = $1", ("id = ?", (0,))),
        ("$2 < $1 AND $2 > $12", ("? < ? AND ? > ?", (1, 0, 1, 11))),
    ],
)
def test_sqlite_is_given_blanks_without_numbers(written: str, plain: tuple[str, tuple[int, ...]]) -> None:
    assert without_numbers(written) == plain

"""Many at once, in one process and in four: seats and line come out exact, and so do the letters."""

import json
from collections import Counter
from pathlib import Path

import pytest

from events_app.events.models import Event
from events_app.registrations.models import Registration
from events_app.registrations.posting import Office
from events_app.registrations.rules import Status
from tests import make
from tests.databases import DatabaseUnderTest
from tests.make import Post
from tests.processes import run_together
from tests.registrations.storm import MOST_PLACES

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PEOPLE, PLACES = 200, 50
STORMS, ROUNDS = 4, 100


@pytest.mark.parametrize("processes", [1, 4])
async def test_two_hundred_at_once_for_fifty_places_are_fifty_and_a_line_of_a_hundred_and_fifty(
    database: DatabaseUnderTest, office: Office, tmp_path: Path, processes: int
) -> None:
    event = await make.event(office.vault, capacity_in_person=PLACES)
    each = PEOPLE // processes

    told = await run_together(
        "tests.registrations.crowd",
        *(
            (database.url, str(tmp_path / "office"), str(event.id), str(number * each), str(each))
            for number in range(processes)
        ),
    )

    outcomes = sum((Counter(json.loads(each)) for each in told), Counter())
    assert outcomes == {"confirmed": PLACES, "waitlisted": PEOPLE - PLACES}
    rows = await Registration.filter(event_id=event.id)
    assert Counter(row.status for row in rows) == outcomes
    orders = sorted(row.waitlist_order for row in rows if row.waitlist_order is not None)
    assert orders == list(range(1, PEOPLE - PLACES + 1))
    letters = await make.posted(event, office)
    assert Counter(post.kind for post in letters) == outcomes
    assert len({post.to for post in letters}) == PEOPLE
    assert (await Event.get(id=event.id)).claims == PEOPLE + 1  # and one for publishing it


async def test_after_a_storm_of_changes_every_seat_line_and_letter_is_right(
    database: DatabaseUnderTest, office: Office, tmp_path: Path
) -> None:
    event = await make.event(office.vault, capacity_in_person=5)

    told = await run_together(
        "tests.registrations.storm",
        *(
            (database.url, str(tmp_path / "office"), str(event.id), str(seed), str(ROUNDS))
            for seed in range(STORMS)
        ),
    )

    outcomes = sum((Counter(json.loads(each)) for each in told), Counter())
    assert sum(outcomes.values()) == STORMS * ROUNDS
    assert set(outcomes) <= {
        "register", "cancel", "link", "places", "hour", "update", "AlreadyCancelled", "EventChangedMeanwhile",
    }  # fmt: skip
    event = await Event.get(id=event.id)
    rows = {row.id: row for row in await Registration.filter(event_id=event.id)}
    letters = await make.posted(event, office)
    places_are_right(event, list(rows.values()))
    for row in rows.values():
        letters_are_right(row, [post for post in letters if post.letter.thread == row.id])
    assert Counter(post.kind == "already" for post in letters if post.kind in FIRST | {"already"}) == Counter(
        {False: len(rows), True: outcomes["register"] - len(rows)}
    )
    nobody_overtook(letters)


def places_are_right(event: Event, rows: list[Registration]) -> None:
    count = Counter(row.status for row in rows)
    assert count["confirmed"] <= MOST_PLACES
    if count["waitlisted"]:
        assert event.capacity_in_person is not None
        assert count["confirmed"] >= event.capacity_in_person, "a seat is free, and somebody waits"
    living = [row.address_index for row in rows if row.live]
    assert len(living) == len(set(living)) == count["confirmed"] + count["waitlisted"]
    assert all((row.waitlist_order is None) == (row.status != Status.WAITLISTED) for row in rows)
    orders = [row.waitlist_order for row in rows if row.waitlist_order is not None]
    assert len(orders) == len(set(orders))


FIRST = {"confirmed", "waitlisted"}
ASIDE = {"already", "link", "changed"}


def letters_are_right(row: Registration, letters: list[Post]) -> None:
    """Exactly the letters its changes owe, in order, with a calendar sequence that counts each."""
    story = [post.kind for post in letters if post.kind not in ASIDE]
    invited = "promoted" in story or story[0] == "confirmed"
    begun = ["waitlisted", "promoted"] if story[0] == "waitlisted" and invited else [story[0]]
    assert story == [*begun, *(["cancelled"] if row.status == Status.CANCELLED else [])]
    assert row.invited == invited
    assert row.status != Status.CONFIRMED or invited
    assert row.status != Status.WAITLISTED or not invited
    sequences = [post.facts["sequence"] for post in letters if post.draft.calendar]
    assert sequences == list(range(len(sequences)))
    assert row.sequence == max(sequences, default=0)


def nobody_overtook(letters: list[Post]) -> None:
    """Whoever moved up had nobody before them who was still waiting."""
    line: list[object] = []
    for post in letters:
        if post.kind == "waitlisted":
            line.append(post.letter.thread)
        elif post.kind == "promoted":
            assert line.pop(0) == post.letter.thread
        elif post.kind == "cancelled" and post.letter.thread in line:
            line.remove(post.letter.thread)

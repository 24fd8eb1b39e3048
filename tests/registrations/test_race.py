"""Many at once, in one process and in four: seats and line come out exact, and so do the letters."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.registrations.models import Registration
from events_app.registrations.rules import Status
from tests import make
from tests.databases import DatabaseUnderTest
from tests.make import Post
from tests.processes import run_together
from tests.registrations.storm import MODES, MOST_PLACES

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
    assert await make.claims_of(event.id) == PEOPLE + 1  # and one for publishing it


async def test_after_a_storm_of_changes_every_seat_line_and_letter_is_right(
    database: DatabaseUnderTest, office: Office, tmp_path: Path
) -> None:
    event = await make.event(office.vault, capacity_in_person=5, offers_online=True, capacity_online=3)

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
        "register", "cancel", "link", "places", "hour", "update", "approve", "leave", "stay", "lapse", "switch",
        "AlreadyCancelled", "EventChangedMeanwhile", "NotWaiting", "NothingToUndo", "ModeFull", "ChangeNotPossible",
    }  # fmt: skip
    assert set(outcomes) >= {"approve", "leave", "switch", "lapse"}
    event = await Event.get(id=event.id)
    rows = {row.id: row for row in await Registration.filter(event_id=event.id)}
    letters = await make.posted(event, office)
    places_are_right(event, list(rows.values()))
    for row in rows.values():
        letters_are_right(row, [post for post in letters if post.letter.thread == row.id])
    asked_for = Counter(post.to for post in letters if post.kind in {"already", "link"})
    assert set(asked_for.values()) == {1}, "all of it happened within a quarter of an hour"
    assert sum(asked_for.values()) <= outcomes["register"] - len(rows) + outcomes["link"]
    nobody_overtook(letters)


def places_are_right(event: Event, rows: list[Registration]) -> None:
    for mode in MODES:
        seated = sum(row.seated for row in rows if row.mode == mode)
        capacity = event.capacity(mode)
        assert capacity is not None
        assert seated <= MOST_PLACES
        if any(row.status == Status.WAITLISTED for row in rows if row.mode == mode):
            assert seated >= capacity, "a seat is free, and somebody waits"
    count = Counter(row.status for row in rows)
    living = [row.address_index for row in rows if row.live]
    assert len(living) == len(set(living)) == sum(count[status] for status in LIVING)
    assert all(row.seated == (row.status == Status.CONFIRMED) for row in rows)
    assert all((row.waitlist_order is None) == (row.status != Status.WAITLISTED) for row in rows)
    orders = [row.waitlist_order for row in rows if row.waitlist_order is not None]
    assert len(orders) == len(set(orders))


LIVING = ("pending", "confirmed", "waitlisted")
ASIDE = {"already", "link", "changed", "corrected", "switched"}
STORY = re.compile(r"(pending )?(?:(confirmed )|(waitlisted )(promoted )?)?(cancelled )?")


def heard_nothing(letters: list[Post]) -> bool:
    """Whether none of them ever leaves: an address that was typed again and again is written to in turns."""
    return bool(letters) and all(post.letter.state == "superseded" for post in letters)


def letters_are_right(row: Registration, letters: list[Post]) -> None:
    """Exactly the letters its changes owe, in order, with a calendar sequence that only grows: by one for each letter,
    and for each change of the hour that one of them caught up with. Who left before any had its turn heard nothing."""
    if heard_nothing(letters):
        assert row.status == "cancelled"
        return
    story = STORY.fullmatch("".join(f"{post.kind} " for post in letters if post.kind not in ASIDE))
    assert story is not None, [post.kind for post in letters]
    pending, at_once, waited, promoted, cancelled = story.groups()
    invited = bool(at_once or promoted)
    assert pending or at_once or waited
    stands = "confirmed" if invited else "waitlisted" if waited else "pending"
    assert row.status == ("cancelled" if cancelled else stands)
    assert row.invited == invited
    sequences = [post.facts["sequence"] for post in letters if post.draft.calendar]
    assert sequences == sorted(set(sequences))
    assert sequences[:1] in ([], [0])
    # A change that was taken back before its letter left is told to nobody, and a download may have named it meanwhile.
    is_withdrawn = any(post.kind == "changed" and post.letter.state == "superseded" for post in letters)
    assert is_withdrawn or row.sequence <= (sequences[-1] if sequences else 0)


def nobody_overtook(letters: list[Post]) -> None:
    """Whoever moved up had nobody before them who was still waiting for the same way of taking part."""
    lines: dict[str, list[object]] = {mode: [] for mode in MODES}
    threads = {post.letter.thread for post in letters}
    silent = {
        each for each in threads if heard_nothing([post for post in letters if post.letter.thread == each])
    }
    for post in (each for each in letters if each.letter.thread not in silent):
        mode, thread = post.facts["mode"], post.letter.thread
        waits = any(thread in line for line in lines.values())
        if post.kind == "promoted":
            assert lines[mode].pop(0) == thread
        elif waits and post.kind in {"switched", "cancelled"}:
            for line in lines.values():
                line[:] = [each for each in line if each != thread]
        if post.kind == "waitlisted" or (waits and post.kind == "switched"):
            lines[mode].append(thread)

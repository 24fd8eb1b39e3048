"""Who gets a place, who moves up, which life a registration may lead, how a search compares."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.folding import folded
from events_app.registrations import rules
from events_app.registrations.rules import (
    ANSWER_OF,
    MAY_BECOME,
    AlreadyCancelled,
    EventFull,
    PartyTooLarge,
    Pool,
    Status,
    check_life,
    decide_place,
    first_that_fits,
)

pytestmark = pytest.mark.engine_free

numbers = st.integers(0, 60)
capacities = st.none() | numbers


@pytest.mark.parametrize(
    ("capacity", "confirmed", "waiting", "status"),
    [
        (None, 10_000, 0, Status.CONFIRMED),
        (3, 0, 0, Status.CONFIRMED),
        (3, 2, 0, Status.CONFIRMED),
        (3, 3, 0, Status.WAITLISTED),
        (3, 5, 0, Status.WAITLISTED),
        (3, 2, 4, Status.CONFIRMED),
        (3, 3, 1, Status.WAITLISTED),
        (0, 0, 0, Status.WAITLISTED),
    ],
)
def test_a_newcomer_gets_a_seat_that_is_free_after_the_line_was_asked(
    capacity: int | None, confirmed: int, waiting: int, status: Status
) -> None:
    assert decide_place(Pool(capacity, confirmed, waiting), keeps_waitlist=True) == status


@given(capacities, numbers, numbers)
def test_without_a_waitlist_whoever_would_wait_is_refused(
    capacity: int | None, confirmed: int, waiting: int
) -> None:
    room = Pool(capacity, confirmed, waiting)
    if decide_place(room, keeps_waitlist=True) == Status.CONFIRMED:
        assert decide_place(room, keeps_waitlist=False) == Status.CONFIRMED
    else:
        with pytest.raises(EventFull):
            decide_place(room, keeps_waitlist=False)


sizes = st.lists(st.integers(1, 5), max_size=12)


def parties_to_promote(room: Pool, line: list[int]) -> list[int]:
    """The places in line of all who move up, one after another."""
    waiting, moved = list(enumerate(line)), list[int]()
    while (first := first_that_fits(room, [size for _place, size in waiting])) is not None:
        place, size = waiting.pop(first)
        room = replace(room, confirmed=room.confirmed + size)
        moved.append(place)
    return moved


@given(capacities, numbers, sizes)
def test_those_who_move_up_fill_the_room_in_order_and_never_overfill_it(
    capacity: int | None, confirmed: int, parties: list[int]
) -> None:
    room = Pool(capacity, confirmed, sum(parties))
    promoted = parties_to_promote(room, parties)
    left = [size for place, size in enumerate(parties) if place not in promoted]
    after = Pool(capacity, confirmed + sum(parties) - sum(left), sum(left))

    assert promoted == sorted(promoted)
    assert not promoted or capacity is None or after.confirmed <= capacity
    assert not any(after.fits(size) for size in left)


@given(st.integers(0, 12), sizes)
def test_a_party_is_passed_only_by_those_who_need_fewer_seats_than_it_does(
    capacity: int, parties: list[int]
) -> None:
    promoted = parties_to_promote(Pool(capacity, 0, sum(parties)), parties)

    for place in promoted:
        passed = [size for before, size in enumerate(parties[:place]) if before not in promoted]
        assert all(size > parties[place] for size in passed)


@pytest.mark.parametrize(("people", "fits"), [(1, True), (3, True), (4, False)])
def test_a_party_that_can_never_be_seated_is_refused_and_never_waits(people: int, fits: bool) -> None:
    full = Pool(3, 3, 0, most=3)

    if fits:
        assert decide_place(full, keeps_waitlist=True, people=people) == Status.WAITLISTED
    else:
        with pytest.raises(PartyTooLarge) as refused:
            decide_place(full, keeps_waitlist=True, people=people)
        assert refused.value.values == {"most": 3}


@given(st.integers(0, 9), st.booleans(), st.lists(st.sampled_from(["come", "two", "leave", "more", "fewer"])))
def test_seats_are_never_given_twice_whatever_happens(
    capacity: int, waits: bool, happenings: list[str]
) -> None:
    confirmed, line = 0, list[int]()
    for what in happenings:
        room, people = Pool(capacity, confirmed, sum(line)), 2 if what == "two" else 1
        most = max(capacity, confirmed)
        if what in ("come", "two") and (waits or room.fits(people)):
            if decide_place(room, keeps_waitlist=waits, people=people) == Status.CONFIRMED:
                confirmed += people
            else:
                line.append(people)
        elif what == "leave":
            confirmed = max(0, confirmed - 1)
        elif what in ("more", "fewer"):
            capacity = max(0, capacity + (1 if what == "more" else -1))
            most = max(capacity, confirmed)
        moved = parties_to_promote(Pool(capacity, confirmed, sum(line)), line)
        confirmed += sum(line[place] for place in moved)
        line = [size for place, size in enumerate(line) if place not in moved]
        assert confirmed <= most
        assert all(confirmed + size > capacity for size in line)


def test_a_cancelled_or_declined_registration_stays_so() -> None:
    assert {status for status in Status if not MAY_BECOME[status]} == {Status.CANCELLED, Status.DECLINED}


def test_every_living_registration_can_be_cancelled() -> None:
    living = [status for status in Status if MAY_BECOME[status]]

    assert all(Status.CANCELLED in MAY_BECOME[status] for status in living)


def test_a_confirmed_place_is_not_taken_away_into_the_line() -> None:
    assert MAY_BECOME[Status.CONFIRMED].isdisjoint({Status.WAITLISTED, Status.PENDING, Status.DECLINED})


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wanted", Status)
def test_the_act_asks_the_table(status: Status, wanted: Status) -> None:
    if wanted in MAY_BECOME[status]:
        check_life(status, wanted)
    else:
        with pytest.raises(AlreadyCancelled):
            check_life(status, wanted)


def test_every_status_has_an_answer_for_calendars() -> None:
    assert {status: ANSWER_OF[status] for status in Status} == ANSWER_OF
    assert set(ANSWER_OF.values()) == {"NEEDS-ACTION", "ACCEPTED", "TENTATIVE", "DECLINED"}


@pytest.mark.parametrize(
    ("sought", "written"),
    [
        ("احمد", "أَحْمَد"),
        ("امال", "آمال"),
        ("ايمان", "إيمان"),
        ("فاطمه", "فاطمة"),
        ("ليلي", "ليلى"),
        ("ليلى", "ﻟﻴﻠﻰ"),
        ("فاطمة", "ﻓﺎﻃﻤﺔ"),
        ("محمد", "محـــمد"),
        ("رءوف", "رءوف"),
        ("مومن", "مؤمن"),
        ("هاني", "هانئ"),
        ("علي", "علی"),
        ("كريم", "کریم"),
        ("jose", "José"),
        ("JOSÉ", "jose"),
        ("strasse", "Straße"),
        ("istanbul", "İstanbul"),
        ("ﬁlm", "FILM"),
    ],
)
def test_a_search_finds_a_name_however_it_is_spelled(sought: str, written: str) -> None:
    assert folded(sought) in folded(written)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize("capacity", [0, 3])
def test_a_room_that_was_made_smaller_has_no_seat_below_zero(capacity: int) -> None:
    assert Pool(capacity, confirmed=5, waiting=0).free == 0


def test_every_refusal_of_this_room_says_one_sentence() -> None:
    for refusal in (rules.EventFull, rules.EventOver, rules.RegistrationClosed, rules.NoSuchRegistration):
        assert str(refusal()).endswith(".")

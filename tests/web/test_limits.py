"""How often one place may knock, and what counts as one place."""

import pytest
from starlette.requests import HTTPConnection

from events_app.web.limits import LONGEST_PAUSE, Brake, Limit, TooOften, place_of

pytestmark = pytest.mark.engine_free


def from_(host: str | None) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [], "client": (host, 4000) if host else None})


def test_a_place_may_knock_so_often_and_then_waits() -> None:
    limit = Limit(2, seconds=60)

    for now in (0.0, 59.0):
        limit.knock(from_("192.0.2.1"), now=now)
    with pytest.raises(TooOften):
        limit.knock(from_("192.0.2.1"), now=59.9)
    limit.knock(from_("192.0.2.1"), now=60.0)


def test_a_refused_knock_does_not_prolong_the_wait() -> None:
    limit = Limit(1, seconds=60)
    limit.knock(from_("192.0.2.1"), now=0.0)

    for now in (10.0, 20.0, 59.0):
        with pytest.raises(TooOften):
            limit.knock(from_("192.0.2.1"), now=now)
    limit.knock(from_("192.0.2.1"), now=60.0)


def test_one_place_does_not_close_the_door_for_another() -> None:
    limit = Limit(1, seconds=60)
    limit.knock(from_("192.0.2.1"), now=0.0)

    limit.knock(from_("198.51.100.1"), now=0.0)
    with pytest.raises(TooOften):
        limit.knock(from_("192.0.2.99"), now=0.0)


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("127.0.0.1", "127.0.0.0/24"),
        ("testclient", "unknown"),
        (None, "socket"),
    ],
)
def test_a_place_is_a_network(host: str | None, place: str) -> None:
    assert place_of(from_(host)) == place


def test_the_memory_of_quiet_places_is_given_back() -> None:
    limit = Limit(1, seconds=60)
    for number in range(10_001):
        limit.count(f"place {number}", now=0.0)

    limit.count("late", now=61.0)

    assert len(limit._knocks) == 1


def test_no_address_stays_in_memory() -> None:
    limit = Limit(1, seconds=60)
    limit.knock(from_("192.0.2.1"), now=0.0)

    assert b"192" not in b"".join(limit._knocks)


def test_a_brake_slows_one_place_down_and_no_other_and_refuses_only_a_flood() -> None:
    brake = Brake(3, seconds=60, most=100)

    pauses = [brake.pause("venue", now=1) for _ in range(100)]

    assert pauses[:5] == [0, 0, 0, 0.05, 0.1]
    assert pauses == sorted(pauses)
    assert max(pauses) == LONGEST_PAUSE
    assert brake.pause("elsewhere", now=1) == 0
    with pytest.raises(TooOften):
        brake.pause("venue", now=1)
    assert brake.pause("venue", now=62) == 0

"""The band above an event's page: which days it lights."""

import re
from datetime import date

import pytest

from events_app.rendering import macro

pytestmark = pytest.mark.engine_free

PITCH = 10


def lit(drawn: str, kind: str) -> list[int]:
    """The days that an outline holds, counted from the Monday of the week of the first day, by its corners."""
    path = re.search(rf'class="cover-{kind}" d="M(-?\d+) (\d+)h10V(\d+)(.*?)"', drawn)
    assert path is not None
    left, top, low, rest = int(path[1]), int(path[2]), int(path[3]), path[4]
    if rest == "h-10z":
        return [left // PITCH * 7 + top // PITCH, left // PITCH * 7 + low // PITCH - 1]
    more = re.fullmatch(r"H(-?\d+)V(\d+)h-10V70H(-?\d+)z", rest)
    assert more is not None
    assert (low, int(more[3])) == (0, left)
    return [left // PITCH * 7 + top // PITCH, (int(more[1]) // PITCH - 1) * 7 + int(more[2]) // PITCH - 1]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2027, 1, 15), date(2027, 1, 15)),
        (date(2027, 2, 1), date(2027, 2, 3)),
        (date(2026, 12, 30), date(2027, 1, 4)),
        (date(2028, 2, 27), date(2028, 2, 29)),
        (date(2027, 5, 31), date(2027, 5, 31)),
    ],
)
def test_the_days_of_an_event_and_no_others_are_lit(first: date, last: date) -> None:
    drawn = macro("parts/pictures.html", "cover")(None, first, last, seed=3)

    monday = first.toordinal() - first.weekday()
    assert lit(drawn, "lit") == [first.toordinal() - monday, last.toordinal() - monday]
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    month = [first.replace(day=1).toordinal() - monday, following.toordinal() - 1 - monday]
    assert lit(drawn, "month") == month


def test_a_drawn_cover_says_nothing_to_a_screen_reader_and_weighs_little() -> None:
    drawn = macro("parts/pictures.html", "cover")(None, date(2027, 1, 15), seed=7)

    assert 'aria-hidden="true"' in drawn
    assert "style" not in drawn
    assert len(drawn.encode()) < 1100


def test_two_events_of_one_day_are_not_drawn_at_one_place() -> None:
    cover = macro("parts/pictures.html", "cover")

    assert len({cover(None, date(2027, 1, 15), seed=seed) for seed in range(20)}) == 5

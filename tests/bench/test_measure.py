"""That the bench runs, every part of it. No figure is judged here: machines are busy."""

import re

import pytest

from tests.bench import measure
from tests.bench.table import Row, at_least, at_most, interleaved, lines_of, not_measured

pytestmark = pytest.mark.engine_free


LONG = {"loaded", "patience", "guesses"}
"""Parts that fill an event, or ask hundreds of times, however small the scale is: whoever changes them runs them."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_part_is_measured_and_every_row_printed(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [part for part in measure.PARTS if part not in LONG]

    measure.main([*parts, "--quick"])

    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if re.match(r"  \S.*\s\d\S*( \S+)?\s+\d+\.\d\d ", line)]
    titles = [measure.part_named(part).TITLE for part in parts]
    assert [line for line in printed.splitlines() if line in titles] == titles
    assert len(rows) >= 25
    assert re.search(r"^\d+ of \d+ goals met\.$", printed, re.MULTILINE)


def test_only_the_parts_that_were_named_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    measure.main(["feeds", "--quick"])

    printed = capsys.readouterr().out
    assert "\nFeed\n" in printed
    assert "\nPages\n" not in printed


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        measure.main(["spages"])

    assert "pages, registrations" in capsys.readouterr().err


def test_a_goal_is_met_on_its_own_side() -> None:
    rows = (
        Row("kept", 60.0, 100.0, "/s", "static", at_least(0.5)),
        Row("kept", 40.0, 100.0, "/s", "static", at_least(0.5)),
        Row("cpu", 2.0, 1.0, "ms", "least", at_most(2)),
        Row("cpu", 2.1, 1.0, "ms", "least", at_most(2)),
        not_measured("race", "no server", at_most(1)),
        Row("seen", 2.1, 1.0, "ms", "least"),
    )

    assert [row.verdict for row in rows] == ["met", "NOT MET", "met", "NOT MET", "not measured", ""]


def test_rounds_take_turns_and_the_median_counts() -> None:
    taken: list[str] = []
    numbers = iter([1.0, 9.0, 2.0])

    def one() -> dict[str, float]:
        taken.append("one")
        return {"n": next(numbers)}

    def other() -> dict[str, float]:
        taken.append("other")
        return {"n": 5.0}

    assert interleaved(3, one, other) == [{"n": 2.0}, {"n": 5.0}]
    assert taken == ["one", "other"] * 3


def test_a_row_that_could_not_be_measured_says_why() -> None:
    (_, line) = lines_of("Race", [not_measured("race on PostgreSQL", "it is not installed")])

    assert line.split() == ["race", "on", "PostgreSQL", "-", "-", "it", "is", "not", "installed"]

"""What was measured, beside what it is compared with: ratios, goals, and a table a person reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from statistics import median

Sample = dict[str, float]
"""What one round measured, by name: {"rate": 812.0, "cpu": 0.0011}."""


@dataclass(frozen=True)
class Goal:
    """What the ratio ours / beside is to be."""

    sign: str
    ratio: float

    def __str__(self) -> str:
        return f"{self.sign} {self.ratio:g}"

    def is_met(self, ratio: float) -> bool:
        return ratio <= self.ratio if self.sign == "<=" else ratio >= self.ratio


def at_most(ratio: float) -> Goal:
    return Goal("<=", ratio)


def at_least(ratio: float) -> Goal:
    return Goal(">=", ratio)


@dataclass(frozen=True)
class Row:
    """One comparison. than: what stands beside ours. Without `ours` it says why nothing was measured."""

    what: str
    ours: float | None
    beside: float | None
    unit: str
    than: str
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        if self.ours is None or not self.beside:
            return None
        return self.ours / self.beside

    @property
    def verdict(self) -> str:
        """ "met", "NOT MET", or "" where there is no goal."""
        if self.goal is None:
            return ""
        if self.ratio is None:
            return "not measured"
        return "met" if self.goal.is_met(self.ratio) else "NOT MET"


def not_measured(what: str, why: str, goal: Goal | None = None) -> Row:
    return Row(what, None, None, "", why, goal)


def interleaved(rounds: int, *acts: Callable[[], Mapping[str, float]]) -> list[Sample]:
    """Every act in turn, round after round (ABAB), so that a busy machine is busy for all; medians by name."""
    taken: list[list[Mapping[str, float]]] = [[] for _ in acts]
    for _ in range(rounds):
        for samples, act in zip(taken, acts, strict=True):
            samples.append(act())
    return [{name: median(sample[name] for sample in samples) for name in samples[0]} for samples in taken]


HEADS = ("", "ours", "beside", "ratio", "goal", "", "beside is")


def lines_of(title: str, rows: Iterable[Row]) -> Iterator[str]:
    """The part as lines of text, columns in line with those of the other parts."""
    yield f"\n{title}"
    for row in rows:
        yield _line(
            f"  {row.what}",
            _number(row.ours, row.unit),
            _number(row.beside, row.unit),
            "" if row.ratio is None else f"{row.ratio:.2f}",
            str(row.goal or ""),
            row.verdict,
            row.than,
        )


def heading() -> str:
    return _line(*HEADS)


def summary_of(rows: Iterable[Row]) -> Iterator[str]:
    """How many goals are met, and which are not."""
    judged = [row for row in rows if row.goal]
    missed = [row for row in judged if row.verdict != "met"]
    yield f"\n{len(judged) - len(missed)} of {len(judged)} goals met."
    yield from chain(
        *([f"  {row.verdict}: {row.what} ({row.ratio or 0:.2f}, goal {row.goal})"] for row in missed)
    )


def _line(what: str, ours: str, beside: str, ratio: str, goal: str, verdict: str, than: str) -> str:
    return f"{what:66}{ours:>13}{beside:>13}{ratio:>8}  {goal:8}{verdict:13}{than}".rstrip()


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{digits}f} {unit}".strip()

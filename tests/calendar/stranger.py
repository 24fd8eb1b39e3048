"""A reader who was never told how we write: unfolds lines, and tells times through the VTIMEZONE alone."""

import calendar
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass
class Block:
    """A component: its lines as (name with parameters, value), and the components in it."""

    name: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The value of the one line of that name."""
        (value,) = [value for key, value in self.lines if key.split(";")[0] == name]
        return value

    def has(self, name: str) -> bool:
        """Whether there is a line of that name."""
        return any(key.split(";")[0] == name for key, _ in self.lines)

    def inner(self, name: str) -> list["Block"]:
        """The components of that name in this one."""
        return [block for block in self.blocks if block.name == name]


def unfold(data: bytes) -> list[str]:
    """The content lines of a file, which must end each row with CRLF and keep it to 75 octets."""
    assert data.endswith(b"\r\n")
    rows = data.removesuffix(b"\r\n").split(b"\r\n")
    for row in rows:
        assert len(row) <= 75
        assert b"\n" not in row
        assert b"\r" not in row
        row.decode("utf-8")  # no row ends inside a character
    return b"\r\n".join(rows).replace(b"\r\n ", b"").decode("utf-8").split("\r\n")


def read(data: bytes) -> Block:
    """The outermost component of a file."""
    stack = [Block("")]
    for line in unfold(data):
        head, value = split(line)
        if head == "BEGIN":
            stack.append(Block(value))
        elif head == "END":
            done = stack.pop()
            assert done.name == value
            stack[-1].blocks.append(done)
        else:
            stack[-1].lines.append((head, value))
    (whole,) = stack[0].blocks
    return whole


def split(line: str) -> tuple[str, str]:
    """Name with parameters, and value: at the first colon outside quotes."""
    found = re.fullmatch(r'((?:[^":]|"[^"]*")*):(.*)', line, flags=re.DOTALL)
    assert found
    return found.group(1), found.group(2)


@lru_cache(maxsize=100_000)
def onsets(block: bytes) -> tuple[tuple[datetime, timedelta, timedelta, str], ...]:
    """(first wall time, offset before, offset after, rule) of each observance; checks their shape."""
    whole = read(block)
    standard, daylight = whole.inner("STANDARD"), whole.inner("DAYLIGHT")
    assert len(standard) == 1
    assert len(daylight) <= 1
    assert len(whole.blocks) == len(standard) + len(daylight)
    found = [_observance(each) for each in (*standard, *daylight)]
    if daylight:
        assert found[1][2] > found[0][2]  # the larger offset is DAYLIGHT
    else:
        assert not found[0][3]
        assert found[0][1] == found[0][2]
    return tuple(found)


def offset_at(block: bytes, wall: datetime) -> timedelta:
    """The offset of a wall time, by the last onset at or before it (RFC 5545 3.6.5)."""
    before = []
    for first, _, after, rule in onsets(block):
        came = [day for day in _days(first, rule, wall.year) if first <= day <= wall]
        before += [(max(came), after)] if came else []
    return max(before)[1] if before else min(onsets(block))[1]


def _observance(block: Block) -> tuple[datetime, timedelta, timedelta, str]:
    assert {key for key, _ in block.lines} <= {"DTSTART", "RRULE", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO"}
    first = datetime.strptime(block.value("DTSTART"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall time
    rule = block.value("RRULE") if block.has("RRULE") else ""
    if rule:
        assert re.fullmatch(
            r"FREQ=YEARLY;BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU);BYMONTH=(1[0-2]|[1-9])", rule
        )
        assert first.year == 1970
        assert first in _days(first, rule, 1970)
    return first, _offset(block.value("TZOFFSETFROM")), _offset(block.value("TZOFFSETTO")), rule


def _offset(text: str) -> timedelta:
    found = re.fullmatch(r"([+-])(\d\d)(\d\d)", text)
    assert found
    size = timedelta(hours=int(found.group(2)), minutes=int(found.group(3)))
    return -size if found.group(1) == "-" else size


@lru_cache(maxsize=100_000)
def _days(first: datetime, rule: str, year: int) -> tuple[datetime, ...]:
    """The onsets of a rule in a year and the one before."""
    if not rule:
        return (first,)
    parts = dict(part.split("=") for part in rule.split(";"))
    nth, day, month = int(parts["BYDAY"][:-2]), DAYS.index(parts["BYDAY"][-2:]), int(parts["BYMONTH"])
    found = []
    for each in (year - 1, year):
        fits = [week[day] for week in calendar.monthcalendar(each, month) if week[day]]
        chosen = fits[nth] if nth < 0 else fits[nth - 1]
        found.append(first.replace(year=each, month=month, day=chosen))
    return tuple(found)

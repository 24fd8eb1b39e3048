"""The time of day that somebody means, as people write it in English and Arabic: 13.30, 1 pm, noon, ١ ظهرًا."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Final

from events_app.folding import folded

Meaning = Mapping[int, tuple[int, ...]]
"""Which hours of the day an hour of a twelve-hour clock may be, in one part of the day."""

_MORNING: Meaning = {hour: (hour % 12,) for hour in range(1, 13)}
_AFTERNOON: Meaning = {hour: (hour % 12 + 12,) for hour in range(1, 13)}
_NOON: Meaning = {11: (11,), 12: (12,), 1: (13,), 2: (14,), 3: (15,)}
_LATE_AFTERNOON: Meaning = {hour: (hour + 12,) for hour in range(1, 7)}
_EVENING: Meaning = {**_AFTERNOON, 12: (0, 12)}
_NIGHT: Meaning = {
    **{hour: (hour,) for hour in range(1, 5)}, 5: (5, 17), 6: (6, 18),
    **{hour: (hour + 12,) for hour in range(7, 12)}, 12: (0,),
}  # fmt: skip
_DAWN: Meaning = {hour: (hour,) for hour in range(1, 8)}

_PARTS: Final[Mapping[str, Meaning]] = {
    folded(word): meaning
    for words, meaning in {
        "am|in the morning|ص|صباحا|صباح|الصبح|قبل الظهر|قظ": _MORNING,
        "pm|in the afternoon|م|بعد الظهر|بظ": _AFTERNOON,
        "noon|ظهرا|ظهر|الظهر": _NOON,
        "عصرا|عصر|العصر": _LATE_AFTERNOON,
        "in the evening|مساء|مساءا|المساء": _EVENING,
        "at night|ليلا|الليل": _NIGHT,
        "فجرا|فجر|الفجر": _DAWN,
    }.items()
    for word in words.split("|")
}
_ALONE: Final[Mapping[str, time]] = {
    folded(word): moment
    for words, moment in {
        "noon|midday|ظهرا|الظهر|منتصف النهار": time(12, 0),
        "midnight|منتصف الليل": time(0, 0),
    }.items()
    for word in words.split("|")
}
_WRITTEN = re.compile(r"(\d{1,2}) ?(?:([:.٫]) ?(\d{2})|(h) ?(\d{2})?)? ?(\D*)", re.ASCII)
_FOUR_DIGITS = re.compile(r"(\d{2})(\d{2})", re.ASCII)
_SAID_BEFORE = re.compile(rf"(?:at|{folded('الساعة')}) ?(?=\S)")


def hours_meant(text: str) -> list[time]:
    """The times that somebody may mean: none, one, or two.

    With minutes, a zero before it, or above 12 an hour is read on the clock of 24 hours: 9:30, 09, 13. With a word for
    the part of the day it is read on the clock of twelve. An hour from 1 to 11 alone may be in the morning or in the
    evening, and nothing is guessed, not even from the hour it stands beside.
    """
    plain = " ".join(folded(text).split())
    plain = re.sub(r"(?<=[^\W\d])\.(?= ?[^\W\d]|$)", "", plain)  # p.m., ب.ظ
    plain = _SAID_BEFORE.sub("", plain, count=1)
    if plain in _ALONE:
        return [_ALONE[plain]]
    if together := _FOUR_DIGITS.fullmatch(plain):
        return _times([int(together[1])], int(together[2]))
    written = _WRITTEN.fullmatch(plain)
    if written is None:
        return []
    hour, minute, part = int(written[1]), int(written[3] or written[5] or 0), written[6]
    if part:
        return _times(_in_part(hour, part.removeprefix("o'clock").strip()), minute)
    is_of_24 = written[2] or written[4] or written[1][0] == "0" or hour >= 12
    return _times([hour] if is_of_24 else [hour, hour + 12], minute)


def _in_part(hour: int, part: str) -> list[int]:
    """13 in the afternoon is 13 too; 13 in the morning is nothing."""
    meaning = _PARTS.get(part, {})
    if hour in meaning:
        return sorted(meaning[hour])
    return [hour] if any(hour in hours for hours in meaning.values()) else []


def _times(hours: list[int], minute: int) -> list[time]:
    return [time(hour, minute) for hour in hours if hour < 24 and minute < 60]

"""Lists that people bring, read in a process of their own; and the headings that we know."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from events_app.folding import plain
from events_app.foreign.apart import ReadList, read_apart
from events_app.i18n import languages, use_language
from events_app.registrations.rules import SHEET_COLUMNS

_HEADINGS: Final[Mapping[str, Sequence[str]]] = tomllib.loads(
    (Path(__file__).parent / "headings.toml").read_text(encoding="utf-8")
)
_ROLE_OF: Final = {plain(word): role for role, words in _HEADINGS.items() for word in words}

_OURS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("quota", "code"), ""),
    "status": "state",
    "registered_on": "day",
}
"""What columns of our own sheets hold, where it is not called as here; '' for what a list cannot bring."""


async def read_list(
    data: bytes, *, encoding: str = "", delimiter: str = "", heading: int | None = None
) -> ReadList:
    """The people of a list below their heading; '' and None find out by themselves. Refuses what
    `foreign.apart.read_apart` refuses."""
    return await read_apart(
        data, words=known_headings(), encoding=encoding, delimiter=delimiter, heading=heading
    )


def known_headings() -> Mapping[str, str]:
    """What a column of that heading holds ('name', 'given', 'family', 'address', 'language', 'mode', 'needs', 'state',
    'line', 'day', 'party'), as Google Forms, Zoom, Eventbrite, our own sheets and people call it in many languages."""
    return _known_in(languages())


def exact_role_of(heading: str) -> str:
    """'' for a heading that we do not know."""
    return known_headings().get(plain(heading[:200]), "")


@cache
def _known_in(codes: tuple[str, ...]) -> dict[str, str]:
    known = _our_headings(codes) | {word: role for word, role in _ROLE_OF.items() if role}
    return {word: role for word, role in known.items() if role}


def _our_headings(codes: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in codes:
        with use_language(code):
            found |= {plain(str(label)): _OURS.get(key, key) for key, label in SHEET_COLUMNS.items()}
    return found

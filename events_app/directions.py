"""Which way texts read: names and numbers that would turn their neighbours around, or themselves (UAX 9)."""

import re
import unicodedata
from typing import Final

from events_app.i18n import direction

GROUPS: Final = re.compile(r"(?<![\w+./=&%#@-])\+?\(?\d(?:[ \u00a0./()-]{0,2}\d){6,16}(?![\w@/-])", re.ASCII)
"""A number of several groups in a running text, which right-to-left neighbours turn around: a phone's, or a date's with
hyphens."""

_LEFT_TO_RIGHT: Final = "\u200e"
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def isolated(text: str) -> str:
    """A name, number or address for a sentence of the current language, between marks that keep it in itself (2.4):
    only where it reads the other way, or is a number of several groups.

    For what is shown on a page. In plain mail old programs show these marks as boxes: see `marked`.
    """
    return f"\u2068{text}\u2069" if _reads_otherwise(text) else text


def _reads_otherwise(text: str) -> bool:
    if direction() == "ltr":
        return not text.isascii() and bool(_RIGHT_TO_LEFT.search(text))
    if GROUPS.search(text) and not _RIGHT_TO_LEFT.search(text):
        return True
    return any(unicodedata.bidirectional(letter) == "L" for letter in text)


def marked(text: str) -> str:
    """A text in which the numbers of several groups stay in their order between right-to-left words: in each such line
    a left-to-right mark stands on both sides of them (2.6). Mail and calendar programs show these marks as nothing."""
    if text.isascii() or not _RIGHT_TO_LEFT.search(text) or not GROUPS.search(text):
        return text
    return "\n".join(map(_marked_line, text.split("\n")))


def marked_page(html: str) -> str:
    """The same for the texts of a page of our own, between its tags."""
    if html.isascii() or not _RIGHT_TO_LEFT.search(html) or not GROUPS.search(html):
        return html
    pieces = re.split(r"(<style.*?</style>|<[^>]*>)", html, flags=re.DOTALL)
    kept_in_order = in_order if direction() == "rtl" else marked
    pieces[::2] = map(kept_in_order, pieces[::2])
    return "".join(pieces)


def in_order(text: str) -> str:
    """A part of a right-to-left text, with such marks."""
    return GROUPS.sub(lambda found: f"{_LEFT_TO_RIGHT}{found[0]}{_LEFT_TO_RIGHT}", text)


def holds_right_to_left(text: str) -> bool:
    return not text.isascii() and bool(_RIGHT_TO_LEFT.search(text))


def is_number(text: str) -> bool:
    """Whether a text is a number of several groups, or with a sign, and nothing else: it reads from left to right on
    every page."""
    bare = text.strip()
    return bool(GROUPS.fullmatch(bare) or re.fullmatch(r"[+\-−]\d+(?:[.,]\d+)?", bare))


def _marked_line(line: str) -> str:
    return in_order(line) if _RIGHT_TO_LEFT.search(line) else line

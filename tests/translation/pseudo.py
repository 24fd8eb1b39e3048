"""A language of marks: translated sentences come out in ｗｉｄｅ letters, so plain Latin ones were never marked."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from gettext import NullTranslations
from html.parser import HTMLParser

from events_app import i18n

LANGUAGE = "ar"
"""The marks take the place of Arabic: what Babel says (days, months, cities, languages) is then not Latin either."""

_WIDE = {
    code: code - 0x20 + 0xFF00 for code in (*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1))
}
_BLANK = re.compile(r"(%\(\w+\)[a-z]|\{\w*\})")

NOT_OURS = re.compile(
    r"\S+@\S+"  # addresses
    r"|(?:https?|webcal)://\S+|/events/\S+"
    r"|\bUTC(?:[+-]\d+(?::\d\d)?)?"
    r"|\b[A-Z][A-Za-z_]+/[A-Za-z_/+-]+"  # time zones
    r"|#[0-9a-f]{6}\b"
    r"|\{\w*\}"  # blanks that a script fills
    r"|\bEnglish\b"  # a language, by its own name
    r"|\b[a-z]+\.(?:json|xml|ics)\b|\bAtom\b"  # files and formats for programs
    r"|\bDKIM\b|\bDMARC\b|\bSPF\b|\bSMTP\b|\bTLS\b|\bDNS\b"
    r"|\bGoogle\b|\bOutlook\.com\b|\bOffice 365\b"
    r"|\bSide events\b|\bRima\b"  # the site and the organizer of tests/make.py
)
"""Latin that is right on an Arabic page."""

_SHOWN_ATTRIBUTES = {
    "alt", "title", "aria-label", "placeholder", "label",
    "data-label", "data-copied", "data-your-time", "data-hours",
}  # fmt: skip
_NEVER_CLOSED = {"meta", "link", "img", "input", "br", "hr", "col", "wbr", "source"}


class Marks(NullTranslations):
    """A catalogue that has every sentence: wide letters between ⟦ and ⟧, blanks as they were."""

    def gettext(self, message: str) -> str:
        return marked(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return marked(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return message if context.startswith("date pattern") else marked(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return marked(msgid1 if n == 1 else msgid2)


def marked(sentence: str) -> str:
    pieces = _BLANK.split(sentence)
    pieces[::2] = [piece.translate(_WIDE) for piece in pieces[::2]]
    return f"⟦{''.join(pieces)}⟧"


@contextmanager
def marks() -> Iterator[None]:
    """Everything that is translated into Arabic is marked until the block ends."""
    i18n.use_catalogue(LANGUAGE, Marks())
    try:
        yield
    finally:
        i18n.load_languages(("en", "ar"))


def unmarked(text: str) -> list[str]:
    """The Latin words of a text that nobody marked."""
    return re.findall(r"[A-Za-z][A-Za-z' ]*", NOT_OURS.sub(" ", text))


def unmarked_on(page: str) -> list[str]:
    """The same of a page: what is seen or read aloud, and the words that scripts and styles may show."""
    return [word for shown in shown_on(page) for word in unmarked(shown)]


def shown_on(page: str) -> Iterable[str]:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.shown


class _Reader(HTMLParser):
    """Collects what a page shows. Codes, and what says that it is in another language, are left alone."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._is_one_word = False

    @property
    def _is_foreign(self) -> bool:
        return any(foreign for _tag, foreign in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self._is_one_word = tag == "wbr"  # only a place where a line may break
        foreign = tag in ("style", "script", "code", "datalist") or said.get("lang", LANGUAGE) != LANGUAGE
        if not foreign and not self._is_foreign:
            self.shown += [value for name, value in attrs if name in _SHOWN_ATTRIBUTES and value]
            if tag == "meta" and said.get("name") == "description":
                self.shown.append(said.get("content") or "")
            if tag == "input" and said.get("type") in ("submit", "button"):
                self.shown.append(said.get("value") or "")
        if tag not in _NEVER_CLOSED:
            self._open.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(tag == name for name, _foreign in self._open):
            name, _foreign = self._open.pop()
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._is_foreign:
            before = self.shown.pop() if self._is_one_word else ""
            self.shown.append(before + data.strip())
            self._is_one_word = False

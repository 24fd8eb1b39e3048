"""Texts as people write them: one in several languages, made into an address of a page, read out of HTML."""

import re
import unicodedata
from html.parser import HTMLParser
from typing import Final

Texts = dict[str, str]
"""One text in several languages: {'en': 'Launch', 'ar': 'إطلاق'}."""


_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآءؤئ",
        [
            "a",
            "b",
            "t",
            "th",
            "j",
            "h",
            "kh",
            "d",
            "dh",
            "r",
            "z",
            "s",
            "sh",
            "s",
            "d",
            "t",
            "z",
            "a",
            "gh",
            "f",
            "q",
            "k",
            "l",
            "m",
            "n",
            "h",
            "w",
            "y",
            "a",
            "a",
            "a",
            "a",
            "a",
            "a",
            "w",
            "y",
        ],
        strict=True,
    )
)


def slug_of(title: str) -> str:
    """'Detained & Missing: what next?' -> 'detained-missing-what-next'; Arabic letters are written in Latin ones."""
    latin = "".join(_ARABIC.get(letter, letter) for letter in title)
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-") or "event"


def is_slug(text: str) -> bool:
    """Whether it can be the address of anything of ours; a database would break on some that cannot."""
    return re.fullmatch(r"[a-z0-9-]{1,80}", text) is not None


class _Text(HTMLParser):
    """Collects what HTML says; a line ends where a block does."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _BLOCKS - {"br"}:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.said.append(re.sub(r"\s+", " ", data))


_UNSEEN: Final = frozenset({"script", "style", "title"})
_BLOCKS: Final = frozenset(
    {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote", "ul", "ol", "table"}
)


def text_of_html(html: str) -> str:
    """What a letter in HTML says, as text: its lines, without anything that is not shown."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.said).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

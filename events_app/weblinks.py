"""Web addresses in running text: where one begins, where it ends, and as a link in Markdown."""

import re
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_ADDRESS: Final = re.compile(
    r"(?:https?://[^\W_][\w-]*(?:\.[\w-]+)*|www\.[\w-]+(?:\.[\w-]+)+)(?::\d{1,5})?"
    r"(?:[/?#][^\s<>\"`\\|^{}\[\]،؛؟«»“”]*)?",
    re.IGNORECASE,
)
_BEGINNING: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
_GLUED: Final = frozenset("@._/")
"""What stands before the middle of some other address."""
_AFTER: Final = ".,;:!?'*_~…-"
"""What ends a sentence and not an address."""
LONGEST: Final = 2000


def address_at(text: str, place: int) -> str:
    """The web address that begins at this place, without the signs of the sentence behind it; '' where none does."""
    before = text[place - 1] if place else " "
    if before in _GLUED or (before.isascii() and before.isalnum()):
        return ""
    found = _ADDRESS.match(text, place, place + LONGEST)
    return _trimmed(found[0]) if found else ""


def _trimmed(address: str) -> str:
    """A bracket belongs to the address only where it was opened in it."""
    said = address.rstrip(_AFTER)
    while said.endswith(")") and said.count("(") < said.count(")"):
        said = said[:-1].rstrip(_AFTER)
    return said


def addresses_in(text: str) -> Iterator[str]:
    for beginning in _BEGINNING.finditer(text):
        if said := address_at(text, beginning.start()):
            yield said


def href_of(address: str) -> str:
    """Where it leads; people leave https:// out before www."""
    return f"https://{address}" if address[:4].lower() == "www." else address


def link_addresses(markdown: MarkdownIt) -> None:
    """From now on a bare web address is a link, as one in < > is; not in code, nor in the words of a link."""
    for letter in "hHwW":
        markdown.inline.add_terminator_char(letter)
    markdown.inline.ruler.before("text", "web_address", _rule)


def _rule(state: StateInline, silent: bool) -> bool:
    if state.linkLevel > 0 or state.src[state.pos] not in "hHwW":
        return False
    address = address_at(state.src, state.pos)
    href = state.md.normalizeLink(href_of(address)) if address else ""
    if not href or not state.md.validateLink(href):
        return False
    if not silent:
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": href, "dir": "ltr"}
        words = state.push("text", "", 0)
        words.content, words.meta = address, {"is_address": True}
        state.push("link_close", "a", -1)
    state.pos += len(address)
    return True

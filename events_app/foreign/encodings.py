"""Bytes of a list as text: which encoding they are in, and what a text should have been."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from events_app.errors import Invalid
from events_app.i18n import L_, N_

ENCODINGS: Final[Mapping[str, str]] = {
    "utf-8": L_("Unicode (UTF-8)"),
    "utf-16-le": L_("Unicode (UTF-16)"),
    "utf-16-be": L_("Unicode (UTF-16, reversed)"),
    "cp1256": L_("Arabic (Windows-1256)"),
    "cp1254": L_("Turkish (Windows-1254)"),
    "cp1252": L_("Western European (Windows-1252)"),
    "cp1250": L_("Central European (Windows-1250)"),
    "cp1251": L_("Cyrillic (Windows-1251)"),
}
"""How the letters of a CSV file may be written, in the order of the choice."""


_GUESSED: Final = ("cp1252", "cp1254", "cp1256", "cp1251")


_CONTROLS: Final = re.compile(r"[\x01-\x08\x0e-\x1f]")


UNREADABLE: Final = "\ufffd"
"""Stands where bytes mean nothing in the chosen encoding."""


class NotATable(Invalid):
    sentence = N_("This is not a list that we can read. Please save it as CSV or XLSX and try again.")


def decode(data: bytes, *, encoding: str = "") -> tuple[str, str]:
    """The text in the bytes and the encoding (a key of `ENCODINGS`) it was read by.

    A chosen encoding is used as it is, and `UNREADABLE` stands for what means nothing in it. Otherwise a byte order
    mark decides, then UTF-16 without one, then UTF-8, then the Windows encoding in which the words look most like
    words. Refuses `NotATable` for bytes that are no text in any of them.
    """
    if encoding:
        text, used = data.decode(encoding, "replace").removeprefix("\ufeff"), encoding
    else:
        text, used = _decoded(data)
    if "\0" in text or len(_CONTROLS.findall(text)) * 100 > len(text):
        raise NotATable()
    return text, used


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name
    if b"\0" in data[:4096]:
        tries = [(data.decode(name, "replace"), name) for name in ("utf-16-le", "utf-16-be")]
        text, name = max(tries, key=lambda each: _looks_like_text(each[0]))
        if not _looks_like_text(text):
            raise NotATable()
        return text, name
    text = data.decode("utf-8", "replace")
    lost = text.count(UNREADABLE)
    if not lost or lost * 20 <= sum(letter > "\x7f" for letter in text):
        return text, "utf-8"
    guesses = ((data.decode(name, "replace"), name) for name in _GUESSED)
    return max(guesses, key=lambda each: plausibility(each[0]))


def _looks_like_text(text: str) -> int:
    """Line ends and delimiters are where UTF-16 read the right way round has them."""
    return sum(text.count(mark) for mark in "\n,;\t @.")


def plausibility(text: str) -> int:
    """How much the words with letters beyond ASCII look like words: each is of one script, accents are the exception
    in Latin ones, and signs stand between words. Only for comparing readings of the same bytes."""
    score = 0
    for word in _words_beyond_ascii(text[:400_000]):
        beyond = [letter for letter in word if letter > "\x7f"]
        kinds = Counter(_kind(letter) for letter in word)
        if kinds["odd"]:
            score -= 3 * kinds["odd"]
        elif len(kinds.keys() & _SCRIPTS) > 1 or (kinds["latin"] > 1 and len(beyond) * 2 > kinds["latin"]):
            score -= 2 * len(beyond)
        elif kinds["cyrillic"] and not (word.istitle() or word.islower() or word.isupper()):
            # Arabic bytes read as Cyrillic are letters too, large and small ones at random
            score -= 2 * len(beyond)
        else:
            score += len(beyond)
        score -= 2 * sum(
            letter in "ðþýÐÞÝ" for letter in beyond
        )  # Icelandic; Turkish has these bytes in most words
    return score


def _words_beyond_ascii(text: str) -> Iterator[str]:
    """The first 5,000. One pass: a pattern that asks for such a letter inside a word looks at long words squared."""
    words = (found[0] for found in re.finditer(r"[^\s,;|\"'()@.:/-]+", text))
    return islice((word for word in words if not word.isascii()), 5_000)


_SCRIPTS: Final = frozenset({"arabic", "latin", "cyrillic"})


def _kind(letter: str) -> str:
    if letter.isdigit() or letter in "،؛؟–—’‘“”«»_*#&+°…\u00a0\u200c\u200d":
        return "neutral"
    if "\u0600" <= letter <= "\u06ff":
        return "arabic"
    if "\u0401" <= letter <= "\u0491":
        return "cyrillic"
    if unicodedata.category(letter) in {"Lu", "Ll"} and letter < "\u0250":
        return "latin"
    return "neutral" if letter < "\x80" else "odd"


def mended(text: str) -> str:
    """What a text should have been that was UTF-8 and was read as a Windows encoding ('Ù…Ù†Ù‰', 'ظ…ظ†ظ‰'); '' for one
    that is as it should be."""
    if text.isascii():
        return ""
    for name in ("cp1252", "cp1256", "cp1254"):
        try:
            return b"".join(_byte_of(letter, name) for letter in text).decode("utf-8")
        except UnicodeError:
            continue
    return ""


def _byte_of(letter: str, encoding: str) -> bytes:
    """Bytes that mean nothing in the encoding were read as control characters of the same number."""
    return bytes([ord(letter)]) if "\x80" <= letter <= "\x9f" else letter.encode(encoding)

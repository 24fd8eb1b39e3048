"""Texts as people write them: in several languages, in HTML, with other digits, with characters that nobody sees."""

import contextlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from html import unescape
from typing import Final, Literal

Texts = dict[str, str]
"""One text in several languages: {'en': 'Launch', 'ar': 'إطلاق'}."""


_LATIN = "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y a a a a a a w y"
_ARABIC = dict(zip("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآءؤئ", _LATIN.split(), strict=True))
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NEVER_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_CHARACTERS = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(at)}{chr(at + 1)}" for at in range(0xFFFE, 0x110000, 0x10000))
    + "]"
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


_TOWER = re.compile(r"[^\w\s\x00-\x7f]{31,}")


def normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """The text in that form of Unicode. Of more than thirty marks on one letter the rest is left out, as in UAX 15's
    Stream-Safe Text: putting marks in order takes the square of their number."""
    return text if text.isascii() else unicodedata.normalize(form, _TOWER.sub(_lower_towers, text))


def _lower_towers(found: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in found[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= 30:
            kept.append(character)
    return "".join(kept)


def with_line_feeds(text: str) -> str:
    """Every end of a line that Unicode knows (UAX 14) as a line feed: vertical tab, next line, line separator ..."""
    return _LINE_ENDS.sub("\n", text)


def for_xml(text: str) -> str:
    """Without the characters that XML 1.0 forbids (2.2): one of them, and nobody can read the file."""
    return text if text.isprintable() else _NEVER_IN_XML.sub("", text)


def of_characters(text: str) -> str:
    """Without what Unicode says is no character, and lone surrogates: neither files nor databases hold them."""
    return _NO_CHARACTERS.sub("", text)


def visible(text: str) -> str:
    """Without what shows nothing (Unicode's Default_Ignorable_Code_Point), for what is compared letter by letter:
    addresses, numbers, codes. Names and texts keep it: Persian is written with joiners, Khmer with hidden spaces."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def is_blank(text: str) -> bool:
    """Whether nobody would see anything of it."""
    return not visible(text).replace("\u2800", "").strip()


_BEGINS_A_FORMULA = frozenset("=+-@|%\t\r\n")


def from_the_first_seen(text: str) -> str:
    """Without the spaces, zero-width characters and marks before it; tabs and line ends count as seen."""
    for place, character in enumerate(text):
        if character in _BEGINS_A_FORMULA or unicodedata.category(character)[0] not in "CMZ":
            return text[place:]
    return ""


def starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate what begins so, in full width or not (OWASP, "CSV Injection")."""
    return bool(text) and unicodedata.normalize("NFKC", text[0])[0] in _BEGINS_A_FORMULA


def western_digits(text: str | None) -> str:
    """٠١٢ and ۰۱۲ become 012; everything else stays."""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text or "")


def days_meant(text: str) -> list[date]:
    """The days that somebody may mean: none, one, or two where 3/4/2027 could be in March as well as in April.

    Year first, or day, month and year; with hyphens, dots, slashes or spaces; any digits. With dots the day stands
    first wherever dates are written with dots.
    """
    plain = " ".join(western_digits(visible(text)).split())
    plain = re.sub(r" ?([-./]) ?", r"\1", plain)
    if year_first := re.fullmatch(r"(\d{4})([-./ ])(\d{1,2})\2(\d{1,2})", plain, re.ASCII):
        return _days((int(year_first[1]), int(year_first[3]), int(year_first[4])))
    if year_last := re.fullmatch(r"(\d{1,2})([-./ ])(\d{1,2})\2(\d{4})", plain, re.ASCII):
        one, other, year = int(year_last[1]), int(year_last[3]), int(year_last[4])
        american = [] if year_last[2] == "." else [(year, one, other)]
        return _days((year, other, one), *american)
    return []


def _days(*said: tuple[int, int, int]) -> list[date]:
    found = []
    for year, month, day in said:
        with contextlib.suppress(ValueError):
            found.append(date(year, month, day))
    return list(dict.fromkeys(found))


def slug_of(title: str) -> str:
    """'Detained & Missing: what next?' -> 'detained-missing-what-next'; Arabic letters are written in Latin ones."""
    latin = "".join(_ARABIC.get(letter, letter) for letter in title)
    plain = normalized("NFKD", latin).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-") or "event"


def is_slug(text: str) -> bool:
    """Whether it can be the address of anything of ours; a database would break on some that cannot."""
    return re.fullmatch(r"[a-z0-9-]{1,80}", text) is not None


def quoted_once(text: str) -> str:
    """A title that its writer has put in « » is not put in them again, with or without a mark of direction between."""
    return re.sub("«\u200e?«", "«", re.sub("»\u200e?»", "»", text))


_TAG: Final = re.compile(r"(<[/!?]?[a-zA-Z][^<>]{0,4000}>)")
_UNSEEN: Final = frozenset({"script", "style", "title"})
_BLOCKS: Final = frozenset(
    {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote", "ul", "ol", "table"}
)


def text_of_html(html: str) -> str:
    """What a letter in HTML says, as text: its lines, without anything that is not shown.

    In one pass: the library's parser takes the square of the length where tags never end.
    """
    said, unseen = [], ""
    for piece in _TAG.split(_without_comments(html)):
        name = _name_of(piece)
        if name in _UNSEEN:
            unseen = "" if piece.startswith("</") and unseen == name else unseen or name
        elif name in _BLOCKS and not (name == "br" and piece.startswith("</")):
            said.append("\n")
        elif not name and not unseen:
            said.append(re.sub(r"\s+", " ", unescape(piece)))
    lines = [line.strip() for line in "".join(said).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _name_of(piece: str) -> str:
    """The name of the tag that a piece is; "" for text."""
    if not _TAG.fullmatch(piece):
        return ""
    return re.split(r"[^a-z0-9]", piece.lstrip("</!?").lower(), maxsplit=1)[0]


def _without_comments(html: str) -> str:
    seen, *commented = html.split("<!--")
    return seen + "".join(part.partition("-->")[2] for part in commented)


def paragraphs_of(body: str, links: Sequence[str]) -> list[list[list[tuple[str, bool]]]]:
    """A plain text as paragraphs of lines of pieces (text, is_link). Only the addresses in `links` become links."""
    known = "|".join(re.escape(link) for link in sorted(links, key=len, reverse=True))
    return [
        [
            [
                (piece, piece in links)
                for piece in (re.split(f"({known})", line) if known else [line])
                if piece
            ]
            for line in paragraph.strip("\n").split("\n")
        ]
        for paragraph in re.split(r"\n{2,}", body.strip("\n"))
    ]


def harmless(name: str) -> str:
    """A name that somebody typed, as a letter may say it: nothing in it becomes a link, however it is dressed up.

    (pretalx 2026.1.2: an attacker's link in a name was mailed to victims from the organizers' own address.)
    """
    bare = re.sub(r"[:/\\@<>\[\]()#?&=%|]+", " ", name)
    return " ".join(re.sub(r"\.(?=\w)", ". ", bare).split())[:80].rstrip()

"""What may stand in a cell: no control characters, no hidden directions, nothing that is calculated."""

import re

from events_app.texts import from_the_first_seen, starts_a_formula

LONGEST_CELL = 32_767
"""UTF-16 units; a longer cell makes Excel call the whole file damaged."""

LONGEST_SHEET_NAME = 31

_UNFIT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls; tab and line feed stay
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"  # directions that would turn the neighbours around
    "\ud800-\udfff\ufffe\uffff]"  # not allowed in XML 1.0, section 2.2
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_PHONE_NUMBER = re.compile(r"\+\(?\d(?:[ \u00a0./()-]{0,2}\d){5,16}")
_PLAIN_NUMBER = re.compile(r"[+-](?:\d+|\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+)(?:[.,]\d+)?")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


def clean(cell: str) -> str:
    """Without control characters, direction overrides and what XML forbids; every line end a line feed."""
    return cell if cell.isprintable() else _UNFIT.sub("", _LINE_ENDS.sub("\n", cell))


def disarm(cell: str) -> str:
    """The text with an apostrophe before it if a spreadsheet that opens a CSV would calculate it.

    That is whatever starts, after spaces and invisible characters, with = + - @ | % tab or a line end, in
    full width or not (OWASP, "CSV Injection"). What is plainly a phone number (`+32 478 12 34 56`) or a
    number stays as it is.
    """
    if not cell or cell[0].isalnum():
        return cell
    text = from_the_first_seen(cell.lstrip("'"))
    if not starts_a_formula(text):
        return cell
    bare = text.rstrip()
    if cell[0] == "'":
        return "'" + cell  # it had one of its own: an import takes one off
    if _PHONE_NUMBER.fullmatch(bare) or _PLAIN_NUMBER.fullmatch(bare):
        return cell
    return "'" + cell


def fit(cell: str) -> str:
    """The text, cut to what Excel takes in one cell, with … where it was cut."""
    if len(cell) <= LONGEST_CELL // 2 or len(units := cell.encode("utf-16-le")) <= LONGEST_CELL * 2:
        return cell
    return units[: (LONGEST_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"


def xml_text(cell: str) -> str:
    """Clean text for XML, `_xHHHH_` kept from meaning a character (ISO/IEC 29500-1, 22.9.2.19)."""
    text = cell.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return _LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text


def sheet_name(title: str) -> str:
    """A name Excel takes for a sheet: 1 to 31 characters, none of [ ] : * ? / \\, no apostrophe at an end."""
    flat = " ".join(_FORBIDDEN_IN_SHEET_NAMES.sub(" ", clean(title)).split())
    short = flat.encode("utf-16-le")[: LONGEST_SHEET_NAME * 2].decode("utf-16-le", "ignore").strip("' ")
    return short if short and short.casefold() != "history" else "Sheet1"

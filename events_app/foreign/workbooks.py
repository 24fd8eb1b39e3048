"""Reading workbooks (XLSX, XLS, ODS): the first visible sheet with rows in it, as text. Nothing touches the disk.

Only in a worker. What a zip says of its size is looked at first of all.
"""

import io
import zipfile
from dataclasses import dataclass
from typing import Any, Final

from events_app.errors import Invalid
from events_app.i18n import N_

MOST_UNPACKED: Final = 64 * 1024 * 1024
"""Bytes of one part of the workbook: a sheet of 10,000 rows has some 10 MB."""

MOST_UNPACKED_IN_ALL: Final = 2 * MOST_UNPACKED

NumberedRows = list[tuple[int, list[str]]]


class BadWorkbook(Invalid):
    sentence = N_(
        "This Excel file cannot be read. Please open it in Excel, save it again as XLSX, and try again."
    )


class BadOpenDocument(BadWorkbook):
    sentence = N_(
        "This ODS file cannot be read. Please open it in LibreOffice, save it again, and try again."
    )


class WorkbookTooLarge(Invalid):
    sentence = N_("This file is too large for us when it is unpacked.")


class OldOrLocked(Invalid):
    sentence = N_(
        "This is an old Excel file that we cannot open, or a file with a password. Please save it as XLSX "
        "without a password."
    )


class HoldsMacros(Invalid):
    sentence = N_("This Excel file contains macros. Please save it as XLSX, without macros, and try again.")


@dataclass(frozen=True)
class Sheet:
    """Rows with their numbers as the sheet shows them (from 1), without those that have no cells.

    `hidden` are the numbers of those that the sheet does not show; None where we cannot tell (XLS).
    """

    rows: NumberedRows
    hidden: frozenset[int] | None


def is_workbook(data: bytes) -> bool:
    """Whether it begins like one: a zip (XLSX, ODS) or a compound file (XLS, or a workbook with a password)."""
    return data.startswith((_ZIP, _COMPOUND))


def read_workbook(data: bytes, *, most_rows: int, most_columns: int) -> Sheet:
    """What the first visible sheet with rows in it holds; of a formula its last value.

    At most `most_rows` + 1 rows of `most_columns` + 1 cells are read, so that the caller sees that there are more.
    Dates come as YYYY-MM-DD (with HH:MM where there is a time), times as HH:MM, numbers without a trailing ".0",
    a tick as yes or no.
    Refuses `BadWorkbook`, `WorkbookTooLarge`, `OldOrLocked`, `HoldsMacros`.
    """
    if data.startswith(_ZIP):
        _refuse_bombs(data)
    from events_app.foreign.workbook_reader import read  # the server has no use for its library

    answer: dict[str, Any] = read(data, most_rows=most_rows, most_columns=most_columns)
    if "refused" in answer:
        raise _refusal(answer["refused"], data)
    return _sheet_in(answer)


_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0"


def _refuse_bombs(data: bytes) -> None:
    """By the sizes in the zip's directory. They may be lies; then the reader's own limits hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sizes = [info.file_size for info in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError):
        raise kind_of_broken(data)() from None
    if max(sizes, default=0) > MOST_UNPACKED or sum(sizes) > MOST_UNPACKED_IN_ALL:
        raise WorkbookTooLarge()


def _refusal(why: str, data: bytes) -> Invalid:
    kinds = {"large": WorkbookTooLarge, "locked": OldOrLocked, "macros": HoldsMacros}
    return kinds.get(why, kind_of_broken(data))()


def kind_of_broken(data: bytes) -> type[Invalid]:
    if data.startswith(_COMPOUND):
        return OldOrLocked
    return BadOpenDocument if b"opendocument" in data[:200] else BadWorkbook


def _sheet_in(answer: dict[str, Any]) -> Sheet:
    rows = [(number, cells) for number, cells in answer["rows"]]
    return Sheet(rows, None if answer["hidden"] is None else frozenset(answer["hidden"]))

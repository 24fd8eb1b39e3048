"""What strangers' files may cost: nothing grows with the square of what they hold, and nothing reaches the server."""

import io
import os
from dataclasses import replace

import openpyxl
import pytest
from PIL import Image

from events_app.foreign.apart import LIMITS, read_apart, redrawn_apart
from events_app.foreign.encodings import decode
from events_app.foreign.reading import read_here
from events_app.foreign.workbooks import BadWorkbook, WorkbookTooLarge
from events_app.offload import pool
from events_app.offload.refusals import TookTooLong
from tests.imports.test_workbooks import sheet_of, with_part

pytestmark = [pytest.mark.engine_free, pytest.mark.anyio]

FEW_SECONDS = replace(LIMITS, seconds=8, foreign=False)
"""Of the processor, on the slowest machine. The square of what is read here would take hours of the fastest."""

WORDS = {"name": "name", "e mail": "address"}


async def read_in_time(data: bytes) -> bytes:
    return await pool.run(read_here, data, WORDS, "", "", None, limits=FEW_SECONDS)


@pytest.mark.parametrize(
    "data",
    [
        b"a" * 400_000 + b"\n\xe9 \xff\n",
        b"a" * 200_000 + b"\xe9" * 3 + b"a" * 200_000,
        b"\xe9" * 400_000,
        b"a@" * 200_000 + b"\xff",
        ("name\n" + "﷽" * 130_000).encode("cp1256", "replace") + b"\xff",
        b"a@b" * 100_000 + b"\n" + b"<" * 100_000,
        b"sep=" * 100_000,
        b'"' * 120_000 + b"\n",
        b"'" * 120_000 + b"=\n",
        b"x,y,z\n" * 9_000,
    ],
)
async def test_a_list_never_costs_the_square_of_its_longest_word(data: bytes) -> None:
    assert await read_in_time(data)


def test_the_letters_of_a_word_are_still_told_by_their_looks() -> None:
    text = "الاسم,البريد\nسلمى حداد,salma@example.org\n"

    assert decode(text.encode("cp1256")) == (text, "cp1256")


async def test_a_number_format_never_costs_the_square_of_its_length() -> None:
    book = openpyxl.Workbook()
    book["Sheet"].append([1])
    book["Sheet"]["A1"].number_format = "[" * 200_000
    out = io.BytesIO()
    book.save(out)

    with pytest.raises(BadWorkbook):
        await read_apart(out.getvalue(), words=WORDS)


async def test_a_small_workbook_never_unfolds_to_more_text_than_a_list_may_have() -> None:
    rows = ("<row>" + '<c t="s"><v>0</v></c>' * 3 + "</row>") * 1_000
    book = with_part(
        sheet_of(rows), "xl/sharedStrings.xml", b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>"
    )
    assert len(book) < 10_000

    with pytest.raises(WorkbookTooLarge):
        await read_apart(book, words=WORDS)


async def test_a_list_that_takes_too_long_is_refused_in_a_sentence() -> None:
    people = "".join(f"Guest {number},guest{number}@example.org\n" for number in range(9_000)).encode()

    with pytest.raises(TookTooLong):
        await pool.run(read_here, people * 10, WORDS, "", "", None, limits=replace(LIMITS, clock=0.01))


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (picture(4_000, 6_000), (160, 240)),
        (picture(6_000, 4_001), None),
        (picture(30, 20)[:40], None),
        (b"", None),
        (b"GIF89a", None),
        (os.urandom(5_000), None),
    ],
)
async def test_a_picture_is_drawn_anew_by_another_process_or_is_none(
    content: bytes, size: tuple[int, int] | None
) -> None:
    drawn = await redrawn_apart(content)

    assert (Image.open(io.BytesIO(drawn)).size if drawn else None) == size

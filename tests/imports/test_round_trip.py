"""Our own sheets come back as they went: in every language of the site, and in every form of the file."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_app.events.models.event import Event
from events_app.exports.cells import clean
from events_app.exports.columns import rows_of
from events_app.exports.sheets import CsvSheet, XlsxSheet
from events_app.questions.models import Question
from events_app.registrations.actions import leaving
from events_app.registrations.models import Registration
from events_app.registrations.rules import Guest
from tests import make
from tests.imports.reading import read_table
from tests.imports.test_desk import uploaded
from tests.make import Desk, House, words_of

ALPHABET = "ab سل'=+-@|%\t\n\";,،\u200b＝٣1 "
TEXTS = st.text(
    st.sampled_from(ALPHABET) | st.characters(exclude_categories=["Cs"]),
    max_size=12,
)
TABLES = st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=6)


async def _one(page: Sequence[Sequence[str]]) -> AsyncIterator[Sequence[Sequence[str]]]:
    yield page


async def _whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


@pytest.mark.engine_free
@settings(deadline=None, max_examples=150)
@given(rows=TABLES, sign=st.sampled_from(",;"), bom=st.booleans())
def test_no_cell_of_a_csv_comes_back_otherwise_than_it_went(
    rows: list[list[str]], sign: str, bom: bool
) -> None:
    head = ["Name", "E-mail", "Access needs"]
    data = asyncio.run(_whole(rows_of(CsvSheet(head, bom=bom, sign=sign), _one(rows), len(head))))

    read = read_table(data, delimiter="comma" if sign == "," else "semicolon").rows

    assert [_full(row.cells) for row in read[1:]] == [kept for row in rows if any(kept := _kept(row))]


@pytest.mark.engine_free
@settings(deadline=None, max_examples=15)
@given(rows=TABLES)
def test_no_cell_of_a_workbook_comes_back_otherwise_than_it_went(rows: list[list[str]]) -> None:
    head = ["Name", "E-mail", "Access needs"]
    sheet = XlsxSheet(head, right_to_left=False, title="List")
    data = asyncio.run(_whole(rows_of(sheet, _one(rows), len(head))))

    read = read_table(data).rows

    assert [_full(row.cells) for row in read[1:]] == [kept for row in rows if any(kept := _kept(row))]


def _kept(row: Sequence[str]) -> list[str]:
    return [clean(cell).strip() for cell in row]


def _full(cells: Sequence[str]) -> list[str]:
    return [*cells, *[""] * 3][:3]


QUESTIONS: list[dict[str, Any]] = [
    {
        "kind": "choices",
        "label": {"en": "Meals", "ar": "الوجبات"},
        "choices": [
            {"key": "c1", "text": {"en": "Rice, beans", "ar": "أرز، فاصولياء"}},
            {"key": "c2", "text": {"en": "Rice", "ar": "أرز"}},
            {"key": "c3", "text": {"en": "Beans; or | lentils", "ar": "عدس؛ أو |"}},
        ],
    },
    {"kind": "choice", "label": {"en": "Status", "ar": "الحالة"}, "choices": [
        {"key": "c1", "text": {"en": "Member", "ar": "عضو"}}, {"key": "c2", "text": {"en": "Guest", "ar": "ضيف"}},
    ]},
    {"kind": "text", "label": {"en": "Organization", "ar": "المنظمة"}},
    {"kind": "long", "label": {"en": "Organization", "ar": "المنظمة"}},
    {"kind": "date", "label": {"en": "Arrival", "ar": "الوصول"}},
    {"kind": "number", "label": {"en": "Nights", "ar": "الليالي"}},
    {"kind": "phone", "label": {"en": "Phone", "ar": "الهاتف"}},
    {"kind": "yes_no", "label": {"en": "In pictures", "ar": "الظهور في الصور"}},
    {"kind": "country", "label": {"en": "Country", "ar": "البلد"}},
    {"kind": "languages", "label": {"en": "Speaks", "ar": "يتكلم"}},
]  # fmt: skip

ANSWERS: list[list[Any]] = [
    [["c1", "c3"], "c1", "=1+1", "-a\nb", "2027-01-14", 3, "+966551234567", True, "SY", ["ar", "ku"]],
    [["c2"], "c2", "'=own", "@home", "2027-02-03", 2.5, "055123456", False, "DE", ["en"]],
    [["c1"], "c1", "O'Neil", "a, b; c", "2027-12-31", 0, "0012345678"[2:], True, "PS", []],
    [["c2", "c3"], "c2", "", "", "", 7, "", False, "", ["sgn", "fr"]],
    [[], "", "«نص»", "سطر\nسطر", "", -4, "", True, "LB", []],
    [["c1", "c2", "c3"], "c1", "x", "y", "2027-01-01", 1, "12345", True, "FR", ["tr"]],
]


async def asked(event: Event) -> list[Question]:
    return [
        await Question.create(event_id=event.id, position=at, **values) for at, values in enumerate(QUESTIONS)
    ]


async def filled(house: House) -> Event:
    """Three who come, two who wait, in another order than they came; one who cancelled."""
    event = await make.event(house.vault, capacity_in_person=4, most_guests=0)
    questions = await asked(event)
    names = ["=Rana (2)", "سلمى حدّاد", "'-Omar", "O'Neil", "Zoë Ünal", "می‌خواهم"]
    for at, (name, said) in enumerate(zip(names, ANSWERS, strict=True)):
        answers = {
            str(question.id): answer
            for question, answer in zip(questions, said, strict=True)
            if answer not in ("", [])
        }
        await make.registered(
            event, at, office=house.office, name=name, language=("ar", "en")[at % 2],
            needs="+stairs\n=none" if at == 1 else "", answers=answers,
        )  # fmt: skip
        if at == 3:
            row = await make.row_of(event, "guest3@example.org", office=house.office)
            await leaving.cancel(row.id, act=house.office.at(make.NOW))
            await leaving.finish(row.id, act=house.office.at(make.NOW)) if hasattr(
                leaving, "finish"
            ) else None
            await Event.filter(id=event.id).update(capacity_in_person=3)
    await Registration.all().update(registered_on=date(2026, 1, 3))
    return event


class _Filled(HTMLParser):
    """What a browser would send of the page's form as it came."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = said["name"]
        if tag == "option" and self._select and "selected" in said:
            self.fields[self._select] = said["value"]
        is_box = said.get("type") in {"radio", "checkbox"}
        if tag == "input" and "name" in said and (not is_box or "checked" in said):
            self.fields[said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


async def brought_in(desk: Desk, event: Event, data: bytes, name: str) -> None:
    path = str((await uploaded(desk, event, data, name)).headers["location"])
    fields = _Filled((await desk.get(path)).text).fields
    states = [each for each in fields if each.startswith("state_")]
    kept = {each: "cancelled" for each in states if fields[each] == "out"}

    chosen = await desk.client.post(path, data={**fields, **kept})
    done = await desk.post(f"{path}/registrations")

    assert chosen.headers.get("location") == f"{path}/check", words_of(chosen)
    assert done.status_code == 303, words_of(done)


def _cells(data: bytes, kind: str, sign: str) -> list[list[str]]:
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        assert sheet is not None
        return [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=sign))


@pytest.mark.anyio
@pytest.mark.parametrize("language", make.LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "query"), [("csv", ""), ("csv", "sign=%3B"), ("csv", "bom=no"), ("xlsx", "")]
)
async def test_our_own_sheet_comes_back_as_it_went(
    house: House, language: str, kind: str, query: str
) -> None:
    event, desk = await filled(house), await house.desk(**{"accept-language": language})
    other = await make.event(house.vault, capacity_in_person=3)
    await asked(other)
    path = "/desk/events/{id}/registrations." + f"{kind}?{query}"
    sign = ";" if "sign" in query else ","

    went = (await desk.get(path.format(id=event.id))).content
    await brought_in(desk, other, went, f"list.{kind}")
    came = (await desk.get(path.format(id=other.id))).content

    assert len(_cells(went, kind, sign)) == 7
    assert _cells(came, kind, sign) == _cells(went, kind, sign)


@pytest.mark.anyio
@pytest.mark.parametrize("language", make.LANGUAGES)
async def test_who_has_no_address_is_never_doubled_by_our_own_sheet(house: House, language: str) -> None:
    """They are known by their name and by who brought them: another one of the same name is somebody else."""
    event = await make.event(house.vault, capacity_in_person=20, most_guests=3)
    await make.registered(
        event, "Rana", office=house.office, guests=[Guest("Omar", ""), Guest("Omar", ""), Guest("Lina", "")]
    )
    await make.registered(event, "Salma", office=house.office)
    desk = await house.desk(**{"accept-language": language})
    sheet = (await desk.get(f"/desk/events/{event.id}/registrations.csv")).content

    path = str((await uploaded(desk, event, sheet)).headers["location"])
    await desk.client.post(path, data=_Filled((await desk.get(path)).text).fields)
    trial = await desk.get(f"{path}/check")
    assert "2, 3, 4, 5, 6" in words_of(trial).replace("،", ",")
    assert (await desk.post(f"{path}/registrations")).status_code == 409
    assert await Registration.filter(event_id=event.id).count() == 5

    head, *rows = sheet.decode("utf-8-sig").splitlines()
    other = "\r\n".join([head, *(row.replace("Rana", "Salma") for row in rows if "Lina" in row)])
    path = str((await uploaded(desk, event, other.encode())).headers["location"])
    await desk.client.post(path, data=_Filled((await desk.get(path)).text).fields)
    assert (await desk.post(f"{path}/registrations")).status_code == 303
    assert await Registration.filter(event_id=event.id).count() == 6

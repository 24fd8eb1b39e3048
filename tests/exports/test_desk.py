"""Taking the list out: chosen columns in their order, for signed-in organizers, safe to open in a spreadsheet."""

import asyncio
import csv
import io
from contextlib import suppress
from typing import Any

import httpx2
import openpyxl
import pytest

from events_app.events.models.event import Event
from events_app.exports import columns as actions_of_exports
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee, QuotaFacts
from events_app.offload import pool
from events_app.questions.models import Question
from events_app.registrations.actions import leaving
from events_app.registrations.models import Invitation, Quota
from events_app.registrations.posting import reveal_guest
from events_app.registrations.rules import Guest
from events_app.vault import Reader
from tests import make
from tests.make import House
from tests.offload import tasks

pytestmark = pytest.mark.anyio


async def filled(house: House, **changes: Any) -> Event:
    """Two who come, one who waits, one who cancelled."""
    event = await make.event(house.vault, capacity_in_person=2, **changes)
    rows = await make.registered(event, "Zoe", "Amal", office=house.office)
    await make.registered(event, "Basil", office=house.office, needs="=1+1")
    await make.registered(event, "Fatima", office=house.office, name="فاطمة", language="ar")
    await leaving.cancel(rows[0].id, act=house.office.at(make.NOW))
    return event


def table(answer: httpx2.Response) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def book(answer: httpx2.Response) -> Any:
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content)).active


async def test_the_chosen_columns_come_in_their_own_order_whatever_was_asked_first(house: House) -> None:
    event, desk = await filled(house), await house.desk()
    path = f"/desk/events/{event.id}/registrations.csv"

    one = table(await desk.get(f"{path}?column=address&column=name"))
    other = table(await desk.get(f"{path}?column=name&column=address&column=nonsense"))

    assert one[0] == other[0] == ["Name", "Email address"]
    assert sorted(one[1:]) == sorted(other[1:])
    assert ["Amal", "amal@example.org"] in one


async def test_a_workbook_is_never_compressed_a_second_time(house: House) -> None:
    event, desk = await filled(house), await house.desk()

    sheets = [await desk.get(f"/desk/events/{event.id}/registrations.{kind}") for kind in ("csv", "xlsx")]

    assert [each.headers.get("content-encoding") for each in sheets] == ["gzip", None]


async def test_without_a_choice_everything_comes(house: House) -> None:
    event, desk = await filled(house), await house.desk()

    rows = table(await desk.get(f"/desk/events/{event.id}/registrations.csv"))

    assert rows[0][:4] == ["Name", "Email address", "Status", "Attendance"]
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=confirmed", ["Amal", "Basil"]),
        ("status=waitlisted", ["فاطمة"]),
        ("status=confirmed&status=waitlisted", ["Amal", "Basil", "فاطمة"]),
        ("status=cancelled", ["Zoe"]),
    ],
)
async def test_the_chosen_statuses_come(house: House, query: str, names: list[str]) -> None:
    event, desk = await filled(house), await house.desk()

    for kind in ("csv", "xlsx"):
        answer = await desk.get(f"/desk/events/{event.id}/registrations.{kind}?column=name&{query}")
        rows = table(answer) if kind == "csv" else [[cell.value for cell in row] for row in book(answer).rows]
        assert sorted(row[0] for row in rows[1:]) == sorted(names)


async def test_a_status_that_is_none_gives_nobody(house: House) -> None:
    event, desk = await filled(house), await house.desk()

    for kind in ("csv", "xlsx"):
        answer = await desk.get(f"/desk/events/{event.id}/registrations.{kind}?column=name&status=bogus")
        assert answer.status_code == 404


async def test_what_could_be_a_formula_is_text_and_a_phone_number_stays_one(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=None), await house.desk()
    said = ("=HYPERLINK(1)", "+32 478 12 34 56", "-1+1", "@SUM(1)", "\t=1", "00962 79 123")
    for number, needs in enumerate(said):
        await make.registered(event, number, office=house.office, needs=needs)
    path = f"/desk/events/{event.id}/registrations"

    cells = {row[0] for row in table(await desk.get(f"{path}.csv?column=needs"))[1:]}
    sheet = [row[0] for row in book(await desk.get(f"{path}.xlsx?column=needs")).rows][1:]

    assert {"+32 478 12 34 56", "00962 79 123"} <= cells
    assert not [cell for cell in cells if cell[:1] in "=@\t" or (cell[:1] == "-" and "+" in cell)]
    assert {cell.data_type for cell in sheet} == {"s"}
    assert {"=HYPERLINK(1)", "+32 478 12 34 56"} <= {cell.value for cell in sheet}


async def test_an_arabic_sheet_reads_from_the_right(house: House) -> None:
    event = await filled(house)
    path = f"/desk/events/{event.id}/registrations.xlsx"

    arabic = book(await (await house.desk(**{"accept-language": "ar"})).get(path))
    english = book(await (await house.desk()).get(path))

    assert (arabic.sheet_view.rightToLeft, english.sheet_view.rightToLeft) == (True, None)
    assert {"فاطمة", "Amal"} <= {row[0].value for row in arabic.rows}


@pytest.mark.parametrize(("query", "start"), [("", b'\xef\xbb\xbf"'), ("?bom=no", b'"')])
async def test_the_mark_of_utf_8_can_be_left_out(house: House, query: str, start: bytes) -> None:
    event, desk = await filled(house), await house.desk()

    answer = await desk.get(f"/desk/events/{event.id}/registrations.csv{query}")

    assert answer.content.startswith(start)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
async def test_a_sheet_is_a_file_to_keep_that_no_cache_keeps(
    house: House, kind: str, media_type: str
) -> None:
    event, desk = await filled(house), await house.desk()

    answer = await desk.get(f"/desk/events/{event.id}/registrations.{kind}")

    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="{event.slug}.{kind}"'
    assert answer.headers["cache-control"] == "no-store"


async def test_a_sheet_is_streamed_while_it_is_written(house: House) -> None:
    event, desk = await filled(house), await house.desk()
    pieces: list[int] = []

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        async def send_counted(message: Any) -> None:
            if message["type"] == "http.response.body":
                pieces.append(len(message.get("body", b"")))
            await send(message)

        await house.app(scope, receive, send_counted)

    transport = httpx2.ASGITransport(counting)
    headers = {"cookie": f"desk={desk.client.cookies['desk']}", "accept-encoding": "identity"}
    async with httpx2.AsyncClient(transport=transport, base_url=make.BASE, headers=headers) as client:
        answer = await client.get(f"/desk/events/{event.id}/registrations.xlsx")

    assert answer.status_code == 200
    assert "content-length" not in answer.headers
    assert len([piece for piece in pieces if piece]) > 1


@pytest.mark.parametrize("kind", ["registrations.csv", "registrations.xlsx", "export"])
async def test_a_stranger_takes_nothing_out(house: House, kind: str) -> None:
    event, stranger = await filled(house), await house.client()

    answer = await stranger.get(f"/desk/events/{event.id}/{kind}")

    assert (answer.status_code, answer.content) == (303, b"")
    assert answer.headers["location"].partition("?onward=")[0] == "/desk/sign-in"


async def test_the_page_offers_every_column_and_counts_every_status(house: House) -> None:
    event, desk = await filled(house), await house.desk()

    page = await desk.get(f"/desk/events/{event.id}/export")

    said = make.words_of(page)
    for column in (
        "Name",
        "Email address",
        "Status",
        "Attendance",
        "Language",
        "Access needs",
        "Registered on",
    ):
        assert column in said
    assert "Confirmed (2)" in said
    assert "On the waiting list (1)" in said
    assert "Cancelled (1)" in said


async def test_a_title_of_any_letters_names_a_sheet(house: House) -> None:
    event, desk = await filled(house, title={"en": "[Who]: a/b\\c? * " + "x" * 60}), await house.desk()

    assert book(await desk.get(f"/desk/events/{event.id}/registrations.xlsx")).title


async def test_a_list_of_several_pages_comes_whole_and_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions_of_exports, "PAGE_ROWS", 2)
    event, desk = await filled(house), await house.desk()
    path = f"/desk/events/{event.id}/registrations"

    listed = table(await desk.get(f"{path}.csv?column=name&column=status&column=language"))
    sheet = book(await desk.get(f"{path}.xlsx?column=name&column=status&column=language"))

    assert sorted(row[0] for row in listed[1:]) == ["Amal", "Basil", "Zoe", "فاطمة"]
    assert {(row[0], row[1], row[2]) for row in listed[1:]} >= {("فاطمة", "On the waiting list", "العربية")}
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == listed


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("query", ["", "?column=name&column=status", "?status=waitlisted&bom=no&sign=;"])
async def test_a_long_list_written_by_a_worker_never_differs_from_a_short_one(
    house: House, kind: str, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, desk = await filled(house), await house.desk()
    colours, country = await make.question(event, "choices"), await make.question(event, "country")
    answers = {str(colours.id): ["a", "b"], str(country.id): "LB"}
    await make.registered(event, "Lea", office=house.office, answers=answers)
    path = f"/desk/events/{event.id}/registrations.{kind}{query}"
    here = await desk.get(path)

    monkeypatch.setattr(actions_of_exports, "LONG_LIST", 0)
    monkeypatch.setattr(actions_of_exports, "LONG_PAGE", 2 if kind == "csv" else 50)
    there = await desk.get(path)

    assert there.status_code == here.status_code == 200
    assert there.headers["content-disposition"] == here.headers["content-disposition"]
    assert there.content == here.content


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_long_list_that_nobody_downloads_any_more_never_keeps_the_next_one_waiting(
    house: House, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelling the download is how it is stopped; the one place for long work is free at once."""
    monkeypatch.setattr(actions_of_exports, "LONG_LIST", 0)
    monkeypatch.setattr(actions_of_exports, "LONG_PAGE", 1)
    event, desk = await filled(house), await house.desk()
    path = f"/desk/events/{event.id}/registrations.{kind}"
    has_left = asyncio.Event()

    async def leaving_early(scope: Any, receive: Any, send: Any) -> None:
        async def receive_or_leave() -> Any:
            await has_left.wait()
            return {"type": "http.disconnect"}

        async def send_into_nothing(message: Any) -> None:
            if message.get("body"):
                has_left.set()
                await asyncio.sleep(3600)

        await house.app(scope, receive_or_leave, send_into_nothing)

    assert "cancel the download in your browser" in (await desk.get(f"/desk/events/{event.id}/export")).text
    transport = httpx2.ASGITransport(leaving_early, raise_app_exceptions=False)
    headers = {"cookie": f"desk={desk.client.cookies['desk']}"}
    async with httpx2.AsyncClient(transport=transport, base_url=make.BASE, headers=headers) as client:
        with suppress(AssertionError):  # a client of tests does not know that answers may end early
            await client.get(path)
    async with asyncio.timeout(20), pool.talk(tasks.adder, 1) as talk:
        assert await talk.say(1) == b"2"

    assert has_left.is_set()


@pytest.mark.parametrize("long", [0, 2_000])
async def test_the_reading_rule_is_asked_for_every_person_taken_out(
    house: House, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions_of_exports, "LONG_LIST", long)
    event, desk = await filled(house), await house.desk()
    asked: list[tuple[str, str]] = []

    def noting(reader: Reader, *, scope: str, context: str) -> None:
        asked.append((reader.role, context))

    house.vault._may_read = noting
    await desk.get(f"/desk/events/{event.id}/registrations.csv")

    exported = [context for role, context in asked if role == "export"]
    assert len(exported) == len(set(exported)) == 4


async def test_a_sheet_never_hides_who_came_with_whom_the_place_in_line_or_whose_places_they_use(
    house: House,
) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=3, most_guests=1), await house.desk()
    act = house.office.at(make.NOW)
    await inviting.save_quotas(event.id, [QuotaFacts("", "Cedar", "in_person", 1)], act=act)
    quota = await Quota.get()
    await inviting.invite(
        event.id, [Invitee("Lea", "lea@example.org", "en")], batch="Partners", purpose="open",
        quota_id=quota.id, is_bound=True, act=act,
    )  # fmt: skip
    code = str(reveal_guest(await Invitation.get(), act=act)["code"])
    await make.registered(event, "Rana", office=house.office, guests=[Guest("Omar", "omar@example.org")])
    await make.registered(event, "Lea", office=house.office, code=code)
    await make.registered(event, "Ali", "Zoe", office=house.office)

    rows = table(
        await desk.get(
            f"/desk/events/{event.id}/registrations.csv?column=name&column=line&column=party&column=quota&column=code"
        )
    )

    assert rows == [
        ["Name", "Position on the waiting list", "Comes with", "Reserved for", "Invited as"],
        ["Rana", "", "", "", ""],
        ["Omar", "", "Rana", "", ""],
        ["Lea", "", "", "Cedar", "Partners"],
        ["Ali", "1", "", "", ""],
        ["Zoe", "2", "", "", ""],
    ]


async def test_two_questions_of_one_name_never_give_two_columns_of_one_name(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    for at, label in enumerate(("Country", "Country", "Name")):
        await Question.create(event_id=event.id, kind="text", label={"en": label}, position=at)

    head = table(await desk.get(f"/desk/events/{event.id}/registrations.csv"))[0]

    assert head[-3:] == ["Country", "Country (2)", "Name (2)"]
    assert len(set(head)) == len(head)


async def test_several_choices_in_a_cell_are_parted_by_what_is_in_none(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    for at, texts in enumerate((("A", "B"), ("A, x", "B"), ("A, x; y", "B"), ("A, x; y | z", "B"))):
        choices = [{"key": f"c{n}", "text": {"en": text}} for n, text in enumerate(texts)]
        await Question.create(
            event_id=event.id, kind="choices", label={"en": f"Q{at}"}, position=at, choices=choices
        )
    answers = {str(each.id): ["c0", "c1"] for each in await Question.all()}
    await make.registered(event, "Rana", office=house.office, answers=answers)

    row = table(await desk.get(f"/desk/events/{event.id}/registrations.csv"))[1]

    assert row[-4:] == ["A, B", "A, x; B", "A, x; y | B", "A, x; y | z\nB"]


async def test_a_sheet_with_semicolons_is_there_for_excel(house: House) -> None:
    event, desk = await filled(house), await house.desk()

    answer = await desk.get(f"/desk/events/{event.id}/registrations.csv?column=name&column=mode&sign=%3B")

    assert answer.content.startswith(b'\xef\xbb\xbf"Name";"Attendance"\r\n')


async def test_people_stand_in_a_sheet_in_the_order_in_which_they_came(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, *range(60), office=house.office)

    rows = table(await desk.get(f"/desk/events/{event.id}/registrations.csv?column=name"))

    assert [row[0] for row in rows[1:]] == [f"Guest {n}" for n in range(60)]

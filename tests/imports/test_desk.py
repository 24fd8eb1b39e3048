"""Bringing a list in at the desk: upload or paste, columns, trial, import, and taking it back."""

import io
import re
import uuid
from pathlib import Path

import httpx2
import openpyxl
import pytest

from events_app.events.models.event import Event
from events_app.imports.actions import importing, running
from events_app.imports.desk.batch import SHORT
from events_app.imports.models import ImportBatch, ImportDraft
from events_app.imports.rules import Candidate, Choice, state_key
from events_app.mail.models import Letter
from events_app.optouts.actions import opt_out
from events_app.questions.models import Question
from events_app.registrations.models import Registration
from events_app.registrations.posting import reveal_person
from tests import make
from tests.make import Desk, House, words_of

pytestmark = pytest.mark.anyio

ARABIC = "الاسم,البريد الإلكتروني,ملاحظات\nسلمى حدّاد,salma@example.org,x\nيوسف الأسعد,yusuf@example.org,y\n"


async def uploaded(desk: Desk, event: Event, data: bytes, name: str = "list.csv") -> httpx2.Response:
    return await desk.client.post(
        f"/desk/events/{event.id}/import",
        data={"form_token": desk.form_token, "pasted": ""},
        files={"file": (name, data, "text/csv")},
    )


async def columns(desk: Desk, path: str, *targets: str, **said: str) -> httpx2.Response:
    usual = {
        "language": "en",
        "mode": "in_person",
        "places": "line",
        "heading": "1",
        "encoding": "utf-8",
        "delimiter": "comma",
    }
    fields = {f"columns-{at}": target or "out" for at, target in enumerate(targets)}
    return await desk.post(path, **{**usual, **said, **fields})


def field(state: str) -> str:
    """The name of the field that asks what a state means."""
    return f"state_{state_key(state)}"


async def tried(desk: Desk, event: Event, data: bytes, *targets: str, **said: str) -> str:
    """The path of a list whose columns are chosen."""
    path = str((await uploaded(desk, event, data)).headers["location"])
    answer = await columns(desk, path, *targets, **said)
    assert answer.headers.get("location") == f"{path}/check", words_of(answer)
    return path


async def people(house: House, event: Event) -> dict[str, tuple[str, str]]:
    """Name and status by address of everybody who is living."""
    found = {}
    for row in await Registration.filter(event_id=event.id, live=1):
        person = reveal_person(row, vault=house.vault, reader=make.COURIER)
        found[person.address] = (person.name, row.status)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1256"])
async def test_arabic_names_are_never_garbled(house: House, encoding: str) -> None:
    """Attendize#74, montage#130: names that came out as question marks or as Ù…."""
    event = await make.event(house.vault)
    desk = await house.desk()
    path = str((await uploaded(desk, event, ARABIC.encode(encoding))).headers["location"])

    shown = await desk.get(path)
    named = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    answer = await columns(desk, path, "name", "address", "", encoding=named)
    await desk.post(f"{path}/registrations")

    assert "سلمى حدّاد" in shown.text
    assert answer.status_code == 303
    assert await people(house, event) == {
        "salma@example.org": ("سلمى حدّاد", "confirmed"),
        "yusuf@example.org": ("يوسف الأسعد", "confirmed"),
    }


async def test_a_wrong_guess_of_the_letters_is_mended_by_choosing_them(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    text = "Name,E-mail\nŁukasz Gęś,olga@example.org\n"
    path = str((await uploaded(desk, event, text.encode("cp1250"))).headers["location"])
    assert "Łukasz Gęś" not in (await desk.get(path)).text

    answer = await columns(desk, path, "name", "address", encoding="cp1250")

    assert answer.headers["location"] == path
    assert "Łukasz Gęś" in (await desk.get(path)).text


async def test_an_excel_file_from_trial_to_done_without_a_letter(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=1)
    book = openpyxl.Workbook()
    sheet = book.create_sheet(index=0)
    for row in (["Name", "E-mail"], ["Rana", "rana@example.org"], ["Omar", "omar@example.org"]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    desk = await house.desk()

    path = str((await uploaded(desk, event, out.getvalue(), "list.xlsx")).headers["location"])
    assert "Text encoding" not in words_of(await desk.get(path))
    await columns(desk, path, "name", "address", encoding="")
    trial = words_of(await desk.get(f"{path}/check"))
    done = await desk.post(f"{path}/registrations")
    page = words_of(await desk.get(done.headers["location"]))

    assert "2 new people" in trial
    assert await people(house, event) == {
        "rana@example.org": ("Rana", "confirmed"),
        "omar@example.org": ("Omar", "waitlisted"),
    }
    assert await Letter.all().count() == 0
    assert "2 people" in page
    assert await ImportDraft.all().count() == 0


async def test_rows_that_the_sheet_hides_are_named_before_they_come(house: House) -> None:
    event = await make.event(house.vault)
    book = openpyxl.Workbook()
    sheet = book.create_sheet(index=0)
    for row in (["Name", "E-mail"], ["Rana", "rana@example.org"], ["Omar", "omar@example.org"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    out = io.BytesIO()
    book.save(out)
    desk = await house.desk()

    path = str((await uploaded(desk, event, out.getvalue(), "list.xlsx")).headers["location"])
    shown = words_of(await desk.get(path))
    await columns(desk, path, "name", "address", encoding="")
    trial = words_of(await desk.get(f"{path}/check"))

    for said in (shown, trial):
        assert "1 row is hidden in the file, and is read like all others. Hidden rows: 3" in said


async def test_of_an_old_excel_file_the_desk_says_that_it_cannot_tell_what_is_hidden(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    old = (Path(__file__).parent / "lists" / "old.xls").read_bytes()

    path = str((await uploaded(desk, event, old, "list.xls")).headers["location"])

    said = words_of(await desk.get(path))
    assert "سلمى" in said
    assert "We cannot tell which rows of this file are hidden." in said


async def test_letters_go_out_only_when_ticked(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    path = await tried(desk, event, ARABIC.encode(), "name", "address", "", language="ar")

    await desk.post(f"{path}/registrations", writes="yes")

    assert sorted(await make.kinds(event, house.office)) == [
        "confirmed salma@example.org",
        "confirmed yusuf@example.org",
    ]
    assert {post.draft.language for post in await make.posted(event, house.office)} == {"ar"}


async def test_a_double_click_imports_it_once(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    path = await tried(desk, event, ARABIC.encode(), "name", "address", "")

    answers = [await desk.post(f"{path}/registrations", writes="yes") for _ in range(3)]

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await Registration.all().count() == 2
    assert await Letter.all().count() == 4
    assert await ImportBatch.all().count() == 1


async def test_every_bad_row_is_named_with_its_number_and_why_and_stops_the_import(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=None)
    desk = await house.desk()
    text = (
        "Name,E-mail,How,Tongue\n"
        "Rana,rana @ example.org,in person,Arabic\n"
        ",nobody@example.org,,\n"
        "Omar,omar@,,\n"
        "Lea,lea@example.org,by boat,\n"
        "Ali,ali@example.org,online,\n"
        "Zoe,zoe@example.org,,Klingon\n"
        "Ø³Ù„Ù…Ù‰,salma@example.org,,\n"
    )
    path = await tried(desk, event, text.encode(), "name", "address", "mode", "language")

    said = words_of(await desk.get(f"{path}/check"))
    stopped = await desk.post(f"{path}/registrations")

    assert "6 rows cannot be imported" in said
    for sentence in (
        "Row 3 nobody@example.org The name is missing.",
        "Row 4 Omar “omar@” is not an email address",
        "Row 5 Lea “by boat” says neither",
        "Row 6 Ali This event does not offer",
        "Row 7 Zoe The language “Klingon”",
        "should probably be “سلمى”",
    ):
        assert sentence in said
    assert stopped.status_code == 409
    assert await Registration.all().count() == 0

    left_out = await desk.post(f"{path}/registrations", leave_out="yes")
    assert left_out.status_code == 303
    assert list(await people(house, event)) == ["rana@example.org"]


async def test_who_is_there_already_or_twice_is_left_out_and_said(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=None)
    await make.registered(event, "Rana", office=house.office)
    desk = await house.desk()
    text = "Name,E-mail\nOther,RANA@example.org\nOmar,omar@example.org\nOmar again,Omar@Example.org\n"
    path = await tried(desk, event, text.encode(), "name", "address")

    said = words_of(await desk.get(f"{path}/check"))
    await desk.post(f"{path}/registrations")

    assert "1 new person" in said
    assert "Row 4 has the address of row 3." in said
    assert await people(house, event) == {
        "rana@example.org": ("Rana", "confirmed"),
        "omar@example.org": ("Omar", "confirmed"),
    }


async def test_those_who_cancelled_at_zoom_do_not_come_back(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    text = (
        "Registration Report\nReport Generated:,x\nTopic,Webinar ID\nSide event,812\n\n"
        "Attendee Details,\nFirst Name,Last Name,Email,Approval Status\n"
        "Rana,Aziz,rana@example.org,approved\nOmar,,omar@example.org,cancelled by self\n"
    )
    path = str((await uploaded(desk, event, text.encode())).headers["location"])
    page = await desk.get(path)

    assert 'value="7"' in page.text
    states = {field("approved"): "confirmed", field("cancelled by self"): "out"}
    await columns(desk, path, "given", "family", "address", "state", heading="7", **states)
    assert "Skipped: because of their status in the list" in words_of(await desk.get(f"{path}/check"))
    await desk.post(f"{path}/registrations")
    assert await people(house, event) == {"rana@example.org": ("Rana Aziz", "confirmed")}


async def test_everybody_or_nobody(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=1)
    desk = await house.desk()
    path = await tried(desk, event, ARABIC.encode(), "name", "address", "", places="all")

    said = words_of(await desk.get(f"{path}/check"))
    answer = await desk.post(f"{path}/registrations")

    assert "There is 1 seat too few." in said
    assert answer.status_code == 409
    assert await Registration.all().count() == 0


async def test_answers_to_questions_come_in_too(house: House) -> None:
    event = await make.event(house.vault)
    diet = await Question.create(
        event_id=event.id,
        kind="choices",
        position=1,
        label={"en": "Diet", "ar": "الطعام"},
        choices=[
            {"key": "c1", "text": {"en": "Vegan, no nuts", "ar": "نباتي"}},
            {"key": "c2", "text": {"en": "Halal"}},
        ],
    )
    desk = await house.desk()
    text = 'Name,E-mail,Diet\nRana,rana@example.org,"Vegan, no nuts, Halal"\nOmar,omar@example.org,stones\n'
    path = str((await uploaded(desk, event, text.encode())).headers["location"])
    assert (
        f'value="q:{diet.id}" selected' in (await desk.get(path)).text
        or f'selected value="q:{diet.id}"' in (await desk.get(path)).text
    )
    await columns(desk, path, "name", "address", f"q:{diet.id}")

    said = words_of(await desk.get(f"{path}/check"))
    await desk.post(f"{path}/registrations", leave_out="yes")

    row = await make.row_of(event, "rana@example.org", office=house.office)
    assert reveal_person(row, vault=house.vault, reader=make.COURIER).answers == {str(diet.id): ["c1", "c2"]}
    assert "“stones” is not an answer to “Diet”." in said


async def test_pasted_cells_are_read_too(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()

    answer = await desk.post(f"/desk/events/{event.id}/import", pasted="Name\tE-mail\nمنى\tmuna@example.org")
    page = await desk.get(answer.headers["location"])

    assert "منى" in page.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "There are no rows in it."),
        (b" \n\n ,,, \n", "There are no rows in it."),
        (b"%PDF-1.7 ...", "This is not a list that we can read."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an old Excel file"),
        (b"PK\x03\x04 not really", "This Excel file cannot be read."),
        (b"a," * 200 + b"b\n", "This list is too long"),
        (b"a,b\n" * 10_001, "This list is too long"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(house: House, data: bytes, said: str) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()

    answer = await uploaded(desk, event, data)

    assert answer.status_code == 422
    assert said in words_of(answer)
    assert await ImportDraft.all().count() == 0


async def test_an_empty_file_is_never_blamed_on_the_rows_that_nobody_pasted(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()

    answer = await desk.client.post(
        f"/desk/events/{event.id}/import",
        data={"form_token": desk.form_token, "pasted": "\r\n"},
        files={"file": ("list.csv", b"", "text/csv")},
    )

    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert 'id="pasted-error"' not in answer.text


async def test_a_list_of_another_organizer_or_event_is_not_there(house: House) -> None:
    event, other = await make.event(house.vault), await make.event(house.vault, slug="other")
    desk = await house.desk()
    path = str((await uploaded(desk, event, ARABIC.encode())).headers["location"])

    assert (await (await house.desk()).get(path)).status_code == 404
    assert (await desk.get(path.replace(str(event.id), str(other.id)))).status_code == 404
    assert (await desk.get(f"/desk/events/{event.id}/import/nonsense")).status_code == 404


async def test_a_list_waits_sealed_and_a_quarter_of_an_hour_only(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    path = str((await uploaded(desk, event, b"Name,E-mail\nCanary,canary@example.org\n")).headers["location"])

    draft = await ImportDraft.get()
    assert b"anary" not in bytes(draft.file)
    assert "anary" not in str(draft.choices)
    await ImportDraft.filter(id=draft.id).update(expires_at=1)
    assert (await desk.get(path)).status_code == 404


async def test_a_list_larger_than_other_bodies_may_be_is_taken_here_and_nowhere_else(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    rows = "".join(f"Guest {n},guest{n}@example.org,{'x' * 380}\n" for n in range(5_000))
    data = ("Name,E-mail,Notes\n" + rows).encode()
    assert len(data) > 2_000_000

    assert (await uploaded(desk, event, data)).status_code == 303
    pasted = await desk.client.post(
        f"/desk/events/{event.id}/import",
        data={"form_token": desk.form_token, "pasted": data.decode()[:1_000_000]},
    )
    assert pasted.status_code == 303
    elsewhere = await desk.post(f"/desk/events/{event.id}/write", subject_en=data.decode())
    assert elsewhere.status_code == 413
    beyond = await uploaded(desk, event, data * 5)
    assert beyond.status_code == 413


async def test_taking_it_back_removes_exactly_what_it_brought(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, "Rana", office=house.office)
    desk = await house.desk()
    path = await tried(desk, event, ARABIC.encode(), "name", "address", "")
    batch = str((await desk.post(f"{path}/registrations", writes="yes")).headers["location"])

    undone = await desk.post(f"{batch}/undoing")

    assert undone.status_code == 303
    assert list(await people(house, event)) == ["rana@example.org"]
    assert await make.kinds(event, house.office) == ["confirmed rana@example.org"]
    assert "This import was undone." in words_of(await desk.get(batch))
    assert (await desk.post(f"{batch}/undoing")).status_code == 303


async def test_nothing_is_taken_back_once_a_letter_has_left(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    path = await tried(desk, event, ARABIC.encode(), "name", "address", "")
    batch = str((await desk.post(f"{path}/registrations", writes="yes")).headers["location"])
    await Letter.filter(number=(await Letter.first()).number).update(state="sent", due_at=None)  # type: ignore[union-attr]

    answer = await desk.post(f"{batch}/undoing")

    assert answer.status_code == 409
    assert await Registration.all().count() == 2
    assert await Letter.all().count() == 4
    assert "/undoing" not in (await desk.get(batch)).text


async def test_the_letters_can_follow_later_and_once(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    path = await tried(desk, event, ARABIC.encode(), "name", "address", "")
    batch = str((await desk.post(f"{path}/registrations")).headers["location"])

    await desk.post(f"{batch}/letters")
    await desk.post(f"{batch}/letters")

    assert sorted(await make.kinds(event, house.office)) == [
        "confirmed salma@example.org",
        "confirmed yusuf@example.org",
    ]
    assert {post.draft.method for post in await make.posted(event, house.office)} == {"REQUEST"}


async def test_two_columns_with_one_meaning_are_refused(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    path = str((await uploaded(desk, event, ARABIC.encode())).headers["location"])

    assert "Two columns have the same meaning" in words_of(await columns(desk, path, "name", "name", ""))
    assert "which column contains the names" in words_of(await columns(desk, path, "", "address", ""))


async def test_strange_choices_of_columns_break_nothing(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    path = str((await uploaded(desk, event, ARABIC.encode())).headers["location"])

    for targets in ((), ("name",) + ("",) * 300, ("nonsense",), ("q:" + str(uuid.uuid4()),)):
        assert (await columns(desk, path, *targets)).status_code in {303, 422}
    for heading in ("999999", "-1", "x", ""):
        assert (await columns(desk, path, "name", "address", "", heading=heading)).status_code in {303, 422}
    assert (await desk.get(path)).status_code == 200
    assert re.search("سلمى", (await desk.get(path)).text)


async def test_nobody_who_wanted_no_letters_is_written_to_by_an_import(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    people = b"name,address\nAmal,amal@example.org\nNour,nour@example.org\n"
    await opt_out(event, "amal@example.org", act=house.office.at(make.NOW))
    path = await tried(desk, event, people, "name", "address")

    shown = words_of(await desk.get(f"{path}/check"))
    await desk.post(f"{path}/registrations", writes="yes")

    assert "Want no emails, so get none 1" in shown
    assert await make.kinds(event, house.office) == ["confirmed nour@example.org"]
    assert await Registration.filter(event_id=event.id, status="confirmed").count() == 2


STATES = (
    "Name,E-mail,Status\nRana,rana@example.org,approved\nOmar,omar@example.org,waitlist\n"
    "Lea,lea@example.org,pending_approval\nAli,ali@example.org,invited\nMona,mona@example.org,Invited\n"
    "Zoe,zoe@example.org,\nNour,nour@example.org,قائمة الانتظار\nSami,sami@example.org,declined\n"
)


async def test_nobody_gets_a_place_by_a_state_that_no_organizer_has_seen(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = str((await uploaded(desk, event, STATES.encode())).headers["location"])
    known = {field("approved"): "confirmed", field("waitlist"): "waitlisted", field("قائمة الانتظار"): "waitlisted",
             field("pending_approval"): "pending", field("declined"): "out"}  # fmt: skip

    shown = await desk.get(path)
    hasty = await columns(desk, path, "name", "address", "state", **known)
    unseen = await columns(desk, path, "name", "address", "state")
    whole = await columns(
        desk, path, "name", "address", "state", **known, **{field("invited"): "out", field(""): "confirmed"}
    )
    await desk.post(f"{path}/registrations")

    assert shown.text.count(f'name="{field("invited")}"') == 1
    assert re.findall(r'name="(state_\w+)"', shown.text) == list(dict.fromkeys([
        field("approved"), field("waitlist"), field("pending_approval"), field("invited"), field(""),
        field("قائمة الانتظار"), field("declined"),
    ]))  # fmt: skip
    assert (hasty.status_code, unseen.status_code) == (422, 422)
    assert "Please say what this means." in words_of(hasty)
    assert whole.headers["location"] == f"{path}/check"
    assert dict((await people(house, event)).values()) == {
        "Rana": "confirmed", "Omar": "waitlisted", "Lea": "pending", "Zoe": "confirmed", "Nour": "waitlisted",
    }  # fmt: skip


async def test_a_column_that_says_too_many_things_is_no_status(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    rows = "".join(f"Person {n},p{n}@example.org,word {n}\n" for n in range(40))
    path = str((await uploaded(desk, event, f"Name,E-mail,What\n{rows}".encode())).headers["location"])

    answer = await columns(desk, path, "name", "address", "state")

    assert answer.status_code == 422
    assert "The column of the status says too many different things." in words_of(answer)


async def test_of_two_addresses_the_organizer_says_whose_it_is(house: House) -> None:
    """Tito: who paid for the ticket is not who comes; and what somebody wants to get is no address."""
    event, desk = await make.event(house.vault), await house.desk()
    text = (
        "Ticket Full Name,Order Email,Email for badge,Email opt-in\n"
        "Rana,office@example.org,rana@example.org,yes\nOmar,office@example.org,omar@example.org,no\n"
    )
    path = str((await uploaded(desk, event, text.encode())).headers["location"])

    shown = await desk.get(path)
    unsaid = await columns(desk, path, "name", "ask", "ask", "")
    said = await columns(desk, path, "name", "", "address", "")

    assert shown.text.count('<option selected value="ask">') == 2
    assert unsaid.status_code == 422
    assert "Please say which column contains the email address of each person." in words_of(unsaid)
    assert said.headers["location"] == f"{path}/check"


async def test_the_ticket_s_own_address_comes_before_the_one_of_who_paid(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    text = "Order Email,Ticket Email,Ticket Full Name\noffice@example.org,rana@example.org,Rana\n"
    path = str((await uploaded(desk, event, text.encode())).headers["location"])

    shown = (await desk.get(path)).text

    chosen = re.findall(r'<option selected value="(\w+)"', shown)
    assert [each for each in chosen if each in {"address", "out", "ask", "name"}] == [
        "out",
        "address",
        "name",
    ]


async def test_a_list_cut_in_the_wrong_place_is_cut_anew(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = str((await uploaded(desk, event, b"Name;E-mail,x\nJo;jo@example.org,y\n")).headers["location"])

    first = words_of(await desk.get(path))
    answer = await columns(desk, path, delimiter="bar")
    again = await columns(desk, path, "name", "address", delimiter="semicolon")

    assert "This list could be divided into cells in more than one way." in first
    assert (answer.headers["location"], again.headers["location"]) == (path, path)


async def test_a_name_is_never_said_twice(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    text = "Name,First name,Last name,E-mail\nLina K,Lina,K,lina@example.org\nOmar,,Said,omar@example.org\n"
    path = await tried(desk, event, text.encode(), "name", "given", "family", "address")

    await desk.post(f"{path}/registrations")

    assert {name for name, _status in (await people(house, event)).values()} == {"Lina K", "Omar Said"}


async def test_a_phone_that_a_sheet_took_for_an_amount_keeps_its_digits(house: House) -> None:
    event = await make.event(house.vault)
    question = await Question.create(event_id=event.id, kind="phone", label={"en": "Phone"}, position=1)
    desk = await house.desk()
    text = "Name,E-mail,Phone\nLina,lina@example.org,55123456.0\n"
    path = await tried(desk, event, text.encode(), "name", "address", f"q:{question.id}")

    await desk.post(f"{path}/registrations")

    person = reveal_person(await Registration.get(), vault=house.vault, reader=make.COURIER)
    assert person.answers == {str(question.id): "55123456"}


async def test_a_long_list_shows_how_far_it_is_and_can_be_stopped(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=None)
    desk = await house.desk()
    rows = "".join(f"Guest {number},guest{number}@example.org\n" for number in range(60))
    path = await tried(desk, event, f"Name,E-mail\n{rows}".encode(), "name", "address")
    draft = await ImportDraft.get(id=path.rpartition("/")[2])
    lines = [Candidate(number, make.applicant(number)) for number in range(2, 62)]
    act = house.office.at(make.NOW)
    batch = await importing.begin(draft, lines, wish=Choice(), act=act)
    await running.step(batch.id, act=act)
    page = f"/desk/events/{event.id}/imports/{batch.id}"

    shown = words_of(await desk.get(page))
    await desk.post(f"{page}/stop")
    after = await desk.get(page)

    here = await Registration.filter(event_id=event.id).count()
    assert 0 < here < 60
    assert f"{here} of 60 people are imported." in shown
    assert "Refresh" in shown
    assert "Send them their emails" not in shown
    assert f"This import was stopped: {here} of 60 people were imported." in words_of(after)
    assert "Undo the import" in after.text
    assert (await desk.post(f"{page}/stop")).status_code == 303
    await running.step(batch.id, act=act)
    assert await Registration.filter(event_id=event.id).count() == here


async def test_a_list_that_is_longer_than_a_moment_is_brought_in_after_the_answer(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=None)
    desk = await house.desk()
    rows = "".join(f"Guest {number},guest{number}@example.org\n" for number in range(SHORT + 1))
    path = await tried(desk, event, f"Name,E-mail\n{rows}".encode(), "name", "address")

    done = await desk.post(f"{path}/registrations")

    assert done.status_code == 303
    assert await Registration.filter(event_id=event.id).count() == SHORT + 1
    assert f"{SHORT + 1} people" in words_of(await desk.get(done.headers["location"]))

"""A filled installation of version 0006 starts on this version: nothing is lost, mailed unasked, or readdressed."""

import asyncio
import json
import re
import smtplib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events_app.acts import Who
from events_app.deletion import actions as deletion
from events_app.mailings.actions.audience import COUNTING_ON_IT
from tests.conftest import MakeDatabase
from tests.databases import run_sql
from tests.way_up import reading
from tests.way_up.installation import MOMENT, VERSION, Installation, Started, started, unpacked
from tests.way_up.reading import ROWS, rows_of

pytestmark = pytest.mark.anyio

EXPECTED: dict[str, Any] = json.loads((VERSION / "expected.json").read_text("utf-8"))
SECRETS = EXPECTED["secrets"]


@pytest.fixture
async def installation(new_database: MakeDatabase, tmp_path: Path) -> Installation:
    """The kept installation, as its operator left it."""
    return await unpacked(tmp_path / "installation", await new_database())


@pytest.fixture
async def house(installation: Installation) -> AsyncIterator[Started]:
    """This version, started on it; its letters stay in the outbox."""
    async with started(installation) as house:
        yield house


# ---- what is there


async def test_a_start_leaves_every_row_as_it_was(installation: Installation) -> None:
    for _again in range(2):
        async with started(installation):
            pass

    assert await reading.counts_of(installation, EXPECTED["counts"]) == EXPECTED["counts"]
    assert await rows_of(installation) == EXPECTED["rows"]


async def test_who_registered_before_gets_a_number_by_day_and_no_two_of_an_event_the_same(
    installation: Installation, house: Started
) -> None:
    asked = 'SELECT "event_id", "registered_on" FROM "registration" ORDER BY "event_id", "arrival"'
    numbers = (
        'SELECT "event_id", "arrival" FROM "registration" ORDER BY "event_id", "registered_on", "arrival"'
    )
    days = await run_sql(installation.url, asked)
    numbered = await run_sql(installation.url, numbers)

    assert [str(day) for _event, day in days] == [
        str(day) for _event, day in sorted(days, key=lambda row: (str(row[0]), str(row[1])))
    ]
    counts = Counter(event for event, _day in days)
    assert [number for _event, number in numbered] == [
        number for people in counts.values() for number in range(1, people + 1)
    ]


async def test_every_page_and_every_link_answers_at_its_old_address(house: Started) -> None:
    assert await reading.answers(house.visitor, EXPECTED["pages"]) == EXPECTED["pages"]


async def test_every_calendar_holds_the_same_entries(house: Started) -> None:
    assert await reading.calendars(house.visitor, EXPECTED["calendars"]) == EXPECTED["calendars"]


async def test_every_personal_link_opens_what_its_person_has_said(house: Started) -> None:
    assert await reading.people(house.visitor, SECRETS["own"]) == EXPECTED["people"]


async def test_a_code_stands_in_the_form_that_its_link_opens(house: Started) -> None:
    for code in SECRETS["codes"].values():
        page = await house.visitor.get(f"/events/{code['event']}/register?code={code['code']}")
        assert f'value="{code["code"]}"' in page.text, code


async def test_every_page_of_the_desk_opens(house: Started) -> None:
    await reading.sign_in(house.desk)

    assert await reading.answers(house.desk, EXPECTED["desk"]) == EXPECTED["desk"]


async def test_every_list_holds_its_people(house: Started) -> None:
    await reading.sign_in(house.desk)

    for event, listed in EXPECTED["lists"].items():
        assert await reading.people_listed(house.desk, event) == listed
        sheet = await reading.sheet(house.desk, event)
        assert len(sheet) == len(listed)
        for person in listed:
            assert [row for row in sheet if set(SECRETS["people"][person]) <= set(row)], (event, person)


async def test_every_letter_in_the_outbox_names_whom_it_goes_to(house: Started) -> None:
    await reading.sign_in(house.desk)

    assert await reading.addresses_on(house.desk, EXPECTED["letters"]) == EXPECTED["letters"]


async def test_an_organizer_who_was_signed_in_still_is(house: Started) -> None:
    house.desk.headers["cookie"] = f"__Host-desk={SECRETS['session of samer']}"

    assert (await house.desk.get("/desk")).status_code == 200


async def test_nothing_is_deleted_by_starting_and_each_event_is_shown_for_a_week_before(
    installation: Installation,
) -> None:
    """Its day is 30 days after the first start at the earliest. If nothing ran for a year, it is shown first."""
    gone = {}
    for days in (0, 22, 400, 406):
        at = MOMENT + timedelta(days=days)
        async with started(installation, at=at) as house:
            gone[days] = await deletion.look(act=house.office.at(at, Who.APP))
        if days == 0:
            await _every_day_is_30_days_ahead(installation)

    assert gone == {0: 0, 22: 0, 400: 0, 406: 0}
    counts = {table: EXPECTED["counts"][table] for table in ("registration", "invitation", "event")}
    assert await reading.counts_of(installation, list(counts)) == counts

    at = MOMENT + timedelta(days=407)
    async with started(installation, at=at) as house:
        assert await deletion.look(act=house.office.at(at, Who.APP)) > 10
    left = await reading.counts_of(installation, ["registration", "invitation", "event"])
    assert left == {"registration": 0, "invitation": 0, "event": counts["event"]}


async def _every_day_is_30_days_ahead(installation: Installation) -> None:
    days = await run_sql(installation.url, "SELECT DISTINCT deletion_not_before FROM event")
    assert [str(day) for (day,) in days] == [str(MOMENT.date() + timedelta(days=30))]


# ---- what leaves


async def test_exactly_the_letters_that_were_owed_leave_each_once_and_to_the_same_address(
    installation: Installation,
) -> None:
    """Queued ones and what came due while the server stood still; every later start and look sends nothing more."""
    for at, owed in zip(reading.STARTS, EXPECTED["leaves"], strict=True):
        left = await reading.letters_that_leave(installation, at)
        assert whichever_room(left) == whichever_room(filter(is_still_true, owed))

    withheld = sum(not is_still_true(each) for owed in EXPECTED["leaves"] for each in owed)
    afterwards = await reading.states_of_letters(installation)
    more = {"sent": -withheld, "withheld": withheld}
    assert afterwards == {
        state: n + more.get(state, 0) for state, n in EXPECTED["letters afterwards"].items()
    }


def is_still_true(letter: list[Any]) -> bool:
    """Not one that counts on an event which was called off: today the courier withholds it."""
    row = EXPECTED["rows"]["letter"].get(letter[-1])
    if row is None or letter[0] not in COUNTING_ON_IT:
        return True
    event_id = row[ROWS["letter"].split(", ").index("event_id") - 1]
    return bool(EXPECTED["rows"]["event"][event_id][1] != "cancelled")


def whichever_room(letters: Iterable[list[Any]]) -> list[list[Any]]:
    """Letters by the second word of their kind: one that comes due now is posted by the room that it moved to. Their
    subjects by what these name, without marks of direction: the words before it are others by now."""
    return sorted(([kind.partition(".")[2], *map(what_it_names, rest)] for kind, *rest in letters), key=str)


def what_it_names(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = re.search("«.*»|(?<=: ).*|(?<= from ).*", value)
    return re.sub("[\u200e\u200f]", "", found[0] if found else value)


@pytest.mark.engine_free
def test_the_kept_outbox_holds_a_letter_of_every_kind_that_there_was() -> None:
    kinds = {kind for kind, _state, _to, _subject, _calendar, key in EXPECTED["leaves"][0] if key}

    assert len(kinds) == 30
    assert all(kind.startswith(("registrations.", "site.")) for kind in kinds)


# ---- what somebody was in the middle of


async def test_an_offer_an_address_and_a_cancellation_can_still_be_answered(
    installation: Installation, house: Started
) -> None:
    for due_for, act, becomes in (
        ("offer", "offer", ["confirmed", ""]),
        ("address", "confirmation", ["confirmed", ""]),
        ("leaving", "return", ["confirmed", ""]),
    ):
        key = waiting_for(due_for)
        answer = await house.visitor.post(f"/registrations/{SECRETS['own'][key]}/{act}")

        row = await registration(installation, key)
        assert (answer.status_code, [row["status"], row["due_for"]]) == (303, becomes), act


async def test_an_address_can_still_be_changed_by_the_link_that_was_mailed(house: Started) -> None:
    answer = await house.visitor.post(SECRETS["new address of amal"])
    own = await house.visitor.get(f"{answer.headers['location'].partition('?')[0]}/data.json")

    assert own.json()["address"] == "amal.next@example.org"


@pytest.mark.parametrize("purpose", ["open", "jump", "transfer"])
async def test_a_code_still_gives_a_place(installation: Installation, house: Started, purpose: str) -> None:
    key, code = unused_code(purpose)
    page = f"/events/{code['event']}/register"
    typed = hidden_in((await house.visitor.get(page)).text)
    address = code["address"] or "somebody.new@example.org"
    typed |= {"name": "New", "address": address, "language": "ar", "mode": "in_person", "code": code["code"]}

    answer = await house.visitor.post(page, data=typed)

    assert answer.status_code == 303
    assert (
        named("invitation", (await rows_of(installation, ["invitation"]))["invitation"][key])["state"]
        == "used"
    )


async def test_a_list_that_was_being_brought_in_can_be_written(
    installation: Installation, house: Started
) -> None:
    house.desk.headers["cookie"] = f"__Host-desk={SECRETS['session of rima']}"
    columns = (await house.desk.get(SECRETS["draft"])).text
    await house.desk.post(SECRETS["draft"], data=hidden_in(columns))
    check = (await house.desk.get(f"{SECRETS['draft']}/check")).text

    answer = await house.desk.post(f"{SECRETS['draft']}/registrations", data=hidden_in(check))

    assert answer.status_code == 303
    written = await reading.counts_of(installation, ["registration"])
    assert written["registration"] == EXPECTED["counts"]["registration"] + 1


async def test_a_letter_to_many_that_was_a_draft_can_be_sent(
    installation: Installation, house: Started
) -> None:
    await reading.sign_in(house.desk)
    mailings = EXPECTED["rows"]["mailing"]
    key, event = next((key, row[0]) for key, row in mailings.items() if "draft" in row)
    page = (await house.desk.get(f"/desk/events/{event}/write/{key}")).text

    answer = await house.desk.post(f"/desk/events/{event}/write/{key}/sending", data=hidden_in(page))

    assert answer.status_code == 303
    row = named("mailing", (await rows_of(installation, ["mailing"]))["mailing"][key])
    assert row["state"] in {"sending", "sent"}


async def test_a_one_time_link_still_makes_an_account(house: Started) -> None:
    typed = {"name": "Nour", "address": "new.organizer@example.org", "passphrase": "another four calm words"}
    answer = await house.desk.post(f"/desk/welcome/{SECRETS['welcome']}", data=typed)

    assert (answer.status_code, (await house.desk.get("/desk")).status_code) == (303, 200)


async def test_a_kept_view_still_stands_on_its_list(house: Started) -> None:
    await reading.sign_in(house.desk)
    ((event, name, query),) = EXPECTED["rows"]["saved_view"].values()
    page = (await house.desk.get(f"/desk/events/{event}/registrations")).text

    assert f"registrations?{query}".replace("&", "&amp;") in page
    assert name in page


async def test_a_calendar_answers_to_the_address_that_its_invitation_named(
    installation: Installation,
) -> None:
    key = next(
        key
        for key, row in EXPECTED["rows"]["registration"].items()
        if named("registration", row)["answer"] == "ACCEPTED" and not named("registration", row)["due_for"]
    )
    before = await registration(installation, key)
    async with started(installation, works=True) as house:
        await asyncio.to_thread(
            send, reply_about(key, before), before["organizer_address"], house.inbound_port
        )

    assert (await registration(installation, key))["answer"] == "TENTATIVE"


def waiting_for(due_for: str) -> str:
    """A registration that waits for its person, and is not overdue."""
    rows = {key: named("registration", row) for key, row in EXPECTED["rows"]["registration"].items()}
    now = int(MOMENT.timestamp() * 1000)
    waiting: list[str] = [
        key for key, row in rows.items() if row["due_for"] == due_for and row["due_at"] > now
    ]
    return waiting[0]


def unused_code(purpose: str) -> tuple[str, dict[str, str]]:
    rows = {key: named("invitation", row) for key, row in EXPECTED["rows"]["invitation"].items()}
    unused = (
        key for key, row in rows.items() if row["purpose"] == purpose and row["state"] in {"created", "sent"}
    )
    key = next(unused)
    return key, SECRETS["codes"][key]


def named(table: str, row: list[Any]) -> dict[str, Any]:
    """A row's values by the names of their columns."""
    return dict(zip(ROWS[table].split(", ")[1:], row, strict=True))


async def registration(installation: Installation, key: str) -> dict[str, Any]:
    return named("registration", (await rows_of(installation, ["registration"]))["registration"][key])


def hidden_in(page: str) -> dict[str, str]:
    """What a browser would send of a page's form if nobody touched it."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<input type="radio"[^>]*name="([^"]+)" value="([^"]*)" checked', page))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(r'<option selected value="([^"]*)"', options)
        found[name] = (chosen or re.findall(r'value="([^"]*)"', options) or [""])[0]
    return found


def reply_about(key: str, row: dict[str, Any]) -> bytes:
    """What a calendar sends when its person says perhaps."""
    address = SECRETS["people"][key][1]
    uid = f"reg-{key.replace('-', '')}@events.example.org"
    calendar = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nSEQUENCE:{row['sequence']}\r\nDTSTAMP:{MOMENT:%Y%m%dT%H%M%SZ}\r\n"
        f"ORGANIZER:mailto:{row['organizer_address']}\r\nATTENDEE;PARTSTAT=TENTATIVE:mailto:{address}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    head = f"From: {address}\r\nTo: {row['organizer_address']}\r\nSubject: Perhaps\r\nMIME-Version: 1.0\r\n"
    return f"{head}Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n{calendar}".encode()


def send(mail: bytes, to: str, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as line:
        line.sendmail("somebody@example.org", [to], mail)

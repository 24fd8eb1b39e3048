"""What can be read of an installation from outside: its rows, its pages, its lists, and the letters that leave it."""

import asyncio
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx2

from tests.databases import run_sql
from tests.mail.smtp import Received, SmtpServer
from tests.way_up.installation import MOMENT, Installation, started

PASSPHRASE = "linden cedar harbour table"
STARTS = (MOMENT, MOMENT + timedelta(minutes=9, seconds=30), MOMENT + timedelta(minutes=15))
"""When the server is started: each time another uploaded list is overdue, whose end shows that the caretaker looked."""

ROWS = {
    "organizer": "id, active",
    "organization": "id, slug, ours, colour, logo_type",
    "conference": "id, slug, edition, zone, starts_on, ends_on",
    "venue": "id, city, country, zone",
    "room": "id, venue_id, seats, step_free",
    "event": "id, slug, status, visibility, sequence, revision, starts_wall, ends_wall, zone, starts_at, room_id, "
    "conference_id, capacity_in_person, capacity_online, consent_version, opens_at, closes_at",
    "registration": "id, event_id, status, seated, live, mode, language, quota_id, import_batch_id, party, "
    "waitlist_order, due_at, due_for, registered_on, erased, consent_version, answer, sequence, invited, "
    "organizer_address, organizer_name, told, said, undeliverable, answered_at",
    "question": "id, event_id, kind, required, only_mode, when_question_id, audience, keep_days, position, retired",
    "invitation": "id, event_id, quota_id, batch, purpose, state, registration_id, created_on",
    "quota": "id, event_id, name, mode, places",
    "mailing": "id, event_id, state, people, made_on",
    "import_batch": "id, event_id, imported_on, rows, undone",
    "reminder": "id, event_id, minutes, is_after",
    "saved_view": "id, event_id, name, query",
    "letter": "id, number, scope, event_id, thread, kind, state, doubts, attempts, message_id, last_error, posted_day",
    "history_line": "number, registration_id, day, what, who",
    "mailing_line": "number, mailing_id, registration_id, state, letter_id",
    "reminded": "number, reminder_id, registration_id, told",
}
"""What a start must leave as it is, table by table; the first column names the row."""


# ---- rows


async def rows_of(
    installation: Installation, tables: Iterable[str] = ROWS
) -> dict[str, dict[str, list[Any]]]:
    """Table -> key -> the other columns, written alike on both engines."""
    found = {}
    for table in tables:
        names = ", ".join(f'"{name}"' for name in ROWS[table].split(", "))
        rows = await run_sql(installation.url, f'SELECT {names} FROM "{table}"')
        found[table] = {str(key): [plain(value) for value in rest] for key, *rest in rows}
    return found


def plain(value: Any) -> Any:
    """A value as JSON has it: SQLite keeps truth as a number, and days and moments as text."""
    if isinstance(value, datetime):
        return str(value)
    return int(value) if isinstance(value, bool) else value if isinstance(value, int | None) else str(value)


async def counts_of(installation: Installation, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each table has."""
    return {table: (await one(installation, f'SELECT COUNT(*) FROM "{table}"')) for table in tables}


async def one(installation: Installation, question: str) -> int:
    ((found,),) = await run_sql(installation.url, question)
    return int(str(found))


# ---- pages


async def sign_in(client: httpx2.AsyncClient, local: str = "rima") -> None:
    typed = {"address": f"{local}@example.org", "passphrase": PASSPHRASE}
    answer = await client.post("/desk/sign-in", data=typed)
    assert answer.status_code == 303, answer.text


async def answers(client: httpx2.AsyncClient, paths: Iterable[str]) -> dict[str, str]:
    """What each address answers: its status and kind of content, or where it leads."""
    return {path: said_by(await client.get(path)) for path in paths}


def said_by(answer: httpx2.Response) -> str:
    there = answer.headers.get("location") or answer.headers.get("content-type", "")
    return f"{answer.status_code} {there}"


def entries_in(calendar: str) -> list[str]:
    """The entries of a calendar as "METHOD UID SEQUENCE STATUS"."""
    lines = calendar.replace("\r\n ", "").splitlines()
    method = "".join(line[7:] for line in lines if line.startswith("METHOD:"))
    pieces = "\n".join(lines).split("BEGIN:VEVENT")[1:]
    return sorted(" ".join([method, *(value_in(each, name) for name in NAMES)]) for each in pieces)


NAMES = ("UID", "SEQUENCE", "STATUS")


def value_in(entry: str, name: str) -> str:
    found = re.search(rf"^{name}[;:](.*)$", entry, re.MULTILINE)
    return found[1] if found else "-"


async def calendars(client: httpx2.AsyncClient, paths: Iterable[str]) -> dict[str, list[str]]:
    return {path: entries_in((await client.get(path)).text) for path in paths}


async def people(client: httpx2.AsyncClient, tokens: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What each person's own page says is held of them, by their personal link."""
    found = {}
    for registration, token in tokens.items():
        held = (await client.get(f"/registrations/{token}/data.json")).json()
        found[registration] = {name: held[name] for name in HELD} | {"history": len(held["history"])}
    return found


HELD = ("name", "address", "access_needs", "answers", "language", "takes_part", "status", "registered_on")


async def people_listed(desk: httpx2.AsyncClient, event_id: str) -> list[str]:
    """The registrations that an event's list leads to."""
    page = (await desk.get(f"/desk/events/{event_id}/registrations")).text
    return sorted(set(re.findall(rf'href="/desk/events/{event_id}/registrations/([0-9a-f-]{{36}})"', page)))


async def addresses_on(desk: httpx2.AsyncClient, letters: Iterable[str]) -> dict[str, list[str]]:
    """Whom the desk's page of each of these letters names."""
    found = {}
    for letter in letters:
        page = await desk.get(f"/desk/letters/{letter}")
        assert page.status_code == 200, letter
        found[letter] = sorted(set(re.findall(r"[\w.+-]+@example\.org", page.text)))
    return found


async def sheet(desk: httpx2.AsyncClient, event_id: str) -> list[list[str]]:
    """The cells of an event's exported list, without its headings."""
    text = (await desk.get(f"/desk/events/{event_id}/registrations.csv")).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


# ---- letters


async def letters_that_leave(installation: Installation, at: datetime) -> list[list[Any]]:
    """Start the whole house at that moment, with its courier and its caretaker, until it has nothing more to do.

    Of each letter that arrived: kind, state, to whom, subject, entry of the calendar part; and of those that were in
    the outbox before, their id.
    """
    before = await rows_of(installation, ["letter"])
    with SmtpServer() as server:
        async with started(installation, at=at, mail_port=server.port, works=True):
            async with asyncio.timeout(60):
                while not await is_quiet(installation, at):  # noqa: ASYNC110 - it happens in the database
                    await asyncio.sleep(0.1)
        arrived = server.letters
    known = {
        row[MESSAGE_ID]: (key, row)
        for key, row in (await rows_of(installation, ["letter"]))["letter"].items()
    }
    told = [described(each, *known[each.message_id], was_there=before["letter"]) for each in arrived]
    return sorted(told, key=str)


async def states_of_letters(installation: Installation) -> dict[str, int]:
    """How many letters are in each state."""
    letters = (await rows_of(installation, ["letter"]))["letter"].values()
    return dict(Counter(row[STATE] for row in letters))


KIND, STATE, MESSAGE_ID = (
    ROWS["letter"].split(", ").index(name) - 1 for name in ("kind", "state", "message_id")
)


async def is_quiet(installation: Installation, at: datetime) -> bool:
    """Nothing is to be sent, nothing is overdue, and the caretaker has gone through all its work once."""
    now = int(at.timestamp() * 1000)
    questions = (
        'SELECT COUNT(*) FROM "letter" WHERE "due_at" IS NOT NULL',
        'SELECT COUNT(*) FROM "mailing" WHERE "state" = \'sending\'',
        f'SELECT COUNT(*) FROM "registration" WHERE "due_at" <= {now}',
        f'SELECT COUNT(*) FROM "import_draft" WHERE "expires_at" <= {now}',
    )
    return not any([await one(installation, question) for question in questions])


def described(letter: Received, key: str, row: Sequence[Any], *, was_there: dict[str, Any]) -> list[Any]:
    parts = [part for part in letter.message.walk() if part.get_content_type() == "text/calendar"]
    calendar = [entry for part in parts[:1] for entry in entries_in(part.get_content())]
    return [
        row[KIND],
        row[STATE],
        letter.recipient,
        letter.subject.strip("\u200f"),
        calendar,
        key if key in was_there else "",
    ]

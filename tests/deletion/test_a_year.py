"""A year in ten seconds: one event from its draft to its deletion day and beyond; then nothing of anybody is left.

Looked for are texts (names, addresses, answers, links, codes) and, because they lie sealed, every sealed blob and every
digest that there was: a copy of the keys from before must open nothing either.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from events_app import clock
from events_app.acts import Office, Who
from events_app.caretaker import Caretaker
from events_app.database.connections import sqlite_path
from events_app.deletion import actions as deletion
from events_app.events.models.event import Event
from events_app.imports.actions.drafts import keep_draft
from events_app.invitations import actions as inviting
from events_app.invitations.rules import Invitee
from events_app.mail.courier import Courier
from events_app.mail.models import Letter
from events_app.mailings.actions import announcing, writing
from events_app.mailings.emails import Content
from events_app.people.actions import keep_note, keep_view
from events_app.registrations.actions import changing, forgetting, leaving
from events_app.registrations.models import Invitation, Registration
from events_app.registrations.posting import COURIER, reveal_guest, reveal_person
from events_app.settings import Mail
from events_app.work import COMPOSERS
from tests import databases, make
from tests.databases import ENGINE
from tests.journeys.canary import Canary
from tests.mail.office import QUICK, until
from tests.mail.smtp import SmtpServer

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
NAMES = (
    "Zwaluwnest",
    "Kwikstaart",
    "Roodborst",
    "Pimpelmees",
    "Goudvink",
    "Nachtegaal",
    "Koolwitje",
    "Ijsvogel",
)
ANSWER = "allergisch voor Wespendief"


@dataclass
class Year:
    """The event, and everything that could still be found of its people."""

    house: make.House
    event: Event
    secrets: set[str] = field(default_factory=set)
    sealed: set[bytes] = field(default_factory=set)

    @property
    def office(self) -> Office:
        return self.house.office

    def act(self, now: datetime | None = None, who: Who = Who.ORGANIZER) -> Any:
        return self.office.at(now or clock.now(), who)

    async def gather(self) -> None:
        """Every secret and every blob that there is now."""
        for row in await Registration.filter(event_id=self.event.id):
            person = reveal_person(row, vault=self.office.vault, reader=COURIER)
            self.secrets |= {person.token} | {each for each in (person.name, person.address) if each}
            self.sealed |= {bytes(row.person), bytes(row.address_index), bytes(row.token_digest)}
            self.sealed |= {bytes(row.notes)} if row.notes else set()
        for invitation in await Invitation.filter(event_id=self.event.id):
            self.secrets |= {
                text for text in reveal_guest(invitation, act=self.act()).values() if len(text) > 3
            }
            self.sealed |= {bytes(invitation.guest), bytes(invitation.code_index)}
        for letter in await Letter.filter(event_id=self.event.id):
            self.sealed |= {
                bytes(each) for each in (letter.facts, letter.message, letter.address_index) if each
            }
        for table, column in (("import_draft", "file"), ("mailing", "content"), ("event", "join_link")):
            url = self.house.url
            found = await databases.run_sql(url, f"SELECT {column} FROM {table}")
            self.sealed |= {bytes(row[0]) for row in found if row[0]}  # type: ignore[call-overload]


async def prepared(house: make.House) -> Year:
    """A draft with a question, published, with invitations of which one is taken and one withdrawn."""
    event = await make.event(
        house.vault, now=clock.now(), capacity_in_person=20, offers_online=True, join_link=""
    )
    year = Year(house, event)
    await make.change(event, house.office, now=clock.now(), join_link="https://meet.example.org/zwaluw-9")
    guests = [Invitee(who, f"{who.lower()}@vogels.example", "en") for who in ("Goudvink", "Nachtegaal")]
    await inviting.invite(
        event.id, guests, batch="b", purpose="open", quota_id=None, is_bound=True, act=year.act()
    )
    await inviting.send_invitations(event.id, "b", act=year.act())
    return year


async def people_come(year: Year) -> None:
    """Six with answers to a choice and a text; a note, a kept search, a place passed on, a list half brought in."""
    event, now = year.event, clock.now()
    colour, allergy = await make.question(event), await make.question(event, "text")
    for number, who in enumerate((*NAMES[:4], "Ooievaar", "Kievit", "Grutto")):
        said = {str(colour.id): "a" if number < 6 else "b", str(allergy.id): ANSWER}
        address = f"{who.lower()}@vogels.example"
        await make.registered(event, who, office=year.office, now=now, answers=said, address=address)
    rows = await Registration.filter(event_id=event.id).order_by("arrival")
    await keep_note(rows[0], "Zwaluwnest komt later", act=year.act())
    await keep_view(event.id, "Grutto", "q=grutto")
    await changing.pass_on(
        rows[1].id, name="Koolwitje", address="koolwitje@vogels.example", language="en", act=year.act()
    )
    await make.new_address_asked(rows[2], "ijsvogel@vogels.example", office=year.office, now=now)
    list_ = b"name,address\nIjsvogel,ijsvogel@vogels.example\n"
    await keep_draft(event.id, (await make.organizer(year.office.vault)).id, list_, act=year.act())
    words = Content({"en": "Dear Kwikstaart"}, {"en": "Kwikstaart and Ooievaar"}, "q=Kwikstaart")
    await writing.save_draft(event.id, words, act=year.act())
    await year.gather()


async def things_happen(year: Year, server: SmtpServer) -> None:
    """Emails leave, one is refused, the event moves, somebody cancels, somebody is erased, somebody is invited."""
    server.always_rcpt["kievit@vogels.example"] = "550 5.1.1 unknown"
    await deliver(year, server)
    await year.gather()
    await make.change(year.event, year.office, now=clock.now(), starts_wall="2035-05-12T12:00")
    await announcing.announce(year.event.id, act=year.act())
    rows = await Registration.filter(event_id=year.event.id).order_by("arrival")
    await leaving.cancel(rows[3].id, act=year.act())
    await forgetting.erase(rows[4].id, act=year.act())
    withdrawn = await Invitation.filter(event_id=year.event.id, purpose="open").order_by("id").first()
    assert withdrawn is not None
    await inviting.revoke(year.event.id, withdrawn.id, act=year.act())
    await year.gather()


async def deliver(year: Year, server: SmtpServer) -> None:
    settings = Mail(host=server.host, port=server.port, security="none", sender_address="events@example.org")
    courier = Courier(settings, year.office.vault, COMPOSERS, reader=COURIER, pace=QUICK)
    run = asyncio.create_task(courier.run())

    async def is_quiet() -> bool:
        return not await Letter.filter(due_at__not_isnull=True).exists()

    await until(is_quiet)
    await courier.stop()
    await run


async def everything_stored(url: str) -> bytes:
    """Every byte of SQLite's files; of PostgreSQL every row of every table, blobs in hexadecimal and as they are."""
    if ENGINE == "sqlite":
        file = Path(sqlite_path(url))
        return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    found: list[bytes] = []
    for table in await databases.tables_youngest_first(url):
        for row in await databases.run_sql(url, f'SELECT * FROM "{table}"'):
            for value in row:
                found.append(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
    return b"\n".join(found)


@pytest.fixture
async def year(house: make.House) -> Year:
    return await prepared(house)


async def test_a_year_leaves_nothing_of_anybody_behind(
    year: Year, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with SmtpServer() as server:
        await people_come(year)
        await things_happen(year, server)
    before = await everything_stored(year.house.url)
    assert len(year.sealed) > 40
    assert len([blob for blob in year.sealed if blob in before]) > 20

    for day in (23, 29, 30):
        await deletion.look(act=year.act(year.event.ends_at + day * DAY, Who.APP))
    await Caretaker(year.office).look()

    after = await everything_stored(year.house.url)
    canary = Canary(*NAMES, *year.secrets, "Wespendief", "vogels.example", "zwaluw-9")
    assert [blob for blob in year.sealed if blob in after] == []
    assert canary.found_in(after, "the database") == set()
    assert canary.found_in_files([tmp_path]) == set()
    assert canary.found_in("\n".join(caplog.messages).encode(), "the log") == set()
    assert canary.found_in(repr(await whatever_opens(year)).encode(), "what still opens") == set()
    assert not year.office.vault.scopes() & {str(year.event.id)}


async def whatever_opens(year: Year) -> list[Any]:
    """All letters that are left, opened: those to organizers."""
    return [
        year.office.vault.reveal(each.scope, each.facts_context, each.facts, COURIER)
        for each in await Letter.exclude(words="gone")
    ]


async def test_the_counts_that_stay_are_right_and_say_nothing_of_a_few(year: Year) -> None:
    await people_come(year)
    rows = await Registration.filter(event_id=year.event.id).order_by("arrival")
    await leaving.cancel(rows[0].id, act=year.act())

    await deletion.look(act=year.act(year.event.ends_at + 30 * DAY, Who.APP))

    counts = (await Event.get(id=year.event.id)).counts
    assert counts is not None
    assert counts["people"] == 7
    assert counts["statuses"] == [["", 7]]
    assert counts["modes"] == [["in_person", 6]]
    assert counts["languages"] == [["en", 6]]
    assert [question["cells"] for question in counts["questions"]] == [[["", 6]]]


FORGOTTEN = 410
DESK = (
    "edit", "programme", "questions", "registrations", "invitations", "letters", "export", "registrations.csv",
    "registrations.xlsx", "import", "write", "reminders", "changes", "duplicates", "registrations/new",
)  # fmt: skip


async def test_every_page_of_a_forgotten_event_says_so_and_none_breaks(year: Year) -> None:
    await people_come(year)
    rows = await Registration.filter(event_id=year.event.id).order_by("arrival")
    tokens = [reveal_person(row, vault=year.office.vault, reader=COURIER).token for row in rows]
    visitor, desk = await year.house.client(), await year.house.desk()
    letter = await Letter.filter(event_id=year.event.id).first()
    assert letter is not None
    await deletion.look(act=year.act(year.event.ends_at + 30 * DAY, Who.APP))
    base = f"/desk/events/{year.event.id}"

    answers = {page: (await desk.get(f"{base}/{page}")).status_code for page in DESK}
    assert answers == dict.fromkeys(DESK, FORGOTTEN)
    assert (await desk.get(f"{base}/registrations/{rows[0].id}")).status_code == FORGOTTEN
    assert (await desk.get(f"/desk/letters/{letter.id}")).status_code == 404
    for path in ("/desk", base, f"{base}/data", "/desk/held", f"/events/{year.event.slug}", "/"):
        assert (await desk.get(path)).status_code == 200, path
    assert "7 people had registered." in make.words_of(await desk.get(f"{base}/data"))
    said = {
        "title_en": "Again",
        "starts_on": "2040-05-12",
        "starts_time": "13:00",
        "ends_time": "14:00",
        "how": "once",
    }
    assert (await desk.post(f"{base}/copies", **said)).status_code == 303
    for path in (f"/registrations/{tokens[0]}", f"/registrations/{tokens[0]}.ics"):
        assert (await visitor.get(path)).status_code == 404, path
    typed = {"name": "A", "address": "a@example.org", "language": "en", "mode": "in_person"}
    answer = await visitor.post(f"/events/{year.event.slug}/mine", data=typed)
    assert answer.status_code == FORGOTTEN
    answer = await visitor.post(f"/events/{year.event.slug}/register", data=typed)
    assert 'name="address"' not in answer.text

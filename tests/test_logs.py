"""The log of a whole life, from registering to erasing, failures of mail included: nobody is in it."""

import asyncio
import logging
import re
import smtplib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace

import pytest
from uvicorn import Config

from events_app import clock
from events_app.acts import Office, Who
from events_app.clock import now as clock_now
from events_app.errors import RecordWithoutValues
from events_app.events.models.event import Event
from events_app.linking.actions import answer_requests
from events_app.mail.courier import Courier
from events_app.mail.lmtp import LmtpServer
from events_app.mail.models import Letter, MailStop
from events_app.registrations.facts import uid_of
from events_app.registrations.models import Registration
from events_app.replies import actions as replies
from events_app.settings import Inbound, Mail, Settings
from events_app.work import COMPOSERS, lmtp_of
from tests import make
from tests.mail.office import QUICK, until
from tests.mail.smtp import Received, SmtpServer
from tests.replies.test_actions import calendar, mail
from tests.replies.test_coming_back import report

pytestmark = pytest.mark.anyio

NAME, ADDRESS, OTHER = "Zaytuna Canarywood", "zaytuna.canary@example.org", "other.canary@example.org"
SENDER, HELP = "events@example.org", "help@example.org"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/(?:registrations|my)/[\w.~/-]+)")


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the log says, as `run.py` sets it up, and our own DEBUG besides."""
    said: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith("http"):  # the visitors' browsers, here in the same process
                said.append(self.format(record))

    root, ours, tortoise = (logging.getLogger(name) for name in (None, "events_app", "tortoise"))
    before = [(logger, logger.level) for logger in (root, ours, tortoise)]
    factory, handler = logging.getLogRecordFactory(), Kept()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.setLogRecordFactory(RecordWithoutValues)
    for (logger, _level), level in zip(before, (logging.INFO, logging.DEBUG, logging.WARNING), strict=True):
        logger.setLevel(level)
    root.addHandler(handler)
    yield said
    root.removeHandler(handler)
    logging.setLogRecordFactory(factory)
    for logger, level in before:
        logger.setLevel(level)


@dataclass
class Life:
    """A house that sends and takes mail in, as an operator runs it, and somebody who lives in it."""

    house: make.House
    server: SmtpServer
    postbox: LmtpServer
    links: set[str] = field(default_factory=set)

    async def link_in(self, to: str, *, after: int) -> str:
        """The newest personal link that was mailed to that address, when more than `after` letters have come there."""

        async def has_come() -> bool:
            return len(self._letters(to)) > after

        await until(has_come)
        found = [link for letter in self._letters(to) for link in LINK.findall(text_of(letter))]
        self.links.update(found)
        return str(found[-1])

    def _letters(self, to: str) -> list[Received]:
        return [letter for letter in self.server.letters if letter.recipient == to]

    async def arrive(self, recipient: str, raw: bytes, *, sender: str = ADDRESS) -> int:
        """The code with which our postbox answers the operator's mail server."""

        def speak() -> int:
            with smtplib.LMTP("127.0.0.1", self.postbox.port, local_hostname="mx") as client:
                try:
                    client.sendmail(sender, [recipient], raw)
                except smtplib.SMTPRecipientsRefused as refused:
                    return int(next(iter(refused.recipients.values()))[0])
                return 250

        return await asyncio.to_thread(speak)


def text_of(letter: Received) -> str:
    part = letter.message.get_body(("plain",))
    return str(part.get_content()) if part else ""


@pytest.fixture
async def life(house: make.House, lines: list[str]) -> AsyncIterator[Life]:
    office = Office(house.vault, replace(house.office.site, reply_address=SENDER))
    house.app.state.house = replace(house.app.state.house, office=office)
    inbound = Inbound(address=SENDER, host="127.0.0.1", port=0, forward_to=HELP)
    postbox = lmtp_of(Settings(inbound=inbound), office)
    await postbox.open()
    with SmtpServer() as server:
        settings = Mail(host=server.host, port=server.port, security="none", sender_address=SENDER)
        courier = Courier(
            settings,
            house.vault,
            COMPOSERS,
            reader=make.COURIER,
            pace=QUICK,
            returns_to=replies.returns_to(office.site),
            came_back=replies.hears_of(office),
        )
        run = asyncio.create_task(courier.run())
        yield Life(house, server, postbox)
        await courier.stop()
        await run
    await postbox.close()


async def test_no_line_of_the_log_of_a_whole_life_names_anybody(life: Life, lines: list[str]) -> None:
    event = await make.event(life.house.vault, confirms_address=True, offers_online=True)
    path = f"/events/{event.slug}/register"
    client = await life.house.client()

    await the_mail_fails(life, event)
    await client.post(path, data={"name": NAME, "address": ADDRESS, "language": "en", "mode": "in_person"})
    own = await life.link_in(ADDRESS, after=0)
    await client.post(f"{own}/confirmation")
    await client.post(f"{own}/mode", data={"mode": "online"})
    row = await make.row_of(event, ADDRESS, office=life.house.office)
    codes = await mail_comes_in(life, row)
    await client.post(f"{own}/address", data={"address": OTHER})
    await answer_requests(act=life.house.office.at(clock.now(), Who.APP))
    moving = await life.link_in(OTHER, after=0)
    moved = await client.post(moving)
    own = str(moved.headers["location"]).partition("?")[0]
    life.links.add(own)
    await client.post(f"{own}/cancellation")
    await client.post(f"{own}/erasure")
    await row.refresh_from_db()
    log = "\n".join(lines)

    assert (row.erased, codes) == (True, [250, 250, 250, 250, 550])
    canaries = [
        NAME, "Zaytuna", "canary", HELP, row.organizer_address, "+r-", "/registrations/",
        *(link.rpartition("/")[2] for link in life.links),
    ]  # fmt: skip
    assert len(life.links) == 3
    assert {each for each in canaries if each.lower() in log.lower()} == set()
    for line in (
        "the mail server refuses us",
        "the mail server cannot be reached",
        "arrived: bounce, bounced",
    ):
        assert line in log


async def the_mail_fails(life: Life, event: Event) -> None:
    """Our sender is refused, then somebody nobody knows, then the server goes away and comes back."""
    office = life.house.office
    life.server.always_mail = f"550 5.7.1 <{SENDER}>: {NAME} is not allowed to write to {ADDRESS}"
    life.server.always_rcpt["unknown.canary@example.org"] = "550 5.1.1 unknown.canary@example.org: unknown"
    await make.registered(event, "unknown.canary", "lost.canary", office=office, now=clock_now())
    await until(MailStop.filter(reason="refuses us").exists)
    life.server.always_mail = ""
    life.server.data["lost.canary@example.org"] = ["hang up"]
    await until(Letter.filter(state="refused").exists)
    await until(Letter.filter(state="sent").exists)
    await asyncio.to_thread(life.server.stop)
    await make.registered(event, "late.canary", office=office, now=clock_now())
    await until(MailStop.filter(reason="away").exists)
    life.server.start()
    await until(lambda: nobody_waits())


async def nobody_waits() -> bool:
    return not await Letter.filter(due_at__not_isnull=True).exists()


async def mail_comes_in(life: Life, row: Registration) -> list[int]:
    """An answer of a calendar, a report, words of a human, mail to the sender, mail to nobody."""
    ours = row.organizer_address
    answer = mail(calendar(uid_of(row.id, life.house.office.site), attendee=ADDRESS), sender=ADDRESS)
    words = f"From: {NAME} <{ADDRESS}>\r\nSubject: {NAME}\r\n\r\nI am {NAME}".encode()
    return [
        await life.arrive(ours, answer),
        await life.arrive(ours, report(address=ADDRESS), sender=""),
        await life.arrive(ours, words),
        await life.arrive(SENDER, words),
        await life.arrive("events+r-canary@example.org", words),
    ]


@pytest.mark.parametrize("name", ["mail.log", "flufl.bounce"])
def test_the_server_setting_up_its_own_log_never_brings_back_who_writes_to_whom(
    lines: list[str], name: str
) -> None:
    """uvicorn enables every logger that there is; ours is set up before it."""
    Config("events_app.app:create").configure_logging()

    logging.getLogger(name).error("MAIL FROM:<%s>", ADDRESS)

    assert lines == []

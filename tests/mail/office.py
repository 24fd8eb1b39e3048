"""A small mail room for tests: letters to post, couriers to send them, a look at what became of them."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from events_app.clock import now
from events_app.database import one_transaction
from events_app.mail import outbox
from events_app.mail.courier import Courier, Pace
from events_app.mail.message import Composed
from events_app.mail.models import Letter
from events_app.mail.rules import WhenUnsure
from events_app.settings import Mail
from events_app.vault import Reader, Vault
from tests.mail.smtp import SmtpServer

QUICK = Pace(
    lease=1.0,
    poll=0.05,
    grace=5.0,
    backoff=(0.05, 0.1),
    pauses=(0.1, 0.2),
    long_pauses=(0.1, 0.2),
    insist=(0.05,),
)
INVITE = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:caf\xc3\xa9\r\nEND:VCALENDAR\r\n"


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """What a room's composer does: the kind and the frozen facts in, the draft out."""
    if kind == "test.broken":
        raise LookupError("canary")
    if kind == "test.forged":
        return Composed(to_address=facts["to_address"], subject="a\r\nBcc: b@example.org", text="", html="")
    return Composed(
        to_address=facts["to_address"],
        subject=f"Letter {facts['n']}",
        text=f"This is letter {facts['n']}.\n",
        html=f"<p>This is letter {facts['n']}.</p>",
        calendar=INVITE,
        method="REQUEST",
        sender_name="Cedar Archive" if kind == "test.hosted" else "",
    )


@dataclass
class Office:
    """One event's outbox. Addresses are invented: guest1@example.org and so on."""

    vault: Vault
    event_id: uuid.UUID = field(default_factory=uuid.uuid4)
    posted: int = 0
    return_path: str = ""
    firsts: dict[uuid.UUID, int] = field(default_factory=dict)

    async def post(
        self,
        kind: str = "test.letter",
        *,
        thread: uuid.UUID | None = None,
        replaces: str | None = None,
        when_unsure: WhenUnsure = "again",
    ) -> Letter:
        """The next letter, the N-th, to guestN@example.org; letters of one thread go to whoever got its first."""
        about = outbox.About(self.event_id, thread, replaces, when_unsure)
        return await self._post(kind, about)

    @one_transaction
    async def post_many(self, count: int, *, threads: int = 0) -> None:
        """Letters of their own, or in so many threads, taking turns."""
        about = [outbox.About(self.event_id, uuid.uuid4()) for _ in range(threads)]
        for number in range(count):
            await self._post("test.letter", about[number % threads] if about else outbox.About(self.event_id))

    def courier(
        self, server: SmtpServer | None, *, pace: Pace = QUICK, connections: int = 2, **more: Any
    ) -> Courier:
        """One that sends to the server, or keeps letters when there is none."""
        settings = Mail(
            host=server.host if server else "",
            port=server.port if server else 587,
            security="none",
            sender_address="events@example.org",
            sender_name="Side events",
            connections=connections,
        )
        return Courier(settings, self.vault, {"test": compose}, reader=Reader("courier"), pace=pace, **more)

    @asynccontextmanager
    async def at_work(self, courier: Courier) -> AsyncIterator[None]:
        """The courier runs, and is stopped cleanly at the end."""
        run = asyncio.create_task(courier.run())
        try:
            yield
        finally:
            await courier.stop()
            await run

    async def deliver(self, server: SmtpServer | None) -> None:
        """A courier works until it has no more to do."""
        async with self.at_work(self.courier(server)):
            await until(self.is_quiet)

    async def make_due(self) -> None:
        """Whatever waits for a later moment need not wait any longer."""
        await Letter.filter(event_id=self.event_id, due_at__not_isnull=True).update(due_at=0)

    async def is_quiet(self) -> bool:
        """Whether there is no letter that a courier still has to do with."""
        return not await Letter.filter(event_id=self.event_id, due_at__not_isnull=True).exists()

    async def states(self) -> list[str]:
        """In the order of posting."""
        letters = await Letter.filter(event_id=self.event_id).order_by("number")
        return [letter.state for letter in letters]

    async def letter(self, number: int = 1) -> Letter:
        """The number-th that was posted."""
        letters = await Letter.filter(event_id=self.event_id).order_by("number")
        return letters[number - 1]

    async def _post(self, kind: str, about: outbox.About) -> Letter:
        self.posted += 1
        guest = self.firsts.setdefault(about.thread, self.posted) if about.thread else self.posted
        facts = {"to_address": f"guest{guest}@example.org", "n": self.posted, "return_path": self.return_path}
        scope = str(self.event_id)
        letter = await outbox.post(kind, vault=self.vault, scope=scope, about=about, facts=facts, now=now())
        return await Letter.get(id=letter)


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 30.0) -> None:
    """Come back when it holds."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - it happens in the database, or in another process
            await asyncio.sleep(0.02)

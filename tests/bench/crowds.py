"""Who is in the house while everything fails: people who register and cancel, an organizer who looks and writes."""

import http.client
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from tests.bench.client import Answer, Visitor
from tests.bench.registrations import hidden_fields
from tests.bench.seeding import ORGANIZER, PASSPHRASE
from tests.mail.smtp import SmtpServer

OWN = re.compile(rb"https?://[^/\s]+(/registrations/[a-z0-9]{20,})")
GONE = (OSError, http.client.HTTPException)
DISK, MAIL = b"Our disk is full", b"The mail server cannot be reached"


@dataclass
class World:
    """What all of them share. acknowledged: addresses to whom the house has said that they are registered."""

    port: int
    event_id: str
    slug: str
    smtp: SmtpServer
    acknowledged: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    quiet: threading.Event = field(default_factory=threading.Event)
    """Nobody comes or goes while it is set: a letter to all is sent to those whom its writer has seen."""
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def ask(self, path: str, fields: dict[str, str] | None = None, *, cookie: str = "") -> Answer | None:
        """The answer; None where there was none."""
        try:
            with Visitor(self.port, cookie=cookie) as visitor:
                answer = visitor.get(path) if fields is None else visitor.post(path, fields)
        except GONE:
            self.answers["no answer"] += 1
            return None
        self.answers[str(answer.status)] += 1
        self.said["disk"] += DISK in answer.body
        self.said["mail"] += MAIL in answer.body
        return answer


class Registrants(threading.Thread):
    """One person after another: each tries until the house says yes, and every fourth cancels."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__(daemon=True, name=f"registrants {number}")
        self._world = world

    def run(self) -> None:
        while not self._world.over.is_set():
            number = next(self._world.numbers)
            if self._registers(number) and number % 4 == 0:
                self._cancels()
            time.sleep(0.05)
            while self._world.quiet.is_set():
                time.sleep(0.1)

    def _registers(self, number: int) -> bool:
        path, address = f"/events/{self._world.slug}/register", f"guest{number}@example.org"
        typed = {
            "name": f"Nour {number}",
            "address": address,
            "mode": "in_person",
            "language": "en",
            "consent": "y",
        }
        while not self._world.over.is_set():
            answer = self._world.ask(path)
            if answer is not None and answer.status == 200:
                posted = self._world.ask(path, hidden_fields(answer.body.decode()) | typed)
                if posted is not None and posted.status == 303:
                    self._world.acknowledged.add(address)
                    self._world.answers["confirmed"] += 1
                    return True
            time.sleep(0.3)
        return False

    def _cancels(self) -> None:
        """By the newest link that came by mail: whoever it is."""
        for letter in reversed(self._world.smtp.letters[-20:]):
            text = letter.message.get_body(("plain",))
            found = OWN.search(str(text.get_content()).encode()) if text else None
            if found:
                answer = self._world.ask(f"{found[1].decode()}/final-cancellation", {})
                self._world.answers["cancelled"] += answer is not None and answer.status == 303
                return


class Organizer(threading.Thread):
    """Looks at the desk's page about mail, takes the list out, and writes to everybody now and then."""

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True, name="organizer")
        self._world = world
        self._cookie = ""

    def run(self) -> None:
        turns = count(1)
        while not self._world.over.is_set():
            mail = self._world.ask("/desk/mail", cookie=self._cookie)
            if mail is not None and mail.status != 200:
                self._sign_in()
                time.sleep(0.5)
                continue
            self._takes_out()
            if next(turns) % 20 == 0:
                self._world.quiet.set()
                time.sleep(0.5)
                self._writes()
                self._world.quiet.clear()
            time.sleep(0.5)

    def _sign_in(self) -> None:
        answer = self._world.ask("/desk/sign-in", {"address": ORGANIZER, "passphrase": PASSPHRASE})
        if answer is not None and answer.status == 303:
            self._cookie = answer.headers["set-cookie"].partition(";")[0]

    def _takes_out(self) -> None:
        self._world.answers["exports"] += 1
        sheet = self._world.ask(f"/desk/events/{self._world.event_id}/registrations.csv", cookie=self._cookie)
        self._world.answers["exported"] += sheet is not None and sheet.status == 200

    def _writes(self) -> None:
        self._world.answers["mailings"] += 1
        path = f"/desk/events/{self._world.event_id}/write"
        page = self._world.ask(path, cookie=self._cookie)
        if page is None or page.status != 200:
            return
        hidden = hidden_fields(page.body.decode())
        words = {"status": "all", "mode": "all", "language": "all", "rest": "", "subject_en": "About {event}"}
        words |= {"subject_ar": "", "body_ar": ""}
        draft = self._world.ask(path, hidden | words | {"body_en": "Dear {name}, come."}, cookie=self._cookie)
        if draft is None or draft.status != 303:
            return
        look = self._world.ask(draft.headers["location"], cookie=self._cookie)
        if look is not None and look.status == 200:
            sent = self._world.ask(
                f"{draft.headers['location']}/sending", hidden_fields(look.body.decode()), cookie=self._cookie
            )
            self._world.answers["written"] += sent is not None and sent.status == 303

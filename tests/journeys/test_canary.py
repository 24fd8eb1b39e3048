"""What a person typed is found nowhere on the disk: not in the database, the logs, var/ or the temporary folder."""

import asyncio
import base64
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest

from tests import databases, make
from tests.databases import ENGINE
from tests.journeys.canary import Canary, Watch, ways_to_write
from tests.journeys.served import Served, until
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

NAME = "Zerynthia Quolbrandt زيرينثيا قولبرانت"
NEEDS = "Vexillology كرسيمتحرك"
ADDRESS = "zerynthia.quolbrandt@example.org"
WAITING = "wyvernhoek@example.org"
ORGANIZER = ("Organella اورغانيلا", "organella.thornwick@example.org", "four owls under a blue bridge")
CANARY = Canary(
    *NAME.split(),
    *NEEDS.split(),
    "zerynthia.quolbrandt",
    "wyvernhoek",
    "organella.thornwick",
    "Organella",
    "owls under",
)
ROUND_TABLE = "/events/small-roundtable"


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    name = f"events_canary_{os.getpid()}"
    yield asyncio.run(databases.make_database(name, tmp_path))
    asyncio.run(databases.drop_database(name))


@pytest.fixture
def house(tmp_path: Path, letters: SmtpServer, database_url: str) -> Iterator[Served]:
    """A first start, on the database of this run."""
    folder = tmp_path / "instance"
    folder.mkdir()
    environ = {} if ENGINE == "sqlite" else {"EVENTS_DATABASE__URL": database_url}
    with Served(folder, "serve", mail_port=letters.port, environ=environ) as house:
        yield house


class Client:
    """Somebody without a browser, in one language."""

    def __init__(self, house: Served, language: str) -> None:
        headers = {"origin": house.url, "accept-language": language}
        self._client = httpx2.Client(base_url=house.url, headers=headers, timeout=90)
        self.form_token = ""

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, *, status: int = 200) -> httpx2.Response:
        answer = self._client.get(path)
        assert answer.status_code == status, f"{answer.status_code} at {path}"
        return answer

    def post(self, path: str, *, status: int = 303, **typed: str) -> httpx2.Response:
        answer = self._client.post(path, data={"form_token": self.form_token, **typed})
        assert answer.status_code == status, f"{answer.status_code} at {path}"
        return answer

    def links(self, path: str, pattern: str) -> list[str]:
        """The links and the targets of forms on a page that fit the whole pattern, each once."""
        found = re.findall(rf'(?:href|action)="({pattern})"', self.get(path).text)
        return list(dict.fromkeys(found))


def test_nothing_typed_is_found_on_the_disk(house: Served, letters: SmtpServer, database_url: str) -> None:
    letters.rcpt[ADDRESS] = [f"451 4.2.1 <{ADDRESS}> {NAME.split()[0]} is asked to wait"]
    letters.always_rcpt[WAITING] = f"550 5.1.1 <{WAITING}>: no such person"
    with Watch(CANARY, (house.folder,), house.temporary, house.pid) as watch:
        with Client(house, "en") as organizer:
            make_event(organizer, house)
            with Client(house, "ar") as guest:
                refused_typing(guest)
                everything_a_guest_does(guest, house, letters)
            everything_an_organizer_does(organizer)
        found_in_rows = asyncio.run(search_rows(database_url)) if ENGINE == "postgresql" else set()
        until(lambda: watch.rounds > 3)
    watch.look()
    house.stop()
    watch.look()
    assert watch.found | found_in_rows == set()
    assert Canary("small-roundtable").found_in_files([house.var]) or ENGINE == "postgresql"


def refused_typing(guest: Client) -> None:
    """What is refused may not be kept either, nor its refusal be logged with it."""
    guest.post(f"{ROUND_TABLE}/register", status=422, name=NAME, address=f"{ADDRESS} {NAME}", language="ar")
    guest.post(f"{ROUND_TABLE}/register", status=422, name=NAME * 9, address=ADDRESS, language=NAME)
    guest.post(f"{ROUND_TABLE}/register", status=413, name=NAME * 9000, address=ADDRESS, language="ar")
    guest.post(f"{ROUND_TABLE}/mine", status=422, address=NAME)
    guest.post("/desk/sign-in", status=403, address=ADDRESS, passphrase=NAME)
    guest.get(f"/events/{quote(NAME)}", status=404)
    guest.get(f"/events/{quote(NAME)}%00", status=404)
    guest.get(f"/registrations/{quote(ADDRESS)}", status=404)
    guest.get(f"/registrations/{quote(ADDRESS)}%00", status=404)
    guest.get(f"/?lang={quote(NAME)}")


def everything_a_guest_does(guest: Client, house: Served, letters: SmtpServer) -> None:
    """Registers (twice), meets a mail server that names the address when it refuses, asks for the link, cancels."""
    for address in (ADDRESS, "amal@example.org", "bassel@example.org", WAITING, ADDRESS.swapcase()):
        receipt = guest.post(
            f"{ROUND_TABLE}/register", name=NAME, needs=NEEDS, language="ar", address=address
        )
        assert address.partition("@")[0] in guest.get(receipt.headers["location"]).text
    sent = guest.post(f"{ROUND_TABLE}/mine", address=ADDRESS)
    assert ADDRESS in guest.get(sent.headers["location"]).text

    def link() -> str:
        texts = [
            letter.message.get_body(("plain",)) for letter in letters.letters if letter.recipient == ADDRESS
        ]
        found = re.search(
            rf"{house.url}(/registrations/[a-z2-7]+)",
            " ".join(str(text and text.get_content()) for text in texts),
        )
        return found[1] if found else ""

    own_page = until(link, what="the letter with the personal link")
    assert NAME in guest.get(own_page).text
    guest.get(f"{own_page}.ics")
    assert ADDRESS in guest.get(f"{own_page}/data.json").text
    guest.post(f"{own_page}/details", name=f"{NAME} 2", needs=NEEDS, language="en")
    guest.post(f"{own_page}/address", status=422, address=NAME)
    guest.post(f"{own_page}/address", address=f"neu.{ADDRESS}")
    guest.post(f"{own_page}/colleague", name=NAME, address=f"kollege.{ADDRESS}", language="ar")
    guest.post(f"{own_page}/cancellation")
    guest.post(f"{own_page}/final-cancellation")


def make_event(organizer: Client, house: Served) -> None:
    """Makes an account, an organization, and a round table for three."""
    name, address, passphrase = ORGANIZER
    link = urlsplit(house.first_link()).path
    organizer.post(link, name=name, address=address, passphrase=passphrase)
    (organizer.form_token,) = set(
        re.findall(r'name="form_token" value="([^"]+)"', organizer.get("/desk").text)
    )
    organizer.post("/desk/organizations/new", name_en="The Cedar Archive", ours="y")
    typed = make.form(slug="small-roundtable", capacity_in_person="3", keeps_waitlist="y")
    event = organizer.post("/desk/events/new", **typed).headers["location"]
    organizer.post(f"{event}/publication")


def everything_an_organizer_does(organizer: Client) -> None:
    """Reads, searches, exports, opens every letter and attachment, cancels."""
    events = organizer.links("/desk", r"/desk/events/[0-9a-f-]{36}")
    (event,) = [event for event in events if ROUND_TABLE in organizer.get(event).text]
    for search in (NAME, "قولبرانت", ADDRESS, "zerynthia"):
        assert NAME in organizer.get(f"{event}/registrations?q={quote(search)}").text
    organizer.post(f"{event}/views", name="the fourth", query=f"q={quote(NAME)}&status=cancelled")
    for form in ("csv", "csv?bom=no", "xlsx", "xlsx?column=name&column=needs"):
        organizer.get(f"{event}/registrations.{form}")
    assert NAME in organizer.get(f"{event}/registrations.csv").text

    def refused() -> bool:
        return any("state=refused" in url for url in organizer.links(f"{event}/letters", r"\?[^\"]*"))

    until(refused, what="the refusal of a letter")
    opened = organizer.links(f"{event}/letters", r"/desk/letters/[0-9a-f-]{36}")
    assert len(opened) > 5
    for letter in opened:
        for part in organizer.links(letter, rf"{letter}/(?:html|attachments/\d)"):
            organizer.get(part)
    for cancellation in organizer.links(f"{event}/registrations", rf"{event}/registrations/.*/cancellation"):
        organizer.post(cancellation)
    organizer.post("/desk/sign-out")


async def search_rows(url: str) -> set[str]:
    """Every column of every table of PostgreSQL, and, where the server is the tests' own, its files and its log."""
    found: set[str] = set()
    connection = await databases.connect_to(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert len(tables) > 10
        for (table,) in tables:
            for row in await connection.fetch(f'SELECT * FROM "{table}"'):
                for column, value in row.items():
                    data = value if isinstance(value, bytes) else str(value).encode()
                    found |= CANARY.found_in(data, f"{table}.{column}")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    folder = parse_qs(urlsplit(os.environ["TEST_POSTGRES_URL"]).query).get("host", [""])[0]
    return found | (CANARY.found_in_files([Path(folder)]) if folder.startswith("/") else set())


@pytest.mark.engine_free
@pytest.mark.parametrize("text", [*NAME.split(), "zerynthia.quolbrandt"])
def test_the_search_finds_a_planted_canary_however_it_is_written(text: str, tmp_path: Path) -> None:
    missed = []
    for number, (how, written) in enumerate(ways_to_write(text).items()):
        folder = tmp_path / str(number)
        (folder / "var" / "data").mkdir(parents=True)
        (folder / "var" / "data" / "events.db-wal").write_bytes(b"\x00before" + written + b"after\xff")
        if not any(f"{text!r}" in said for said in Canary(text).found_in_files([folder])):
            missed.append(how)
    assert missed == []


@pytest.mark.engine_free
@pytest.mark.parametrize("before", ["", "x", "xx"])
def test_the_search_finds_a_canary_inside_what_was_written_whole(before: str) -> None:
    whole = json.dumps({"to": f"{before}{NAME}!", "q": before}, ensure_ascii=False).encode()
    lines = base64.encodebytes(whole)
    assert CANARY.found_in(whole, "it")
    assert CANARY.found_in(lines, "it")
    assert CANARY.found_in(lines.replace(b"\n", b"\r\n"), "it")
    assert CANARY.found_in(base64.urlsafe_b64encode(whole), "it")


@pytest.mark.engine_free
def test_the_search_finds_a_file_that_has_no_name_any_more(tmp_path: Path) -> None:
    with (tmp_path / "spool").open("w+b") as spool:
        (tmp_path / "spool").unlink()
        watch = Watch(CANARY, (tmp_path,), tmp_path, os.getpid())
        watch.look()
        ours = f"an open file without a name (/proc/{os.getpid()}/fd/{spool.fileno()})"
        assert watch.found & {ours} == {ours}  # pytest holds some of its own

"""What people do, one verb each: an organizer at the desk, a guest on the public pages."""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from tests.journeys.people import Person
from tests.journeys.served import Served
from tests.mail.smtp import Received

Texts = dict[str, str]


@dataclass(frozen=True)
class Account:
    """An organizer's account."""

    name: str
    address: str
    passphrase: str


@dataclass(frozen=True)
class Plan:
    """An event as its organizer means it. Texts are by language; times as typed; zone an IANA key."""

    title: Texts
    summary: Texts
    place: Texts
    day: str
    starts: str
    ends: str
    zone: str
    capacity: int = 30
    more: Texts = field(default_factory=dict)


def make_account(organizer: Person, link: str, account: Account) -> None:
    """Follow the one-time link and sit down at the desk."""
    organizer.open(link)
    organizer.picture("welcome")
    organizer.fill({"name": account.name, "address": account.address, "passphrase": account.passphrase})
    organizer.send()
    assert organizer.page.url.endswith("/desk")
    organizer.picture("desk")


def sign_in(organizer: Person, house: Served, address: str, passphrase: str) -> None:
    organizer.open(f"{house.url}/desk/sign-in")
    organizer.fill({"address": address, "passphrase": passphrase})
    organizer.send()
    assert organizer.page.url.endswith("/desk")


def make_organization(organizer: Person, name: Texts, colour: str) -> None:
    """The first of the three steps that the desk shows a newcomer."""
    organizer.follow("/desk/organizations/new")
    organizer.fill({**_by_language("name", name), "colour": colour})
    organizer.picture("organization")
    organizer.send()
    assert organizer.page.url.endswith("/desk")
    assert organizer.sees("success")


def make_event(organizer: Person, plan: Plan) -> str:
    """A draft, begun on the short page and ended on the one with all details; the address of its page at the desk."""
    organizer.follow("/desk/events/new")
    for name, said in {"title": plan.title, "place": plan.place}.items():
        organizer.fill(_by_language(name, said))
    times = {"starts_on": plan.day, "starts_time": plan.starts, "ends_time": plan.ends}
    organizer.fill(times)
    organizer.write("#zone", plan.zone)
    organizer.picture("event-short")
    organizer.press("button[name=all]")
    for name, said in {"summary": plan.summary, "description": plan.summary}.items():
        organizer.fill(_by_language(name, said))
    organizer.fill({"capacity_in_person": str(plan.capacity), **plan.more})
    organizer.picture("event-form")
    organizer.press("button[name=preview][value=times]")
    assert organizer.page.locator("#five-cities:focus").count() == 1
    organizer.picture("event-form-five-cities")
    organizer.send()
    assert organizer.sees("success")
    organizer.picture("draft")
    return organizer.page.url


def preview_and_publish(organizer: Person) -> None:
    """From the draft's page at the desk."""
    organizer.follow("/preview")
    assert organizer.sees("info")
    organizer.picture("preview")
    organizer.back()
    organizer.confirm("/publication")
    assert organizer.sees("success")
    organizer.picture("published")


def find_event(guest: Person, house: Served, title: str) -> None:
    """From the home page to the event's own page."""
    guest.open(house.url)
    guest.picture("home")
    guest.press(guest.page.get_by_role("link", name=title, exact=True))
    guest.picture("event")


def register(guest: Person, *, name: str, address: str, needs: str = "", status: int = 200) -> None:
    """From the event's page through the form."""
    guest.follow("/register")
    guest.picture("form")
    guest.fill({"name": name, "address": address, "needs": needs})
    guest.send(status=status)
    guest.picture("receipt")


def ask_for_link(guest: Person, address: str) -> None:
    """From the event's page: have the personal link mailed."""
    guest.follow("/mine")
    guest.fill({"address": address})
    guest.picture("mine")
    guest.send()
    guest.picture("mine-sent")


def cancel(guest: Person) -> None:
    """On one's own page, in two steps; then, without waiting for the time to change one's mind, for good."""
    guest.picture("own-page")
    guest.confirm("/cancellation")
    guest.picture("place-held")
    guest.press('form[action$="/final-cancellation"] button')
    guest.picture("cancelled")
    assert guest.page.locator('form[action$="cancellation"]').count() == 0


def cancel_and_keep(guest: Person) -> None:
    """On one's own page: cancel, and take it back while the place is still held."""
    guest.confirm("/cancellation")
    assert guest.sees("warning")
    guest.press('form[action$="/return"] button')
    assert guest.sees("success")


def personal_link(letter: Received, house: Served) -> str:
    """The link to one's own page, as the letter's text and its HTML say it."""
    for kind in ("plain", "html"):
        body = letter.message.get_body((kind,))
        assert body is not None
        links = set(re.findall(rf"{re.escape(house.url)}/registrations/[a-z2-7]+", body.get_content()))
        assert len(links) == 1, f"{len(links)} personal links in the {kind} part"
    return str(links.pop())


def open_event(organizer: Person, house: Served, title: str) -> str:
    """From the desk to the event; the address of its page there."""
    organizer.open(f"{house.url}/desk")
    organizer.press(organizer.page.get_by_role("link", name=title, exact=True).first)
    return organizer.page.url


def read_list(organizer: Person, event_url: str, *, status: str = "", search: str = "") -> list[list[str]]:
    """The rows of the list of registrations: the texts of their cells. event_url: the event's page at the desk."""
    organizer.open(f"{event_url}/registrations")
    organizer.write("#q", search)
    organizer.select("#status", status)
    organizer.press("form[role=search] button")
    organizer.picture(f"list-{status or 'all'}")
    rows = organizer.page.locator("tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def export(organizer: Person, event_url: str) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of the CSV and of the XLSX file as they were downloaded, heads and all."""
    organizer.open(f"{event_url}/export")
    organizer.picture("export")
    buttons = organizer.page.locator("main form button")
    return (
        _read_csv(organizer.save(buttons.nth(1)), encoding="utf-8-sig"),
        _read_xlsx(organizer.save(buttons.nth(0)), right_to_left=organizer.language == "ar"),
    )


def _read_csv(path: Path, *, encoding: str) -> list[list[str]]:
    assert path.suffix == ".csv"
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def _read_xlsx(path: Path, *, right_to_left: bool) -> list[list[str]]:
    assert path.suffix == ".xlsx"
    book: Any = openpyxl.load_workbook(path)
    assert bool(book.active.sheet_view.rightToLeft) is right_to_left
    return [
        ["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)
    ]


def _by_language(name: str, texts: Texts) -> Texts:
    return {f"{name}_{code}": text for code, text in texts.items()}

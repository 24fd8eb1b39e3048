"""No look at the mail passes letters that have nothing to do with it: SQLite says how it finds them."""

import logging
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from events_app.caretaker import Caretaker
from events_app.mail import emptying, outbox
from events_app.notices import actions as notices
from events_app.registrations.actions import leaving
from events_app.registrations.models import Registration
from tests import make
from tests.make import House
from tests.rows import needs_sqlite

pytestmark = [pytest.mark.anyio, needs_sqlite]


class Said(make.Statements):
    """Keeps what was asked of the database."""

    def __enter__(self) -> "Said":
        self.asked: list[tuple[str, list[object]]] = []
        super().__enter__()
        return self

    def emit(self, record: logging.LogRecord) -> None:
        query, values = record.args or ("", ())
        self.asked.append((str(query), list(values or ())))  # type: ignore[call-overload]


def passed_by(house: House, said: Said, *tables: str) -> set[str]:
    """How SQLite would walk through a whole table of these, row by row, for what was asked. An index that says which
    rows it holds is no table."""
    with closing(sqlite3.connect(urlsplit(house.url).path)) as connection:
        some = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%WHERE%'")
        }
        return {
            f"{step}: {query}"
            for query, values in said.asked
            if query.lstrip().startswith(("SELECT", "UPDATE", "WITH", "DELETE"))
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {query}", values)
            if step.startswith("SCAN") and step.split()[1] in tables
            if "COVERING" not in step and step.split()[-1] not in some
        }


async def test_the_page_of_the_mails_health_never_walks_through_the_letters(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)
    desk = await house.desk()

    with Said() as said:
        pages = [
            await desk.get(path)
            for path in ("/desk/mail", f"/desk/events/{event.id}/letters", f"/desk/events/{event.id}")
        ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert passed_by(house, said, "letter", "registration") == set()


async def test_letters_in_one_state_are_found_without_passing_the_others(house: House) -> None:
    event = await make.event(house.vault)

    with Said() as said:
        await outbox.letters_of(event.id, states=["refused"])
        await outbox.letters_of(event.id, states=["unsure"])
        await outbox.counts_of(event.id)

    assert passed_by(house, said, "letter") == set()


async def test_the_caretaker_never_walks_through_letters_or_registrations(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)

    with Said() as said:
        await Caretaker(house.office).look()
        await notices.look(act=house.office.at(make.NOW))
        await emptying.empty_those_left_over()

    assert passed_by(house, said, "letter", "registration") == set()


async def test_who_leaves_never_costs_a_walk_through_invitations_or_reminders(house: House) -> None:
    event = await make.event(house.vault)
    (first,) = await make.registered(event, 1, office=house.office)

    with Said() as said:
        await leaving.cancel(first.id, act=house.office.at(make.NOW))
        await Registration.filter(id=first.id).delete()

    assert passed_by(house, said, *EVERYTHING) == set()


EVERYTHING = ("registration", "letter", "invitation", "reminded", "mailing_line", "history_line", "event")

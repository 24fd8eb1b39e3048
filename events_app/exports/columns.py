"""The columns of the attendee list, their headings and cells; its rows opened person by person, a page at a time."""

import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events_app.database import rows
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES, Mode
from events_app.exports.sheets import Cells
from events_app.i18n import choose, name_of_language
from events_app.questions.models import Question, questions_of
from events_app.questions.wording import cell_of, distinct
from events_app.registrations.posting import person_context
from events_app.registrations.rules import SHEET_COLUMNS, STATUS_NAMES
from events_app.vault import Reader, Vault

PAGE_ROWS = 50
"""Asked of the database, opened and written in one go: some 0.3 ms, after which the event loop may answer others."""


@dataclass(frozen=True)
class Slice:
    """Some registrations, opened, column by column: the n-th of each belongs to the n-th person. `beside` knows what
    stands in other rows than theirs."""

    beside: "Beside"
    people: Sequence[Mapping[str, Any]]
    ids: Sequence[Any]
    statuses: Sequence[str]
    modes: Sequence[str]
    languages: Sequence[str]
    days: Sequence[Any]
    parties: Sequence[Any]
    quotas: Sequence[Any]


@dataclass(frozen=True)
class Beside:
    """Of an event's registrations, by id as the database gives it: places in line, who brought others, by which
    invitation somebody came; and the names of its quotas."""

    lines: Mapping[Any, int]
    leaders: Mapping[Any, str]
    invitations: Mapping[Any, str]
    quotas: Mapping[Any, str]


@dataclass(frozen=True)
class Column:
    """`read` gives the cells of a page."""

    label: str
    read: Callable[[Slice], Sequence[str]]


def _each_said(codes: Sequence[str], say: Callable[[str], object]) -> list[str]:
    """Every code in words, each asked for once: a page has few different ones."""
    words = {code: str(say(code)) for code in set(codes)}
    return [words[code] for code in codes]


def _said_of(key: str) -> Callable[[Slice], Sequence[str]]:
    return lambda page: [person.get(key, "") for person in page.people]


def _brought_by(page: Slice) -> list[str]:
    """Nothing for who came alone, and for who brought the others."""
    return [
        "" if party == own else page.beside.leaders.get(party, "")
        for own, party in zip(page.ids, page.parties, strict=True)
    ]


def _known_of(known: Mapping[Any, object], keys: Sequence[Any]) -> list[str]:
    return [str(known.get(key, "")) for key in keys]


_READ: Mapping[str, Callable[[Slice], Sequence[str]]] = {
    "name": _said_of("name"),
    "address": _said_of("address"),
    "status": lambda page: _each_said(page.statuses, lambda status: STATUS_NAMES.get(status, status)),
    "mode": lambda page: _each_said(page.modes, lambda mode: MODE_NAMES.get(Mode(mode), mode)),
    "language": lambda page: _each_said(page.languages, name_of_language),
    "needs": _said_of("needs"),
    "registered_on": lambda page: list(map(str, page.days)),
    "line": lambda page: _known_of(page.beside.lines, page.ids),
    "party": _brought_by,
    "quota": lambda page: _known_of(page.beside.quotas, page.quotas),
    "code": lambda page: _known_of(page.beside.invitations, page.ids),
}
"""What can be exported, in the order it always has: names and numbers a person reads, never codes of ours."""


async def columns_of(event: Event) -> dict[str, Column]:
    """The fixed columns, then one for each question of the event, also for those that are asked no more. No two are
    called alike."""
    questions = await questions_of(event.id, retired=True)
    read = {**_READ, **{f"q_{question.id.hex}": _answers_to(question) for question in questions}}
    labels = [*map(str, SHEET_COLUMNS.values()), *(choose(question.label) for question in questions)]
    return {key: Column(label, read[key]) for key, label in zip(read, distinct(labels), strict=True)}


def _answers_to(question: Question) -> Callable[[Slice], Sequence[str]]:
    key = str(question.id)
    return lambda page: [cell_of(question, (person.get("answers") or {}).get(key)) for person in page.people]


def chosen_columns(columns: Mapping[str, Column], wanted: Sequence[str]) -> dict[str, Column]:
    """The wanted columns in their stable order; all of them when none is named."""
    return {key: column for key, column in columns.items() if not wanted or key in wanted}


async def pages_of(
    event: Event, *, statuses: Sequence[str], wanted: Collection[str], vault: Vault, reader: Reader
) -> AsyncIterator[Slice]:
    """The event's registrations in the order in which they came, opened for `reader`, a page at a time: memory does
    not grow with the list. `wanted` are the keys of the columns that will be asked for."""
    scope, after = str(event.id), (-1, uuid.UUID(int=0))
    beside = await _beside(event, wanted, vault=vault, reader=reader)
    marks = ", ".join(f"${number}" for number in range(4, 4 + len(statuses)))
    question = _PAGE.format(wanted=f'AND "status" IN ({marks})' if statuses else "", most=PAGE_ROWS)
    while found := await rows(question, event.id, *after, *statuses):
        arrivals, ids, *columns, blobs = zip(*found, strict=True)
        sealed = list(zip(map(person_context, ids), blobs, strict=True))
        yield Slice(beside, vault.reveal_each(scope, sealed, reader), ids, *columns)
        if len(found) < PAGE_ROWS:
            return
        after = (int(arrivals[-1]), uuid.UUID(str(ids[-1])))


_PAGE = """
    SELECT "arrival", "id", "status", "mode", "language", "registered_on", "party", "quota_id", "person"
    FROM "registration" WHERE "event_id" = $1 AND ("arrival", "id") > ($2, $3) {wanted}
    ORDER BY "arrival", "id" LIMIT {most}
"""
"""Said here, and not by the ORM, which takes six times as long. SQLite keeps days as the text that is wanted."""


async def _beside(event: Event, wanted: Collection[str], *, vault: Vault, reader: Reader) -> Beside:
    """Only what the wanted columns need: nobody is opened for a column that is not there."""
    return Beside(
        lines=_places(await rows(_WAITING, event.id)) if "line" in wanted else {},
        leaders=await _leaders(event, vault=vault, reader=reader) if "party" in wanted else {},
        invitations=dict(await rows(_USED, event.id)) if "code" in wanted else {},
        quotas=dict(await rows(_QUOTAS, event.id)) if "quota" in wanted else {},
    )


_WAITING = """
    SELECT "id", "party", "mode", "quota_id" FROM "registration"
    WHERE "event_id" = $1 AND "status" = 'waitlisted' ORDER BY "waitlist_order", "arrival", "id"
"""
_LEADERS = 'SELECT "id", "person" FROM "registration" WHERE "event_id" = $1 AND "party" = "id" ORDER BY "id"'
_USED = """
    SELECT "registration_id", "batch" FROM "invitation"
    WHERE "event_id" = $1 AND "state" = 'used' AND "registration_id" IS NOT NULL
"""
_QUOTAS = 'SELECT "id", "name" FROM "quota" WHERE "event_id" = $1'


def _places(waiting: Sequence[Sequence[Any]]) -> dict[Any, int]:
    """As each of them reads it on their own page (`registrations.places.place_in_line`): a party stands together, and
    each mode and quota has a line of its own."""
    lines: dict[tuple[Any, Any], dict[Any, int]] = {}
    found = {}
    for own, party, mode, quota in waiting:
        line = lines.setdefault((mode, quota), {})
        found[own] = line.setdefault(party or own, len(line) + 1)
    return found


async def _leaders(event: Event, *, vault: Vault, reader: Reader) -> dict[Any, str]:
    found = await rows(_LEADERS, event.id)
    sealed = [(person_context(own), blob) for own, blob in found]
    opened = vault.reveal_each(str(event.id), sealed, reader)
    return {own: str(person.get("name", "")) for (own, _blob), person in zip(found, opened, strict=True)}


async def cells_of(pages: AsyncIterator[Slice], columns: Sequence[Column]) -> AsyncIterator[list[Cells]]:
    """The pages as rows of cells."""
    async for page in pages:
        yield list(zip(*(column.read(page) for column in columns), strict=True))

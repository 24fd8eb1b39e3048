"""The columns of the attendee list, their headings and cells; its rows opened person by person, a page at a time."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events_app.database import rows
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES, Mode
from events_app.exports.parts import Answered, Part, Said
from events_app.exports.sheets import Cells, Sheet
from events_app.exports.writing import Form, Order, SealedPage
from events_app.i18n import N_, choose, name_of_language, translate
from events_app.offload import pool
from events_app.offload.breathing import breathe
from events_app.questions.models import Question, questions_of
from events_app.questions.rules import HAS_CHOICES
from events_app.questions.wording import distinct, separator_of, words_of
from events_app.registrations.posting import person_context
from events_app.registrations.rules import SHEET_COLUMNS, STATUS_NAMES
from events_app.vault import Json, Reader, Vault

PAGE_ROWS = 50
"""Asked of the database, opened and written in one go: some 0.3 ms, after which the event loop may answer others."""

LONG_LIST = 2_000
"""People from which on a worker opens and writes them: before that, starting it costs more than it saves."""

BEGIN = "events_app.exports.writing:begin"
LONG_PAGE = 200
"""People that a worker is given at a time."""


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


ReadCells = Callable[[Slice], Sequence[str]]


@dataclass(frozen=True)
class Column:
    """`read` gives the cells of a page; `part` makes each of them of the person alone, where it can."""

    label: str
    read: Callable[[Slice], Sequence[str]]
    part: Part | None = None

    @classmethod
    def made_of(cls, label: str, how: "Part | ReadCells") -> "Column":
        if isinstance(how, Said | Answered):
            return cls(label, lambda page: how.cells(page.people), how)
        return cls(label, how)


def _unreadable() -> dict[str, Json]:
    """What a sheet says of somebody whose data cannot be opened, in the reader's language; all others stand beside."""
    return {"name": translate(N_("Cannot be opened"))}


def _each_said(codes: Sequence[str], say: Callable[[str], object]) -> list[str]:
    """Every code in words, each asked for once: a page has few different ones."""
    words = {code: str(say(code)) for code in set(codes)}
    return [words[code] for code in codes]


def _brought_by(page: Slice) -> list[str]:
    """Nothing for who came alone, and for who brought the others."""
    if not page.beside.leaders:
        return [""] * len(page.ids)
    return [
        "" if party == own else page.beside.leaders.get(party, "")
        for own, party in zip(page.ids, page.parties, strict=True)
    ]


def _known_of(known: Mapping[Any, object], keys: Sequence[Any]) -> list[str]:
    if not known:  # nobody waits, no code was used ...: most lists
        return [""] * len(keys)
    return [str(known.get(key, "")) for key in keys]


_READ: Mapping[str, Part | ReadCells] = {
    "name": Said("name"),
    "address": Said("address"),
    "status": lambda page: _each_said(page.statuses, lambda status: STATUS_NAMES.get(status, status)),
    "mode": lambda page: _each_said(page.modes, lambda mode: MODE_NAMES.get(Mode(mode), mode)),
    "language": lambda page: _each_said(page.languages, name_of_language),
    "needs": Said("needs"),
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
    read = {**_READ, **{f"q_{question.id.hex}": answered(question) for question in questions}}
    labels = [*map(str, SHEET_COLUMNS.values()), *(choose(question.label) for question in questions)]
    return {key: Column.made_of(label, read[key]) for key, label in zip(read, distinct(labels), strict=True)}


def answered(question: Question) -> Answered:
    """How its answers stand in a sheet, in the reader's language."""
    words = words_of(question)
    return Answered(
        str(question.id),
        words or {},
        others=question.kind not in HAS_CHOICES,
        sign=separator_of(question),
        yes=translate(N_("Yes")),
        no=translate(N_("No")),
    )


def chosen_columns(columns: Mapping[str, Column], wanted: Sequence[str]) -> dict[str, Column]:
    """The wanted columns in their stable order; all of them when none is named."""
    return {key: column for key, column in columns.items() if not wanted or key in wanted}


async def pages_of(
    event: Event, *, statuses: Sequence[str], wanted: Collection[str], vault: Vault, reader: Reader
) -> AsyncIterator[Slice]:
    """The event's registrations in the order in which they came, opened for `reader`, a page at a time: memory does
    not grow with the list. `wanted` are the keys of the columns that will be asked for."""
    beside = await _beside(event, wanted, vault=vault, reader=reader)
    async for ids, columns, sealed in _sealed(event, statuses, most=PAGE_ROWS):
        yield Slice(
            beside, vault.reveal_each(str(event.id), sealed, reader, instead=_unreadable()), ids, *columns
        )


async def pages_for_a_worker(
    event: Event, columns: Mapping[str, Column], *, statuses: Sequence[str], vault: Vault, reader: Reader
) -> AsyncIterator[SealedPage]:
    """The same, still sealed, with the columns that are made of more than the person."""
    beside = await _beside(event, columns.keys(), vault=vault, reader=reader)
    finished = [column.read for column in columns.values() if column.part is None]
    async for ids, plain, sealed in _sealed(event, statuses, most=LONG_PAGE):
        vault.ask_for_each(str(event.id), [context for context, _blob in sealed], reader)
        page = Slice(beside, (), ids, *plain)
        yield SealedPage(sealed, [read(page) for read in finished])


_SealedRows = tuple[Sequence[Any], Sequence[Any], list[tuple[str, bytes]]]


async def _sealed(event: Event, statuses: Sequence[str], *, most: int) -> AsyncIterator[_SealedRows]:
    """Ids, columns in the clear, and people with their contexts."""
    after = (-1, uuid.UUID(int=0))
    marks = ", ".join(f"${number}" for number in range(4, 4 + len(statuses)))
    question = _PAGE.format(wanted=f'AND "status" IN ({marks})' if statuses else "", most=most)
    while found := await rows(question, event.id, *after, *statuses):
        arrivals, ids, *columns, blobs = zip(*found, strict=True)
        yield ids, columns, list(zip(map(person_context, ids), map(bytes, blobs), strict=True))
        if len(found) < most:
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
    """As each of them reads it on their own page (`personal.models.place_in_line`): a party stands together, and
    each mode and quota has a line of its own."""
    lines: dict[tuple[Any, Any], dict[Any, int]] = {}
    found = {}
    for own, party, mode, quota in waiting:
        line = lines.setdefault((mode, quota), {})
        found[own] = line.setdefault(party or own, len(line) + 1)
    return found


async def _leaders(event: Event, *, vault: Vault, reader: Reader) -> dict[Any, str]:
    found, names = await rows(_LEADERS, event.id), dict[Any, str]()
    for start in range(0, len(found), PAGE_ROWS):
        some = found[start : start + PAGE_ROWS]
        opened = vault.reveal_each(
            str(event.id), [(person_context(own), blob) for own, blob in some], reader, instead=_unreadable()
        )
        names |= {own: str(person.get("name", "")) for (own, _), person in zip(some, opened, strict=True)}
        await breathe()
    return names


async def written_by_a_worker(
    form: Form, columns: Mapping[str, Column], pages: AsyncIterator[SealedPage], *, scope: str, key: bytes
) -> AsyncIterator[bytes]:
    """The sheet in pieces; the next page is fetched while the worker writes one. Left early, the worker is stopped."""
    labels = tuple(column.label for column in columns.values())
    order = Order(form, labels, tuple(column.part for column in columns.values()), scope, key, _unreadable())
    async with pool.talk(BEGIN, order) as talk:
        page = await anext(pages, None)
        while page is not None:
            fetching = asyncio.create_task(_next(pages))
            try:
                piece = await talk.say(page)
                page = await fetching
            finally:
                fetching.cancel()
            if piece:
                yield piece
        yield await talk.say(None)


async def _next(pages: AsyncIterator[SealedPage]) -> SealedPage | None:
    return await anext(pages, None)


async def cells_of(pages: AsyncIterator[Slice], columns: Sequence[Column]) -> AsyncIterator[list[Cells]]:
    """The pages as rows of cells."""
    async for page in pages:
        yield list(zip(*(column.read(page) for column in columns), strict=True))


async def rows_of(sheet: Sheet, pages: AsyncIterator[Sequence[Cells]], width: int) -> AsyncIterator[bytes]:
    """The sheet in pieces, the event loop free for others between two pages of `width` columns."""
    try:
        if piece := sheet.begin():
            yield piece
        async for page in _with_breaks(pages, width):
            if piece := sheet.add(page):
                yield piece
        yield sheet.end()
    finally:
        sheet.close()


async def _with_breaks(pages: AsyncIterator[Sequence[Cells]], width: int) -> AsyncIterator[Sequence[Cells]]:
    """The pages, the event loop free for others between two. A ragged row is a mistake of ours."""
    async for page in pages:
        for row in page:
            if len(row) != width:
                raise ValueError(f"a row of {len(row)} cells under {width} columns")
        if page:
            yield page
        await breathe()

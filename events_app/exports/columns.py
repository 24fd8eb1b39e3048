"""The columns of the attendee list, their headings and cells; its rows opened person by person, a page at a time."""

import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events_app.database import rows
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.exports.sheets import Cells
from events_app.i18n import L_, choose, name_of_language
from events_app.questions.models import Question, questions_of
from events_app.questions.wording import cell_of
from events_app.registrations.posting import person_context
from events_app.registrations.rules import STATUS_NAMES
from events_app.vault import Reader, Vault

PAGE_ROWS = 50
"""Asked of the database, opened and written in one go: some 0.3 ms, after which the event loop may answer others."""


@dataclass(frozen=True)
class Slice:
    """Some registrations, opened, column by column: the n-th of each belongs to the n-th person."""

    people: Sequence[Mapping[str, Any]]
    statuses: Sequence[str]
    modes: Sequence[str]
    languages: Sequence[str]
    days: Sequence[Any]


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


COLUMNS: Mapping[str, Column] = {
    "name": Column(L_("Name"), _said_of("name")),
    "address": Column(L_("E-mail"), _said_of("address")),
    "status": Column(L_("Status"), lambda page: _each_said(page.statuses, lambda s: STATUS_NAMES.get(s, s))),
    "mode": Column(
        L_("Takes part"),
        lambda page: _each_said(page.modes, lambda mode: MODE_NAMES.get(mode, mode)),  # type: ignore[call-overload]
    ),
    "language": Column(L_("Language"), lambda page: _each_said(page.languages, name_of_language)),
    "needs": Column(L_("Access needs"), _said_of("needs")),
    "registered_on": Column(L_("Registered on"), lambda page: list(map(str, page.days))),
}
"""What can be exported, in the order it always has: names and numbers a person reads, never codes of ours."""


async def columns_of(event: Event) -> dict[str, Column]:
    """The fixed columns, then one for each question of the event, also for those that are asked no more."""
    questions = await questions_of(event.id, retired=True)
    return {**COLUMNS, **{f"q_{question.id.hex}": _answers_to(question) for question in questions}}


def _answers_to(question: Question) -> Column:
    key = str(question.id)

    def read(page: Slice) -> Sequence[str]:
        return [cell_of(question, (person.get("answers") or {}).get(key)) for person in page.people]

    return Column(choose(question.label), read)


def chosen_columns(columns: Mapping[str, Column], wanted: Sequence[str]) -> list[Column]:
    """The wanted columns in their stable order; all of them when none is named."""
    return [column for key, column in columns.items() if not wanted or key in wanted]


async def pages_of(
    event: Event, *, statuses: Sequence[str], vault: Vault, reader: Reader
) -> AsyncIterator[Slice]:
    """The event's registrations, opened for `reader`, in pages by id: memory does not grow with the list."""
    scope, after = str(event.id), uuid.UUID(int=0)
    wanted = ", ".join(f"${number}" for number in range(3, 3 + len(statuses)))
    question = _PAGE.format(wanted=f'AND "status" IN ({wanted})' if statuses else "", most=PAGE_ROWS)
    while found := await rows(question, event.id, after, *statuses):
        ids, *columns, blobs = zip(*found, strict=True)
        contexts = map(person_context, ids)
        yield Slice(vault.reveal_each(scope, list(zip(contexts, blobs, strict=True)), reader), *columns)
        if len(found) < PAGE_ROWS:
            return
        after = uuid.UUID(str(ids[-1]))


_PAGE = """
    SELECT "id", "status", "mode", "language", "registered_on", "person" FROM "registration"
    WHERE "event_id" = $1 AND "id" > $2 {wanted} ORDER BY "id" LIMIT {most}
"""
"""Said here, and not by the ORM, which takes six times as long. SQLite keeps days as the text that is wanted."""


async def cells_of(pages: AsyncIterator[Slice], columns: Sequence[Column]) -> AsyncIterator[list[Cells]]:
    """The pages as rows of cells."""
    async for page in pages:
        yield list(zip(*(column.read(page) for column in columns), strict=True))

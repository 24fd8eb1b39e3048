"""The attendee list as rows: opened person by person for the organizer who asks, a page at a time."""

import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from events_app.database import rows
from events_app.events.models import Event
from events_app.i18n import L_, choose, name_of_language
from events_app.registrations.answers import cell_of, questions_of
from events_app.registrations.emails import Person, person_of
from events_app.registrations.forms import MODE_NAMES
from events_app.registrations.models_parts import Question
from events_app.registrations.posting import person_context
from events_app.registrations.rules import Status
from events_app.vault import Reader, Vault

PAGE_ROWS = 100
"""Asked of the database in one go: a third of a millisecond."""

STATUS_NAMES: Mapping[str, str] = {
    Status.PENDING: L_("Waiting for approval"),
    Status.CONFIRMED: L_("Confirmed"),
    Status.WAITLISTED: L_("On the waiting list"),
    Status.DECLINED: L_("Declined"),
    Status.CANCELLED: L_("Cancelled"),
}


@dataclass(frozen=True)
class Line:
    """One registration, opened."""

    person: Person
    status: str
    mode: str
    language: str
    registered_on: str


@dataclass(frozen=True)
class Column:
    label: str
    read: Callable[[Line], str]


COLUMNS: Mapping[str, Column] = {
    "name": Column(L_("Name"), lambda line: line.person.name),
    "address": Column(L_("E-mail"), lambda line: line.person.address),
    "status": Column(L_("Status"), lambda line: str(STATUS_NAMES.get(line.status, line.status))),
    "mode": Column(L_("Takes part"), lambda line: str(MODE_NAMES.get(line.mode, line.mode))),  # type: ignore[call-overload]
    "language": Column(L_("Language"), lambda line: name_of_language(line.language)),
    "needs": Column(L_("Access needs"), lambda line: line.person.needs),
    "registered_on": Column(L_("Registered on"), lambda line: line.registered_on),
}
"""What can be exported, in the order it always has: names and numbers a person reads, never codes of ours."""


async def columns_of(event: Event) -> dict[str, Column]:
    """The fixed columns, then one for each question of the event, also for those that are asked no more."""
    questions = await questions_of(event.id, retired=True)
    return {**COLUMNS, **{f"q_{question.id.hex}": _answers_to(question) for question in questions}}


def _answers_to(question: Question) -> Column:
    key = str(question.id)
    return Column(choose(question.label), lambda line: cell_of(question, line.person.answers.get(key)))


def chosen_columns(columns: Mapping[str, Column], wanted: Sequence[str]) -> list[Column]:
    """The wanted columns in their stable order; all of them when none is named."""
    return [column for key, column in columns.items() if not wanted or key in wanted]


async def lines_of(
    event: Event, *, statuses: Sequence[str], vault: Vault, reader: Reader
) -> AsyncIterator[Line]:
    """The event's registrations, opened for `reader`, in pages by id: memory does not grow with the list."""
    scope, after = str(event.id), uuid.UUID(int=0)
    wanted = ", ".join(f"${number}" for number in range(3, 3 + len(statuses)))
    page = _PAGE.format(wanted=f'AND "status" IN ({wanted})' if statuses else "", most=PAGE_ROWS)
    while True:
        found = await rows(page, event.id, after, *statuses)
        for row_id, status, mode, language, blob, day in found:
            after = row_id if isinstance(row_id, uuid.UUID) else uuid.UUID(row_id)
            opened = vault.reveal(scope, person_context(after), bytes(blob), reader)
            yield Line(person_of(opened), status, mode, language, str(day))
        if len(found) < PAGE_ROWS:
            return


_PAGE = """
    SELECT "id", "status", "mode", "language", "person", "registered_on" FROM "registration"
    WHERE "event_id" = $1 AND "id" > $2 {wanted} ORDER BY "id" LIMIT {most}
"""
"""Said here, and not by the ORM, which takes six times as long. SQLite keeps days as the text that is wanted."""


async def cells_of(lines: AsyncIterator[Line], columns: Sequence[Column]) -> AsyncIterator[list[str]]:
    async for line in lines:
        yield [column.read(line) for column in columns]

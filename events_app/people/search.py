"""Finding people of an event: what is asked for, the rows that fit, and who may be there twice. It writes nothing."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from heapq import merge
from itertools import islice
from math import ceil
from typing import Any, Final
from urllib.parse import urlencode

from tortoise.expressions import Case, Subquery, When
from tortoise.queryset import QuerySet

from events_app.events.rules import Mode
from events_app.folding import folded
from events_app.mail.models import Letter
from events_app.mail.rules import NOT_WANTED
from events_app.offload.breathing import with_breaths
from events_app.people.reading import Brief, Known, Searchable, known_words, opened, slices, words_of
from events_app.questions.models import Question
from events_app.registrations.models import Registration
from events_app.registrations.rules import Status
from events_app.texts import days_meant

PAGE_ROWS: Final = 50
SORTS: Final = ("day", "name", "status", "line")
ENTIRELY_LOST: Final = ("refused", "withheld")
"""States of a letter that did not reach its person and will not by itself."""

_IN_ORDER: Final = (
    Status.PENDING,
    Status.WAITLISTED,
    Status.CONFIRMED,
    Status.DECLINED,
    Status.CANCELLED,
)
"""What waits for an organizer comes first."""

_MOST_IDS: Final = 400


@dataclass(frozen=True)
class Query:
    """What a list is asked for, as its address says it; '' and None ask for nothing.

    `words` are sought in names and addresses, all of them, in any order. `quota` is a quota's id, or "-" for
    everybody's places. `answer` is a value as `answers.answer_matches` takes it. `ids` are people chosen one by one.
    """

    words: str = ""
    status: str = ""
    mode: str = ""
    language: str = ""
    quota: str = ""
    question: str = ""
    answer: str = ""
    since: date | None = None
    until: date | None = None
    lost: bool = False
    sort: str = "day"
    ids: tuple[uuid.UUID, ...] = ()

    def __str__(self) -> str:
        """The query string that `read_query` makes the same query of; '' for everybody."""
        return urlencode(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """Key and value of everything that is asked for."""
        said = {**vars(self), "q": self.words, "lost": "yes" if self.lost else "", "words": "", "ids": ""}
        if self.sort == SORTS[0]:
            del said["sort"]
        plain = [(key, str(value)) for key, value in said.items() if value]
        return plain + [("id", str(each)) for each in self.ids]

    @property
    def needs_opening(self) -> bool:
        """Whether the database alone cannot answer it, because names and answers are sealed."""
        return bool(self.words or self.sort == "name" or (self.question and self.answer))


def read_query(pairs: Iterable[tuple[str, str]]) -> Query:
    """A query from the parts of an address, `request.query_params.multi_items()`; what makes no sense asks nothing."""
    every: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        every[key].append(value.strip())
    said = {key: values[0] for key, values in every.items()}
    quota, sort = said.get("quota", ""), said.get("sort", "")
    return Query(
        words=said.get("q", "")[:200],
        status=_one_of(said.get("status", ""), tuple(Status)),
        mode=_one_of(said.get("mode", ""), tuple(Mode)),
        language=said.get("language", "")[:8],
        quota=quota if quota == "-" else text_of(id_of(quota)),
        question=text_of(id_of(said.get("question", ""))),
        answer=said.get("answer", "")[:200],
        since=_day_of(said.get("since", "")),
        until=_day_of(said.get("until", "")),
        lost=said.get("lost") == "yes",
        sort=sort if sort in SORTS else SORTS[0],
        ids=tuple(found for each in every["id"][:_MOST_IDS] if (found := id_of(each))),
    )


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""


def text_of(found: uuid.UUID | None) -> str:
    return str(found) if found else ""


def id_of(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _day_of(text: str) -> date | None:
    meant = days_meant(text)
    return meant[0] if len(meant) == 1 else None


@dataclass(frozen=True)
class Lens:
    """How sealed rows are read: `opens` tells the vault who asks (`posting.reveal_person` with its reader); `matches`
    compares an answer (`answers.answer_matches`). `known` are the words that were opened before for the same reader
    (`reading.OpenedWords`); None where none may be kept."""

    opens: Callable[[Registration], Searchable]
    matches: Callable[[Question, str, Any], bool]
    known: Known | None = None


@dataclass(frozen=True)
class Found:
    """One page of what was found: full rows in their order, `total` in all; `number` counts from 1."""

    rows: Sequence[Registration]
    total: int
    number: int
    pages: int


async def find_page(
    event_id: uuid.UUID, query: Query, *, lens: Lens, number: int = 1, size: int = PAGE_ROWS
) -> Found:
    """The page `number` (or the last one there is) of those who fit, `size` people on each. Three questions to the
    database at least; more only where everybody has to be opened, one for `AT_ONCE` of them."""
    chosen: Sequence[uuid.UUID]
    if query.needs_opening:
        sifted = await _sifted(event_id, query, lens=lens)
        total = len(sifted)
    else:
        total = await rows_for(event_id, query).count()
    pages = max(1, ceil(total / size))
    number = max(1, min(number, pages))
    first = (number - 1) * size
    if query.needs_opening:
        chosen = (await sifted.first(first + size))[first:]
    else:
        ordered = _ordered(rows_for(event_id, query), query.sort).offset(first).limit(size)
        chosen = await ordered.values_list("id", flat=True)  # type: ignore[assignment]
    found = {row.id: row for row in await Registration.filter(id__in=list(chosen))}
    return Found([found[each] for each in chosen if each in found], total, number, pages)


async def find_ids(event_id: uuid.UUID, query: Query, *, lens: Lens) -> list[uuid.UUID]:
    """Everybody who fits, by id, in the order in which they came: for an act on all of them, or a letter to all."""
    query = replace(query, sort=SORTS[0])
    if query.needs_opening:
        sifted = await _sifted(event_id, query, lens=lens)
        return (await sifted.first(len(sifted)))[::-1]
    found: list[tuple[int, uuid.UUID]] = []
    async for part in slices(rows_for(event_id, query)):
        found += await part.values_list("arrival", "id")
    found.sort(key=_number)
    return [row_id for _arrival, row_id in found]


def _number(came: tuple[int, uuid.UUID]) -> tuple[int, int]:
    """What arrivals are sorted by: the same order as comparing their ids, ten times faster."""
    return (came[0], came[1].int)


def rows_for(event_id: uuid.UUID, query: Query) -> QuerySet[Registration]:
    """The rows that fit as far as the database can tell; without an order."""
    rows = Registration.filter(event_id=event_id)
    for column in ("status", "mode", "language"):
        if value := getattr(query, column):
            rows = rows.filter(**{column: value})
    if query.quota:
        rows = rows.filter(quota_id=None if query.quota == "-" else query.quota)
    if query.since:
        rows = rows.filter(registered_on__gte=query.since)
    if query.until:
        rows = rows.filter(registered_on__lte=query.until)
    if query.ids:
        rows = rows.filter(id__in=list(query.ids))
    if query.lost:
        lost = Letter.filter(event_id=event_id, state__in=list(ENTIRELY_LOST), thread__isnull=False)
        lost = lost.exclude(last_error__startswith=NOT_WANTED)
        rows = rows.filter(id__in=Subquery(lost.values("thread")))
    return rows


def _ordered(rows: QuerySet[Registration], sort: str) -> QuerySet[Registration]:
    """As `_key_of` orders opened people. NULL is never compared: the engines put it at different ends."""
    if sort == "status":
        ranks = [When(status=status, then=str(rank)) for rank, status in enumerate(_IN_ORDER)]
        return rows.annotate(rank=Case(*ranks)).order_by("rank", "waitlist_order", "arrival", "id")
    if sort == "line":
        waits = Case(When(status=Status.WAITLISTED, then="0"), default="1")
        return rows.annotate(rank=waits).order_by("rank", "waitlist_order", "arrival", "id")
    return rows.order_by("-arrival", "-id")


def _key_of(row: Registration | Brief, name: str, sort: str) -> tuple[Any, ...]:
    rest = (row.waitlist_order or 0, row.arrival, row.id.int)
    if sort == "name":
        return (name, row.id.int)
    if sort == "status":
        return (_IN_ORDER.index(Status(row.status)), *rest)
    if sort == "line":
        return (row.status != Status.WAITLISTED, *rest)
    return (-row.arrival, -row.id.int)


class _Sifted:
    """Those who fit. They are put in order some at a time: ten thousand at once take ten milliseconds."""

    def __init__(self) -> None:
        self._pieces: list[list[tuple[tuple[Any, ...], uuid.UUID]]] = [[]]

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

    def add(self, key: tuple[Any, ...], row_id: uuid.UUID) -> None:
        if len(self._pieces[-1]) == SORTED_AT_ONCE:
            self._pieces[-1].sort()
            self._pieces.append([])
        self._pieces[-1].append((key, row_id))

    async def first(self, most: int) -> list[uuid.UUID]:
        self._pieces[-1].sort()
        in_order = islice(merge(*self._pieces), most)
        return [row_id async for _key, row_id in with_breaths(in_order, SORTED_AT_ONCE)]


SORTED_AT_ONCE: Final = 250


async def _sifted(event_id: uuid.UUID, query: Query, *, lens: Lens) -> _Sifted:
    """Those who fit. Answers are opened anew each time, and words where none may be kept."""
    question = await Question.get_or_none(id=query.question, event_id=event_id) if query.question else None
    words = [folded(word) for word in query.words.split()]
    found = _Sifted()
    if lens.known is not None and not question:
        among = await _ids_among(event_id, query)

        def fits(text: str) -> bool:
            return all(word in text for word in words)

        async for brief, text in known_words(event_id, lens.known, opens=lens.opens, fits=fits):
            if among is None or brief.id in among:
                found.add(_key_of(brief, text.partition("\n")[0], query.sort), brief.id)
    else:
        async for row, person in opened(rows_for(event_id, query), opens=lens.opens):
            text = words_of(person)
            if not all(word in text for word in words):
                continue
            if question and not lens.matches(question, query.answer, person.answers.get(str(question.id))):
                continue
            found.add(_key_of(row, text.partition("\n")[0], query.sort), row.id)
    return found


async def _ids_among(event_id: uuid.UUID, query: Query) -> set[uuid.UUID] | None:
    """Those who fit as far as the database can tell; None for everybody."""
    if replace(query, words="", sort=SORTS[0], question="", answer="") == Query():
        return None
    found: set[uuid.UUID] = set()
    async for part in slices(rows_for(event_id, query)):
        found.update(await part.values_list("id", flat=True))  # type: ignore[arg-type]
    return found

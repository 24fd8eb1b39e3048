"""The desk's acts on many people: who was chosen, the step that asks first, and what came of it."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import NoSuchPage, say
from events_app.events.models.event import Event
from events_app.events.rules import MODE_NAMES
from events_app.house import act_of
from events_app.i18n import N_, languages, name_of_language, translate
from events_app.people import search
from events_app.people.counts import free_seats
from events_app.people.desk.rows import lens_of, open_row
from events_app.people.reading import AT_ONCE
from events_app.registrations.actions import deciding
from events_app.registrations.models import Registration
from events_app.registrations.rules import MAY_BECOME, Due, Status
from events_app.texts import Texts
from events_app.web.forms import tidy, typed_into
from events_app.web.responses import Flash, page, see_other

MAY: Final[Mapping[str, frozenset[Status]]] = {
    "approve": frozenset({Status.PENDING}),
    "promote": frozenset({Status.WAITLISTED}),
    "decline": frozenset(status for status in Status if Status.DECLINED in MAY_BECOME[status]),
    "cancel": frozenset(status for status in Status if Status.CANCELLED in MAY_BECOME[status]),
}
"""Whom each verb can be done to."""

GIVING: Final = frozenset({"approve", "promote"})
"""The verbs that give seats."""

AT_A_TIME: Final = timedelta(seconds=5)
"""So long one request works through a long list; the page then says how many are left, and goes on when told to."""

MOST_NAMED: Final = 12
MOST_REASON: Final = 1000


Turn = tuple[int, int, int]
"""What the order of an act on many is: seated or not, place in line, arrival."""


class Row(NamedTuple):
    """As much of a registration as says when it has its turn."""

    id: uuid.UUID
    party: uuid.UUID | None
    seated: bool
    waitlist_order: int | None
    arrival: int
    mode: str = ""
    quota_id: uuid.UUID | None = None

    def turn(self, verb: str) -> Turn:
        """Seats are given in the order of the line, or of arrival. Who is to be cancelled and waits has their turn
        before those who sit: nobody moves up into a seat that is taken from them a moment later."""
        if verb == "approve":
            return (0, 0, self.arrival)
        if verb == "promote":
            return (0, self.waitlist_order or 0, self.arrival)
        return (int(self.seated), 0, self.arrival)


@dataclass(frozen=True)
class Chosen:
    """Whom an act on many is about.

    `heads` are the registrations that the act is called for, in the order of their turns, each with how many of those
    chosen it reaches: acts take a party along. `turns` says where in that order each stands, `pools` where they sit.
    `left_out` counts the chosen ones that it cannot be done to. `mark` changes as soon as anybody joins or leaves, so
    that nobody is acted on whom the organizer was not shown.
    """

    heads: Mapping[uuid.UUID, int]
    left_out: int
    turns: Mapping[uuid.UUID, Turn] = field(default_factory=dict)
    pools: frozenset[tuple[str, uuid.UUID | None]] = frozenset()

    @property
    def people(self) -> int:
        return sum(self.heads.values())

    @property
    def mark(self) -> str:
        return hashlib.sha256(b"".join(each.bytes for each in self.heads)).hexdigest()[:16]


async def ask_about_many(request: Request) -> Response:
    """The step before an act on many: the number, names, and what will happen. It changes nothing."""
    event = await Event.find(request.path_params["event_id"])
    query = search.read_query(request.query_params.multi_items())
    everybody = request.query_params.get("which") == "all"
    query = replace(query, ids=()) if everybody else search.Query(ids=query.ids)
    if not everybody and not query.ids:
        flash = Flash("warning", translate(N_("Nobody was selected, so nothing was done.")))
        return see_other(f"{people_path(event)}?{query}", flash=flash)
    verb = request.query_params.get("verb", "")
    if verb == "write":
        return see_other(f"/desk/events/{event.id}/write?{query}")
    if verb not in MAY:
        raise NoSuchPage()
    return await _ask(request, event, verb, query)


async def _ask(request: Request, event: Event, verb: str, query: search.Query, **more: Any) -> Response:
    chosen = await choose_heads(request, event, verb, query)
    named = {row.id: row for row in await Registration.filter(id__in=list(chosen.heads)[:MOST_NAMED])}
    return page(
        request,
        "people/acts.html",
        event=event,
        verb=verb,
        query=query,
        chosen=chosen,
        named=[open_row(request, named[each]) for each in chosen.heads if each in named],
        foreseen=await _foreseen(event, verb, chosen),
        seats=await free_seats(event, chosen.pools) if verb in GIVING else [],
        mode_names=MODE_NAMES,
        **{"status": 200, "has_changed": False, **reason_fields(), **more},
    )


async def _foreseen(event: Event, verb: str, chosen: Chosen) -> Mapping[str, int]:
    """How many of those chosen will have a seat, wait, or neither ("")."""
    if verb not in GIVING:
        return {}
    fates = await deciding.foresee(event, list(chosen.heads), verb)
    people = Counter[str]()
    for fate, number in zip(fates, chosen.heads.values(), strict=True):
        people[fate or ""] += number
    return people


async def choose_heads(request: Request, event: Event, verb: str, query: search.Query) -> Chosen:
    """Those whom the query finds, as the verb will meet them."""
    ids = await search.find_ids(event.id, query, lens=lens_of(request, event))
    rows = list[Row]()
    for start in range(0, len(ids), AT_ONCE):
        here = Registration.filter(id__in=ids[start : start + AT_ONCE], status__in=list(MAY[verb]))
        if verb == "approve":
            here = here.exclude(due_for=Due.ADDRESS)
        rows += [Row(*found) for found in await here.values_list(*Row._fields)]
    turns = {row.id: row.turn(verb) for row in rows}
    pools = frozenset((row.mode, row.quota_id) for row in rows)
    return Chosen(heads_of(rows, verb), len(ids) - len(rows), turns, pools)


def heads_of(rows: Sequence[Row], verb: str) -> dict[uuid.UUID, int]:
    """Rows as the verb takes them, in order, and how many at once: a party is decided on together, but only who
    registered it takes it along when cancelled."""
    chosen = {row.id for row in rows}
    groups: dict[uuid.UUID, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.turn(verb), row.id.int)):
        alone = row.party is None or (verb == "cancel" and row.party not in chosen)
        groups.setdefault(row.id if alone or row.party is None else row.party, []).append(row)
    heads = dict[uuid.UUID, int]()
    for key, members in groups.items():
        leads = any(member.id == key for member in members)
        heads[key if leads else members[0].id] = len(members)
    return heads


async def act_on_many(request: Request) -> Response:
    """POST: do it, one transaction each, and say how many it worked for and why not for the others."""
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    verb, query = str(typed.get("verb", "")), search.read_query(parse_qsl(str(typed.get("query", ""))))
    if verb not in MAY:
        raise NoSuchPage()
    chosen = await choose_heads(request, event, verb, query)
    after = _turn_in(str(typed.get("after", "")))
    left = {
        head: people for head, people in chosen.heads.items() if after is None or chosen.turns[head] > after
    }
    reason, beyond = reason_in(typed), typed.get("beyond") == "yes"
    if Chosen(left, 0).mark != typed.get("mark"):
        return await _ask(request, event, verb, query, status=409, has_changed=True, **reason_fields(reason))
    outcome, until = Outcome(), clock.now() + AT_A_TIME
    while left and clock.now() < until:
        head = next(iter(left))
        done = await deciding.decide(head, verb, reason=reason, beyond=beyond, act=act_of(request))
        outcome.count(done, left.pop(head), chosen.turns[head])
    return page(
        request,
        "people/acts_done.html",
        event=event,
        verb=verb,
        query=query,
        outcome=outcome,
        left=Chosen(left, 0),
        beyond=beyond,
        **reason_fields(reason),
    )


@dataclass
class Outcome:
    """How an act on many went: how many people it worked for, what became of them, by status, and for how many it was
    refused, in words. `last` is the turn of the last one who had it."""

    worked: int = 0
    became: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    last: str = ""

    def count(self, done: deciding.Done, people: int, turn: Turn) -> None:
        self.last = ",".join(map(str, turn))
        if done.refusal:
            self.refused[say(done.refusal)] += people
        elif done.became:
            self.worked += people
            self.became[done.became.value] += people


def _turn_in(text: str) -> Turn | None:
    """The turn after which an act goes on; None where it begins."""
    try:
        seated, order, arrival = map(int, text.split(","))
    except ValueError:
        return None
    return (seated, order, arrival)


def reason_in(typed: Mapping[str, Any]) -> Texts:
    """A reason in each language it was written in; empty when none was given."""
    said = {code: tidy(str(typed.get(f"reason_{code}", "")))[:MOST_REASON] for code in languages()}
    return {code: text for code, text in said.items() if text}


def reason_fields(reason: Texts | None = None) -> dict[str, Any]:
    fields = [(code, name_of_language(code), (reason or {}).get(code, "")) for code in languages()]
    return {"reasons": fields, "most_reason": MOST_REASON}


def people_path(event: Event) -> str:
    return f"/desk/events/{event.id}/registrations"

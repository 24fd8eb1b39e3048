"""The desk's acts on many people: who was chosen, the step that asks first, and what came of it."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import NoSuchPage
from events_app.events.models.event import Event
from events_app.house import act_of
from events_app.i18n import N_, languages, name_of_language, translate
from events_app.people import search
from events_app.people.desk.rows import lens_of, open_row
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

AT_A_TIME: Final = timedelta(seconds=5)
"""So long one request works through a long list; the page then says how many are left, and goes on when told to."""

MOST_NAMED: Final = 12
MOST_REASON: Final = 1000


@dataclass(frozen=True)
class Chosen:
    """Whom an act on many is about.

    `heads` are the registrations that the act is called for, by id, each with how many of those chosen it reaches:
    acts take a party along. `left_out` counts the chosen ones that it cannot be done to. `mark` changes as soon as
    anybody joins or leaves, so that nobody is acted on whom the organizer was not shown.
    """

    heads: Mapping[uuid.UUID, int]
    left_out: int

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
        flash = Flash("warning", translate(N_("Nobody was ticked, so nothing was done.")))
        return see_other(f"{people_path(event)}?{query}", flash=flash)
    verb = request.query_params.get("verb", "")
    if verb == "write":
        return see_other(f"/desk/events/{event.id}/write?{query}")
    if verb not in MAY:
        raise NoSuchPage()
    return await _ask(request, event, verb, query)


async def _ask(request: Request, event: Event, verb: str, query: search.Query, **more: Any) -> Response:
    chosen = await choose_heads(request, event, verb, query)
    named = await Registration.filter(id__in=list(chosen.heads)[:MOST_NAMED])
    return page(
        request,
        "people/acts.html",
        event=event,
        verb=verb,
        query=query,
        chosen=chosen,
        named=[open_row(request, each) for each in named],
        **{"status": 200, "has_changed": False, **reason_fields(), **more},
    )


async def choose_heads(request: Request, event: Event, verb: str, query: search.Query) -> Chosen:
    """Those whom the query finds, as the verb will meet them."""
    ids = await search.find_ids(event.id, query, lens=lens_of(request))
    rows: list[tuple[uuid.UUID, uuid.UUID | None]] = []
    for start in range(0, len(ids), search.AT_ONCE):
        here = Registration.filter(id__in=ids[start : start + search.AT_ONCE], status__in=list(MAY[verb]))
        if verb == "approve":
            here = here.exclude(due_for=Due.ADDRESS)
        rows += await here.values_list("id", "party")
    return Chosen(heads_of(rows, verb), len(ids) - len(rows))


def heads_of(rows: Sequence[tuple[uuid.UUID, uuid.UUID | None]], verb: str) -> dict[uuid.UUID, int]:
    """Rows (id, party) as the verb takes them, and how many at once: a party is decided on together, but only who
    registered it takes it along when cancelled."""
    chosen = {each for each, _party in rows}
    groups: dict[uuid.UUID, list[uuid.UUID]] = {}
    for each, party in sorted(rows, key=lambda row: row[0].int):
        alone = party is None or (verb == "cancel" and party not in chosen)
        groups.setdefault(each if alone or party is None else party, []).append(each)
    heads = {key if key in members else members[0]: len(members) for key, members in groups.items()}
    return {head: heads[head] for head in sorted(heads, key=lambda head: head.int)}


async def act_on_many(request: Request) -> Response:
    """POST: do it, one transaction each, and say how many it worked for and why not for the others."""
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    verb, query = str(typed.get("verb", "")), search.read_query(parse_qsl(str(typed.get("query", ""))))
    if verb not in MAY:
        raise NoSuchPage()
    chosen = await choose_heads(request, event, verb, query)
    left = {head: people for head, people in chosen.heads.items() if str(head) > str(typed.get("after", ""))}
    reason = reason_in(typed)
    if Chosen(left, 0).mark != typed.get("mark"):
        return await _ask(request, event, verb, query, status=409, has_changed=True, **reason_fields(reason))
    outcome, until = Outcome(), clock.now() + AT_A_TIME
    while left and clock.now() < until:
        head = next(iter(left))
        done = await deciding.decide_for_all([head], verb, reason=reason, act=act_of(request))
        outcome.count(done, left.pop(head), head)
    return page(
        request,
        "people/acts_done.html",
        event=event,
        verb=verb,
        query=query,
        outcome=outcome,
        left=Chosen(left, 0),
        **reason_fields(reason),
    )


@dataclass
class Outcome:
    """How an act on many went: how many people it worked for, and for how many it was refused, by sentence."""

    worked: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    last: uuid.UUID | None = None

    def count(self, done: deciding.Done, people: int, head: uuid.UUID) -> None:
        self.last = head
        self.worked += people if done.worked else 0
        for sentence in done.refused:
            self.refused[sentence] = self.refused.get(sentence, 0) + people


def reason_in(typed: Mapping[str, Any]) -> Texts:
    """A reason in each language it was written in; empty when none was given."""
    said = {code: tidy(str(typed.get(f"reason_{code}", "")))[:MOST_REASON] for code in languages()}
    return {code: text for code, text in said.items() if text}


def reason_fields(reason: Texts | None = None) -> dict[str, Any]:
    fields = [(code, name_of_language(code), (reason or {}).get(code, "")) for code in languages()]
    return {"reasons": fields, "most_reason": MOST_REASON}


def people_path(event: Event) -> str:
    return f"/desk/events/{event.id}/registrations"

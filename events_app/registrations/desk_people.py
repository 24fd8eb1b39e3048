"""The desk's pages about people: acts on many, one person's page, somebody entered by hand, who may be there twice."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.accounts.pages import for_organizers
from events_app.database import one_transaction
from events_app.errors import Conflict
from events_app.events.models import Event, NoSuchPage
from events_app.events.rules import Door, Mode, Texts
from events_app.i18n import L_, N_, choose, current_language, languages, name_of_language, say_date, translate
from events_app.mail.models import Letter
from events_app.registrations import actions, changes, decisions, search
from events_app.registrations.answers import questions_of, said_answers
from events_app.registrations.desk import Row, find_event, lens_of, open_row
from events_app.registrations.forms import MODE_NAMES
from events_app.registrations.forms_people import NoteForm, PersonForm, person_form
from events_app.registrations.models import Registration, party_of, place_in_line
from events_app.registrations.models_parts import HistoryLine, Question, Quota
from events_app.registrations.pages import office_of
from events_app.registrations.posting import Office, note, post_about
from events_app.registrations.rules import MAY_BECOME, Applicant, Due, Status, Who
from events_app.vault import Reader
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
MOST_PAIRS: Final = 100
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
    event = await find_event(request)
    query = search.read_query(request.query_params.multi_items())
    everybody = request.query_params.get("which") == "all"
    query = replace(query, ids=()) if everybody else search.Query(ids=query.ids)
    if not everybody and not query.ids:
        flash = Flash("warning", translate(N_("Nobody was ticked, so nothing was done.")))
        return see_other(f"{_path(event)}?{query}", flash=flash)
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
        "registrations/acts.html",
        event=event,
        verb=verb,
        query=query,
        chosen=chosen,
        named=[open_row(request, each) for each in named],
        **{"status": 200, "has_changed": False, **_reason_fields(), **more},
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
    event = await find_event(request)
    typed = await typed_into(request)
    verb, query = str(typed.get("verb", "")), search.read_query(parse_qsl(str(typed.get("query", ""))))
    if verb not in MAY:
        raise NoSuchPage()
    chosen = await choose_heads(request, event, verb, query)
    left = {head: people for head, people in chosen.heads.items() if str(head) > str(typed.get("after", ""))}
    reason = reason_in(typed)
    if Chosen(left, 0).mark != typed.get("mark"):
        return await _ask(request, event, verb, query, status=409, has_changed=True, **_reason_fields(reason))
    outcome, until = Outcome(), clock.now() + AT_A_TIME
    while left and clock.now() < until:
        head = next(iter(left))
        done = await decisions.decide_for_all(
            [head], verb, reason=reason, office=office_of(request), now=clock.now()
        )
        outcome.count(done, left.pop(head), head)
    return page(
        request,
        "registrations/acts_done.html",
        event=event,
        verb=verb,
        query=query,
        outcome=outcome,
        left=Chosen(left, 0),
        **_reason_fields(reason),
    )


@dataclass
class Outcome:
    """How an act on many went: how many people it worked for, and for how many it was refused, by sentence."""

    worked: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    last: uuid.UUID | None = None

    def count(self, done: decisions.Done, people: int, head: uuid.UUID) -> None:
        self.last = head
        self.worked += people if done.worked else 0
        for sentence in done.refused:
            self.refused[sentence] = self.refused.get(sentence, 0) + people


def reason_in(typed: Mapping[str, Any]) -> Texts:
    """A reason in each language it was written in; empty when none was given."""
    said = {code: tidy(str(typed.get(f"reason_{code}", "")))[:MOST_REASON] for code in languages()}
    return {code: text for code, text in said.items() if text}


def _reason_fields(reason: Texts | None = None) -> dict[str, Any]:
    fields = [(code, name_of_language(code), (reason or {}).get(code, "")) for code in languages()]
    return {"reasons": fields, "most_reason": MOST_REASON}


async def show(request: Request) -> Response:
    """Everything that is known of one person, and what can be done."""
    event = await find_event(request)
    return await _person_page(request, event, await _find(request, event))


async def _find(request: Request, event: Event) -> Registration:
    return await Registration.find(request.path_params["registration_id"], event_id=event.id)


async def _person_page(
    request: Request, event: Event, found: Registration, *, status: int = 200, refusal: str = ""
) -> Response:
    row = open_row(request, found)
    every = Letter.filter(thread=found.id).order_by("-number")
    return page(
        request,
        "registrations/person.html",
        status=status,
        event=event,
        row=row,
        company=[open_row(request, each) for each in await party_of(found) if each.id != found.id],
        answers=said_answers(await questions_of(event.id, retired=True), row.person.answers),
        quota=await Quota.get_or_none(id=found.quota_id) if found.quota_id else None,
        in_line=await place_in_line(found) if found.waitlist_order is not None else 0,
        due=datetime.fromtimestamp(found.due_at / 1000, event.starts.tzinfo) if found.due_at else None,
        history=await HistoryLine.filter(registration_id=found.id).order_by("number"),
        letters=await every.only("id", "number", "kind", "state", "posted_day", "sent_day"),
        form=NoteForm(data={"note": _note_of(request, found)}),
        may={verb for verb, statuses in MAY.items() if found.status in statuses and is_ahead(event)}
        - ({"approve"} if found.due_for == Due.ADDRESS else set()),
        again=letter_again(found, event) if row.person.address else "",
        other_modes=[mode for mode in event.modes if mode != found.mode] if is_ahead(event) else [],
        mode_names=MODE_NAMES,
        refusal=refusal,
        **_reason_fields(),
    )


def is_ahead(event: Event) -> bool:
    return event.door(clock.now()) not in {Door.PAST, Door.CANCELLED}


def _note_of(request: Request, found: Registration) -> str:
    if found.notes is None:
        return ""
    reader = Reader("organizer", request.state.organizer.id)
    opened = office_of(request).vault.reveal(
        str(found.event_id), note_context(found.id), bytes(found.notes), reader
    )
    return str(opened["note"])


def note_context(registration_id: uuid.UUID) -> str:
    """What a sealed note is bound to."""
    return f"notes:{registration_id}"


async def save_note(request: Request) -> Response:
    event = await find_event(request)
    found = await _find(request, event)
    form = NoteForm(await typed_into(request))
    if not form.validate():
        return await _person_page(request, event, found, status=422, refusal=" ".join(form.note.errors))
    said = form.note.data or ""
    scope, vault = str(event.id), office_of(request).vault
    sealed = vault.seal(scope, note_context(found.id), {"note": said}) if said else None
    await Registration.filter(id=found.id, erased=False).update(notes=sealed)
    return _back(event, found, N_("The note is kept."))


async def act_on_one(request: Request, verb: str) -> Response:
    """POST: approve, decline, promote or cancel one person. A refusal is said on their page."""
    event = await find_event(request)
    found = await _find(request, event)
    typed = await typed_into(request)
    done = await decisions.decide_for_all(
        [found.id], verb, reason=reason_in(typed), office=office_of(request), now=clock.now()
    )
    for sentence in done.refused:
        await found.refresh_from_db()
        return await _person_page(request, event, found, status=409, refusal=translate(sentence))
    if typed.get("back") == "duplicates":
        flash = Flash("success", translate(DONE[verb]))
        return see_other(f"/desk/events/{event.id}/duplicates", flash=flash)
    return _back(event, found, DONE[verb])


ACT_OF: Final = {
    "approval": "approve",
    "refusal": "decline",
    "promotion": "promote",
    "cancellation": "cancel",
}

DONE: Final[Mapping[str, str]] = {
    "approve": N_("Approved. The person gets a letter."),
    "decline": N_("Declined. The person gets a letter."),
    "promote": N_("The place is theirs. The person gets a letter with the invitation."),
    "cancel": N_("Cancelled. The person gets a letter, and the next in line moves up."),
}


async def switch(request: Request) -> Response:
    """POST: take part in the other way."""
    event = await find_event(request)
    found = await _find(request, event)
    mode = str((await typed_into(request)).get("mode", ""))
    try:
        await changes.switch_mode(found.id, mode, office=office_of(request), now=clock.now())
    except Conflict as refusal:
        said = translate(refusal.sentence, **refusal.values)
        return await _person_page(request, event, found, status=409, refusal=said)
    return _back(event, found, N_("Changed. The person gets a letter."))


def letter_again(found: Registration, event: Event) -> str:
    """The letter that says how things stand, to be sent once more; '' where none would be true: an offer has its own
    end, a change of the event is told to everybody in one go, and who is out gets no new letters."""
    if found.live is None or found.due_for in {Due.OFFER, Due.LEAVING} or found.told not in {"", event.told}:
        return ""
    return "confirm_address" if found.due_for == Due.ADDRESS else found.status


async def write_again(request: Request) -> Response:
    """POST: the personal link, or the letter of the present status, once more."""
    event = await find_event(request)
    found = await _find(request, event)
    wants_link = (await typed_into(request)).get("letter") == "link"
    office, now = office_of(request), clock.now()
    if await _post_again(found.id, wants_link=wants_link, office=office, now=now):
        return _back(event, found, N_("The letter is on its way."))
    said = translate(N_("There is no letter that could be sent now."))
    return await _person_page(request, event, found, status=409, refusal=said)


@one_transaction
async def _post_again(registration_id: uuid.UUID, *, wants_link: bool, office: Office, now: datetime) -> bool:
    registration, event = await actions.claimed(registration_id)
    letter = "link" if wants_link and registration.live else letter_again(registration, event)
    if not letter or await post_about(letter, registration, event, office=office, now=now) is None:
        return False
    await note(registration, "sent_again", who=Who.ORGANIZER, now=now)
    return True


async def erase(request: Request) -> Response:
    """POST: forget the person, cancelling first what lives."""
    event = await find_event(request)
    found = await _find(request, event)
    await changes.erase(found.id, office=office_of(request), now=clock.now())
    return _back(event, found, N_("Erased. What stays is a count."))


def _path(event: Event) -> str:
    return f"/desk/events/{event.id}/registrations"


def _back(event: Event, found: Registration, sentence: str) -> Response:
    return see_other(f"{_path(event)}/{found.id}", flash=Flash("success", translate(sentence)))


async def enter(request: Request) -> Response:
    """Somebody is entered by hand: the door and the approval do not hold, the seats do."""
    event = await find_event(request)
    typed = await typed_into(request) if request.method == "POST" else None
    form = person_form(typed, event=event)
    status, refusal = 200, ""
    if typed is not None:
        status = 409 if form.validate() else 422
    if status == 409:
        try:
            entered = await actions.register_by_hand(
                event.id,
                _applicant(form),
                office=office_of(request),
                now=clock.now(),
                writes=bool(form.writes.data),
            )
            if entered:
                return _back(event, entered, ENTERED[entered.status])
            refusal = translate(N_("Somebody with this address is registered already."))
        except Conflict as no:
            refusal = translate(no.sentence, **no.values)
    return page(request, "registrations/enter.html", status=status, event=event, form=form, refusal=refusal)


def _applicant(form: PersonForm) -> Applicant:
    name, address, language, mode, needs = (
        str(each.data or "") for each in (form.name, form.address, form.language, form.mode, form.needs)
    )
    return Applicant(name, address, language, mode, needs)


ENTERED: Final[Mapping[str, str]] = {
    Status.CONFIRMED: N_("Entered, with a place."),
    Status.WAITLISTED: N_("Entered, on the waiting list: all places are taken."),
}


@dataclass(frozen=True)
class Double:
    """Two rows that may be one person, with what is said of both: (label, one, other)."""

    rows: tuple[Row, Row]
    why: str
    facts: Sequence[tuple[str, str, str]]


async def duplicates(request: Request) -> Response:
    """Who may be registered twice, side by side. Everybody is opened for it, and nothing of it is kept."""
    event = await find_event(request)
    pairs = await search.find_pairs(event.id, opens=lens_of(request).opens)
    shown = pairs[:MOST_PAIRS]
    ids = {each for pair in shown for each in (pair.first, pair.second)}
    found = {row.id: open_row(request, row) for row in await Registration.filter(id__in=list(ids))}
    questions = await questions_of(event.id, retired=True)
    return page(
        request,
        "registrations/duplicates.html",
        event=event,
        doubles=[_double(found[each.first], found[each.second], each.why, questions) for each in shown],
        number=len(pairs),
        mode_names=MODE_NAMES,
    )


def _double(one: Row, other: Row, why: str, questions: Sequence[Question]) -> Double:
    answers = [
        {str(question.id): words for question, words in said_answers(questions, row.person.answers)}
        for row in (one, other)
    ]
    asked = [
        (choose(question.label), *(said.get(str(question.id), "") for said in answers))
        for question in questions
    ]
    plain = [(label, *(value(row) for row in (one, other))) for label, value in COMPARED.items()]
    facts = [(label, here, there) for label, here, there in (*plain, *asked) if here or there]
    return Double((one, other), why, facts)


COMPARED: Final[Mapping[str, Callable[[Row], str]]] = {
    L_("Name"): lambda row: row.person.name,
    L_("E-mail"): lambda row: row.person.address,
    L_("Takes part"): lambda row: str(MODE_NAMES[Mode(row.registration.mode)]),
    L_("Language"): lambda row: name_of_language(row.registration.language, current_language()),
    L_("Registered on"): lambda row: say_date(row.registration.registered_on),
    L_("Access needs"): lambda row: row.person.needs,
}

_MANY = "/desk/events/{event_id}/registrations"
_ONE = f"{_MANY}/{{registration_id:uuid}}"

routes = [
    Route(f"{_MANY}/acts", for_organizers(ask_about_many), methods=["GET"]),
    Route(f"{_MANY}/acts", for_organizers(act_on_many), methods=["POST"]),
    Route(f"{_MANY}/new", for_organizers(enter), methods=["GET", "POST"]),
    Route("/desk/events/{event_id}/duplicates", for_organizers(duplicates)),
    Route(_ONE, for_organizers(show)),
    Route(f"{_ONE}/notes", for_organizers(save_note), methods=["POST"]),
    Route(f"{_ONE}/mode", for_organizers(switch), methods=["POST"]),
    Route(f"{_ONE}/letters", for_organizers(write_again), methods=["POST"]),
    Route(f"{_ONE}/erasure", for_organizers(erase), methods=["POST"]),
    *(
        Route(f"{_ONE}/{noun}", for_organizers(partial(act_on_one, verb=verb)), methods=["POST"])
        for noun, verb in ACT_OF.items()
    ),
]

"""The desk's pages for writing to many: write, look at it, try it, send it, and see what became of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.accounts.models import SITE, Organizer
from events_app.accounts.pages import for_organizers
from events_app.errors import Conflict
from events_app.events.models import Event, NoSuchPage
from events_app.events.rules import Mode
from events_app.i18n import (
    N_,
    choose,
    current_language,
    name_of_language,
    own_language_first,
    translate,
)
from events_app.mail.message import Draft
from events_app.mail.models import Letter
from events_app.registrations import emails, mailing, search
from events_app.registrations.desk import Row, find_event, open_row
from events_app.registrations.emails import Person
from events_app.registrations.forms import MODE_NAMES
from events_app.registrations.forms_letters import STATUS_CHOICES, mailing_form
from events_app.registrations.mailing import Audience
from events_app.registrations.models import Registration
from events_app.registrations.models_parts import Mailing, Question
from events_app.registrations.pages import office_of
from events_app.registrations.rules import folded
from events_app.registrations.wording import PLACEHOLDERS, Words
from events_app.vault import Reader
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other


@dataclass(frozen=True)
class Sample:
    """The letter as one named person would get it."""

    row: Row
    draft: Draft


@dataclass(frozen=True)
class Lost:
    """A letter that did not reach its person, or perhaps not."""

    row: Row
    letter: Letter


async def write(request: Request) -> Response:
    """An empty letter to those whom the address asks for, and the letters written before."""
    event = await find_event(request)
    query = search.read_query(request.query_params.multi_items())
    form = mailing_form(event=event, words=Words({}, {}, str(replace(query, sort=search.SORTS[0]))))
    return await _write_page(request, event, form)


async def _write_page(
    request: Request, event: Event, form: Any, *, draft: Mailing | None = None, status: int = 200
) -> Response:
    reader = _reader(request)
    office = office_of(request)
    earlier = [] if draft else await mailing.mailings_of(event.id)
    titled = [(each, mailing.reveal_words(each, office=office, reader=reader).subject) for each in earlier]
    return page(
        request,
        "registrations/write.html",
        status=status,
        event=event,
        form=form,
        draft=draft,
        earlier=titled,
        codes=own_language_first(),
        placeholders=PLACEHOLDERS,
        narrowed=await describe(event, replace(form.query, status="", mode="", language="")),
        is_draft_event=_refusal(event),
    )


def _refusal(event: Event) -> str:
    try:
        mailing.refuse_draft(event)
    except Conflict as refusal:
        return translate(refusal.sentence)
    return ""


async def save(request: Request) -> Response:
    """POST: keep a new letter, and go on to looking at it."""
    event = await find_event(request)
    return await _save(request, event, None)


async def _save(request: Request, event: Event, draft: Mailing | None) -> Response:
    form = mailing_form(await typed_into(request), event=event)
    if not form.validate():
        return await _write_page(request, event, form, draft=draft, status=422)
    saved = await mailing.save_draft(
        event.id,
        form.words,
        mailing_id=draft.id if draft else None,
        office=office_of(request),
        now=clock.now(),
    )
    return see_other(_path(event, saved))


async def edit(request: Request) -> Response:
    event = await find_event(request)
    draft = await _find(request, event)
    words = mailing.reveal_words(draft, office=office_of(request), reader=_reader(request))
    if draft.state != "draft":
        return see_other(_path(event, draft))
    return await _write_page(request, event, mailing_form(event=event, words=words), draft=draft)


async def save_again(request: Request) -> Response:
    event = await find_event(request)
    return await _save(request, event, await _find(request, event))


async def show(request: Request) -> Response:
    """A draft with everything to be known before sending; a letter under way with how far it is."""
    event = await find_event(request)
    found = await _find(request, event)
    if found.state == "draft":
        return await _look_page(request, event, found)
    return await _progress_page(request, event, found)


async def _look_page(
    request: Request, event: Event, draft: Mailing, *, status: int = 200, refusal: str = ""
) -> Response:
    office, reader = office_of(request), _reader(request)
    words = mailing.reveal_words(draft, office=office, reader=reader)
    audience = await mailing.audience_of(event.id, words.query, office=office, reader=reader)
    sought = request.query_params.get("as", "").strip()[:200]
    sample = await _sample(request, event, words, audience, sought)
    spoken = list(audience.people.values())
    return page(
        request,
        "registrations/write_look.html",
        status=status,
        event=event,
        draft=draft,
        words=words,
        audience=audience,
        by_language={code: spoken.count(code) for code in sorted(set(spoken))},
        in_another=audience.in_another_language(words),
        whom=await describe(event, search.read_query(parse_qsl(words.query))),
        sample=sample,
        sought=sought,
        own_address=(await _organizer(request)).address,
        refusal=refusal or _refusal(event),
        may_send=not _refusal(event) and bool(audience.people),
    )


async def _sample(
    request: Request, event: Event, words: Words, audience: Audience, sought: str
) -> Sample | None:
    """The letter of the first person whose name or address holds the sought words; None when there is nobody."""
    parts = [folded(part) for part in sought.split()]
    everybody = sorted(audience.people)
    for start in range(0, len(everybody), search.AT_ONCE):
        for each in await Registration.filter(id__in=everybody[start : start + search.AT_ONCE]).order_by(
            "id"
        ):
            row = open_row(request, each)
            text = folded(f"{row.person.name}\n{row.person.address}")
            if all(part in text for part in parts):
                office, now = office_of(request), clock.now()
                facts = await mailing.facts_for(event, words, each, row.person, office=office, now=now)
                return Sample(row, emails.compose(mailing.KIND, facts))
    return None


async def _progress_page(request: Request, event: Event, found: Mailing) -> Response:
    office, reader = office_of(request), _reader(request)
    words = mailing.reveal_words(found, office=office, reader=reader)
    report = await mailing.report_on(found)
    rows = await Registration.filter(id__in=[each for each, _letter in report.unreached])
    known = {row.id: row for row in rows}
    return page(
        request,
        "registrations/write_progress.html",
        event=event,
        mailing=found,
        words=words,
        report=report,
        lost=[
            Lost(open_row(request, known[each]), letter) for each, letter in report.unreached if each in known
        ],
        is_moving=found.state == "sending" or bool({"queued", "sending"} & set(report.letters)),
    )


async def send(request: Request) -> Response:
    """POST: fix who gets it, then post the letters while the page shows how far it is."""
    event = await find_event(request)
    found = await _find(request, event)
    mark = str((await typed_into(request)).get("mark", ""))
    office = office_of(request)
    try:
        await mailing.start(event.id, found.id, mark=mark, office=office, reader=_reader(request))
    except Conflict as refusal:
        sentence = translate(refusal.sentence, **refusal.values)
        return await _look_page(request, event, found, status=409, refusal=sentence)
    return _going_on(request, event, found)


async def go_on(request: Request) -> Response:
    """POST: post what was left when a server was stopped in the middle; the caretaker would do it too."""
    event = await find_event(request)
    return _going_on(request, event, await _find(request, event))


def _going_on(request: Request, event: Event, found: Mailing) -> Response:
    response = see_other(_path(event, found))
    response.background = BackgroundTask(mailing.carry_on, office=office_of(request), now=clock.now())
    return response


async def send_test(request: Request) -> Response:
    """POST: the letter, marked as a test, to the organizer who asks and to nobody else."""
    event = await find_event(request)
    found = await _find(request, event)
    words = mailing.reveal_words(found, office=office_of(request), reader=_reader(request))
    for language in words.written:
        await mailing.send_test(
            event.id,
            words,
            await _organizer(request),
            language=language,
            office=office_of(request),
            now=clock.now(),
        )
    flash = Flash("success", translate(N_("The test is on its way to your own address, in each language.")))
    return see_other(_path(event, found), flash=flash)


async def delete(request: Request) -> Response:
    event = await find_event(request)
    await mailing.delete_draft(event.id, (await _find(request, event)).id)
    return see_other(_path(event), flash=Flash("success", translate(N_("The draft is gone."))))


async def describe(event: Event, query: search.Query) -> Sequence[str]:
    """Whom a query asks for, in words: one sentence or name for each part of it."""
    said = []
    if query.words:
        said.append(translate(N_("name or e-mail: “%(words)s”"), words=query.words))
    if query.status:
        said.append(str(dict(STATUS_CHOICES).get(query.status, query.status)))
    if query.mode:
        said.append(str(MODE_NAMES[Mode(query.mode)]))
    if query.language:
        said.append(
            translate(
                N_("language: %(language)s"), language=name_of_language(query.language, current_language())
            )
        )
    if query.ids:
        said.append(translate(N_("people you ticked in the list")))
    if query.question and query.answer:
        question = await Question.get_or_none(id=query.question, event_id=event.id)
        if question:
            label = choose(question.label)
            said.append(translate(N_("their answer to “%(question)s”"), question=label))
    if query.quota or query.since or query.until or query.lost:
        said.append(translate(N_("the other filters of your list")))
    return said


async def _find(request: Request, event: Event) -> Mailing:
    try:
        mailing_id = uuid.UUID(request.path_params["mailing_id"])
    except ValueError:
        raise NoSuchPage() from None
    return await mailing.find_mailing(event.id, mailing_id)


async def _organizer(request: Request) -> Person:
    """The organizer who asks, as somebody a letter can be written to."""
    organizer = await Organizer.get(id=request.state.organizer.id)
    vault = office_of(request).vault
    opened = vault.reveal(SITE, organizer.person_context, organizer.person, _reader(request))
    return Person(str(opened["name"]), str(opened["address"]), "", "")


def _reader(request: Request) -> Reader:
    return Reader("organizer", request.state.organizer.id)


def _path(event: Event, found: Mailing | None = None) -> str:
    return f"/desk/events/{event.id}/write" + (f"/{found.id}" if found else "")


_BASE = "/desk/events/{event_id}/write"
_ONE = f"{_BASE}/{{mailing_id}}"

routes = [
    Route(_BASE, for_organizers(write), methods=["GET"]),
    Route(_BASE, for_organizers(save), methods=["POST"]),
    Route(_ONE, for_organizers(show), methods=["GET"]),
    Route(f"{_ONE}/edit", for_organizers(edit), methods=["GET"]),
    Route(f"{_ONE}/edit", for_organizers(save_again), methods=["POST"]),
    Route(f"{_ONE}/test", for_organizers(send_test), methods=["POST"]),
    Route(f"{_ONE}/sending", for_organizers(send), methods=["POST"]),
    Route(f"{_ONE}/rest", for_organizers(go_on), methods=["POST"]),
    Route(f"{_ONE}/deletion", for_organizers(delete), methods=["POST"]),
]

"""The letter looked at before it goes, sent, and what became of it."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from events_app.errors import Conflict, say
from events_app.events.models.event import Event
from events_app.folding import folded
from events_app.house import act_of
from events_app.i18n import (
    N_,
    translate,
)
from events_app.mail.message import Composed
from events_app.mail.models import Letter
from events_app.mailings.actions import writing
from events_app.mailings.actions.audience import Audience, audience_of
from events_app.mailings.desk.mailing import describe, find_mailing, organizer_of, path, refusal_of
from events_app.mailings.emails import Content, compose, reveal_words, words_or_blank
from events_app.mailings.models import Mailing
from events_app.offload.breathing import with_breaths
from events_app.people import search
from events_app.people.desk.rows import OpenPerson, open_row
from events_app.people.reading import AT_ONCE
from events_app.registrations.models import Registration
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, long_page, page, see_other


@dataclass(frozen=True)
class Sample:
    """The letter as one named person would get it."""

    row: OpenPerson
    draft: Composed


@dataclass(frozen=True)
class Lost:
    """A letter that did not reach its person, or perhaps not."""

    row: OpenPerson
    letter: Letter


async def show(request: Request) -> Response:
    """A draft with everything to be known before sending; a letter under way with how far it is."""
    event = await Event.find(request.path_params["event_id"])
    found = await find_mailing(request, event)
    if found.state == "draft" and not words_or_blank(found, act=act_of(request)).written:
        return see_other(f"{path(event, found)}/edit")
    if found.state == "draft":
        return await _look_page(request, event, found)
    return await _progress_page(request, event, found)


async def _look_page(
    request: Request, event: Event, draft: Mailing, *, status: int = 200, refusal: str = ""
) -> Response:
    words = reveal_words(draft, act=act_of(request))
    audience = await audience_of(event.id, words.query, act=act_of(request))
    sought = request.query_params.get("as", "").strip()[:200]
    sample = await _sample(request, event, words, audience, sought)
    spoken = list(audience.people.values())
    return page(
        request,
        "mailings/look.html",
        status=status,
        event=event,
        draft=draft,
        words=words,
        audience=audience,
        mark=writing.mark_of(audience, words),
        by_language={code: spoken.count(code) for code in sorted(set(spoken))},
        in_another=audience.in_another_language(words),
        whom=await describe(event, search.read_query(parse_qsl(words.query))),
        sample=sample,
        sought=sought,
        own_address=(await organizer_of(request)).address,
        refusal=refusal or refusal_of(event),
        may_send=not refusal_of(event) and bool(audience.people),
    )


async def _sample(
    request: Request, event: Event, words: Content, audience: Audience, sought: str
) -> Sample | None:
    """The letter of the first person whose name or address holds the sought words; None when there is nobody."""
    parts = [folded(part) for part in sought.split()]
    everybody = sorted(audience.people)
    for start in range(0, len(everybody), AT_ONCE):
        for each in await Registration.filter(id__in=everybody[start : start + AT_ONCE]).order_by("id"):
            row = open_row(request, each)
            text = folded(f"{row.person.name}\n{row.person.address}")
            if all(part in text for part in parts):
                facts = await writing.facts_for(event, words, each, row.person, act=act_of(request))
                return Sample(row, compose(writing.KIND, facts))
    return None


async def _progress_page(request: Request, event: Event, found: Mailing) -> Response:
    words = words_or_blank(found, act=act_of(request))
    report = await writing.report_on(found)
    rows = await Registration.filter(id__in=[each for each, _letter in report.unreached])
    known = {row.id: row for row in rows}
    return await long_page(
        request,
        "mailings/progress.html",
        event=event,
        mailing=found,
        words=words.shown,
        report=report,
        lost=[
            Lost(open_row(request, known[each]), letter)
            async for each, letter in with_breaths(report.unreached)
            if each in known
        ],
        is_moving=found.state == "sending" or bool({"queued", "sending"} & set(report.letters)),
    )


async def send(request: Request) -> Response:
    """POST: fix who gets it, then post the letters while the page shows how far it is."""
    event = await Event.find(request.path_params["event_id"])
    found = await find_mailing(request, event)
    mark = str((await typed_into(request)).get("mark", ""))
    try:
        await writing.start(event.id, found.id, mark=mark, act=act_of(request))
    except Conflict as refusal:
        fresh = await find_mailing(request, event)
        return await _look_page(request, event, fresh, status=409, refusal=say(refusal))
    return _going_on(request, event, found)


async def go_on(request: Request) -> Response:
    """POST: post what was left when a server was stopped in the middle; the caretaker would do it too."""
    event = await Event.find(request.path_params["event_id"])
    return _going_on(request, event, await find_mailing(request, event))


def _going_on(request: Request, event: Event, found: Mailing) -> Response:
    response = see_other(path(event, found))
    response.background = BackgroundTask(writing.carry_on, act=act_of(request))
    return response


async def send_test(request: Request) -> Response:
    """POST: the letter, marked as a test, to the organizer who asks and to nobody else."""
    event = await Event.find(request.path_params["event_id"])
    found = await find_mailing(request, event)
    words = reveal_words(found, act=act_of(request))
    for language in words.written:
        await writing.send_test(
            event.id,
            words,
            await organizer_of(request),
            language=language,
            act=act_of(request),
        )
    flash = Flash(
        "success", translate(N_("The test email is on its way to your own address, in each language."))
    )
    return see_other(path(event, found), flash=flash)


async def delete(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    await writing.delete_draft(event.id, (await find_mailing(request, event)).id)
    return see_other(path(event), flash=Flash("success", translate(N_("The draft is deleted."))))

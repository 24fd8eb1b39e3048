"""The desk's pages for registrations: who is coming, views that are kept, the outbox."""

import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import get_args
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.functions import Count

from events_app import clock
from events_app.accounts.pages import for_organizers
from events_app.events.models import Event, NoSuchPage
from events_app.i18n import N_, languages, translate
from events_app.mail import outbox
from events_app.mail.models import Letter
from events_app.mail.rules import State
from events_app.registrations import search
from events_app.registrations.answers import (
    NO_ANSWER,
    answer_matches,
    choices_of,
    questions_of,
    say_answer,
)
from events_app.registrations.emails import Person
from events_app.registrations.forms import MODE_NAMES
from events_app.registrations.models import Registration, counts_of, how_many_hold_an_old_time
from events_app.registrations.models_parts import Question, Quota, SavedView
from events_app.registrations.pages import office_of
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import Status
from events_app.vault import Reader
from events_app.web.forms import number_in, tidy_line, typed_into
from events_app.web.responses import Flash, page, see_other

PAGE_ROWS = 50
MOST_KEPT = 1000
"""Characters of a kept query, as the column says."""


@dataclass(frozen=True)
class Row:
    """One line of the list: the registration and, opened for this organizer, who it is."""

    registration: Registration
    person: Person
    said: str = ""
    """Their answer to the question that the list shows, in words."""


async def find_event(request: Request) -> Event:
    try:
        return await Event.find(uuid.UUID(request.path_params["event_id"]))
    except ValueError:
        raise NoSuchPage() from None


async def listing(request: Request) -> Response:
    """The list: what its address asks for, searched on the server; only those who are shown are opened, unless
    names or answers are sought (search.py)."""
    event = await find_event(request)
    query = search.read_query(request.query_params.multi_items())
    questions = await questions_of(event.id, retired=True)
    asked = next((each for each in questions if str(each.id) == query.question), None)
    choices = choices_of(asked) if asked else []
    if choices and query.answer not in {NO_ANSWER, *dict(choices)}:
        query = replace(query, answer="")  # it belonged to the question that was chosen before
    number = number_in(request.query_params.get("page"), 1)
    found = await search.find_page(event.id, query, lens=lens_of(request), number=number)
    views = await SavedView.filter(event_id=event.id).order_by("name", "id")
    kept = str(fit_to_keep(query, asked))
    return page(
        request,
        "registrations/list.html",
        event=event,
        query=query,
        found=found,
        rows=[open_row(request, each, asked) for each in found.rows],
        counts=by_status(await counts_of(event.id)),
        quotas=await Quota.filter(event_id=event.id).order_by("mode", "name"),
        questions=questions,
        asked=asked,
        choices=choices,
        views=views,
        view=next((each for each in views if each.query == str(query)), None),
        kept=kept if len(kept) <= MOST_KEPT else "",
        mode_names=MODE_NAMES,
        languages=languages(),
    )


def lens_of(request: Request) -> search.Lens:
    """How this organizer reads sealed people."""
    reader = Reader("organizer", request.state.organizer.id)
    opens = partial(reveal_person, vault=office_of(request).vault, reader=reader)
    return search.Lens(opens=opens, matches=answer_matches)


def open_row(request: Request, registration: Registration, asked: Question | None = None) -> Row:
    reader = Reader("organizer", request.state.organizer.id)
    person = reveal_person(registration, vault=office_of(request).vault, reader=reader)
    said = say_answer(asked, person.answers.get(str(asked.id))) if asked else ""
    return Row(registration, person, said)


def fit_to_keep(query: search.Query, asked: Question | None) -> search.Query:
    """What of a query may lie in the database in the clear: no words (they may be a name), no typed answer."""
    typed = query.answer and (asked is None or not choices_of(asked))
    return replace(
        query, words="", ids=(), answer="" if typed and query.answer != NO_ANSWER else query.answer
    )


async def keep_view(request: Request) -> Response:
    """POST: give a search a name. What it keeps is read anew, and cleaned, from the query that the page held."""
    event = await find_event(request)
    typed = await typed_into(request)
    name = tidy_line(str(typed.get("name", "")))[:80]
    query = search.read_query(parse_qsl(str(typed.get("query", ""))))
    asked = await Question.get_or_none(id=query.question, event_id=event.id) if query.question else None
    kept = str(fit_to_keep(query, asked))
    path = f"/desk/events/{event.id}/registrations?{kept}"
    if not name or len(kept) > MOST_KEPT:
        return see_other(path, flash=Flash("warning", translate(N_("Please give the view a name."))))
    await SavedView.create(event_id=event.id, name=name, query=kept)
    return see_other(
        path, flash=Flash("success", translate(N_("The view is kept for everybody at the desk.")))
    )


async def drop_view(request: Request) -> Response:
    event = await find_event(request)
    await SavedView.filter(id=request.path_params["view_id"], event_id=event.id).delete()
    flash = Flash("success", translate(N_("The view is gone; nobody in it was touched.")))
    return see_other(f"/desk/events/{event.id}/registrations", flash=flash)


def by_status(counts: dict[tuple[str, str], int]) -> dict[str, int]:
    totals = dict.fromkeys([status.value for status in Status], 0)
    for (status, _mode), number in counts.items():
        totals[status] += number
    return totals


async def letters(request: Request) -> Response:
    """The event's outbox, newest first."""
    event = await find_event(request)
    before = request.query_params.get("before", "")
    state = request.query_params.get("state", "")
    state = state if state in get_args(State) else ""
    found = await outbox.letters_of(
        event.id,
        states=(state,) if state else (),  # type: ignore[arg-type]
        before=number_in(before, 0) or None,
        limit=PAGE_ROWS,
    )
    return page(
        request,
        "registrations/letters.html",
        event=event,
        letters=found,
        counts=await outbox.counts_of(event.id),
        state=state,
        more=found[-1].number if len(found) == PAGE_ROWS else 0,
    )


async def letter(request: Request) -> Response:
    """One letter as it was or will be sent: its text, its HTML (in a frame that can do nothing), its attachments."""
    opened = await _open_letter(request)
    event = await Event.find(opened.letter.event_id) if opened.letter.event_id else None
    return page(request, "registrations/letter.html", opened=opened, event=event)


async def letter_html(request: Request) -> Response:
    """The letter's HTML by itself, under a policy that lets nothing in it run or load."""
    opened = await _open_letter(request)
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return Response(opened.html, media_type="text/html", headers=headers)


async def letter_attachment(request: Request) -> Response:
    opened = await _open_letter(request)
    number = request.path_params["number"]
    if number >= len(opened.attachments):
        raise NoSuchPage()
    part = opened.attachments[number]
    headers = {"Content-Disposition": f'attachment; filename="{part.name or "part"}"'}
    return Response(part.data, media_type=part.content_type, headers=headers)


async def _open_letter(request: Request) -> outbox.OpenLetter:
    try:
        letter_id = uuid.UUID(request.path_params["letter_id"])
    except ValueError:
        raise NoSuchPage() from None
    reader = Reader("organizer", request.state.organizer.id)
    return await outbox.read(letter_id, office_of(request).vault, reader)


async def send_again(request: Request) -> Response:
    await typed_into(request)
    opened = await _open_letter(request)
    await outbox.retry(opened.letter.id, now=clock.now())
    flash = Flash("success", translate(N_("The letter is on its way again.")))
    return see_other(f"/desk/letters/{opened.letter.id}", flash=flash)


async def count_registrations(event_ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """For the desk's overview of events (app.py hands this down): counts by 'status' and by 'status.mode'."""
    rows = (
        await Registration.filter(event_id__in=event_ids)
        .annotate(number=Count("id"))
        .group_by("event_id", "status", "mode")
        .values("event_id", "status", "mode", "number")
    )
    counts: dict[uuid.UUID, dict[str, int]] = {}
    for row in rows:
        ours = counts.setdefault(row["event_id"], {})
        for key in (row["status"], f"{row['status']}.{row['mode']}"):
            ours[key] = ours.get(key, 0) + row["number"]
    return counts


async def count_behind(event: Event) -> int:
    return await how_many_hold_an_old_time(event)


async def count_letters(event_id: uuid.UUID) -> dict[str, int]:
    return {str(state): number for state, number in (await outbox.counts_of(event_id)).items()}


async def has_registrations(event_id: uuid.UUID) -> bool:
    return await Registration.filter(event_id=event_id).exists()


async def is_in_use(event_id: uuid.UUID) -> bool:
    """Whether anybody registered for the event, or was written to about it."""
    return await has_registrations(event_id) or await Letter.filter(event_id=event_id).exists()


routes = [
    Route("/desk/events/{event_id}/registrations", for_organizers(listing)),
    Route("/desk/events/{event_id}/views", for_organizers(keep_view), methods=["POST"]),
    Route(
        "/desk/events/{event_id}/views/{view_id:uuid}/deletion", for_organizers(drop_view), methods=["POST"]
    ),
    Route("/desk/events/{event_id}/letters", for_organizers(letters)),
    Route("/desk/letters/{letter_id}", for_organizers(letter), methods=["GET"]),
    Route("/desk/letters/{letter_id}/html", for_organizers(letter_html)),
    Route("/desk/letters/{letter_id}/attachments/{number:int}", for_organizers(letter_attachment)),
    Route("/desk/letters/{letter_id}/sending", for_organizers(send_again), methods=["POST"]),
]

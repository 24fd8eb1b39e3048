"""The desk's pages for registrations: who is coming, cancelling, telling people of a change, the outbox."""

import uuid
from dataclasses import dataclass
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.functions import Count

from events_app import clock
from events_app.accounts.pages import for_organizers
from events_app.events.models import Event, NoSuchPage
from events_app.i18n import N_, translate
from events_app.mail import outbox
from events_app.mail.rules import State
from events_app.registrations import actions
from events_app.registrations.emails import Person
from events_app.registrations.forms import MODE_NAMES
from events_app.registrations.models import Registration, counts_of, how_many_hold_an_old_time
from events_app.registrations.pages import office_of
from events_app.registrations.posting import reveal_person
from events_app.registrations.rules import Status, folded
from events_app.vault import Reader
from events_app.web.forms import number_in, typed_into
from events_app.web.responses import Flash, page, see_other

PAGE_ROWS = 50


@dataclass(frozen=True)
class Row:
    """One line of the list: the registration and, opened for this organizer, who it is."""

    registration: Registration
    person: Person


async def find_event(request: Request) -> Event:
    try:
        return await Event.find(uuid.UUID(request.path_params["event_id"]))
    except ValueError:
        raise NoSuchPage() from None


async def listing(request: Request) -> Response:
    """The list, searched by name or address (opened in memory, kept nowhere) and filtered by status."""
    event = await find_event(request)
    wanted = request.query_params.get("status", "")
    search = request.query_params.get("q", "").strip()
    rows = await rows_of(request, event, status=wanted, search=search)
    number = max(1, number_in(request.query_params.get("page"), 1))
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    number = min(number, pages)
    return page(
        request,
        "registrations/list.html",
        event=event,
        rows=rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS],
        found=len(rows),
        counts=by_status(await counts_of(event.id)),
        wanted=wanted,
        search=search,
        page_number=number,
        pages=pages,
        mode_names=MODE_NAMES,
    )


def by_status(counts: dict[tuple[str, str], int]) -> dict[str, int]:
    totals = dict.fromkeys([status.value for status in Status], 0)
    for (status, _mode), number in counts.items():
        totals[status] += number
    return totals


async def rows_of(request: Request, event: Event, *, status: str, search: str) -> list[Row]:
    found = Registration.filter(event_id=event.id)
    if status in set(Status):
        found = found.filter(status=status)
    reader = Reader("organizer", request.state.organizer.id)
    vault = office_of(request).vault
    ordered = await found.order_by("waitlist_order", "registered_on", "id")
    rows = [Row(each, reveal_person(each, vault=vault, reader=reader)) for each in ordered]
    if search:
        sought = folded(search)
        rows = [row for row in rows if sought in folded(f"{row.person.name} {row.person.address}")]
    return rows


async def cancel(request: Request) -> Response:
    event = await find_event(request)
    found = await _find_registration(request, event)
    await actions.cancel(found.id, office=office_of(request), now=clock.now())
    flash = Flash(
        "success", translate(N_("Cancelled. The person gets a letter, and the next in line moves up."))
    )
    return see_other(f"/desk/events/{event.id}/registrations", flash=flash)


async def _find_registration(request: Request, event: Event) -> Registration:
    try:
        registration_id = uuid.UUID(request.path_params["registration_id"])
    except ValueError:
        raise NoSuchPage() from None
    return await Registration.find(registration_id, event_id=event.id)


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


routes = [
    Route("/desk/events/{event_id}/registrations", for_organizers(listing)),
    Route(
        "/desk/events/{event_id}/registrations/{registration_id}/cancellation",
        for_organizers(cancel),
        methods=["POST"],
    ),
    Route("/desk/events/{event_id}/letters", for_organizers(letters)),
    Route("/desk/letters/{letter_id}", for_organizers(letter), methods=["GET"]),
    Route("/desk/letters/{letter_id}/html", for_organizers(letter_html)),
    Route("/desk/letters/{letter_id}/attachments/{number:int}", for_organizers(letter_attachment)),
    Route("/desk/letters/{letter_id}/sending", for_organizers(send_again), methods=["POST"]),
]

"""The desk's log of an event's letters, and one letter as it was or will be sent."""

from collections.abc import Collection
from typing import get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import NoSuchPage
from events_app.events.models.event import Event
from events_app.house import house_of, office_of, reader_of
from events_app.i18n import N_, ngettext, translate
from events_app.mail import again, outbox
from events_app.mail.rules import State
from events_app.web.forms import number_in, typed_into
from events_app.web.responses import Flash, page, see_other

PAGE_ROWS = 50


async def letters(request: Request) -> Response:
    """The event's outbox, newest first."""
    event = await Event.find(request.path_params["event_id"])
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
        "mailings/outbox.html",
        event=event,
        letters=found,
        counts=await outbox.counts_of(event.id),
        state=state,
        stop=await outbox.stop_of_mail() if house_of(request).mail.host else None,
        more=found[-1].number if len(found) == PAGE_ROWS else 0,
    )


async def letter(request: Request) -> Response:
    """One letter as it was or will be sent: its text, its HTML (in a frame that can do nothing), its attachments."""
    opened = await _open_letter(request)
    event = await Event.find(opened.letter.event_id) if opened.letter.event_id else None
    return page(request, "mailings/letter.html", opened=opened, event=event)


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
    reader = reader_of(request)
    return await outbox.read(request.path_params["letter_id"], office_of(request).vault, reader)


async def send_again(request: Request) -> Response:
    await typed_into(request)
    opened = await _open_letter(request)
    await outbox.retry(opened.letter.id, now=clock.now())
    flash = Flash("success", translate(N_("The letter is on its way again.")))
    return see_other(f"/desk/letters/{opened.letter.id}", flash=flash)


async def ask_again(request: Request) -> Response:
    """How many refused and kept letters would be sent again, of the event or of the whole site, and a button."""
    event = await _event_of(request)
    return page(
        request,
        "mailings/again.html",
        event=event,
        number=len(await again.sendable(event.id if event else None, over_of=_over_of)),
        sends=bool(house_of(request).mail.host),
    )


async def send_all_again(request: Request) -> Response:
    await typed_into(request)
    event = await _event_of(request)
    number = await again.send_again(event.id if event else None, over_of=_over_of, now=clock.now())
    sentence = ngettext("%(n)s letter is on its way again.", "%(n)s letters are on their way again.", number)
    onward = f"/desk/events/{event.id}/letters" if event else "/desk/mail"
    return see_other(onward, flash=Flash("success", sentence))


async def _event_of(request: Request) -> Event | None:
    event_id = request.path_params.get("event_id")
    return await Event.find(event_id) if event_id else None


async def _over_of(event_ids: Collection[UUID]) -> set[UUID]:
    over = Event.filter(id__in=list(event_ids), ends_at__lte=clock.now()).only("id")
    return {event.id for event in await over} if event_ids else set()

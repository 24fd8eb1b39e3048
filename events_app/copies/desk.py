"""The desk's pages for copies: what is asked, the dates of a series before it is made, and what was made."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.clashes.reading import clashes_of_copies
from events_app.copies.actions import undo_copies
from events_app.copies.forms import CopyFields, copy_form
from events_app.copies.rules import MOST, Slot, ids_of, slots
from events_app.directory.forms.times import worded
from events_app.errors import Conflict, NoSuchPage, say
from events_app.events.actions.copying import copy_event, copy_events
from events_app.events.actions.editing import first_title, free_slug
from events_app.events.desk.event import saved_with_doubts
from events_app.events.models.event import Event
from events_app.events.rules import Status
from events_app.handed import SaidClash
from events_app.house import act_of, house_of
from events_app.i18n import N_, ngettext, own_language_first, translate
from events_app.texts import slug_of
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other

ASKED = "copies/copy.html"


@dataclass(frozen=True)
class Shown:
    """A date of a series as the list shows it: what stands against it, what is doubtful, whether it is selected."""

    slot: Slot
    refused: str
    clashes: Sequence[SaidClash]
    is_selected: bool
    is_wrong: bool = False


async def ask(request: Request) -> Response:
    event = await Event.find_any(request.path_params["event_id"])
    slug = await free_slug(slug_of(first_title(event.title)))
    return await _asked(request, event, copy_form(event=event, slug=slug))


async def make(request: Request) -> Response:
    """POST: one copy at once; a series is shown as a list of dates first, and made from there."""
    event = await Event.find_any(request.path_params["event_id"])
    typed = await typed_into(request)
    form = copy_form(typed, event=event)
    if "change" in typed:
        return await _asked(request, event, form)
    if not form.validate():
        return await _asked(request, event, form, status=422)
    try:
        return await (_make_series if form.is_repeated else _make_one)(request, event, form)
    except Conflict as refusal:
        return await _asked(request, event, form, status=409, refusal=say(refusal))


async def _asked(
    request: Request, event: Event, form: CopyFields, *, status: int = 200, refusal: str = ""
) -> Response:
    return page(
        request,
        ASKED,
        event=event,
        form=form,
        codes=own_language_first(),
        refusal=refusal,
        most=MOST,
        status=status,
    )


async def _make_one(request: Request, event: Event, form: CopyFields) -> Response:
    moments = form.moments()
    if moments is None:
        return await _asked(request, event, form, status=422)
    anew, follow = form.anew(moments), house_of(request).follow_copy
    made = await copy_event(event.id, anew=anew, act=act_of(request), follow=follow)
    sentence = translate(N_("This is the copy. It is a draft: nobody sees it until you publish it."))
    return see_other(f"/desk/events/{made.id}", flash=await saved_with_doubts(request, made, sentence))


async def _make_series(request: Request, event: Event, form: CopyFields) -> Response:
    typed = await typed_into(request)
    is_made = "make" in typed
    folds = _folds_in(typed)
    found = slots(form.days, form.hours, folds)
    selected = {str(each) for each in typed.getlist("day")}
    chosen = [slot for slot in found if slot.name in selected]
    unanswered = {slot.name for slot in chosen if slot.starts_at is None}
    if not is_made or unanswered or not chosen:
        wrong = unanswered if is_made else set()
        names = selected if is_made else {slot.name for slot in found if slot.refused is None}
        return await _listed(request, event, form, found, names, wrong, is_empty=is_made and not chosen)
    token = uuid.uuid4()
    wanted = {
        copy_id: form.anew((slot.starts_at, slot.ends_at), dated=True)
        for copy_id, slot in zip(ids_of(token), chosen, strict=False)
        if slot.starts_at and slot.ends_at
    }
    await copy_events(event.id, wanted, act=act_of(request), follow=house_of(request).follow_copy)
    return see_other(f"/desk/events/{event.id}/copies/{token}")


async def _listed(
    request: Request,
    event: Event,
    form: CopyFields,
    found: Sequence[Slot],
    names: set[str],
    wrong: set[str],
    *,
    is_empty: bool,
) -> Response:
    times = {slot.day: (slot.starts_at, slot.ends_at) for slot in found if slot.starts_at and slot.ends_at}
    clashes: Mapping[date, Sequence[SaidClash]] = await clashes_of_copies(event.id, times)
    shown = [
        Shown(
            slot,
            worded(slot.refused) if slot.refused else "",
            clashes.get(slot.day, ()),
            slot.name in names,
            slot.name in wrong,
        )
        for slot in found
    ]
    return page(
        request,
        "copies/dates.html",
        event=event,
        form=form,
        kept=_kept(form),
        folds=_folds_in(await typed_into(request)),
        now=clock.now(),
        shown=shown,
        is_empty=is_empty,
        status=422 if is_empty or wrong else 200,
    )


def _folds_in(typed: Mapping[str, Any]) -> dict[str, str]:
    """Which of two hours was chosen, by day and end."""
    return {
        name.removeprefix("fold."): str(value) for name, value in typed.items() if name.startswith("fold.")
    }


def _kept(form: CopyFields) -> list[tuple[str, Any]]:
    """What was typed, to be sent again with the dates: what was shown is what is made."""
    pairs: list[tuple[str, Any]] = []
    for field in form:
        values = field.data if isinstance(field.data, list) else [field.data]
        pairs += [(field.name, value) for value in values if value not in (None, "")]
    return pairs


async def made(request: Request) -> Response:
    """What one act has made, as long as any of it is there."""
    event = await Event.find_any(request.path_params["event_id"])
    copies = await Event.filter(id__in=ids_of(request.path_params["token"])).order_by("starts_at", "id")
    if not copies:
        raise NoSuchPage()
    return page(
        request,
        "copies/made.html",
        event=event,
        copies=copies,
        untouched=sum(each.status == Status.DRAFT and each.revision == 1 for each in copies),
        token=request.path_params["token"],
        now=clock.now(),
    )


async def undo(request: Request) -> Response:
    event = await Event.find_any(request.path_params["event_id"])
    house = house_of(request)
    gone = await undo_copies(
        event.id, request.path_params["token"], is_in_use=house.is_in_use, act=act_of(request)
    )
    sentence = ngettext("Undone: %(num)d draft is deleted.", "Undone: %(num)d drafts are deleted.", gone)
    kind = "success" if gone else "info"
    return see_other(f"/desk/events/{event.id}", flash=Flash(kind, sentence))

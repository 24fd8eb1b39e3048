"""The desk's pages for events: list, make, change, preview, publish, copy, cancel."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import clock
from events_app.accounts.pages import for_organizers
from events_app.calendar.zones import zone as zone_of
from events_app.errors import Conflict
from events_app.events import actions
from events_app.events.forms import _TEXT_FIELDS, OWN_TEXTS, Choices, event_form
from events_app.events.models import (
    Conference,
    Event,
    NoSuchPage,
    Organization,
    Room,
    consent_of,
    hosts_of,
)
from events_app.events.pages import event_context
from events_app.events.rules import CITIES, HostFacts, HostRole
from events_app.i18n import (
    N_,
    choose,
    current_language,
    languages,
    name_of_language,
    own_language_first,
    say_city,
    translate,
)
from events_app.vault import Reader, Vault
from events_app.web.forms import number_in, typed_into
from events_app.web.responses import Flash, page, see_other


@dataclass(frozen=True)
class CityTime:
    """One moment on the clocks of one city."""

    city: str
    starts: datetime
    ends: datetime


def in_five_cities(starts: datetime, ends: datetime) -> list[CityTime]:
    return [
        CityTime(say_city(key), starts.astimezone(zone_of(key)), ends.astimezone(zone_of(key)))
        for key in CITIES
    ]


async def desk(request: Request) -> Response:
    """What is coming, what is a draft, what is over; and for a newcomer the three steps to a first event."""
    now = clock.now()
    events = await Event.all().order_by("starts_at").select_related("conference").limit(1000)
    counts = await request.app.state.count_registrations([event.id for event in events])
    return page(
        request,
        "events/desk.html",
        coming=[event for event in events if event.ends_at > now],
        past=[event for event in reversed(events) if event.ends_at <= now],
        counts=counts,
        has_organization=await Organization.filter(ours=True).exists(),
        now=now,
    )


async def _choices() -> Choices:
    conferences = await Conference.all().order_by("-starts_on")
    rooms = await Room.all().select_related("venue")
    return Choices(
        conferences=[(str(each.id), f"{choose(each.name)} {each.edition}".strip()) for each in conferences],
        rooms=[(str(each.id), f"{choose(each.venue.name)}: {choose(each.name)}") for each in rooms],
    )


async def new_event(request: Request) -> Response:
    ours = await Organization.filter(ours=True).first()
    if ours is None:
        flash = Flash(
            "info", translate(N_("First tell people who you are. Then you can make your first event."))
        )
        return see_other("/desk/organizations/new", flash=flash)
    latest = await Event.all().order_by("-created_at").first()
    zone = {"zone": latest.zone} if latest else {}
    return _form_page(request, event_form(choices=await _choices(), data=zone))


async def create_event(request: Request) -> Response:
    form = event_form(await typed_into(request), choices=await _choices())
    if "preview" in await typed_into(request) or not form.validate():
        return _form_page(request, form, status=422 if form.errors else 200)
    ours = await Organization.filter(ours=True).first()
    hosts = [HostFacts(str(ours.id), HostRole.HOST.value)] if ours else []
    vault: Vault = request.app.state.vault
    try:
        event = await actions.create_event(form.facts, vault=vault, now=clock.now(), hosts=hosts)
    except Conflict as refusal:
        return _form_page(request, form, status=409, refusal=translate(refusal.sentence, **refusal.values))
    flash = Flash("success", translate(N_("Saved as a draft. Nobody sees it until you publish it.")))
    return see_other(f"/desk/events/{event.id}", flash=flash)


def _form_page(
    request: Request, form: Any, *, event: Event | None = None, status: int = 200, refusal: str = ""
) -> Response:
    cities: list[CityTime] = []
    if form.starts_on.data and form.zone.data and not form.errors:
        right = form.validate()
        cities = in_five_cities(form.facts.starts_at, form.facts.ends_at) if right else []
    return page(
        request,
        "events/edit.html",
        status=status,
        form=form,
        event=event,
        codes=own_language_first(),
        cities=cities,
        asked_for_times=request.method == "POST" and not refusal,
        refusal=refusal,
    )


async def show_event(request: Request) -> Response:
    event = await _find(request)
    now = clock.now()
    counts = await request.app.state.count_registrations([event.id])
    return page(
        request,
        "events/overview.html",
        event=event,
        hosts=await hosts_of(event.id),
        missing=await actions.what_is_missing(event),
        untranslated=untranslated(event),
        counts=counts.get(event.id, {}),
        behind=await request.app.state.count_behind(event),
        letters=await request.app.state.count_letters(event.id),
        cities=in_five_cities(event.starts, event.ends),
        door=event.door(now).value,
        now=now,
    )


def untranslated(event: Event) -> list[actions.Missing]:
    """Which texts are there in one language of the site and missing in another: 'Summary (Arabic)'."""
    gaps = []
    for name in OWN_TEXTS:
        texts = getattr(event, name)
        for code in languages():
            if texts and not texts.get(code):
                said = f"{_TEXT_FIELDS[name][1]} ({name_of_language(code, current_language())})"
                gaps.append(actions.Missing(said, f"/edit#{name}_{code}"))
    return gaps


async def _find(request: Request) -> Event:
    try:
        event_id = uuid.UUID(request.path_params["event_id"])
    except ValueError:
        raise NoSuchPage() from None
    return await Event.find(event_id)


async def edit_event(request: Request) -> Response:
    event = await _find(request)
    return _form_page(request, await _filled_form(request, event), event=event)


async def _filled_form(request: Request, event: Event) -> Any:
    vault: Vault = request.app.state.vault
    reader = Reader("organizer", request.state.organizer.id)
    data: dict[str, Any] = {f"consent_{code}": text for code, text in (await consent_of(event)).items()}
    data["join_link"] = actions.join_link_of(event, vault=vault, reader=reader)
    return event_form(event=event, choices=await _choices(), data=data)


async def change_event(request: Request) -> Response:
    event = await _find(request)
    typed = await typed_into(request)
    form = event_form(typed, event=event, choices=await _choices())
    if "preview" in typed or not form.validate():
        return _form_page(request, form, event=event, status=422 if form.errors else 200)
    revision = number_in(typed.get("revision"), 0)
    state = request.app.state
    try:
        changed = await actions.change_event(
            event.id, form.facts, revision=revision, vault=state.vault, follow=state.follow, now=clock.now()
        )
    except Conflict as refusal:
        sentence = translate(refusal.sentence, **refusal.values)
        return _form_page(request, form, event=await _find(request), status=409, refusal=sentence)
    return see_other(f"/desk/events/{changed.id}", flash=Flash("success", translate(N_("Saved."))))


async def preview(request: Request) -> Response:
    """The public page as it will look, draft or not."""
    event = await _find(request)
    context = await event_context(event, await hosts_of(event.id), now=clock.now())
    return page(request, "events/event.html", **{**context, "is_preview": True})


async def publish(request: Request) -> Response:
    event = await _find(request)
    await actions.publish_event(event.id, follow=request.app.state.follow, now=clock.now())
    return see_other(
        f"/desk/events/{event.id}",
        flash=Flash("success", translate(N_("Published. People can find it now."))),
    )


async def delete(request: Request) -> Response:
    """POST: a draft goes, with everything written for it."""
    event = await _find(request)
    state = request.app.state
    await actions.delete_draft(event.id, is_in_use=state.is_in_use, vault=state.vault)
    return see_other("/desk", flash=Flash("success", translate(N_("The draft is deleted."))))


async def withdraw(request: Request) -> Response:
    event = await _find(request)
    await actions.withdraw_event(
        event.id, has_registrations=request.app.state.has_registrations, now=clock.now()
    )
    return see_other(
        f"/desk/events/{event.id}", flash=Flash("success", translate(N_("It is a draft again.")))
    )


async def cancel(request: Request) -> Response:
    event = await _find(request)
    await actions.cancel_event(event.id, follow=request.app.state.follow, now=clock.now())
    sentence = translate(
        N_("The event is cancelled. Everybody who registered gets a letter and a calendar update.")
    )
    return see_other(f"/desk/events/{event.id}", flash=Flash("success", sentence))


async def copy(request: Request) -> Response:
    event = await _find(request)
    state = request.app.state
    made = await actions.copy_event(event.id, vault=state.vault, follow=state.follow_copy, now=clock.now())
    sentence = translate(N_("This is the copy, as a draft. Change the date before you publish it."))
    return see_other(f"/desk/events/{made.id}/edit", flash=Flash("success", sentence))


routes = [
    Route("/desk", for_organizers(desk)),
    Route("/desk/events/new", for_organizers(new_event), methods=["GET"]),
    Route("/desk/events/new", for_organizers(create_event), methods=["POST"]),
    Route("/desk/events/{event_id}", for_organizers(show_event)),
    Route("/desk/events/{event_id}/edit", for_organizers(edit_event), methods=["GET"]),
    Route("/desk/events/{event_id}/edit", for_organizers(change_event), methods=["POST"]),
    Route("/desk/events/{event_id}/preview", for_organizers(preview)),
    Route("/desk/events/{event_id}/publication", for_organizers(publish), methods=["POST"]),
    Route("/desk/events/{event_id}/deletion", for_organizers(delete), methods=["POST"]),
    Route("/desk/events/{event_id}/withdrawal", for_organizers(withdraw), methods=["POST"]),
    Route("/desk/events/{event_id}/cancellation", for_organizers(cancel), methods=["POST"]),
    Route("/desk/events/{event_id}/copies", for_organizers(copy), methods=["POST"]),
]

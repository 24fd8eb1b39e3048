"""The desk's pages for what events are made of: the programme, organizations, conferences, venues."""

import io
import uuid
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image, UnidentifiedImageError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.models import Model

from events_app import clock
from events_app.accounts.pages import for_organizers
from events_app.errors import Conflict
from events_app.events import actions
from events_app.events import forms_parts as parts
from events_app.events.models import (
    Conference,
    Event,
    NoSuchPage,
    Organization,
    Room,
    Venue,
    agenda_of,
    hosts_of,
    speakers_of,
)
from events_app.events.rules import slug_of
from events_app.i18n import N_, choose, own_language_first, translate
from events_app.web.forms import number_in, typed_into
from events_app.web.responses import Flash, page, see_other


async def _find(request: Request, model: type[Model], name: str) -> Any:
    """The row of that id, None for a new one ('new' has no id in its address), or the one 404."""
    if name not in request.path_params:
        return None
    try:
        found = await model.get_or_none(id=uuid.UUID(request.path_params[name]))
    except ValueError:
        raise NoSuchPage() from None
    if found is None:
        raise NoSuchPage()
    return found


def _saved() -> Flash:
    return Flash("success", translate(N_("Saved.")))


async def programme(request: Request) -> Response:
    event = await _find(request, Event, "event_id")
    return _programme_page(request, event, await _programme_form(event))


async def save_programme(request: Request) -> Response:
    event = await _find(request, Event, "event_id")
    typed = await typed_into(request)
    form = await _programme_form(event, typed)
    more = str(typed.get("more", ""))
    if more in {"hosts", "speakers", "agenda"}:
        parts.add_rows(form, more)
        parts.give_choices(form, await _organizations())
        return _programme_page(request, event, form)
    if not form.validate():
        return _programme_page(request, event, form, status=422)
    facts = parts.programme_facts(form)
    try:
        await actions.save_programme(
            event.id, facts, revision=number_in(typed.get("revision"), 0), now=clock.now()
        )
    except Conflict as refusal:
        sentence = translate(refusal.sentence, **refusal.values)
        return _programme_page(request, await Event.find(event.id), form, status=409, refusal=sentence)
    return see_other(f"/desk/events/{event.id}", flash=_saved())


async def _organizations() -> list[Organization]:
    return sorted(await Organization.all(), key=lambda each: (not each.ours, choose(each.name)))


async def _programme_form(event: Event, typed: Any = None) -> Any:
    return parts.programme_form(
        typed,
        organizations=await _organizations(),
        hosts=await hosts_of(event.id),
        speakers=await speakers_of(event.id),
        agenda=await agenda_of(event.id),
    )


def _programme_page(
    request: Request, event: Event, form: Any, *, status: int = 200, refusal: str = ""
) -> Response:
    return page(
        request,
        "events/programme.html",
        status=status,
        event=event,
        form=form,
        codes=own_language_first(),
        refusal=refusal,
    )


async def organizations(request: Request) -> Response:
    return page(request, "events/organizations.html", organizations=await _organizations())


async def edit_organization(request: Request) -> Response:
    organization = await _find(request, Organization, "organization_id")
    first = not await Organization.filter(ours=True).exists()
    form = parts.organization_form(organization=organization, ours=first)
    return _part_page(request, "events/organization.html", form, organization)


async def save_organization(request: Request) -> Response:
    organization = await _find(request, Organization, "organization_id")
    form = parts.organization_form(await typed_into(request), organization=organization)
    if not form.validate():
        return _part_page(request, "events/organization.html", form, organization, status=422)
    values = parts.organization_values(form)
    thing = organization or Organization(slug=await _free_slug(Organization, choose(values["name"])))
    await actions.save_thing(thing, values)
    return see_other("/desk/organizations" if organization else "/desk", flash=_saved())


MOST_OF_A_LOGO: Final = 5 * 1024 * 1024
LARGER_BODIES: Final[Mapping[str, int]] = {r"/desk/organizations/[^/]+/logo": MOST_OF_A_LOGO + 64 * 1024}
"""The path to which a larger body may be sent (see `web.security.BodyLimit`)."""


async def save_logo(request: Request) -> Response:
    """A logo, re-encoded as PNG at most 640 x 240: what was uploaded is never served, and its metadata is gone."""
    organization = await _find(request, Organization, "organization_id")
    upload = (await typed_into(request)).get("logo")
    content = await upload.read() if upload is not None and not isinstance(upload, str) else b""
    image = redrawn(content)
    if image is None:
        flash = Flash(
            "danger", translate(N_("This file is not a picture we can read. PNG, JPEG and WebP work."))
        )
        return see_other(f"/desk/organizations/{organization.id}", flash=flash)
    await actions.save_thing(organization, {"logo": image, "logo_type": "image/png"})
    return see_other(f"/desk/organizations/{organization.id}", flash=_saved())


def redrawn(content: bytes) -> bytes | None:
    """The picture drawn anew as PNG, or None when it is none (or too large to open safely: 24 million points)."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
            if picture.width * picture.height > 24_000_000:
                return None
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError):
        return None
    drawn.thumbnail((640, 240))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


async def conferences(request: Request) -> Response:
    return page(request, "events/conferences.html", conferences=await Conference.all().order_by("-starts_on"))


async def edit_conference(request: Request) -> Response:
    conference = await _find(request, Conference, "conference_id")
    form = parts.conference_form(conference=conference)
    return _part_page(request, "events/conference_edit.html", form, conference)


async def save_conference(request: Request) -> Response:
    conference = await _find(request, Conference, "conference_id")
    form = parts.conference_form(await typed_into(request), conference=conference)
    if not form.validate():
        return _part_page(request, "events/conference_edit.html", form, conference, status=422)
    values = parts.conference_values(form)
    named = f"{choose(values['name'])} {values['edition']}"
    thing = conference or Conference(slug=await _free_slug(Conference, named))
    await actions.save_thing(thing, values)
    return see_other("/desk/conferences", flash=_saved())


async def venues(request: Request) -> Response:
    rooms = await Room.all()
    listed = [(venue, [room for room in rooms if room.venue_id == venue.id]) for venue in await Venue.all()]
    return page(request, "events/venues.html", venues=listed)


async def edit_venue(request: Request) -> Response:
    venue = await _find(request, Venue, "venue_id")
    rooms = await Room.filter(venue_id=venue.id).order_by("id") if venue else []
    form = parts.venue_form(venue=venue, rooms=list(rooms))
    parts.add_rows(form)
    return _part_page(request, "events/venue.html", form, venue)


async def save_venue(request: Request) -> Response:
    venue = await _find(request, Venue, "venue_id")
    form = parts.venue_form(await typed_into(request), venue=venue)
    if not form.validate():
        return _part_page(request, "events/venue.html", form, venue, status=422)
    thing = await actions.save_thing(venue or Venue(), parts.venue_values(form))
    await actions.save_rooms(thing, parts.room_values(form))
    return see_other("/desk/venues", flash=_saved())


def _part_page(request: Request, template: str, form: Any, thing: Any, *, status: int = 200) -> Response:
    return page(request, template, status=status, form=form, thing=thing, codes=own_language_first())


async def _free_slug(model: type[Model], wished: str) -> str:
    base = slug_of(wished)
    taken: set[Any] = set(await model.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for slug in (base, *(f"{base}-{number}" for number in range(2, 1000))) if slug not in taken
    )


def _both(path: str, show: Any, save: Any) -> list[Route]:
    return [
        Route(path, for_organizers(show), methods=["GET"]),
        Route(path, for_organizers(save), methods=["POST"]),
    ]


routes = [
    *_both("/desk/events/{event_id}/programme", programme, save_programme),
    Route("/desk/organizations", for_organizers(organizations)),
    *_both("/desk/organizations/new", edit_organization, save_organization),
    *_both("/desk/organizations/{organization_id}", edit_organization, save_organization),
    Route("/desk/organizations/{organization_id}/logo", for_organizers(save_logo), methods=["POST"]),
    Route("/desk/conferences", for_organizers(conferences)),
    *_both("/desk/conferences/new", edit_conference, save_conference),
    *_both("/desk/conferences/{conference_id}", edit_conference, save_conference),
    Route("/desk/venues", for_organizers(venues)),
    *_both("/desk/venues/new", edit_venue, save_venue),
    *_both("/desk/venues/{venue_id}", edit_venue, save_venue),
]

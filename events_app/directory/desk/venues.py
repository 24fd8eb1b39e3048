"""The desk's pages for venues and their rooms."""

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.directory import actions
from events_app.directory.desk.organizations import delete_thing, find_row, part_page
from events_app.directory.forms.venues import room_facts, venue_form, venue_values
from events_app.directory.models import Room, Venue
from events_app.errors import Conflict, say
from events_app.house import act_of, house_of
from events_app.web import rows, seen
from events_app.web.forms import Form, typed_into
from events_app.web.responses import page, saved, see_other


async def venues(request: Request) -> Response:
    rooms = await Room.all()
    listed = [(venue, [room for room in rooms if room.venue_id == venue.id]) for venue in await Venue.all()]
    return page(request, "directory/venues.html", venues=listed)


async def edit_venue(request: Request) -> Response:
    venue = await find_row(request, Venue, "venue_id")
    form = await _stored(venue)
    if venue:
        seen.opened(form)
    rows.add_rows(form)
    return await _page(request, form, venue)


async def _stored(venue: Venue | None) -> Form:
    """The form as it is filled from what is stored."""
    rooms = await Room.filter(venue_id=venue.id).order_by("id") if venue else []
    return venue_form(venue=venue, rooms=list(rooms))


async def _page(
    request: Request, form: Form, venue: Venue | None, *, status: int = 200, refusal: str = ""
) -> Response:
    """The form, and below it the coming events that show this place."""
    shown = await house_of(request).events_at(venue.id, now=clock.now()) if venue else []
    return part_page(
        request, "directory/venue.html", form, venue, status=status, refusal=refusal, events=shown
    )


async def save_venue(request: Request) -> Response:
    venue = await find_row(request, Venue, "venue_id")
    form, house, thing = (
        venue_form(await typed_into(request), venue=venue),
        house_of(request),
        venue or Venue(),
    )

    async def stored() -> Form:
        return await _stored(await find_row(request, Venue, "venue_id"))

    async def write() -> None:
        await actions.save_venue(
            thing,
            venue_values(form),
            room_facts(form),
            is_used=house.is_used,
            before_change=house.before_place_changes,
            act=act_of(request),
        )

    if "more" in await typed_into(request):
        rows.add_rows(form, "rooms")
        return await _page(request, form, venue)
    if not form.validate():
        return await _page(request, form, venue, status=422)
    try:
        await seen.save(form, stored, write)
    except Conflict as refusal:
        return await _page(request, form, venue, status=409, refusal=say(refusal))
    concerns_people = venue and any(each.behind for each in await house.events_at(thing.id, now=clock.now()))
    return see_other(f"/desk/venues/{thing.id}#events" if concerns_people else "/desk/venues", flash=saved())


async def delete_venue(request: Request) -> Response:
    return await delete_thing(request, Venue, "venue_id", onward="/desk/venues")

"""The desk's pages for venues and their rooms."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.directory.actions import save_rooms, save_thing
from events_app.directory.desk.organizations import find_row, part_page
from events_app.directory.forms.venues import room_values, venue_form, venue_values
from events_app.directory.models import Room, Venue
from events_app.house import house_of
from events_app.web import rows
from events_app.web.forms import typed_into
from events_app.web.responses import page, saved, see_other


async def venues(request: Request) -> Response:
    rooms = await Room.all()
    listed = [(venue, [room for room in rooms if room.venue_id == venue.id]) for venue in await Venue.all()]
    return page(request, "directory/venues.html", venues=listed)


async def edit_venue(request: Request) -> Response:
    venue = await find_row(request, Venue, "venue_id")
    rooms = await Room.filter(venue_id=venue.id).order_by("id") if venue else []
    form = venue_form(venue=venue, rooms=list(rooms))
    rows.add_rows(form)
    return part_page(request, "directory/venue.html", form, venue)


async def save_venue(request: Request) -> Response:
    venue = await find_row(request, Venue, "venue_id")
    form = venue_form(await typed_into(request), venue=venue)
    if not form.validate():
        return part_page(request, "directory/venue.html", form, venue, status=422)
    thing = await save_thing(venue or Venue(), venue_values(form))
    await save_rooms(thing, room_values(form), is_used=house_of(request).is_used)
    return see_other("/desk/venues", flash=saved())

"""The desk's page for a new event: four things are asked, and after saving its overview shows what is missing."""

from dataclasses import replace
from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from events_app.calendar.cities import in_words
from events_app.directory.forms.times import blame
from events_app.errors import Conflict, say
from events_app.events.actions import editing
from events_app.events.desk.event import form_page, saved_with_doubts
from events_app.events.forms.event import event_form
from events_app.events.models.event import Event
from events_app.events.rules import EventFacts, HostFacts, HostRole
from events_app.house import act_of, house_of
from events_app.i18n import N_, own_language_first, say_city, translate
from events_app.making.forms import HostForm, choices_of, host_form, short_form, with_zone_there
from events_app.making.reading import Around, id_in, look_around
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other


async def new_event(request: Request) -> Response:
    wanted = id_in(request.query_params.get("conference"))
    around = await look_around(conference=wanted)
    if not around.hosts:
        sentence = N_("First tell people who you are. Then you can create your first event.")
        return see_other("/desk/organizations/new", flash=Flash("info", translate(sentence)))
    known = around.conference(wanted)
    data = {
        "conference": wanted if known else "", "zone": around.zone, "starts_on": known.starts_on if known else None,
    }  # fmt: skip
    form = short_form(around, data=data)
    return _page(request, around, form, host_form(around), given=in_words(around.zone) if around.zone else "")


async def create_event(request: Request) -> Response:
    """POST of the short form; with "all", what was typed goes on into the long one, which comes back here."""
    typed, around = await typed_into(request), await look_around()
    if "short" not in typed:
        return await _create_from_all(request, typed, around)
    typed, host = with_zone_there(typed, around), host_form(around, typed)
    form = short_form(around, typed)
    if "all" in typed:
        return await form_page(request, form, host=host.host.data)
    shown = partial(_page, request, around, form, host, given=str(typed.get("zone_given", "")))
    right = form.validate()
    is_day_given = _propose_day(form, around)
    if not right or is_day_given or (len(around.hosts) > 1 and not host.validate()):
        return shown(status=422)
    room = around.room(form.room.data)
    facts = form.facts
    if room and facts.offers_in_person and facts.capacity_in_person is None:
        facts = replace(facts, capacity_in_person=room.seats)
    try:
        event = await _make(request, facts, around, host.host.data)
    except Conflict as refusal:
        return shown(status=409, refusal=say(refusal))
    taken = "" if form.facts.capacity_in_person == facts.capacity_in_person else str(facts.capacity_in_person)
    return await _saved(request, event, seats=taken)


async def _create_from_all(request: Request, typed: FormData, around: Around) -> Response:
    host = str(typed.get("host", ""))
    form = event_form(typed, choices=choices_of(around))
    if "preview" in typed or not form.validate():
        return await form_page(request, form, status=422 if form.errors else 200, host=host)
    try:
        event = await _make(request, form.facts, around, host)
    except Conflict as refusal:
        return await form_page(request, form, status=409, refusal=say(refusal), host=host)
    return await _saved(request, event)


async def _make(request: Request, facts: EventFacts, around: Around, host: str | None) -> Event:
    """Held by the chosen host, else by ours, else by the only organization there is."""
    first = around.hosts[:1] if len(around.hosts) == 1 else [each for each in around.hosts if each.ours][:1]
    chosen = [each for each in around.hosts if str(each.id) == host] or first
    hosts = [HostFacts(str(each.id), HostRole.HOST.value) for each in chosen]
    return await editing.create_event(facts, act=act_of(request), hosts=hosts, begin=house_of(request).begin)


def _propose_day(form: Any, around: Around) -> bool:
    """Where no day was typed, the first one of the conference is filled in, and asked about."""
    first = around.first_day(form.conference.data)
    if first is None or any(form.starts_on.raw_data or ()):
        return False
    form.starts_on.errors = []
    form.starts_on.raw_data, form.starts_on.data = None, first
    sentence = N_("The conference's first day is filled in here. If it is the right one, save again.")
    blame(form.starts_on, translate(sentence))
    return True


async def _saved(request: Request, event: Event, *, seats: str = "") -> Response:
    said = [translate(N_("Saved as a draft. Nobody sees it until you publish it."))]
    if not event.all_day:
        said.append(translate(N_("Its hours are the time of %(city)s."), city=say_city(event.zone)))
    if seats:
        said.append(translate(N_("Seats: %(number)s, as many as the room has."), number=seats))
    flash = await saved_with_doubts(request, event, " ".join(said))
    return see_other(f"/desk/events/{event.id}", flash=flash)


def _page(
    request: Request,
    around: Around,
    form: Any,
    host: HostForm,
    *,
    given: str,
    status: int = 200,
    refusal: str = "",
) -> Response:
    """`given`: the zone as it was proposed, by which it is known whether somebody has changed it."""
    return page(
        request,
        "making/new.html",
        status=status,
        form=form,
        host=host.host if len(around.hosts) > 1 else None,
        zone_given=given,
        zone_from=around.zone_from if status == 200 else "",
        refusal=refusal,
        codes=own_language_first(),
    )

"""The registration form, for everybody: look, fill in, send."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import Conflict, say
from events_app.events.models.event import Event, EventHost, hosts_of
from events_app.events.models.panel import consent_of
from events_app.events.models.where import place_of
from events_app.events.rules import ShowsPlaces
from events_app.handed import HasSeats, Seats
from events_app.house import act_of, office_of
from events_app.i18n import N_, choose, language_of, ngettext, translate
from events_app.publishing.pages.pictures import colours_of
from events_app.questions.forms.fields import Asking, ask, mode_typed
from events_app.questions.models import questions_of
from events_app.registrations.actions import registering
from events_app.registrations.forms import (
    RegistrationForm,
    applicant_of,
    registration_form,
    say_beside_modes,
)
from events_app.registrations.pages.receipt import receipt_token
from events_app.registrations.places import pool_of
from events_app.registrations.rules import Pool
from events_app.texts import Texts
from events_app.web.forms import typed_into
from events_app.web.limits import Limit
from events_app.web.responses import page, see_other

registrations_limit = Limit(300, seconds=3600)
"""A whole pool behind one Wi-Fi registers in an hour; more than that is nobody's audience."""


@dataclass(frozen=True)
class Around:
    """What the form's page shows besides the form, asked of the database once."""

    pools: Mapping[str, Pool]
    consent: Texts
    hosts: Sequence[EventHost]


async def look_around(event: Event) -> Around:
    pools: dict[str, Pool] = {mode: await pool_of(event, mode) for mode in event.modes}
    return Around(pools, await consent_of(event), await hosts_of(event.id))


async def seats_of(event: HasSeats) -> Seats:
    """For the event's page, which stands below registrations: app.py hands this down."""
    return say_seats({mode: await pool_of(event, mode) for mode in event.modes}, event)


def say_seats(pools: Mapping[str, Pool], event: HasSeats) -> Seats:
    will_wait = all(pool.free == 0 for pool in pools.values())
    return Seats(will_wait, {mode: say_places(pool, event) for mode, pool in pools.items()})


async def registration(request: Request) -> Response:
    """The form. It changes nothing; where there is no form, it says why registration is not open."""
    event = await Event.find_public(request.path_params["slug"])
    filled = await _form_for(event)
    filled.form.code.data = request.query_params.get("code", "")[:80]
    return await _show_form(request, event, filled)


async def create(request: Request) -> Response:
    event = await Event.find_public(request.path_params["slug"])
    registrations_limit.knock(request, now=time.monotonic())
    filled = await _form_for(event, await typed_into(request))
    if not filled.form.validate():
        return await _show_form(request, event, filled, status=422)
    if filled.asking.new:
        return await _show_form(request, event, filled)
    applicant = applicant_of(filled.form, modes=event.modes, consent_version=event.consent_version)
    applicant = replace(applicant, answers=filled.asking.answers())
    office = office_of(request)
    try:
        receipt = await registering.register(event.id, applicant, act=act_of(request))
    except Conflict as refusal:
        return await _show_form(request, event, filled, status=409, refusal=refusal)
    return see_other(f"/registrations/{receipt_token(receipt, vault=office.vault, now=clock.now())}")


@dataclass(frozen=True)
class Filled:
    """The form as far as it is filled, and the event's own questions in it that concern this person."""

    form: RegistrationForm
    asking: Asking


async def _form_for(event: Event, typed: FormData | None = None) -> Filled:
    form = registration_form(
        typed,
        modes=event.modes,
        consent_version=event.consent_version,
        most_guests=event.most_guests,
    )
    mode = mode_typed(form, event.modes)
    return Filled(form, ask(form, await questions_of(event.id), mode=mode, typed=typed))


FEW = 5


def say_places(pool: Pool, event: HasSeats) -> str:
    """'12 places left', 'Full: waiting list', as exactly as the organizer wants it; nothing where there is no limit."""
    if pool.free is None:
        return ""
    if pool.free > 0:  # whoever waits needs more than these
        shown = event.shows_places == ShowsPlaces.EXACT or (
            event.shows_places == ShowsPlaces.FEW and pool.free <= FEW
        )
        return ngettext("%(n)s place left", "%(n)s places left", pool.free) if shown else ""
    return translate(N_("Full, waiting list open")) if event.keeps_waitlist else translate(N_("Full"))


async def _show_form(
    request: Request,
    event: Event,
    filled: Filled,
    *,
    status: int = 200,
    refusal: Conflict | None = None,
) -> Response:
    around = await look_around(event)
    seats = say_seats(around.pools, event)
    say_beside_modes(filled.form, seats.words)
    return page(
        request,
        "registrations/register.html",
        status=status,
        event=event,
        form=filled.form,
        asking=filled.asking,
        more=bool(filled.asking.new) and status == 200,
        colours_url=colours_of(around.hosts),
        place=place_of(event),
        opening=event.opening(clock.now()).value,
        consent_text=choose(around.consent),
        consent_language=language_of(around.consent),
        refusal=say(refusal) if refusal else "",
        only_mode=event.modes[0].value if len(event.modes) == 1 else "",
        will_wait=seats.will_wait,
        places=seats.words,
    )

"""The registration form, for everybody: look, fill in, send."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import Conflict, say
from events_app.events.models.event import Event, EventHost, hosts_of
from events_app.events.models.panel import consent_of
from events_app.events.models.where import place_of
from events_app.events.rules import Mode, Opening, ShowsPlaces
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
    code_typed,
    registration_form,
    say_beside_modes,
)
from events_app.registrations.models import Invitation, Registration, giver_of, quota_for
from events_app.registrations.pages.receipt import receipt_token
from events_app.registrations.places import is_full, pool_of
from events_app.shown import shown_of
from events_app.texts import Texts
from events_app.vault import Vault
from events_app.web.forms import typed_into
from events_app.web.limits import Limit
from events_app.web.responses import page, see_other

registrations_limit = Limit(300, seconds=3600)
"""A whole pool behind one Wi-Fi registers in an hour; more than that is nobody's audience."""


@dataclass(frozen=True)
class Holder:
    """What the code, typed or of a link, lets its holder do: nothing more than everybody, without one."""

    invitation: Invitation | None = None
    giver: Registration | None = None
    """Whose place it passes on."""

    def modes(self, event: Event) -> Sequence[Mode]:
        return (Mode(self.giver.mode),) if self.giver else event.modes

    def opening(self, event: Event, now: datetime) -> Opening:
        return Opening.OPEN if registering.lets_in(self.invitation, event, now) else event.opening(now)


async def _holder_of(event: Event, code: str, *, vault: Vault) -> Holder:
    """A code that is unknown, used or withdrawn opens nothing; the form says why when it is sent."""
    invitation = await Invitation.of_code(event.id, code, vault=vault) if code else None
    if invitation is None or invitation.state not in {"created", "sent"}:
        return Holder()
    if invitation.purpose != "transfer":
        return Holder(invitation)
    try:
        return Holder(invitation, await giver_of(invitation))
    except Conflict:
        return Holder()


@dataclass(frozen=True)
class Around:
    """What the form's page shows besides the form, asked of the database once."""

    full: Mapping[str, bool]
    shown: Mapping[str, int]
    consent: Texts
    hosts: Sequence[EventHost]


async def look_around(event: Event, holder: Holder) -> Around:
    full: dict[str, bool] = {}
    shown = dict(await shown_of(event.id))
    for mode in holder.modes(event):
        quota_id = await quota_for(holder.invitation, mode) if holder.invitation else None
        if holder.giver or quota_id:  # what is kept for them is not counted among everybody's
            shown.pop(mode, None)
        # A place that is passed on is there, whatever is left of the others.
        full[mode] = not holder.giver and await _is_full(event, mode, quota_id)
    return Around(full, shown, await consent_of(event), await hosts_of(event.id))


async def _is_full(event: Event, mode: str, quota_id: uuid.UUID | None) -> bool:
    if quota_id is None:
        return await is_full(event, mode)
    return (await pool_of(event, mode, quota_id)).free == 0


async def seats_of(event: HasSeats) -> Seats:
    """For the event's page, which stands below registrations: app.py hands this down."""
    full = {str(mode): await is_full(event, mode) for mode in event.modes}
    return say_seats(full, await shown_of(event.id), event)


def say_seats(full: Mapping[str, bool], shown: Mapping[str, int], event: HasSeats) -> Seats:
    words = {mode: say_places(event, mode, is_full=full[mode], taken=shown.get(mode)) for mode in full}
    return Seats(all(full.values()), words)


async def registration(request: Request) -> Response:
    """The form. It changes nothing; where there is no form, it says why registration is not open."""
    event = await Event.find_public(request.path_params["slug"])
    code = request.query_params.get("code", "")[:80]
    filled = await _form_for(event, await _holder_of(event, code, vault=office_of(request).vault))
    filled.form.code.data = code
    return await _show_form(request, event, filled)


async def create(request: Request) -> Response:
    event = await Event.find_public(request.path_params["slug"])
    registrations_limit.knock(request, now=time.monotonic())
    typed = await typed_into(request)
    code = code_typed(str(typed.get("code", "")))
    holder = await _holder_of(event, code, vault=office_of(request).vault)
    filled = await _form_for(event, holder, typed)
    if not filled.form.validate():
        return await _show_form(request, event, filled, status=422)
    if filled.asking.new:
        return await _show_form(request, event, filled)
    applicant = applicant_of(filled.form, modes=holder.modes(event), consent_version=event.consent_version)
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
    holder: Holder


async def _form_for(event: Event, holder: Holder, typed: FormData | None = None) -> Filled:
    modes = holder.modes(event)
    form = registration_form(
        typed,
        modes=modes,
        consent_version=event.consent_version,
        most_guests=0 if holder.giver else event.most_guests,
    )
    mode = mode_typed(form, modes)
    return Filled(form, ask(form, await questions_of(event.id), mode=mode, typed=typed), holder)


FEW = 5


def say_places(event: HasSeats, mode: str, *, is_full: bool, taken: int | None) -> str:
    """'12 places left', 'Few places left', as exactly as the organizer wants it, of the last count (`shown`); 'Full' as
    it is now. Nothing without a limit, and nothing before the first count."""
    if is_full:
        return translate(N_("Full, waiting list open")) if event.keeps_waitlist else translate(N_("Full"))
    capacity = event.capacity(mode)
    if capacity is None or taken is None or event.shows_places == ShowsPlaces.HIDDEN:
        return ""
    left = capacity - taken
    if left > 0 and event.shows_places == ShowsPlaces.EXACT:
        return ngettext("%(n)s seat left", "%(n)s seats left", left)
    return translate(N_("Few seats left")) if left <= FEW else ""  # of none then, some are free again


async def _show_form(
    request: Request,
    event: Event,
    filled: Filled,
    *,
    status: int = 200,
    refusal: Conflict | None = None,
) -> Response:
    holder, modes = filled.holder, filled.holder.modes(event)
    around = await look_around(event, holder)
    seats = say_seats(around.full, around.shown, event)
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
        opening=holder.opening(event, clock.now()).value,
        is_passed_on=holder.giver is not None,
        consent_text=choose(around.consent),
        consent_language=language_of(around.consent),
        refusal=say(refusal) if refusal else "",
        only_mode=modes[0].value if len(modes) == 1 else "",
        will_wait=seats.will_wait,
        places=seats.words,
    )

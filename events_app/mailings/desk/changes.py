"""The desk's change page: what is different, whom it concerns, the letter as they will read it, and who was reached."""

from collections import Counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.events.models.event import Event, hosts_of
from events_app.house import act_of, office_of
from events_app.i18n import choose, languages, ngettext
from events_app.mailings.actions import announcing
from events_app.mailings.emails import compose
from events_app.registrations.facts import Person, event_facts, letter_facts
from events_app.registrations.models import Registration
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other


async def show(request: Request) -> Response:
    event = await Event.find(request.path_params["event_id"])
    concerned = await announcing.concerned_by(event)
    reached = [] if concerned.people else await announcing.reached_by(event, act=act_of(request))
    return page(
        request,
        "mailings/changes.html",
        event=event,
        differences=differences_of(event),
        concerned=concerned,
        clashes=await announcing.clashes_of(event, act=act_of(request)) if concerned.material else [],
        previews=await _previews(request, event, concerned) if concerned.people else [],
        reached=reached,
        states=Counter(row.state for row in reached),
        hears=any(row.registration.is_heard for row in reached),
        answers=Counter(row.registration.answer for row in reached),
    )


def differences_of(event: Event) -> dict[str, tuple[Any, Any]]:
    """What was announced last and what is now, for what differs: 'time', 'zone', 'place', 'title'."""
    before = event.announced
    if not before:
        return {}
    now = event.snapshot()
    pairs: dict[str, tuple[Any, Any]] = {}
    times = ("starts_wall", "ends_wall", "starts_fold", "ends_fold", "zone")
    if any(before[name] != now[name] for name in times):
        pairs["time"] = (before, now)
    for name in ("place", "title"):
        if before[name] != now[name]:
            pairs[name] = (choose(before[name]), choose(now[name]))
    return pairs


async def _previews(
    request: Request, event: Event, concerned: announcing.Concerned
) -> list[tuple[str, str, str]]:
    """The letter in each language somebody reads: (language, subject, text), written for nobody in particular."""
    office, hosts = office_of(request), await hosts_of(event.id)
    letter = "changed" if concerned.material else "corrected"
    shown = []
    for language in [code for code in languages() if code in concerned.languages]:
        nobody = Registration(
            event_id=event.id,
            status="confirmed",
            mode=event.modes[0].value,
            language=language,
            registered_on=clock.now().date(),
            answer="NEEDS-ACTION",
            organizer_address=office.site.sender,
        )
        about = event_facts(event, hosts, language=language, site=office.site)
        person = Person("…", "name@example.org", "", "x")
        facts: dict[str, Any] = letter_facts(nobody, person, about, office=office, now=clock.now())
        if concerned.material and event.announced:
            facts |= announcing.old_facts(event.announced, language)
        draft = compose(f"mailings.{letter}", facts)
        shown.append((language, draft.subject, draft.text))
    return shown


async def send(request: Request) -> Response:
    """POST: tell everybody whom it concerns, in one act."""
    event = await Event.find(request.path_params["event_id"])
    asks_again = (await typed_into(request)).get("keeps_answers") is None
    told = await announcing.announce(event.id, asks_again=asks_again, act=act_of(request))
    sentence = ngettext("%(n)s person is being told.", "%(n)s people are being told.", told)
    return see_other(f"/desk/events/{event.id}/changes", flash=Flash("success", sentence))

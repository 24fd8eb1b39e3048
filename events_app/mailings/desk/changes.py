"""The desk's change page: what is different, whom it concerns, the letter as they will read it, and who was reached."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timezone
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.errors import say
from events_app.events.models.event import Event, hosts_of
from events_app.events.models.where import differs
from events_app.events.rules import MODE_NAMES
from events_app.house import act_of, office_of
from events_app.i18n import languages, ngettext, say_offset
from events_app.mailings.actions import announcing
from events_app.mailings.emails import compose
from events_app.mailings.rules import EventChanged
from events_app.registrations.facts import Person, event_facts, letter_facts
from events_app.registrations.models import Registration
from events_app.registrations.told import Hearers
from events_app.rounds.models import ANNOUNCED, Round
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other


async def show(request: Request, *, refusal: str = "") -> Response:
    event = await Event.find(request.path_params["event_id"])
    concerned = await announcing.concerned_by(event)
    reached = [] if concerned.people else await announcing.reached_by(event, act=act_of(request))
    return page(
        request,
        "mailings/changes.html",
        status=409 if refusal else 200,
        refusal=refusal,
        event=event,
        differences=differences_of(concerned.groups),
        concerned=concerned,
        unreached=concerned.people if await Round.exists(event_id=event.id, what=ANNOUNCED) else 0,
        clashes=await announcing.clashes_of(event, act=act_of(request)) if concerned.material else [],
        previews=await _previews(request, event, concerned.groups),
        mode_names=MODE_NAMES,
        reached=reached,
        states=Counter(row.state for row in reached),
        hears=any(row.registration.is_heard for row in reached),
        answers=Counter(row.registration.answer for row in reached),
    )


@dataclass
class Difference:
    """One thing that people hold otherwise than it is now, and how many, by language and way of taking part.

    what: 'time' (facts of a telling on both sides), 'clock' (the same wall time at another offset from UTC), 'mode',
    'place', 'room', 'title' or 'summary' (texts in the language of who reads them).
    """

    what: str
    before: Any
    now: Any
    ways: list[Hearers]


def differences_of(groups: Sequence[Hearers]) -> list[Difference]:
    """Everything that somebody will feel, each once, with whom it concerns."""
    found: dict[tuple[str, str], Difference] = {}
    for group in groups:
        for what, before, now in _differing(group.before, group.now):
            known = found.setdefault(
                (what, f"{_said(before)} {_said(now)}"), Difference(what, before, now, [])
            )
            known.ways.append(group)
    return sorted(found.values(), key=lambda each: ORDER.index(each.what))


ORDER = ("time", "clock", "mode", "place", "room", "title", "summary")
_WALL = ("starts_wall", "ends_wall", "starts_fold", "ends_fold", "zone")


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    if differs(before, now, _WALL):
        yield "time", before, now
    elif differs(before, now, ("starts_at", "ends_at")):
        yield "clock", _offset(before), _offset(now)
    if before["offered"] != now["offered"]:
        yield "mode", before["offered"], now["offered"]
    if before["house"] != now["house"]:
        yield "place", before["place"], now["place"]
    elif before["room"] != now["room"]:
        yield "room", before["room"], now["room"]
    for text in ("title", "summary"):
        if before[text] != now[text]:
            yield text, before[text], now[text]


def _offset(facts: Mapping[str, Any]) -> str:
    """How far the wall clock stood from UTC when that was told; '' where nobody knows any more."""
    if not facts["starts_at"]:
        return ""
    wall = datetime.fromisoformat(facts["starts_wall"]).replace(tzinfo=UTC)
    ahead = wall - datetime.fromisoformat(facts["starts_at"])
    return say_offset(wall.replace(tzinfo=timezone(ahead)))


def _said(side: Any) -> str:
    return repr([side[name] for name in _WALL]) if isinstance(side, Mapping) else repr(side)


@dataclass(frozen=True)
class Preview:
    """The letter as one group of people will read it."""

    language: str
    mode: str
    subject: str
    text: str


async def _previews(request: Request, event: Event, groups: Sequence[Hearers]) -> list[Preview]:
    """The letter that each group gets, in the order of the site's languages, written for nobody in particular."""
    office, hosts = office_of(request), await hosts_of(event.id)
    shown: dict[tuple[str, str, str], Preview] = {}
    for group in sorted(groups, key=_by_language):
        nobody = Registration(
            event_id=event.id,
            status="confirmed",
            mode=group.mode,
            language=group.language,
            registered_on=clock.now().date(),
            answer="NEEDS-ACTION",
            invited=True,
            organizer_address=office.site.sender,
        )
        about = event_facts(event, hosts, language=group.language, site=office.site)
        person = Person("…", "name@example.org", "", "x")
        facts: dict[str, Any] = letter_facts(nobody, person, about, office=office, now=clock.now())
        letter = "changed" if group.is_material else "corrected"
        draft = compose(f"mailings.{letter}", facts | announcing.old_facts(group.before, group.now))
        preview = Preview(group.language, group.mode, draft.subject, draft.text)
        shown.setdefault((group.language, group.mode, draft.text), preview)
    return list(shown.values())


def _by_language(group: Hearers) -> tuple[int, str, int]:
    codes = languages()
    place = codes.index(group.language) if group.language in codes else len(codes)
    return place, group.mode, -group.telling


async def send(request: Request) -> Response:
    """POST: tell everybody whom it concerns what the organizer was shown, in one act; or show what it would be now."""
    event = await Event.find(request.path_params["event_id"])
    typed = await typed_into(request)
    asks_again = typed.get("keeps_answers") is None
    seen = str(typed["seen"]) if "seen" in typed else None  # a page of before knows of none
    try:
        told = await announcing.announce(event.id, asks_again=asks_again, seen=seen, act=act_of(request))
    except EventChanged as refusal:
        return await show(request, refusal=say(refusal))
    sentence = ngettext("%(n)s person is being notified.", "%(n)s people are being notified.", told)
    return see_other(f"/desk/events/{event.id}/changes", flash=Flash("success", sentence))

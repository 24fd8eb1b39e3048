"""The desk's pages for an event: make, look at it, change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.calendar.zones import zone as zone_of
from events_app.conferences.models import Conference
from events_app.directory.models import Room
from events_app.directory.rules import CITIES
from events_app.errors import Conflict, say
from events_app.events.actions import editing, life
from events_app.events.forms import sections
from events_app.events.forms.event import TEXT_FIELDS, Choices, event_form
from events_app.events.forms.fields import OWN_TEXTS
from events_app.events.models.event import Event
from events_app.events.models.panel import consent_of
from events_app.events.rules import MODE_NAMES, EventChangedMeanwhile, Mode, Status
from events_app.house import act_of, house_of
from events_app.i18n import (
    N_,
    current_language,
    languages,
    name_of_language,
    own_language_first,
    say_city,
    say_date,
    translate,
)
from events_app.typed.desk import typed_before
from events_app.web import seen
from events_app.web.forms import number_in, typed_into
from events_app.web.responses import Flash, page, saved, see_other


@dataclass(frozen=True)
class CityTime:
    """One moment on the clocks of one city."""

    city: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Crowded:
    """A way of taking part in which more people have a place, or wait for one, than it has places."""

    mode: str
    taken: int
    places: int


def in_five_cities(starts: datetime, ends: datetime) -> list[CityTime]:
    return [
        CityTime(say_city(key), starts.astimezone(zone_of(key)), ends.astimezone(zone_of(key)))
        for key in CITIES
    ]


async def _choices() -> Choices:
    conferences = await Conference.all().order_by("-starts_on")
    rooms = await Room.all().select_related("venue")
    return Choices.among(conferences, rooms)


async def form_page(
    request: Request,
    form: Any,
    *,
    event: Event | None = None,
    revision: int | None = None,
    status: int = 200,
    refusal: str = "",
    crowded: Sequence[Crowded] = (),
    section: str = "",
    host: str | None = "",
) -> Response:
    """`host`: of a new event, the id of the organization that was chosen before. `revision`: of the event that the form
    was filled from, where that is not how it is now. `section`: only this part of the form is shown, unless something
    is wrong elsewhere."""
    shows_preview = request.method == "POST" and (await typed_into(request)).get("preview") == "text"
    if any(sections.section_of(name) != section for name in form.errors):
        section = ""
    cities: list[CityTime] = []
    if form.starts_on.data and form.zone.data and not form.errors:
        right = form.validate()
        is_timed = right and not form.facts.all_day
        cities = in_five_cities(form.facts.starts_at, form.facts.ends_at) if is_timed else []
    return page(
        request,
        "events/edit.html",
        status=status,
        form=form,
        event=event,
        revision=event.revision if event and revision is None else revision,
        section=section,
        host=host,
        codes=own_language_first(),
        cities=cities,
        asked_for_times=request.method == "POST" and not refusal and not shows_preview,
        shows_preview=shows_preview,
        refusal=refusal,
        crowded=crowded,
        missing=await life.what_is_missing(event) if event and event.status == Status.DRAFT else [],
        untranslated=untranslated(event) if event else [],
    )


Counts = Mapping[str, int]
"""Registrations of an event, by 'status' and by 'status.mode'."""


async def _counts_of(request: Request, event: Event) -> Counts:
    return (await house_of(request).count_registrations([event.id])).get(event.id, {})


def crowded_in(counts: Counts, places: Mapping[Mode, int | None]) -> list[Crowded]:
    """Of these numbers of places those of which more are taken."""
    return [
        Crowded(MODE_NAMES[mode], taken, most)
        for mode, most in places.items()
        if most is not None and (taken := counts.get(f"confirmed.{mode.value}", 0)) > most
    ]


def untranslated(event: Event) -> list[life.Missing]:
    """Which texts are there in one language of the site and missing in another: 'Summary (Arabic)'."""
    gaps = []
    for name in OWN_TEXTS:
        texts = getattr(event, name)
        for code in languages():
            if texts and not texts.get(code):
                said = f"{TEXT_FIELDS[name][1]} ({name_of_language(code, current_language())})"
                gaps.append(life.Missing(said, f"/edit#{name}_{code}"))
    return gaps


async def edit_event(request: Request, *, section: str = "") -> Response:
    """The whole form, or one section of it."""
    event = await Event.find(request.path_params["event_id"])
    if (before := typed_before(request)) is not None:
        typed, revision = await _completed(request, before, event, section)
        form = event_form(typed, event=event, choices=await _choices())
        return await form_page(request, form, event=event, revision=revision, section=section)
    form = await _filled_form(request, event)
    if section:
        form.seen = sections.mark_of(form, section)
    return await form_page(request, form, event=event, section=section)


async def _filled_form(request: Request, event: Event) -> Any:
    data: dict[str, Any] = {f"consent_{code}": text for code, text in (await consent_of(event)).items()}
    data["join_link"] = editing.join_link_of(event, act=act_of(request))
    form = event_form(event=event, choices=await _choices(), data=data)
    if event.join_link and not data["join_link"]:
        form.join_link.errors = [
            translate(N_("What was stored here cannot be opened any more. Please type it again."))
        ]
    return form


async def change_event(request: Request, *, section: str = "") -> Response:
    event = await Event.find(request.path_params["event_id"])
    typed, revision = await _completed(request, await typed_into(request), event, section)
    form = event_form(typed, event=event, choices=await _choices())
    shown = partial(form_page, request, form, event=event, revision=revision, section=section)
    if "preview" in typed or not form.validate():
        return await shown(status=422 if form.errors else 200)
    if "beyond" not in typed and (crowded := await _crowded_by(request, event, form)):
        return await shown(status=409, crowded=crowded)
    house = house_of(request)
    tells = bool(form["tells_deletion"].data)
    try:
        changed = await editing.change_event(
            event.id,
            form.facts,
            revision=revision,
            act=act_of(request),
            follow=house.follow,
            is_known=await house.is_in_use(event.id),
            put_off=partial(house.put_off, tells=tells),
            keeps_day=not tells and await house.has_registrations(event.id),
        )
    except EventChangedMeanwhile as refusal:
        fresh = await Event.find(event.id)
        newer = await _filled_form(request, fresh)
        form.differing = seen.differing(form, newer)
        form.seen = sections.mark_of(newer, section) if section else ""
        return await form_page(request, form, event=fresh, status=409, refusal=say(refusal), section=section)
    except Conflict as refusal:
        return await shown(status=409, refusal=say(refusal))
    onward = f"/desk/events/{changed.id}/edit/{section}" if section else f"/desk/events/{changed.id}"
    return see_other(onward, flash=await saved_with_doubts(request, changed, _saved(changed, form)))


async def saved_with_doubts(request: Request, event: Event, sentence: str = "") -> Flash:
    """Looked for once everything is saved: what clashes is said, never refused."""
    clashes = await house_of(request).clashes_of(event.id, now=clock.now())
    return saved(sentence, doubts=[each.line for each in clashes])


async def _completed(request: Request, typed: FormData, event: Event, section: str) -> tuple[FormData, int]:
    """What was typed, a section completed by what is stored, and the revision that it was filled from. Where the
    section is as it was when it was opened, that is the present one: others may have saved other sections."""
    revision = number_in(typed.get("revision"), 0)
    if not section:
        return typed, revision
    stored = await _filled_form(request, event)
    is_as_opened = typed.get("seen") == sections.mark_of(stored, section)
    return sections.completed(typed, stored, section), event.revision if is_as_opened else 0


def _saved(event: Event, form: Any) -> str:
    if event.deletion_days == form.facts.deletion_days:
        return translate(N_("Saved."))
    sentence = N_("Saved. People were told that everything is deleted on %(day)s, and that stays.")
    return translate(sentence, day=say_date(event.deletion_day))


async def _crowded_by(request: Request, event: Event, form: Any) -> list[Crowded]:
    """Where the form has made the places fewer than those that are taken, which is saved only on purpose."""
    facts = form.facts
    wished = {Mode.IN_PERSON: facts.capacity_in_person, Mode.ONLINE: facts.capacity_online}
    offered = {Mode.IN_PERSON: facts.offers_in_person, Mode.ONLINE: facts.offers_online}
    fewer = {mode: most for mode, most in wished.items() if offered[mode] and most != event.capacity(mode)}
    return crowded_in(await _counts_of(request, event), fewer)

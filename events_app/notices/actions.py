"""What the caretaker does about notices: who is new, what is told daily or at once, and missing links warned of."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from events_app.accounts.models import Organizer
from events_app.acts import Act
from events_app.calendar.zones import zone as zone_of
from events_app.database import one_transaction, rows
from events_app.events.models.event import Event, EventClaim
from events_app.events.rules import Status
from events_app.health.actions.guarding import Guard
from events_app.i18n import choose
from events_app.notices.models import LinkWarning, NoticeChoice
from events_app.notices.rules import SILENT, WARNED_BEFORE, Choice, Tally, is_the_hour, news_of
from events_app.notices.telling import language_of, post

HEARD_AFTER = timedelta(days=30)
"""So long after its end an event is still told of."""


async def look(*, guard: Guard | None = None, act: Act) -> int:
    """Whatever is due to organizers; says how many letters. Where nothing is, nothing is written. An organizer or an
    event that makes trouble keeps no other."""
    guard = guard or Guard()
    await guard.attempt("notices", partial(_begin_with_newcomers, act=act), subject="newcomers")
    told = await guard.attempt("notices", partial(_tell, guard=guard, act=act), subject="digests")
    return (told or 0) + await _warn(guard=guard, act=act)


async def _begin_with_newcomers(*, act: Act) -> None:
    """A new account hears daily of what happens from now on; the first of a new installation also of its troubles."""
    known = Subquery(NoticeChoice.all().values("organizer_id"))
    newcomers = await Organizer.filter(active=True, id__not_in=known).only("id")
    if newcomers:
        latest = await Event.all().order_by("-created_at").first()
        told = {event: tally.as_json() for event, tally in (await _tallies(act.now)).items()}
        zone = latest.zone if latest else "UTC"
        is_owner = len(newcomers) == 1 and not await NoticeChoice.all().exists()  # of a new installation
        begun = [
            NoticeChoice(organizer_id=each.id, told=told, zone=zone, hears_of_site=is_owner)
            for each in newcomers
        ]
        await NoticeChoice.bulk_create(begun, ignore_conflicts=True)


async def _tell(*, guard: Guard, act: Act) -> int:
    """Tell whose time it is what is new since they were told last."""
    waiting = [(each, due) for each in await _listening() if (due := _due(each, act.now))]
    if not waiting:
        return 0
    tallies, sent = await _tallies(act.now, _counted(choice for choice, _due_now in waiting)), 0
    for choice, due in waiting:
        now_due = {event: tally for event, tally in tallies.items() if choice.choice_for(event) in due}
        if any(choice.tallies.get(event) != tally for event, tally in now_due.items()):
            one = partial(_tell_one, choice, now_due, act=act)
            sent += await guard.attempt("notices", one, subject=choice.organizer_id) or 0
    return sent


def _due(choice: NoticeChoice, now: datetime) -> set[Choice]:
    """Which of the two ways of hearing it is time for."""
    chosen, zone = {choice.choice, *choice.by_event.values()}, zone_of(choice.zone)
    due = {Choice.AT_ONCE} if Choice.AT_ONCE in chosen else set()
    if Choice.DAILY in chosen and is_the_hour(now, zone) and choice.told_on != now.astimezone(zone).date():
        due.add(Choice.DAILY)
    return due


async def _listening() -> list[NoticeChoice]:
    """Of active accounts, who wants to hear anything."""
    every = NoticeChoice.filter(organizer__active=True).select_related("organizer").order_by("organizer_id")
    return [each for each in await every if each.listens]


@one_transaction
async def _tell_one(choice: NoticeChoice, tallies: Mapping[str, Tally], *, act: Act) -> int:
    """Take the sums over, and post the letter if any of them grew. Of two processes the second one finds it done."""
    if not await rows(_TAKE, choice.organizer_id, choice.looks):
        return 0
    news = news_of(tallies, choice.tallies)
    choice.told |= {event: tally.as_json() for event, tally in tallies.items()}
    if any(choice.choice_for(event) == Choice.DAILY for event in news):
        choice.told_on = act.now.astimezone(zone_of(choice.zone)).date()
    await choice.save(update_fields=["told", "told_on"])
    if not news:
        return 0
    await post("digest", choice, {"lines": await _lines(news, choice, act=act)}, act=act)
    return 1


_TAKE = """
    UPDATE "notice_choice" SET "looks" = "looks" + 1 WHERE "organizer_id" = $1 AND "looks" = $2 RETURNING "looks"
"""


async def _lines(news: Mapping[str, Tally], choice: NoticeChoice, *, act: Act) -> list[dict[str, Any]]:
    """What a letter says of each event, soonest first: its title, what is new, and whether it lacks its link."""
    events = await Event.filter(id__in=list(news)).order_by("starts_at", "id")
    return [
        {
            "title": choose(event.title, language_of(choice, act=act)),
            "url": act.site.url(f"/desk/events/{event.id}"),
            "lacks_link": event.lacks_link and event.status == Status.PUBLISHED and event.ends_at > act.now,
            **news[str(event.id)].sums,
        }
        for event in events
    ]


async def _tallies(now: datetime, counted: Mapping[str, Tally] = {}) -> dict[str, Tally]:
    """The sums of every event that is told of, by its id. Nobody came to or left one that was not claimed since it was
    `counted`, so its registrations are not looked at."""
    returned = {str(row["event_id"]): int(row["people"]) for row in await rows(_RETURNED)}
    refused = {str(row["event_id"]): int(row["refused"]) for row in await rows(_REFUSED)}
    claims = dict(await EventClaim.all().values_list("event_id", "number"))
    tallies = {}
    for found in await _told_of(now).only("id"):
        event, number = str(found.id), claims.get(found.id, 0)
        tally = counted.get(event, Tally())
        if tally.claims != number:
            (people,) = await rows(_PEOPLE, found.id)
            tally = Tally(**{name: int(people[name]) for name in ("registered", "cancelled")}, claims=number)
        tallies[event] = replace(tally, returned=returned.get(event, 0), refused=refused.get(event, 0))
    return tallies


def _counted(choices: Iterable[NoticeChoice]) -> dict[str, Tally]:
    """What any of these was told last, by event: the youngest sums."""
    told = [each for choice in choices for each in choice.tallies.items()]
    return dict(sorted(told, key=lambda each: each[1].claims))


_PEOPLE = """
    SELECT (SELECT COUNT(*) FROM "registration" WHERE "event_id" = $1)
            - (SELECT COUNT(*) FROM "registration" WHERE "event_id" = $1 AND "due_for" = 'address') AS "registered",
        (SELECT COUNT(*) FROM "registration" WHERE "event_id" = $1 AND "status" = 'cancelled') AS "cancelled"
"""
"""Counted in indexes."""
_RETURNED = """
    SELECT "event_id", COUNT(*) AS "people" FROM "registration" WHERE "undeliverable" GROUP BY "event_id"
"""
_REFUSED = """
    SELECT "event_id", COUNT(*) AS "refused" FROM "letter" WHERE "state" = 'refused' AND "event_id" IS NOT NULL
    GROUP BY "event_id"
"""


async def _warn(*, guard: Guard, act: Act) -> int:
    """Write to organizers of coming events whose people online have no link to join; once for each moment."""
    bare = await Event.filter(
        status=Status.PUBLISHED,
        offers_online=True,
        join_link__isnull=True,
        starts_at__gt=act.now,
        starts_at__lte=act.now + timedelta(hours=max(WARNED_BEFORE)),
    )
    sent = 0
    for event in bare:
        if not await _owed(event, act.now):
            continue
        listening = [each for each in await _listening() if each.choice_for(str(event.id)) != Choice.NEVER]
        if listening:
            one = partial(_warn_of, event.id, listening, act=act)
            sent += await guard.attempt("notices", one, subject=event.id, event_id=event.id) or 0
    return sent


async def _owed(event: Event, now: datetime) -> list[int]:
    """Of the hours before the start, those that have come and were not warned at."""
    had = LinkWarning.filter(event_id=event.id, starts_at=event.starts_at)
    warned = {each.hours for each in await had}
    return [
        hours
        for hours in WARNED_BEFORE
        if event.starts_at - now <= timedelta(hours=hours) and hours not in warned
    ]


@one_transaction
async def _warn_of(event_id: uuid.UUID, listening: Sequence[NoticeChoice], *, act: Act) -> int:
    event = await Event.claim(event_id)
    owed = await _owed(event, act.now)
    if not owed or not event.lacks_link:
        return 0
    for hours in owed:
        await LinkWarning.create(event_id=event.id, hours=hours, starts_at=event.starts_at)
    for choice in listening:
        said = {
            "title": choose(event.title, language_of(choice, act=act)),
            "url": act.site.url(f"/desk/events/{event.id}/edit#join_link"),
            "hours": min(owed),
        }
        await post("no_link", choice, said, act=act)
    return len(listening)


async def choice_of(organizer_id: uuid.UUID) -> NoticeChoice | None:
    """What an organizer chose; None for an account so new that nobody has looked yet."""
    return await NoticeChoice.get_or_none(organizer_id=organizer_id)


async def events_told_of(now: datetime) -> list[Event]:
    """The events that organizers hear of, soonest first."""
    return await _told_of(now).order_by("starts_at", "id")


def _told_of(now: datetime) -> QuerySet[Event]:
    return Event.filter(ends_at__gt=now - HEARD_AFTER).exclude(status=Status.DRAFT)


async def is_unasked(organizer_id: uuid.UUID) -> bool:
    """Whether this organizer was there before there were notices, and has not chosen."""
    return await NoticeChoice.filter(organizer_id=organizer_id, choice=Choice.UNASKED).exists()


@one_transaction
async def choose_notices(
    organizer_id: uuid.UUID,
    wanted: Choice,
    *,
    by_event: Mapping[str, Choice] | None = None,
    hears_of_site: bool = False,
    language: str,
    zone: str,
    act: Act,
) -> None:
    """Keep what an organizer chose. Of what they heard nothing before, they hear what happens from now on."""
    found = await NoticeChoice.get_or_none(organizer_id=organizer_id)
    if found is None:
        found = NoticeChoice(organizer_id=organizer_id, choice=Choice.NEVER)
    for event, tally in (await _tallies(act.now)).items():
        if found.choice_for(event) in SILENT:
            found.told[event] = tally.as_json()
    found.by_event = {event: choice.value for event, choice in (by_event or {}).items()}
    found.choice, found.language, found.zone = wanted.value, language, zone
    found.hears_of_site = hears_of_site
    found.looks += 1
    await found.save()

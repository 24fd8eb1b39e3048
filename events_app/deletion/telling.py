"""Telling of a deletion day: the organizers a week and a day before, people when it is put off."""

import uuid
from datetime import date, timedelta
from functools import partial

from events_app.accounts.models import SITE, Organizer
from events_app.acts import Act
from events_app.database import one_transaction
from events_app.deletion import rules
from events_app.deletion.emails import DAY, PUT_OFF, WEEK
from events_app.deletion.held import PLANNED_BY, holding_of, holds_anything, plan_of
from events_app.events.models.event import Event
from events_app.events.rules import NOT_YET_TOLD, Status
from events_app.health.actions.guarding import Guard
from events_app.health.actions.telling import address_of
from events_app.i18n import choose, say_date
from events_app.mail import outbox
from events_app.registrations.models import Registration, next_arrival, next_of
from events_app.registrations.posting import post_about
from events_app.rounds import actions as rounds
from events_app.rounds.models import PUT_OFF as PUT_OFF_ROUND


async def put_old_ones_ahead(*, act: Act) -> None:
    """What an older version left goes 30 days after the first look of this one at the earliest. Idle, it writes
    nothing."""
    old = Event.filter(deletion_not_before=NOT_YET_TOLD)
    if await old.exists():
        await old.update(deletion_not_before=act.now.date() + rules.AFTER_THE_WAY_UP)


async def give_notices(*, guard: Guard, act: Act) -> int:
    """Tell the organizers what goes within a week, and once more within a day; says how many notices were due.

    Where no email leaves, the desk shows the day all the same, and the notice counts as given.
    """
    soon = act.now + rules.A_WEEK + timedelta(days=1)
    given = 0
    near = Event.filter(ends_at__lte=soon, forgotten_on=None).order_by("ends_at", "id")
    for event in await near.only(*PLANNED_BY):
        if plan_of(event).notice(act.now):
            one, subject = partial(_give_notice, event.id, act=act), f"notice {event.id}"
            given += bool(await guard.attempt("deletion", one, subject=subject, event_id=event.id))
    return given


@one_transaction
async def _give_notice(event_id: uuid.UUID, *, act: Act) -> bool:
    event = await Event.claim(event_id)
    plan = plan_of(event)
    which, day = plan.notice(act.now), plan.goes_on(act.now)
    if not which or (event.status == Status.DRAFT and not await holds_anything(event_id)):
        return False
    if which == "day":
        event.day_notice_for = day
    if event.week_notice_on is None or which == "week":
        event.week_notice_for, event.week_notice_on = day, act.now.date()
    await event.save(update_fields=["day_notice_for", "week_notice_for", "week_notice_on"])
    await _write_to_organizers(DAY if which == "day" else WEEK, event, day, act=act)
    return True


async def _write_to_organizers(kind: str, event: Event, day: date, *, act: Act) -> None:
    language = act.site.default_language
    people = (await holding_of(event)).numbers.get("people", 0)
    for organizer in await Organizer.filter(active=True).order_by("id"):
        address = address_of(organizer, act=act)
        if not address:
            continue
        await outbox.post(
            kind,
            vault=act.vault,
            scope=SITE,
            about=outbox.About(),
            facts={
                "to_address": address,
                "language": language,
                "site_name": act.site.name(language),
                "site_url": act.site.base_url,
                "title": choose(event.title, language),
                "day": day.isoformat(),
                "people": people,
                "url": act.site.url(f"/desk/events/{event.id}/data"),
            },
            now=act.now,
        )


async def put_off(event_id: uuid.UUID, told: date, act: Act, *, tells: bool) -> None:
    """The day has become later than `told`; inside the transaction that changed it. Refuses `PeopleNotTold` where
    somebody is registered and nobody is to be written to (app.py hands this down)."""
    people = await Registration.filter(event_id=event_id, live=1).count()
    if not people:
        return
    if not tells:
        later = say_date((await Event.find(event_id)).deletion_day)
        raise rules.PeopleNotTold(people=people, day=say_date(told), later=later)
    found = await rounds.begin(event_id, PUT_OFF_ROUND, until=await next_arrival(event_id) - 1)
    await tell_some(found.number, act)


@one_transaction
async def tell_some(number: int, act: Act) -> bool:
    """The next people hear the day as it is now (`rounds.actions.Step`)."""
    if not (taken := await rounds.claim(number)):
        return False
    found, event = taken
    people = await next_of(found, most=rounds.AT_ONCE)
    for registration in people:
        await post_about(PUT_OFF, registration, event, replaces="deletion", act=act)
    return await rounds.went(found, [each.arrival for each in people])

"""A personal calendar: a secret link under which somebody gathers their registrations, of this and other events."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tortoise.functions import Max

from events_app.database import one_transaction
from events_app.personal.models import PersonalFeed
from events_app.registrations.models import HistoryLine, Registration
from events_app.registrations.rules import NoSuchRegistration, Status
from events_app.tokens import digest, new_token
from events_app.vault.sealing import derive, open_with, seal_with

MOST_ENTRIES = 200


def _cipher(token: str) -> AESGCM:
    """The key comes from the link itself, so a stolen database, even with its keys, joins no events to a person."""
    return AESGCM(derive(token.encode(), purpose="personal feed"))


def _seal(feed_id: uuid.UUID, token: str, entries: Sequence[uuid.UUID]) -> bytes:
    listed = json.dumps([str(each) for each in entries]).encode()
    return seal_with(_cipher(token), listed, bound=feed_id.bytes)


def _open(feed: PersonalFeed, token: str) -> list[uuid.UUID]:
    listed = open_with(_cipher(token), bytes(feed.entries), bound=feed.id.bytes)
    return [uuid.UUID(each) for each in json.loads(listed)]


async def find_feed(token: str) -> PersonalFeed:
    feed = await PersonalFeed.get_or_none(token_digest=digest(token))
    if feed is None:
        raise NoSuchRegistration()
    return feed


@one_transaction
async def add_to_feed(registration: Registration, token: str, *, now: datetime) -> str:
    """Put a registration into the feed of that link, or, for an unknown or empty one, into a new feed; its link."""
    feed = await PersonalFeed.get_or_none(token_digest=digest(token)) if token else None
    if feed is None:
        token, feed_id = new_token(), uuid.uuid4()
        sealed = _seal(feed_id, token, [registration.id])
        await PersonalFeed.create(id=feed_id, token_digest=digest(token), entries=sealed, made_on=now.date())
        return token
    entries = list(dict.fromkeys([*_open(feed, token), registration.id]))[-MOST_ENTRIES:]
    feed.entries = _seal(feed.id, token, entries)
    await feed.save(update_fields=["entries"])
    return token


@one_transaction
async def revoke_feed(token: str) -> None:
    """The link stops working at once. Refuses `NoSuchRegistration`."""
    await (await find_feed(token)).delete()


@dataclass(frozen=True)
class Gathered:
    """A registration in a personal calendar. `earlier` is how far SEQUENCE has to be above its own, for what the
    calendar heard of earlier registrations for the event; `last_day` the day on which something last happened to it;
    `by_event`: the calendar knows it by the event's UID.
    """

    registration: Registration
    earlier: int
    last_day: date
    by_event: bool


async def gathered_in(token: str) -> list[Gathered]:
    """The registrations in the feed, one for each event: the one that has a place, else the latest, as cancelled."""
    personal = await find_feed(token)
    entries = _open(personal, token)
    found = await Registration.filter(id__in=entries, erased=False, status__in=["confirmed", "cancelled"])
    days = await _last_days_of(found)
    latest: dict[uuid.UUID, Gathered] = {}
    for each in sorted(found, key=lambda one: (one.status == Status.CONFIRMED, one.arrival)):
        before = latest.get(each.event_id)
        earlier = before.earlier + before.registration.sequence + 1 if before else 0
        latest[each.event_id] = Gathered(each, earlier, days[each.id], personal.keeps_event_uids)
    return list(latest.values())


async def _last_days_of(registrations: Sequence[Registration]) -> dict[uuid.UUID, date]:
    days = {each.id: each.registered_on for each in registrations}
    lines = (
        HistoryLine.filter(registration_id__in=list(days))
        .annotate(last=Max("day"))
        .group_by("registration_id")
    )
    for registration_id, last in await lines.values_list("registration_id", "last"):
        days[registration_id] = max(days[registration_id], last)
    return days

"""The table of events and their hosts, and the questions asked of them."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from events_app import texts
from events_app.calendar.zones import zone as zone_of
from events_app.conferences.models import Conference
from events_app.database import Prepared, rows
from events_app.directory.models import Organization, Room
from events_app.errors import NoSuchPage
from events_app.events import rules
from events_app.events.rules import BlocksTime, Mode, Opening, ShowsPlaces, Status, Visibility
from events_app.texts import Texts


class Event(Model):
    """One thing people register for. A side event is an event that names a conference.

    Wall time and IANA zone are the truth; `starts_at` and `ends_at` are the instants they mean, kept for sorting. Of
    whole days (`all_day`) they are the first and the last minute. A capacity of None means without limit; a mode that
    is not offered has `offers_...` False. `telling` counts what people are told (see `where.Telling`), `sequence` what
    the public feeds' entries say.

    What is held of its people goes `deletion_days` after its end, not before `deletion_not_before`. From `forgotten_on`
    on its keys are gone, with `is_emptied` what they sealed too; `counts` stay. `..._notice_for`: of which day.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = fields.CharField(max_length=80, unique=True)
    conference: fields.ForeignKeyNullableRelation[Conference] = fields.ForeignKeyField(
        "house.Conference", null=True, on_delete=fields.RESTRICT
    )
    conference_id: uuid.UUID | None
    room: fields.ForeignKeyNullableRelation[Room] = fields.ForeignKeyField(
        "house.Room", null=True, on_delete=fields.RESTRICT
    )
    room_id: uuid.UUID | None

    title: Texts = fields.JSONField()
    summary: Texts = fields.JSONField(default=dict)
    description: Texts = fields.JSONField(default=dict)
    place: Texts = fields.JSONField(default=dict)
    interpretation: Texts = fields.JSONField(default=dict)
    accessibility: Texts = fields.JSONField(default=dict)
    languages: list[str] = fields.JSONField(default=list)
    track: Texts = fields.JSONField(default=dict)
    picture: dict[str, Any] = fields.JSONField(default=dict)

    starts_wall = fields.CharField(max_length=16)
    ends_wall = fields.CharField(max_length=16)
    zone = fields.CharField(max_length=64)
    starts_fold = fields.SmallIntField(default=0)
    ends_fold = fields.SmallIntField(default=0)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    all_day = fields.BooleanField(default=False)
    blocks_time = fields.CharField(max_length=8, default=BlocksTime.BY_LENGTH.value)

    offers_in_person = fields.BooleanField(default=True)
    offers_online = fields.BooleanField(default=False)
    capacity_in_person = fields.IntField(null=True)
    capacity_online = fields.IntField(null=True)
    keeps_waitlist = fields.BooleanField(default=True)
    offers_places = fields.BooleanField(default=False)
    offer_hours = fields.IntField(default=24)
    needs_approval = fields.BooleanField(default=False)
    invitation_only = fields.BooleanField(default=False)
    confirms_address = fields.BooleanField(default=False)
    confirm_hours = fields.IntField(default=24)
    shows_places = fields.CharField(max_length=8, default=ShowsPlaces.EXACT.value)
    most_guests = fields.IntField(default=0)
    sends_holds = fields.BooleanField(default=False)
    venue_key = fields.CharField(max_length=36, default="")
    announced: dict[str, Any] = fields.JSONField(default=dict)
    moved_from: dict[str, Any] = fields.JSONField(default=dict)
    opens_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField(null=True)
    join_link = fields.BinaryField(null=True)
    consent_version = fields.IntField(default=0)

    deletion_days = fields.IntField(default=30)
    deletion_not_before: date | None = fields.DateField(null=True)
    week_notice_for: date | None = fields.DateField(null=True)
    week_notice_on: date | None = fields.DateField(null=True)
    day_notice_for: date | None = fields.DateField(null=True)
    forgotten_on: date | None = fields.DateField(null=True)
    is_emptied = fields.BooleanField(default=False)
    counts: dict[str, Any] | None = fields.JSONField(null=True)

    status = fields.CharField(max_length=16, default=Status.DRAFT.value)
    visibility = fields.CharField(max_length=16, default=Visibility.PUBLIC.value)
    sequence = fields.IntField(default=0)
    telling = fields.IntField(default=1)
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    _hosts: "list[EventHost] | None" = None

    class Meta:
        table = "event"
        indexes = (("conference_id", "starts_at"), ("status", "visibility", "starts_at"))

    @property
    def starts(self) -> datetime:
        """The start on its own wall clock: aware, with the event's zone."""
        return _on_the_wall(self.starts_wall, self.zone, self.starts_fold)

    @property
    def ends(self) -> datetime:
        return _on_the_wall(self.ends_wall, self.zone, self.ends_fold)

    @property
    def takes_time(self) -> bool:
        """Whether the calendars of those who come show them as busy."""
        days = (self.ends.date() - self.starts.date()).days + 1
        return rules.takes_time(self.blocks_time, all_day=self.all_day, days=days)

    @property
    def modes(self) -> tuple[Mode, ...]:
        return tuple(mode for mode in Mode if getattr(self, f"offers_{mode}"))

    @property
    def deletion_day(self) -> date:
        return rules.deletion_day(self.ends, self.deletion_days, not_before=self.deletion_not_before)

    @property
    def lacks_link(self) -> bool:
        """Whether people take part online, and nobody has written yet where they join."""
        return self.offers_online and not self.join_link

    async def hosts(self) -> "list[EventHost]":
        """Its organizations, as `hosts_of`; asked of the database once for each reading of the event."""
        if self._hosts is None:
            self._hosts = await hosts_of(self.id)
        return self._hosts

    def capacity(self, mode: str) -> int | None:
        return self.capacity_in_person if mode == Mode.IN_PERSON else self.capacity_online

    def opening(self, now: datetime) -> Opening:
        if self.forgotten_on is not None:
            return Opening.PAST
        ends, opens, closes = self.ends_at, self.opens_at, self.closes_at
        return rules.opening(status=self.status, now=now, ends_at=ends, opens_at=opens, closes_at=closes)

    @staticmethod
    async def claim(event_id: uuid.UUID) -> "Event":
        """Take the event for this transaction, and see it as it then is: whoever counts seats must come through here.
        Refuses `EventForgotten`.

        The first statement of the transaction is a write, so that two counters can never read the same number:
        read-first transactions oversold on PostgreSQL and died of 'locked' on SQLite (docs/decisions/0003).
        """
        return unforgotten(await Event.claim_any(event_id))

    @staticmethod
    async def claim_any(event_id: uuid.UUID) -> "Event":
        """As `claim`, also where nothing is held of its people any more."""
        await EventClaim.take(event_id)
        event = await _claimed.first(event_id)
        if event is None:
            raise NoSuchPage()
        return event

    @staticmethod
    async def find_public(slug: str) -> "Event":
        """A published or cancelled event by its address; a draft answers as if it were not there."""
        event = await _by_slug.first(slug) if texts.is_slug(slug) else None
        if event is None or event.status == Status.DRAFT:
            raise NoSuchPage()
        return event

    @staticmethod
    async def find(event_id: uuid.UUID | str) -> "Event":
        """An event, for the desk. Refuses `EventForgotten`."""
        return unforgotten(await Event.find_any(event_id))

    @staticmethod
    async def find_any(event_id: uuid.UUID | str) -> "Event":
        """As `find`, also where nothing is held of its people any more."""
        event = await _by_id.first(uuid.UUID(str(event_id)))
        if event is None:
            raise NoSuchPage()
        return event

    @staticmethod
    async def coming(now: datetime, *, conference_id: uuid.UUID | None = None) -> list["Event"]:
        """Public events that have not ended, soonest first."""
        found = Event.filter(
            status__in=[Status.PUBLISHED, Status.CANCELLED], visibility=Visibility.PUBLIC, ends_at__gt=now
        )
        if conference_id:
            found = found.filter(conference_id=conference_id)
        return await found.order_by("starts_at", "id").select_related("conference", "room__venue").limit(500)


def unforgotten(event: Event) -> Event:
    if event.forgotten_on is not None:
        raise rules.EventForgotten()
    return event


_SURROUNDINGS = ("conference", "room__venue")
_claimed = Prepared(lambda event_id: Event.filter(id=event_id).select_related("room__venue"), uuid.UUID)
_by_id = Prepared(lambda event_id: Event.filter(id=event_id).select_related(*_SURROUNDINGS), uuid.UUID)
_by_slug = Prepared(lambda slug: Event.filter(slug=slug).select_related(*_SURROUNDINGS), str)


class EventClaim(Model):
    """How often an event was claimed: a narrow row that whoever counts writes first. The first claim makes it."""

    event: fields.OneToOneRelation[Event] = fields.OneToOneField(
        "house.Event", primary_key=True, on_delete=fields.CASCADE, related_name=False
    )
    event_id: uuid.UUID
    number = fields.BigIntField()

    class Meta:
        table = "event_claim"

    @staticmethod
    async def take(event_id: uuid.UUID) -> None:
        await rows(_CLAIM, event_id) or await rows(_FIRST_CLAIM, event_id)


_CLAIM = 'UPDATE "event_claim" SET "number" = "number" + 1 WHERE "event_id" = $1 RETURNING "number"'
_FIRST_CLAIM = """
    INSERT INTO "event_claim" ("event_id", "number") SELECT "id", 1 FROM "event" WHERE "id" = $1
    ON CONFLICT ("event_id") DO UPDATE SET "number" = "event_claim"."number" + 1
"""


class EventHost(Model):
    """An organization whose event it is, at its place in the order of logos."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "house.Organization", on_delete=fields.RESTRICT
    )
    organization_id: uuid.UUID
    role = fields.CharField(max_length=16)
    position = fields.IntField()

    class Meta:
        table = "event_host"
        unique_together = (("event_id", "organization_id"),)


async def hosts_of(event_id: uuid.UUID) -> list[EventHost]:
    """The event's organizations in the order of their logos."""
    return await _hosts.all(event_id)


async def hosts_of_many(events: Sequence[Event]) -> dict[uuid.UUID, list[EventHost]]:
    """The organizations of each of these events, in one question to the database."""
    hosts: dict[uuid.UUID, list[EventHost]] = {event.id: [] for event in events}
    found = EventHost.filter(event_id__in=list(hosts)).order_by("position").select_related("organization")
    for host in await found:
        hosts[host.event_id].append(host)
    return hosts


_hosts = Prepared(
    lambda event_id: EventHost.filter(event_id=event_id).order_by("position").select_related("organization"),
    uuid.UUID,
)


def _on_the_wall(wall: str, zone: str, fold: int) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=zone_of(zone), fold=fold)


async def programme_of(found: Conference) -> list[Event]:
    """Every public event beside a conference, past ones too, in order."""
    return await (
        Event.filter(
            conference_id=found.id,
            visibility=Visibility.PUBLIC,
            status__in=[Status.PUBLISHED, Status.CANCELLED],
        )
        .order_by("starts_at", "id")
        .select_related("conference", "room__venue")
        .limit(2000)
    )


async def is_used(row_id: uuid.UUID) -> bool:
    """Whether any event names this room, venue, conference or organization (app.py hands this down)."""
    named = Q(room_id=row_id) | Q(room__venue_id=row_id) | Q(conference_id=row_id)
    return await Event.filter(named).exists() or await EventHost.filter(organization_id=row_id).exists()

"""The tables of organizations, their logos, venues and their rooms, and the questions asked of them."""

import uuid

from tortoise import fields
from tortoise.models import Model

from events_app import texts
from events_app.errors import NoSuchPage
from events_app.i18n import say_city
from events_app.texts import Texts


class Organization(Model):
    """Who holds events: ours, and those we hold them with. `logo_type` says whether there is a `Logo`."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = fields.CharField(max_length=80, unique=True)
    name: Texts = fields.JSONField()
    link = fields.CharField(max_length=400, default="")
    ours = fields.BooleanField(default=False)
    colour = fields.CharField(max_length=7, default="")
    second_colour = fields.CharField(max_length=7, default="")
    logo_type = fields.CharField(max_length=40, default="")
    languages: list[str] = fields.JSONField(default=list)

    class Meta:
        table = "organization"

    @staticmethod
    async def find_by_slug(slug: str) -> "Organization":
        found = await Organization.get_or_none(slug=slug) if texts.is_slug(slug) else None
        if found is None:
            raise NoSuchPage()
        return found


class Logo(Model):
    """An organization's picture. It is a row of its own, because organizations are read with every host of an event."""

    organization: fields.OneToOneRelation[Organization] = fields.OneToOneField(
        "house.Organization", primary_key=True, on_delete=fields.CASCADE, related_name=False
    )
    organization_id: uuid.UUID
    picture = fields.BinaryField()

    class Meta:
        table = "logo"


class Venue(Model):
    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    name: Texts = fields.JSONField()
    address: Texts = fields.JSONField(default=dict)
    city = fields.CharField(max_length=120, default="")
    country = fields.CharField(max_length=2, default="")
    zone = fields.CharField(max_length=64)
    accessibility: Texts = fields.JSONField(default=dict)

    class Meta:
        table = "venue"


class Room(Model):
    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    venue: fields.ForeignKeyRelation[Venue] = fields.ForeignKeyField("house.Venue", on_delete=fields.CASCADE)
    venue_id: uuid.UUID
    name: Texts = fields.JSONField()
    seats = fields.IntField(null=True)
    step_free = fields.BooleanField(default=False)

    class Meta:
        table = "room"


def city_of(venue: Venue) -> str:
    """The venue's city, in the reader's language where it is the one that gives the venue's zone its name."""
    return say_city(venue.zone) if venue.city == say_city(venue.zone, "en") else venue.city

"""The table of conferences."""

import uuid
from typing import Any

from tortoise import fields
from tortoise.models import Model

from events_app import texts
from events_app.errors import NoSuchPage
from events_app.texts import Texts


class Conference(Model):
    """The gathering on whose margins events are held: somebody else's, or our own."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = fields.CharField(max_length=80, unique=True)
    name: Texts = fields.JSONField()
    edition = fields.CharField(max_length=80, default="")
    zone = fields.CharField(max_length=64)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    link = fields.CharField(max_length=400, default="")
    ours = fields.BooleanField(default=False)
    about: Texts = fields.JSONField(default=dict)
    picture: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "conference"

    @staticmethod
    async def find_by_slug(slug: str) -> "Conference":
        found = await Conference.get_or_none(slug=slug) if texts.is_slug(slug) else None
        if found is None:
            raise NoSuchPage()
        return found

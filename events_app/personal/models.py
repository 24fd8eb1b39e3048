"""The table of personal calendars."""

import uuid
from datetime import date

from tortoise import fields
from tortoise.models import Model


class PersonalFeed(Model):
    """A secret calendar of one person's registrations. Its list is sealed under the link itself: the row alone,
    even with the app's keys, does not say whose events belong together. `keeps_event_uids`: it was made when entries
    had the UID of the event and not of the invitation, and calendars hold them by it.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    token_digest = fields.BinaryField()
    entries = fields.BinaryField()
    made_on: date = fields.DateField()
    keeps_event_uids = fields.BooleanField(default=False)

    class Meta:
        table = "personal_feed"

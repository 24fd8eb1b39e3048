"""The table of personal calendars; and what a page says of a place in line."""

import uuid
from datetime import date

from tortoise import fields
from tortoise.models import Model

from events_app.database import rows
from events_app.registrations.models import Registration


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


async def place_in_line(registration: Registration) -> int:
    """1 for the first one (or party) waiting for the same places."""
    mine = registration.party or registration.id
    order = (registration.waitlist_order or 0, registration.arrival)
    quota_id = registration.quota_id
    sql = _AHEAD.format(pool="IS NULL" if quota_id is None else "= $6")
    (found,) = await rows(
        sql, registration.event_id, registration.mode, *order, mine, *([quota_id] if quota_id else ())
    )
    return int(found["parties"]) + 1


_AHEAD = """
    SELECT COUNT(DISTINCT COALESCE("party", "id")) AS "parties" FROM "registration"
    WHERE "event_id" = $1 AND "status" = 'waitlisted' AND "mode" = $2 AND "quota_id" {pool}
        AND ("waitlist_order" < $3 OR ("waitlist_order" = $3 AND "arrival" < $4))
        AND COALESCE("party", "id") <> $5
"""

"""The tables of notices: what each organizer chose and was told, and which missing links were warned of."""

import uuid
from datetime import date
from typing import Any

from tortoise import fields
from tortoise.models import Model

from events_app.accounts.models import Organizer
from events_app.events.models.event import Event
from events_app.notices.rules import Choice, Tally


class NoticeChoice(Model):
    """How often an organizer wants notices, in which language, on whose clock, and the sums they were told last.

    `by_event`: what was chosen for a single event, by its id; `choice` holds for the others. `told`: by event id,
    counts only. `told_on`: the day, in that zone, of the last daily notice. `looks` grows with every change, so that of
    two processes only one writes. `hears_of_site`: whether they hear of trouble of the site itself; `site_told_at`:
    when they did last (unix milliseconds).
    """

    number = fields.BigIntField(primary_key=True, generated=True)
    organizer: fields.OneToOneRelation[Organizer] = fields.OneToOneField(
        "house.Organizer", on_delete=fields.CASCADE
    )
    organizer_id: uuid.UUID
    choice = fields.CharField(max_length=8, default=Choice.DAILY.value)
    language = fields.CharField(max_length=8, default="")
    zone = fields.CharField(max_length=64, default="UTC")
    by_event: dict[str, str] = fields.JSONField(default=dict)
    told: dict[str, Any] = fields.JSONField(default=dict)
    told_on: date | None = fields.DateField(null=True)
    looks = fields.IntField(default=0)
    hears_of_site = fields.BooleanField(default=False)
    site_told_at: int | None = fields.BigIntField(null=True)

    class Meta:
        table = "notice_choice"

    def choice_for(self, event_id: str) -> Choice:
        """How often its organizer wants to hear of one event; of none before they were asked."""
        if self.choice == Choice.UNASKED:
            return Choice.UNASKED
        return Choice(self.by_event.get(event_id, self.choice))

    @property
    def listens(self) -> bool:
        """Whether they want to hear of anything."""
        return self.choice != Choice.UNASKED and {self.choice, *self.by_event.values()} != {
            Choice.NEVER.value
        }

    @property
    def tallies(self) -> dict[str, Tally]:
        return {event: Tally(**sums) for event, sums in self.told.items()}


class LinkWarning(Model):
    """That organizers were written to of an event without a link, so many hours before that start; unique."""

    number = fields.BigIntField(primary_key=True, generated=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    hours = fields.IntField()
    starts_at = fields.DatetimeField()

    class Meta:
        table = "link_warning"
        unique_together = (("event_id", "hours", "starts_at"),)

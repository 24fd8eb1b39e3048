"""The tables of letters to many, and of reminders."""

import uuid
from datetime import date
from typing import Any

from tortoise import fields
from tortoise.models import Model

from events_app.events.models.event import Event
from events_app.texts import Texts


class Mailing(Model):
    """Something organizers write to people of one event, and how far it is: draft, sending, sent.

    `content` is sealed: {subject: Texts, body: Texts, query}; a text or a search may name somebody.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    content = fields.BinaryField()
    state = fields.CharField(max_length=16, default="draft")
    people = fields.IntField(default=0)
    made_on: date = fields.DateField()

    class Meta:
        table = "mailing"
        indexes = (("event_id",),)


class MailingLine(Model):
    """One person of a mailing and their letter: the pair is unique, so nobody gets it twice.

    `state`: waiting, posted, or passed_over for somebody who cancelled or was erased before their turn.
    """

    number = fields.BigIntField(primary_key=True, generated=True)
    mailing: fields.ForeignKeyRelation[Mailing] = fields.ForeignKeyField(
        "house.Mailing", on_delete=fields.CASCADE
    )
    mailing_id: uuid.UUID
    registration: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "house.Registration", on_delete=fields.CASCADE
    )
    registration_id: uuid.UUID
    state = fields.CharField(max_length=16, default="waiting")
    letter_id = fields.UUIDField(null=True)

    class Meta:
        table = "mailing_line"
        unique_together = (("mailing_id", "registration_id"),)
        indexes = (("mailing_id", "state"),)


class Reminder(Model):
    """A letter to everybody who has a place, `minutes` before the start, or after the end when `is_after`.

    `text` is what the organizers add, by language; it may be empty before an event.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    minutes = fields.IntField()
    is_after = fields.BooleanField(default=False)
    text: Texts = fields.JSONField(default=dict)

    class Meta:
        table = "reminder"
        unique_together = (("event_id", "minutes", "is_after"),)


class Reminded(Model):
    """That somebody has had a reminder, or was never to have it; unique, so nobody is reminded twice.

    `told` is the moment it was due (`reminded.mark_of`): an event that moved to another time reminds again. Rows that
    are older than this rule hold the mark of the event as it was told then.
    """

    number = fields.BigIntField(primary_key=True, generated=True)
    reminder: fields.ForeignKeyRelation[Reminder] = fields.ForeignKeyField(
        "house.Reminder", on_delete=fields.CASCADE
    )
    reminder_id: uuid.UUID
    registration: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "house.Registration", on_delete=fields.CASCADE
    )
    registration_id: uuid.UUID
    told = fields.CharField(max_length=16)

    class Meta:
        table = "reminded"
        unique_together = (("reminder_id", "registration_id", "told"),)

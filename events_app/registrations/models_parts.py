"""Tables beside the registrations: quotas, invitations, questions, history, saved views, mailings, imports."""

import uuid
from datetime import date
from typing import Any

from tortoise import fields
from tortoise.models import Model

from events_app.events.models import Event
from events_app.events.rules import Texts


class Quota(Model):
    """Places of one mode that are kept for a partner. They are part of the mode's capacity, not beside it."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    name = fields.CharField(max_length=120)
    mode = fields.CharField(max_length=16)
    places = fields.IntField()

    class Meta:
        table = "quota"
        unique_together = (("event_id", "mode", "name"),)


class ImportBatch(Model):
    """One imported list, so that it can be taken back as one."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    imported_on: date = fields.DateField()
    rows = fields.IntField()
    undone = fields.BooleanField(default=False)

    class Meta:
        table = "import_batch"


class ImportDraft(Model):
    """A list between its upload and its import: the file, sealed, and how its columns are read.

    It is its organizer's alone, and is forgotten at `expires_at` (unix ms). `choices` hold no personal data.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    organizer_id: uuid.UUID = fields.UUIDField()
    file = fields.BinaryField()
    choices: dict[str, Any] = fields.JSONField(default=dict)
    expires_at: int = fields.BigIntField()

    class Meta:
        table = "import_draft"
        indexes = (("expires_at",),)


class HistoryLine(Model):
    """One thing that happened to a registration: what, on which day, whose doing. Never a name, never a minute."""

    number = fields.BigIntField(primary_key=True, generated=True)
    registration: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "house.Registration", on_delete=fields.CASCADE
    )
    registration_id: uuid.UUID
    day: date = fields.DateField()
    what = fields.CharField(max_length=32)
    who = fields.CharField(max_length=16)

    class Meta:
        table = "history_line"
        indexes = (("registration_id",),)


class Question(Model):
    """One question of an event's form.

    `choices` is a list of {"key": "a", "text": Texts}; `only_mode` '' asks everybody; with `when_question_id` it is
    asked only of people whose answer there is one of `when_values`. `audience` says who may see the answers,
    `keep_days` how many days after the event they are kept. A retired question is asked no more; its answers stay.
    `forgotten_on` is the day when its answers were deleted because their days were over.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    kind = fields.CharField(max_length=16)
    label: Texts = fields.JSONField()
    help: Texts = fields.JSONField(default=dict)
    purpose: Texts = fields.JSONField(default=dict)
    choices: list[dict[str, Any]] = fields.JSONField(default=list)
    required = fields.BooleanField(default=False)
    only_mode = fields.CharField(max_length=16, default="")
    when_question_id = fields.UUIDField(null=True)
    when_values: list[str] = fields.JSONField(default=list)
    audience = fields.CharField(max_length=16, default="organizers")
    keep_days = fields.IntField(default=30)
    position = fields.IntField()
    retired = fields.BooleanField(default=False)
    forgotten_on: date | None = fields.DateField(null=True)

    class Meta:
        table = "question"
        indexes = (("event_id", "position"),)


class Invitation(Model):
    """A single-use code or personal link. The code itself is nowhere in the clear: rows keep its HMAC.

    `purpose`: 'open' lets its holder register (also where an event is for invited people only), 'jump' also passes
    the waiting line, 'transfer' hands over the place of `registration_id`. `guest` is sealed: the code, and where
    known the name, address and language it was made for. `address_index` binds it to an address.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    quota: fields.ForeignKeyNullableRelation[Quota] = fields.ForeignKeyField(
        "house.Quota", null=True, on_delete=fields.SET_NULL
    )
    quota_id: uuid.UUID | None
    batch = fields.CharField(max_length=120, default="")
    purpose = fields.CharField(max_length=16)
    code_index = fields.BinaryField()
    address_index = fields.BinaryField(null=True)
    guest = fields.BinaryField()
    state = fields.CharField(max_length=16, default="created")
    registration_id = fields.UUIDField(null=True)
    created_on: date = fields.DateField()

    class Meta:
        table = "invitation"
        unique_together = (("event_id", "code_index"),)
        indexes = (("event_id", "batch"),)


class SavedView(Model):
    """A name for a search and filter of an event's list."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    name = fields.CharField(max_length=80)
    query = fields.CharField(max_length=1000)

    class Meta:
        table = "saved_view"
        indexes = (("event_id",),)


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

    `told` is the mark of the times it was about: a moved event may remind again.
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


class PersonalFeed(Model):
    """A secret calendar of one person's registrations. Its list is sealed under the link itself: the row alone,
    even with the app's keys, does not say whose events belong together.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    token_digest = fields.BinaryField()
    entries = fields.BinaryField()
    made_on: date = fields.DateField()

    class Meta:
        table = "personal_feed"

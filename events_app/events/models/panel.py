"""The tables of what an event's page and form say beside its texts: speakers, agenda, consent."""

import uuid

from tortoise import fields
from tortoise.models import Model

from events_app.database import Prepared
from events_app.events.models.event import Event
from events_app.texts import Texts


class Speaker(Model):
    """Somebody on the panel, named in public; `confirmed` False shows as 'to be confirmed'.

    `person_id` lasts as long as people read programmes: it is kept when the row is saved, and the same in all events
    of a conference where the person speaks (`events/actions/saving.known_person`). `photo` is the mark of a picture.
    """

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    person_id = fields.UUIDField(default=uuid.uuid4)
    name: Texts = fields.JSONField()
    about: Texts = fields.JSONField(default=dict)
    biography: Texts = fields.JSONField(default=dict)
    photo = fields.CharField(max_length=32, default="")
    role = fields.CharField(max_length=16)
    confirmed = fields.BooleanField(default=False)
    position = fields.IntField()

    class Meta:
        table = "speaker"
        indexes = (("event_id", "position"),)


class AgendaItem(Model):
    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    title: Texts = fields.JSONField()
    minutes = fields.IntField()
    position = fields.IntField()

    class Meta:
        table = "agenda_item"
        indexes = (("event_id", "position"),)


async def speakers_of(event_id: uuid.UUID) -> list[Speaker]:
    return await _speakers.all(event_id)


async def agenda_of(event_id: uuid.UUID) -> list[AgendaItem]:
    return await _agenda.all(event_id)


_speakers = Prepared(lambda event_id: Speaker.filter(event_id=event_id).order_by("position"), uuid.UUID)


_agenda = Prepared(lambda event_id: AgendaItem.filter(event_id=event_id).order_by("position"), uuid.UUID)


class ConsentText(Model):
    """What people agreed to, version by version; a version that somebody has seen is never changed."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("house.Event", on_delete=fields.CASCADE)
    event_id: uuid.UUID
    version = fields.IntField()
    text: Texts = fields.JSONField()

    class Meta:
        table = "consent_text"
        unique_together = (("event_id", "version"),)


async def consent_of(event: Event) -> Texts:
    """The consent text in force, in every language; empty when the event asks for none."""
    if not event.consent_version:
        return {}
    found = await _consent.first(event.id, event.consent_version)
    return found.text if found else {}


_consent = Prepared(
    lambda event_id, version: ConsentText.filter(event_id=event_id, version=version), uuid.UUID, int
)

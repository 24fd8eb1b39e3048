"""The table of pictures: the bytes of each size. What pages say of them stands with what they show."""

import uuid

from tortoise import fields
from tortoise.models import Model

from events_app.conferences.models import Conference
from events_app.events.models.event import Event
from events_app.events.models.panel import Speaker
from events_app.events.rules import Status


class Picture(Model):
    """One size of the picture of an event, a conference or a speaker; it goes with them. All sizes of a picture have
    one `mark`, made of their content."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    event: fields.ForeignKeyNullableRelation[Event] = fields.ForeignKeyField(
        "house.Event", null=True, on_delete=fields.CASCADE
    )
    event_id: uuid.UUID | None
    conference: fields.ForeignKeyNullableRelation[Conference] = fields.ForeignKeyField(
        "house.Conference", null=True, on_delete=fields.CASCADE
    )
    conference_id: uuid.UUID | None
    speaker: fields.ForeignKeyNullableRelation[Speaker] = fields.ForeignKeyField(
        "house.Speaker", null=True, on_delete=fields.CASCADE
    )
    speaker_id: uuid.UUID | None
    mark = fields.CharField(max_length=32)
    width = fields.IntField()
    content = fields.BinaryField()

    class Meta:
        table = "picture"
        indexes = (("mark", "width"), ("event_id",), ("conference_id",), ("speaker_id",))


async def find_picture(mark: str, width: int) -> tuple[bytes, bool] | None:
    """The bytes of a picture in that width, and whether everybody may see them: a draft's picture is no more public
    than its page. The same picture may belong to several; one that is public is enough."""
    found = await Picture.filter(mark=mark, width=width).select_related("event", "speaker__event")
    if not found:
        return None
    return bytes(found[0].content), any(_is_public(each) for each in found)


def _is_public(picture: Picture) -> bool:
    event = picture.speaker.event if picture.speaker else picture.event
    return event is None or event.status != Status.DRAFT

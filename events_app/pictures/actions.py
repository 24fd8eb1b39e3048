"""What organizers do with pictures: keep one in the place of the one before, describe it, take it away, copy them."""

from collections.abc import Sequence
from uuid import UUID

from tortoise.queryset import QuerySet

from events_app.conferences.models import Conference
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.events.models.panel import Speaker
from events_app.foreign.apart import Drawn, cropped_apart
from events_app.foreign.pictures import Size
from events_app.pictures.models import Picture
from events_app.pictures.rules import (
    FACE,
    MOST_BYTES,
    NoFile,
    NoPicture,
    PictureTooLarge,
    PictureTooSmall,
    mark_of,
)
from events_app.texts import Texts


async def drawn_anew(content: bytes, sizes: Sequence[Size]) -> list[Drawn]:
    """What was uploaded, cut and drawn anew. Refuses what is no picture, too large, or too small."""
    if not content:
        raise NoFile()
    if len(content) > MOST_BYTES:
        raise PictureTooLarge()
    drawn = await cropped_apart(content, sizes)
    if drawn == "large":
        raise PictureTooLarge()
    if drawn == "small":
        raise PictureTooSmall(width=sizes[0][0], height=sizes[0][1])
    if isinstance(drawn, str):
        raise NoPicture()
    return drawn


@one_transaction
async def save_cover(owner: Event | Conference, drawn: Sequence[Drawn], alt: Texts) -> None:
    """Keep a picture of an event or a conference; without new ones, only what it is said to show."""
    if isinstance(owner, Event):
        await Event.claim_any(owner.id)
    facts = {**owner.picture, "alt": alt} if owner.picture else {}
    if drawn:
        mark = mark_of([each.content for each in drawn])
        facts = {"mark": mark, "sizes": [(each.width, each.height) for each in drawn], "alt": alt}
        await _of(owner).delete()
        for each in drawn:
            row = Picture(mark=mark, width=each.width, content=each.content)
            await row.update_from_dict(_named(owner)).save()
    await type(owner).filter(id=owner.id).update(picture=facts)


@one_transaction
async def remove_cover(owner: Event | Conference) -> None:
    if isinstance(owner, Event):
        await Event.claim_any(owner.id)
    await _of(owner).delete()
    await type(owner).filter(id=owner.id).update(picture={})


@one_transaction
async def save_photo(speaker: Speaker, drawn: Sequence[Drawn]) -> None:
    """Keep a speaker's photo; without one, take away the one that is there."""
    await Event.claim_any(speaker.event_id)
    await Picture.filter(speaker_id=speaker.id).delete()
    mark = mark_of([each.content for each in drawn]) if drawn else ""
    for each in drawn:
        await Picture.create(speaker_id=speaker.id, mark=mark, width=FACE[0][0], content=each.content)
    await Speaker.filter(id=speaker.id).update(photo=mark)


async def copy_pictures(original_id: UUID, copy_id: UUID) -> None:
    """An event's copy has its pictures, and those of its speakers; inside the transaction that makes the copy."""
    original = await Event.get(id=original_id)
    await Event.filter(id=copy_id).update(picture=original.picture)
    await _copy(Picture.filter(event_id=original_id), {"event_id": copy_id})
    people = {each.person_id: each.id for each in await Speaker.filter(event_id=copy_id)}
    for speaker in await Speaker.filter(event_id=original_id, person_id__in=[*people]).exclude(photo=""):
        known = people[speaker.person_id]
        await Speaker.filter(id=known).update(photo=speaker.photo)
        await _copy(Picture.filter(speaker_id=speaker.id), {"speaker_id": known})


async def _copy(pictures: QuerySet[Picture], owner: dict[str, UUID]) -> None:
    for each in await pictures:
        row = Picture(mark=each.mark, width=each.width, content=each.content)
        await row.update_from_dict(owner).save()


def _of(owner: Event | Conference) -> QuerySet[Picture]:
    return Picture.filter(**_named(owner))


def _named(owner: Event | Conference) -> dict[str, UUID]:
    return {"event_id" if isinstance(owner, Event) else "conference_id": owner.id}

"""What organizers do beside deciding: a sealed note about somebody, a letter once more, a search that gets a name."""

import uuid

from events_app.acts import Act, Who
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.people.models import SavedView
from events_app.registrations.actions import leaving
from events_app.registrations.models import Registration
from events_app.registrations.posting import note, post_about
from events_app.registrations.rules import Due
from events_app.registrations.told import is_behind


def note_context(registration_id: uuid.UUID) -> str:
    """What a sealed note is bound to."""
    return f"notes:{registration_id}"


def note_about(found: Registration, *, act: Act) -> str:
    """What organizers wrote down about this person; '' where they wrote nothing, or it cannot be opened any more."""
    if found.notes is None:
        return ""
    context = note_context(found.id)
    scope, lost = str(found.event_id), {"note": ""}
    return str(act.vault.reveal(scope, context, bytes(found.notes), act.by, instead=lost)["note"])


@one_transaction
async def keep_note(found: Registration, said: str, *, act: Act) -> None:
    """Seal what organizers say about this person; '' takes the note away. Who was erased gets none."""
    sealed = act.vault.seal(str(found.event_id), note_context(found.id), {"note": said}) if said else None
    await Registration.filter(id=found.id, erased=False).update(notes=sealed)


@one_transaction
async def keep_view(event_id: uuid.UUID, name: str, query: str) -> SavedView:
    """Give a search a name, for everybody at the desk. `query` holds nothing that must not lie in the clear."""
    return await SavedView.create(event_id=event_id, name=name, query=query)


@one_transaction
async def drop_view(event_id: uuid.UUID, view_id: uuid.UUID) -> SavedView | None:
    """What is gone now; None where somebody was faster."""
    found = await SavedView.get_or_none(id=view_id, event_id=event_id)
    if found:
        await found.delete()
    return found


async def letter_again(found: Registration, event: Event) -> str:
    """The letter that says how things stand, to be sent once more; '' where none would be true: an offer has its own
    end, a change of the event is told to everybody in one go, and who is out gets no new letters."""
    if found.live is None or found.due_for in {Due.OFFER, Due.LEAVING} or await is_behind(found, event):
        return ""
    return "confirm_address" if found.due_for == Due.ADDRESS else found.status


@one_transaction
async def post_again(registration_id: uuid.UUID, *, wants_link: bool, act: Act) -> bool:
    registration, event = await leaving.claimed(registration_id, act=act)
    letter = "link" if wants_link and registration.live else await letter_again(registration, event)
    if not letter or await post_about(letter, registration, event, act=act) is None:
        return False
    await note(registration, "sent_again", act=act.of(Who.ORGANIZER))
    return True

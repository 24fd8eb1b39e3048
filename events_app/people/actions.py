"""What organizers do with one person beside deciding: a letter once more."""

import uuid

from events_app.acts import Act, Who
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.registrations.actions import leaving
from events_app.registrations.models import Registration
from events_app.registrations.posting import note, post_about
from events_app.registrations.rules import Due


def note_context(registration_id: uuid.UUID) -> str:
    """What a sealed note is bound to."""
    return f"notes:{registration_id}"


def letter_again(found: Registration, event: Event) -> str:
    """The letter that says how things stand, to be sent once more; '' where none would be true: an offer has its own
    end, a change of the event is told to everybody in one go, and who is out gets no new letters."""
    if found.live is None or found.due_for in {Due.OFFER, Due.LEAVING} or found.told not in {"", event.told}:
        return ""
    return "confirm_address" if found.due_for == Due.ADDRESS else found.status


@one_transaction
async def post_again(registration_id: uuid.UUID, *, wants_link: bool, act: Act) -> bool:
    registration, event = await leaving.claimed(registration_id)
    letter = "link" if wants_link and registration.live else letter_again(registration, event)
    if not letter or await post_about(letter, registration, event, act=act) is None:
        return False
    await note(registration, "sent_again", act=act.of(Who.ORGANIZER))
    return True

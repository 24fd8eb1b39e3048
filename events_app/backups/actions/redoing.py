"""After a restore: what was forgotten since is forgotten again, and what was sent since is not sent again."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from events_app.acts import Act
from events_app.backups.fitting import lost_events
from events_app.backups.refusals import NothingHeld
from events_app.deletion.actions import forget_due, forget_event
from events_app.events.models.event import Event
from events_app.installation import Installation
from events_app.mail.emptying import empty_those_left_over, empty_thread
from events_app.mail.models import Letter
from events_app.mailings.actions.reminding import pass_over_due
from events_app.registrations.actions.forgetting import erase
from events_app.registrations.models import Registration
from events_app.vault import Deletion

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Redone:
    """How many people were erased again, and how many events were forgotten, again or because their day had come.

    left: who could not be erased again; somebody at the desk has to.
    """

    people: int
    events: int
    left: tuple[Deletion, ...] = ()


async def redo(deletions: Sequence[Deletion], *, act: Act) -> Redone:
    """Forget again what the list names, and what is past its deletion day; let nothing of that leave.

    From now on the installation is held: it serves, and no letter leaves until `release`.
    """
    for deletion in deletions:
        act.vault.note(deletion)
    events = [await _forget_again(each.scope, act=act) for each in deletions if not each.person]
    people = {each: await _erase_again(each, act=act) for each in deletions if each.person}
    past = await forget_due(act=act)
    await pass_over_due(act=act)
    await _hold_back()
    await Installation.filter(id=1).update(state="held")
    left = tuple(each for each, done in people.items() if done is None)
    return Redone(sum(filter(None, people.values())), sum(events) + past, left)


async def _forget_again(scope: str, *, act: Act) -> bool:
    """An event of the list, with all that is held of its people. Counts are made while its keys are still there."""
    event = await Event.get_or_none(id=scope)
    if event is None or event.is_emptied:
        act.vault.forget(scope)
        return False
    try:
        if scope in act.vault.scopes():
            await forget_event(event.id, act=act)
    except Exception as error:  # noqa: BLE001 - its keys go all the same, and the others are restored
        log.warning("event %s could not be counted: %s", scope, type(error).__name__)
    act.vault.forget(scope)
    await Event.filter(id=scope, forgotten_on=None).update(forgotten_on=act.now.date())
    await forget_event(event.id, act=act)
    return True


async def _erase_again(deletion: Deletion, *, act: Act) -> bool | None:
    """Whether somebody was there to be erased; None when it failed.

    A registration that the backup does not know yet, or whose event is forgotten, needs nothing more.
    """
    registration = await Registration.get_or_none(id=deletion.person)
    if registration is None or registration.erased or deletion.scope not in act.vault.scopes():
        return False
    try:
        await erase(registration.id, act=act)
        await empty_thread(registration.id)  # their CANCEL too: it left when they were erased the first time
    except Exception as error:  # noqa: BLE001 - one who cannot be erased does not hold up a whole restore
        log.warning("registration %s could not be erased: %s", registration.id, type(error).__name__)
        return None
    return True


async def _hold_back() -> None:
    """Whoever moved up because somebody was erased again moved up the first time, and was told then."""
    await Letter.filter(due_at__isnull=False).update(
        state="withheld", due_at=None, lease_by=None, last_error="restored"
    )
    await empty_those_left_over()


async def forget_lost(*, act: Act) -> int:
    """Give up the events whose keys are lost: nobody can read their people any more. Says how many they were.

    Refuses KeysOfAnother, when not even an organizer opens: then it is the keys that are wrong.
    """
    lost = await lost_events(act.vault)
    for event_id in lost:
        await Event.filter(id=event_id).update(forgotten_on=act.now.date())
        await forget_event(event_id, act=act)
    return len(lost)


async def release() -> None:
    """Let letters leave again. Refuses NothingHeld."""
    if not await Installation.filter(id=1, state="held").update(state="open", restored_from=None):
        raise NothingHeld()

"""After a restore: what was forgotten since is forgotten again, and what was sent since is not sent again."""

from collections.abc import Sequence

from events_app.acts import Act
from events_app.backups.refusals import NothingHeld
from events_app.installation import Installation
from events_app.mail.emptying import empty_those_left_over, empty_thread
from events_app.mail.models import Letter
from events_app.mailings.actions.reminding import pass_over_due
from events_app.registrations.actions.forgetting import erase
from events_app.registrations.models import Registration
from events_app.vault import Deletion


async def redo(deletions: Sequence[Deletion], *, act: Act) -> int:
    """Erase again whom the list names, and let nothing that this brings about leave; says how many people.

    From now on the installation is held: it serves, and no letter leaves until `release`.
    """
    erased = 0
    for deletion in deletions:
        act.vault.note(deletion)
        if deletion.person:
            erased += await _erase_again(deletion, act=act)
    await pass_over_due(act=act)
    await _hold_back()
    await Installation.filter(id=1).update(state="held")
    return erased


async def _erase_again(deletion: Deletion, *, act: Act) -> bool:
    """A registration that the backup does not know yet, or whose event is forgotten, needs nothing more."""
    registration = await Registration.get_or_none(id=deletion.person)
    if registration is None or registration.erased or deletion.scope not in act.vault.scopes():
        return False
    await erase(registration.id, act=act)
    await empty_thread(registration.id)  # their CANCEL too: it has left when they were erased the first time
    return True


async def _hold_back() -> None:
    """Whoever moved up because somebody was erased again moved up the first time, and was told then."""
    await Letter.filter(due_at__isnull=False).update(
        state="withheld", due_at=None, lease_by=None, last_error="restored"
    )
    await empty_those_left_over()


async def release() -> None:
    """Let letters leave again. Refuses NothingHeld."""
    if not await Installation.filter(id=1, state="held").update(state="open", restored_from=None):
        raise NothingHeld()

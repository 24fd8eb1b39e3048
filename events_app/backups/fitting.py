"""Do this database and this keyring belong together? Asked at every start, before any key is made."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from events_app.accounts.models import SITE, Organizer
from events_app.backups.refusals import (
    EventsWithoutKeys,
    KeysMissing,
    KeysOfAnother,
    NeverStarted,
    RestoreUnfinished,
)
from events_app.errors import Refusal
from events_app.events.models.event import Event
from events_app.installation import Installation, this_installation
from events_app.mail.models import Letter
from events_app.tokens import new_token
from events_app.vault import Reader, Vault


async def fitting_vault(storage: Path) -> Vault:
    """The open vault of the open database; new keys only beside data that nothing was ever sealed in.

    Several processes may ask at once. Refuses KeysMissing, and whatever `Vault.open` and `tie` refuse.
    """
    vault = Vault(storage)
    if await is_anything_sealed() and not vault.is_there():
        raise KeysMissing(path=vault.folder)
    vault.open()
    try:
        await tie(vault)
    except BaseException:
        vault.close()
        raise
    return vault


def vault_of_server(storage: Path) -> Vault:
    """The open vault of a server that was started after `fitting_vault` had looked. Refuses NeverStarted."""
    vault = Vault(storage)
    if not vault.is_there():
        raise NeverStarted(path=vault.folder)
    vault.open()
    return vault


async def lost_events(vault: Vault) -> list[UUID]:
    """The events whose keys are lost, in an installation whose organizers the vault opens. Refuses KeysOfAnother."""
    without = await _events_without_keys(vault)
    if not await _fits_somebody(vault, without):
        raise KeysOfAnother(path=vault.folder)
    return without


async def tie(vault: Vault) -> None:
    """See that both sides bear the same mark, and give it to the side that has none yet.

    An installation from before there were marks, or a start that was stopped between the two, gets it when all that
    it holds has its keys. Refuses RestoreUnfinished, KeysOfAnother, EventsWithoutKeys.
    """
    here = await this_installation()
    if here is not None and here.state == "restoring":
        raise RestoreUnfinished(path=vault.folder)
    sealed = await is_anything_sealed()
    if sealed:
        if here is not None and vault.mark() not in (here.mark, None):
            raise KeysOfAnother(path=vault.folder)
        await _refuse_strangers(vault)
    mark = vault.take_mark(here.mark if sealed and here is not None else new_token())
    await _write(mark, over=None if sealed else here)


async def is_anything_sealed() -> bool:
    """Whether the database holds a blob that needs a key, or an event, which will."""
    return await Event.all().exists() or await Organizer.all().exists() or await Letter.all().exists()


async def _refuse_strangers(vault: Vault) -> None:
    """An organizer opens, and every event has its keys, but for those that were forgotten on purpose."""
    without = await lost_events(vault)
    if without:
        raise EventsWithoutKeys(path=vault.folder, number=len(without))


async def _events_without_keys(vault: Vault) -> list[UUID]:
    """Events that nobody forgot, and that nobody can read."""
    known = vault.scopes() | {each.scope for each in vault.deletions() if not each.person}
    events = await Event.filter(forgotten_on=None).values_list("id", flat=True)
    return [UUID(str(each)) for each in events if str(each) not in known]


async def _fits_somebody(vault: Vault, without: Sequence[UUID]) -> bool:
    """Whether any organizer opens; where nobody sits at the desk yet, whether any event has its keys."""
    organizers = await Organizer.all()
    if not organizers:
        return not without or await Event.filter(forgotten_on=None).count() > len(without)
    return any(_opens(vault, organizer) for organizer in organizers)


def _opens(vault: Vault, organizer: Organizer) -> bool:
    try:
        vault.reveal(SITE, organizer.person_context, organizer.person, Reader("courier"))
    except Refusal:
        return False
    return True


async def _write(mark: str, *, over: Installation | None) -> None:
    """Several processes write the same mark. `over`: what a database in which nothing is sealed bore until now."""
    if over is not None and over.mark != mark:
        await Installation.filter(id=1).update(mark=mark)
    await Installation.bulk_create([Installation(id=1, mark=mark)], ignore_conflicts=True)

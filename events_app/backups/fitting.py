"""Do this database and this keyring belong together? Asked at every start, before any key is made."""

from pathlib import Path

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
    """Every event has its keys, but for those that were forgotten on purpose; and an organizer opens."""
    known = vault.scopes() | {each.scope for each in vault.deletions() if not each.person}
    events = [str(each) for each in await Event.filter(forgotten_on=None).values_list("id", flat=True)]
    without = [each for each in events if each not in known]
    if without and len(without) == len(events):
        raise KeysOfAnother(path=vault.folder)
    if without:
        raise EventsWithoutKeys(path=vault.folder, number=len(without))
    organizer = await Organizer.all().first()
    if organizer is None:
        return
    try:
        vault.reveal(SITE, organizer.person_context, organizer.person, Reader("courier"))
    except Refusal:
        raise KeysOfAnother(path=vault.folder) from None


async def _write(mark: str, *, over: Installation | None) -> None:
    """Several processes write the same mark. `over`: what a database in which nothing is sealed bore until now."""
    if over is not None and over.mark != mark:
        await Installation.filter(id=1).update(mark=mark)
    await Installation.bulk_create([Installation(id=1, mark=mark)], ignore_conflicts=True)

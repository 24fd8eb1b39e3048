"""Looking after the site itself: what will be trouble soon."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from events_app.acts import Act
from events_app.clock import milliseconds
from events_app.database import rows
from events_app.health.actions.guarding import note, over
from events_app.health.models import Trouble, moment
from events_app.installation import this_installation
from events_app.mail import outbox
from events_app.vault import KeysExposed, KeysLost
from events_app.vault.master import read_master

MIB: Final = 2**20
NO_ROOM: Final = 16 * MIB
"""Bytes: with less than that nothing should be relied on to be written."""
LITTLE_ROOM: Final = 200 * MIB
"""Bytes that are little on any disk."""
A_WEEK: Final = timedelta(days=7)
TWO_DAYS: Final = timedelta(days=2)
AN_HOUR: Final = timedelta(hours=1)


def has_room(folder: Path) -> bool:
    """Whether what lies in this folder can be written now."""
    return shutil.disk_usage(folder).free >= NO_ROOM and os.access(folder, os.W_OK)


async def watch(*, act: Act) -> None:
    """Note the signs there are, and those that are over. Where nothing has changed, nothing is written."""
    noted = {each.job: each for each in await Trouble.filter(subject="")}
    found = {
        "disk": _little_room(act.vault.folder),
        "backup": await _no_backup(act.now),
        "mail": await _no_mail(act.now),
        "keys": keys_trouble(act.vault.folder),
    }
    for sign, detail in found.items():
        if detail and sign not in noted:
            await note(sign, detail=detail)
        elif not detail and sign in noted:
            await over(sign)
    forwarded = noted.get("forwarded")
    if forwarded and forwarded.last_at < milliseconds(act.now - TWO_DAYS):
        await over(
            "forwarded"
        )  # which is said every day while it is so: somebody has only tried something once


def _little_room(folder: Path) -> str:
    """How much is free, where that is little: a twentieth of the disk, at most 2 GiB, at least LITTLE_ROOM."""
    disk = shutil.disk_usage(folder)
    little = max(LITTLE_ROOM, min(disk.total // 20, 2048 * MIB))
    return f"{disk.free // MIB} MiB" if disk.free < little else ""


async def _no_backup(now: datetime) -> str:
    """The day of the last backup, or "never", where that is a week ago; counted from the first start that looked."""
    here = await this_installation()
    if here is None:
        return ""
    last = moment(here.backed_up_at) if here.backed_up_at is not None else None
    if now - (last or await _began_to_look()) < A_WEEK:
        return ""
    return f"{last:%Y-%m-%d}" if last else "never"


async def _began_to_look() -> datetime:
    (found,) = await rows(_APPLIED, "0018_health")
    said = datetime.fromisoformat(str(found["applied_at"]))
    return said if said.tzinfo else said.replace(tzinfo=UTC)


_APPLIED = 'SELECT "applied_at" FROM "migration_applied" WHERE "name" = $1'


async def _no_mail(now: datetime) -> str:
    stop = await outbox.stop_of_mail()
    return stop.reason if stop and stop.since <= milliseconds(now - AN_HOUR) else ""


def keys_trouble(folder: Path) -> str:
    """What the next start would refuse, or could not read: the error's name; '' when all is well."""
    try:
        read_master(folder / "master.key")
        for path in (folder, folder / "master.key", folder / "keyring.db"):
            if path.stat().st_uid != os.geteuid():
                return "WrongOwner"
            if not os.access(path, os.R_OK | os.W_OK):
                return "NotReadable"
    except (KeysExposed, KeysLost, OSError) as error:
        return type(error).__name__
    return ""

"""Backing up: the data as it is at one moment, then the keys, so that every event of the data has its own there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from events_app import VERSION
from events_app.backups import sides
from events_app.backups.archive import ArchiveWriter, new_file
from events_app.backups.fitting import fitting_vault
from events_app.backups.refusals import NoFolder, OtherVersion
from events_app.database.migration import read_migrations
from events_app.database.schema import MIGRATIONS
from events_app.installation import note_backup, this_installation
from events_app.vault import Vault
from events_app.vault.copies import copy_keys


@dataclass(frozen=True)
class Backup:
    """The two files."""

    data: Path
    keys: Path


async def refuse_other_version(url: str) -> None:
    """Refuses OtherVersion: what is read must be what this program would write."""
    async with sides.reading(url) as database:
        applied = await database.applied()
    if applied != {migration.name: migration.checksum for migration in read_migrations(MIGRATIONS)}:
        raise OtherVersion()


async def back_up(url: str, storage: Path, *, data_to: Path, keys_to: Path, now: datetime) -> Backup:
    """Write both archives into the folders; the app may go on meanwhile. The database is open (`open_database`).

    Refuses NoFolder, FileIsThere, and what `fitting_vault` refuses: a backup that could not be opened is none.
    """
    for folder in (data_to, keys_to):
        if not folder.is_dir():
            raise NoFolder(path=folder)
    vault = await fitting_vault(storage)
    try:
        here = await this_installation()
        assert here is not None, "fitting_vault has marked it"
        header = {"program": VERSION, "made_at": now.isoformat(timespec="seconds"), "mark": here.mark}
        name = f"{now:%Y-%m-%d-%H%M%S}.zip"
        backup = Backup(data_to / f"events-data-{name}", keys_to / f"events-keys-{name}")
        await _write_data(url, backup.data, header)
        await _write_keys(vault, backup.keys, header)
    finally:
        vault.close()
    await note_backup(now)
    return backup


async def _write_data(url: str, path: Path, header: dict[str, Any]) -> None:
    async with sides.reading(url) as database:
        tables = await database.tables()
        said = {
            "migrations": await database.applied(),
            "tables": [[table.name, list(table.columns)] for table in tables],
        }
        with new_file(path) as file:
            archive = ArchiveWriter(file, "data", header | said)
            for table in tables:
                await archive.add(table.name, database.rows(table))
            archive.finish(highest=await database.highest())


async def _write_keys(vault: Vault, path: Path, header: dict[str, Any]) -> None:
    """The list of deletions goes along: what was forgotten while the data was read has no keys here."""

    async def parts() -> AsyncIterator[object]:
        yield copy_keys(vault.folder).as_json()
        for deletion in vault.deletions():
            yield [deletion.day.isoformat(), deletion.scope, deletion.person]

    with new_file(path) as file:
        archive = ArchiveWriter(file, "keys", header)
        await archive.add("keys", parts())
        archive.finish()

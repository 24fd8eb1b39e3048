"""Restoring: both archives are read to their ends and tried before anything is written; then all of it, or nothing."""

import base64
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from events_app.accounts.models import SITE
from events_app.backups import sides
from events_app.backups.archive import Archive, reading_archive
from events_app.backups.refusals import ArchiveDamaged, ArchiveTooNew, KeysThere, NoList, WrongKeys
from events_app.backups.values import Table
from events_app.database import DatabaseTooNew
from events_app.database.migration import Migration, MigrationEdited, missing, read_migrations
from events_app.database.schema import MIGRATIONS
from events_app.errors import Refusal
from events_app.mail.models import facts_context
from events_app.registrations.posting import person_context
from events_app.tokens import new_token
from events_app.vault import Deletion, Reader, Vault
from events_app.vault.copies import KeyCopy, copy_of_json, put_keys
from events_app.vault.deletions import Deletions

AT_ONCE = 200
"""Rows that are written together."""

HELD_BACK = (
    """UPDATE "letter" SET "state" = 'unsure', "doubts" = "doubts" + 1 WHERE "state" = 'sending'""",
    """UPDATE "letter" SET "state" = 'withheld', "last_error" = 'restored' WHERE "state" = 'queued'""",
    """UPDATE "letter" SET "due_at" = NULL, "lease_by" = NULL WHERE "due_at" IS NOT NULL""",
    """UPDATE "mailing_line" SET "state" = 'passed_over' WHERE "state" = 'waiting'""",
    """UPDATE "mailing" SET "state" = 'sent' WHERE "state" = 'sending'""",
)
"""What waited when the backup was made has perhaps left since, or its person has cancelled: nothing of it leaves by
itself. A letter that was being sent is in doubt, as after a crash; the others a person may send again one by one."""

ENDED = ('DELETE FROM "session"', 'DELETE FROM "one_time_link"')
"""Who has signed out since, or used a link that works once, has not done so for nothing."""


@dataclass(frozen=True)
class Restored:
    """What came back: rows by table, the moment of the backup, and what was forgotten since that is known of."""

    rows: dict[str, int]
    made_at: datetime
    deletions: tuple[Deletion, ...]


@dataclass
class _Tried:
    """Of each scope one blob, with its context, as it came by; and the events that should have keys."""

    samples: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)


async def restore(
    data: Path, keys: Path, *, url: str, storage: Path, deletions: Sequence[Deletion]
) -> Restored:
    """Fill an empty database and a new folder of keys. `deletions`: the newest list; `redo` goes by it.

    Refuses KeysThere, DatabaseNotEmpty, NoArchive, ArchiveDamaged, ArchiveTooNew, ArchiveOfOtherPart, WrongKeys; then
    nothing was written. The installation is "restoring" until `redo` has done its part.
    """
    folder = Vault(storage).folder
    if folder.exists() and any(folder.iterdir()):
        raise KeysThere(path=folder)
    with reading_archive(data, "data") as archive, reading_archive(keys, "keys") as keyring:
        migrations = _migrations_for(archive)
        copy, listed = _keys_in(keyring)
        if archive.header["mark"] != keyring.header["mark"]:
            raise WrongKeys(keys=keys, data=data)
        every = tuple(dict.fromkeys([*listed, *deletions]))
        _refuse_wrong_keys(archive, copy, storage, every, keys=keys)
        placed = False
        try:
            async with sides.filling(url) as database:
                rows = await _fill(database, archive, migrations)
                put_keys(copy, folder)  # before COMMIT: data without its keys would be the worse half
                placed = True
        except BaseException:
            if placed:
                shutil.rmtree(folder)
            raise
    return Restored(rows, _made_at(archive), every)


def _made_at(archive: Archive) -> datetime:
    return datetime.fromisoformat(archive.header["made_at"])


def _migrations_for(archive: Archive) -> list[Migration]:
    """Those that the data had had, in order. Refuses ArchiveTooNew."""
    known, applied = read_migrations(MIGRATIONS), archive.header["migrations"]
    try:
        missing(known, applied)
    except (DatabaseTooNew, MigrationEdited):
        raise ArchiveTooNew(path=archive.path) from None
    return [migration for migration in known if migration.name in applied]


def _keys_in(archive: Archive) -> tuple[KeyCopy, list[Deletion]]:
    """The keys, and what was listed as forgotten when they were copied."""
    said, *deletions = archive.lines("keys")
    try:
        listed = [Deletion(date.fromisoformat(day), scope, person) for day, scope, person in deletions]
        return copy_of_json(said), list(filter(_is_one, listed))
    except (KeyError, TypeError, ValueError):
        raise ArchiveDamaged(path=archive.path) from None


def newest_deletions(storage: Path, named: Path | None) -> tuple[list[Deletion], bool]:
    """What the list in place and the one that was named say; and whether there was any list at all.

    Refuses NoList when the named one is not there, DeletionsUnreadable.
    """
    lists = [each for each in (storage / "deletions" / "list", named) if each is not None and each.exists()]
    if named is not None and named not in lists:
        raise NoList(path=named)
    return [deletion for each in lists for deletion in Deletions(each).read() if _is_one(deletion)], bool(
        lists
    )


def _is_one(deletion: Deletion) -> bool:
    """Whether it is an event's or a registration's: nothing else was ever forgotten, and the site's keys never are."""
    try:
        return bool(UUID(deletion.scope) and UUID(deletion.person or deletion.scope))
    except ValueError:
        return False


# ---- tried before anything is written


def _refuse_wrong_keys(
    archive: Archive, copy: KeyCopy, storage: Path, deletions: Sequence[Deletion], *, keys: Path
) -> None:
    """Every row is read, to the archive's end; of every event a sealed piece opens, or it was forgotten."""
    tried = _Tried()
    for table in _tables_in(archive):
        for row in archive.lines(table.name):
            _notice(tried, table.name, dict(zip(table.columns, row, strict=True)))
    forgotten = {each.scope for each in deletions if not each.person}
    with _trial_vault(copy, storage) as vault:
        try:
            if not tried.events <= vault.scopes() | forgotten:
                raise WrongKeys(keys=keys, data=archive.path)
            for scope, (context, blob) in tried.samples.items():
                if scope not in forgotten:
                    vault.reveal(scope, context, blob, Reader("courier"))
        except Refusal:
            raise WrongKeys(keys=keys, data=archive.path) from None


@contextmanager
def _trial_vault(copy: KeyCopy, storage: Path) -> Iterator[Vault]:
    """A vault that is gone again afterwards, on the disk where the keys will lie."""
    folder = storage / f".restore-{new_token()}"
    folder.mkdir(mode=0o700, parents=True)
    vault = Vault(folder)
    try:
        put_keys(copy, vault.folder)
        vault.open()
        yield vault
    finally:
        vault.close()
        shutil.rmtree(folder)


def _notice(tried: _Tried, table: str, row: dict[str, Any]) -> None:
    match table:
        case "event" if row.get("forgotten_on") is None:
            tried.events.add(row["id"])
        case "registration":
            _sample(tried, row["event_id"], person_context(row["id"]), row["person"])
        case "letter":
            _sample(tried, row["scope"], facts_context(row["id"]), row["facts"])
        case "organizer":
            _sample(tried, SITE, f"organizer.person:{row['id']}", row["person"])


def _sample(tried: _Tried, scope: str, context: str, blob: str | None) -> None:
    if blob and scope not in tried.samples and scope in {*tried.events, SITE}:
        tried.samples[scope] = context, base64.b64decode(blob)


def _tables_in(archive: Archive) -> list[Table]:
    return [Table(name, tuple(columns)) for name, columns in archive.header["tables"]]


# ---- written in one transaction


async def _fill(database: sides.Filling, archive: Archive, migrations: Sequence[Migration]) -> dict[str, int]:
    """All tables as they were; then what has changed in the program since; then nothing that could leave by itself."""
    await database.migrate(migrations)
    tables = _tables_in(archive)
    if {_shape(table) for table in tables} != {_shape(table) for table in await database.tables()}:
        raise ArchiveDamaged(path=archive.path)
    for table in tables:
        await _fill_table(database, archive, table)
    for name, number in archive.end["highest"].items():
        await database.give_out_after(name, number)
    await database.migrate(read_migrations(MIGRATIONS))
    day = _made_at(archive).date()
    restoring = f"""UPDATE "installation" SET "state" = 'restoring', "restored_from" = '{day}'"""  # noqa: S608 - a day
    for statement in (*HELD_BACK, *ENDED, restoring):
        await database.run(statement)
    await database.check()
    return dict(archive.end["rows"])


async def _fill_table(database: sides.Filling, archive: Archive, table: Table) -> None:
    rows = archive.lines(table.name)
    while some := list(islice(rows, AT_ONCE)):
        await database.write(table, some)
    if await database.count(table.name) != archive.end["rows"][table.name]:
        raise ArchiveDamaged(path=archive.path)


def _shape(table: Table) -> tuple[str, frozenset[str]]:
    return table.name, frozenset(table.columns)

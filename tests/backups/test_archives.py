"""A filled installation is backed up and put back elsewhere, on either engine, whole or not at all."""

import hashlib
import json
import shutil
import sqlite3
import stat
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine

from events_app.backups import sides
from events_app.backups.actions import restoring, saving
from events_app.backups.archive import new_file
from events_app.backups.refusals import (
    ArchiveDamaged,
    ArchiveOfOtherPart,
    ArchiveTooNew,
    DatabaseNotEmpty,
    FileIsThere,
    KeysThere,
    NoArchive,
    NoFolder,
    OtherVersion,
    WrongKeys,
)
from events_app.database import close_database, migrate, open_database
from events_app.database.address import NoDatabase
from events_app.errors import Refusal
from events_app.vault import Vault
from events_app.work import MODELS
from tests.backups.installations import filled, settings_of
from tests.conftest import MakeDatabase
from tests.databases import ENGINE, run_sql
from tests.way_up.installation import MOMENT, Installation, started, unpacked

pytestmark = pytest.mark.anyio

CHANGED = {"letter", "mailing", "mailing_line", "session", "one_time_link", "installation"}
"""What a restore changes on purpose."""


@dataclass(frozen=True)
class Saved:
    """A filled installation, and the two archives of it."""

    installation: Installation
    backup: saving.Backup


@pytest.fixture
async def saved(new_database: MakeDatabase, tmp_path: Path) -> Saved:
    """The kept installation of an earlier version, started once on this one, and backed up."""
    installation = await unpacked(tmp_path / "installation", await new_database())
    async with started(installation):
        pass
    return Saved(installation, await back_up(installation, tmp_path))


async def back_up(installation: Installation, to: Path) -> saving.Backup:
    await open_database(installation.url, models=MODELS)
    try:
        return await saving.back_up(installation.url, installation.folder, data_to=to, keys_to=to, now=MOMENT)
    finally:
        await close_database()


async def put_back(saved: Saved, url: str, storage: Path) -> restoring.Restored:
    with time_machine.travel(MOMENT):
        return await restoring.restore(
            saved.backup.data, saved.backup.keys, url=url, storage=storage, deletions=[]
        )


async def everything_in(url: str) -> dict[str, list[Any]]:
    """All rows of all tables as an archive holds them, in an order of their own; truth as a number."""
    async with sides.reading(url) as database:
        return {
            table.name: sorted(
                [json.dumps(_named(table.columns, row), sort_keys=True) async for row in database.rows(table)]
            )
            for table in await database.tables()
        }


def _named(columns: tuple[str, ...], row: list[Any]) -> dict[str, Any]:
    return {
        name: int(value) if isinstance(value, bool) else value
        for name, value in zip(columns, row, strict=True)
    }


async def test_every_row_comes_back_as_it_was_and_goes_to_the_other_engine_and_back(
    saved: Saved, new_database: MakeDatabase, tmp_path: Path
) -> None:
    before = await everything_in(saved.installation.url)
    here = saved

    for number, url in enumerate([f"sqlite:{tmp_path / 'elsewhere.db'}", await new_database()]):
        folder = tmp_path / f"elsewhere {number}"
        restored = await put_back(here, url, folder)
        found = await everything_in(url)
        assert {name: found[name] for name in before if name not in CHANGED} == {
            name: rows for name, rows in before.items() if name not in CHANGED
        }
        assert restored.rows == {name: len(rows) for name, rows in before.items()}
        assert {name: len(found[name]) for name in found} == {
            name: 0 if name in ("session", "one_time_link") else len(rows) for name, rows in before.items()
        }
        await run_on(url, "UPDATE installation SET state = 'open'")
        copies = tmp_path / f"copies {number}"
        copies.mkdir()
        await run_on(url, *(f'DELETE FROM "{name}"' for name in ("session", "one_time_link")))
        before = await everything_in(url)
        here = Saved(Installation(folder, url), await back_up(Installation(folder, url), copies))


async def run_on(url: str, *statements: str) -> None:
    """Statements on a database of either engine, whichever is under test."""
    if url.startswith("sqlite:") and ENGINE != "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None)) as file:
            for statement in statements:
                file.execute(statement)
        return
    await run_sql(url, *statements)


async def test_a_number_that_was_given_out_once_is_never_given_out_again(
    saved: Saved, new_database: MakeDatabase, tmp_path: Path
) -> None:
    async with sides.reading(saved.installation.url) as database:
        before = await database.highest()
    url = await new_database()

    await put_back(saved, url, tmp_path / "elsewhere")

    async with sides.reading(url) as database:
        after = await database.highest()
    assert {name: after[name] for name, number in before.items() if number} == {
        name: number for name, number in before.items() if number
    }


async def test_what_waited_when_the_backup_was_made_never_leaves_by_itself(
    saved: Saved, new_database: MakeDatabase, tmp_path: Path
) -> None:
    before = Counter(state for (state,) in await run_sql(saved.installation.url, "SELECT state FROM letter"))
    url = await new_database()

    await put_back(saved, url, tmp_path / "elsewhere")

    after = Counter(state for (state,) in await run_sql(url, "SELECT state FROM letter"))
    assert after["queued"] == after["sending"] == 0
    assert after["withheld"] == before["withheld"] + before["queued"]
    assert after["unsure"] == before["unsure"] + before["sending"]
    assert await run_sql(url, "SELECT id FROM letter WHERE due_at IS NOT NULL OR lease_by IS NOT NULL") == []
    assert await run_sql(url, "SELECT id FROM mailing WHERE state = 'sending'") == []
    assert min(before["queued"], before["sending"]) > 0, "the kept installation has both"


async def test_what_is_written_during_a_backup_never_makes_it_contradict_itself(saved: Saved) -> None:
    url = saved.installation.url
    async with sides.reading(url) as database:
        tables = {table.name: table for table in await database.tables()}
        before = [row async for row in database.rows(tables["event"])]

        await run_sql(url, "DELETE FROM letter", "DELETE FROM session")

        letters = [row async for row in database.rows(tables["letter"])]
        assert [row async for row in database.rows(tables["event"])] == before
    assert len(letters) > 30
    assert await run_sql(url, "SELECT number FROM letter") == []


async def test_a_backup_is_two_files_of_their_owner_only_without_anything_else(
    saved: Saved, tmp_path: Path
) -> None:
    files = [path for path in names_in(tmp_path) if "events-" in path.name]

    assert sorted(files) == sorted([saved.backup.data, saved.backup.keys])
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


async def test_the_archive_of_the_data_never_holds_a_key(saved: Saved) -> None:
    keys = json.loads(zipfile.ZipFile(saved.backup.keys).read("keys").splitlines()[0])
    data = zipfile.ZipFile(saved.backup.data)
    everything = b"".join(data.read(name) for name in data.namelist()).decode()

    secrets = [*keys["master"].values(), *(key for wrap in keys["wraps"] for key in wrap[2:])]
    assert len(secrets) > 5
    assert [secret for secret in secrets if secret in everything] == []


async def test_a_backup_never_writes_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_text("mine")

    with pytest.raises(FileIsThere), new_file(path) as file:
        file.write(b"yours")

    assert path.read_text() == "mine"
    assert [each.name for each in names_in(tmp_path)] == ["there"]


def names_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_backup_goes_nowhere_but_into_a_folder_that_is_there(saved: Saved, tmp_path: Path) -> None:
    with pytest.raises(NoFolder):
        await back_up(saved.installation, tmp_path / "not mounted")


async def test_a_database_that_this_version_has_not_started_on_is_never_read(
    new_database: MakeDatabase, tmp_path: Path
) -> None:
    installation = await unpacked(tmp_path / "installation", await new_database())

    with pytest.raises(OtherVersion):
        await saving.refuse_other_version(installation.url)
    with pytest.raises(NoDatabase):
        await saving.refuse_other_version(f"sqlite:{tmp_path / 'mistyped.db'}")
    assert not (tmp_path / "mistyped.db").exists()


# ---- refused, and nothing half-written


@pytest.fixture
async def elsewhere(new_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[tuple[str, Path]]:
    """A database and a folder that are empty, and have to be empty afterwards."""
    url, storage = await new_database(), tmp_path / "elsewhere"
    storage.mkdir()
    yield url, storage
    assert names_in(storage) == []
    if ENGINE == "sqlite":
        assert Path(url.removeprefix("sqlite:")) not in names_in(tmp_path)
    else:
        assert await run_sql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


async def refused(kind: type[Refusal], data: Path, keys: Path, elsewhere: tuple[str, Path]) -> str:
    url, storage = elsewhere
    with pytest.raises(kind) as no:
        await restoring.restore(data, keys, url=url, storage=storage, deletions=[])
    return str(no.value)


async def test_one_archive_for_both_or_the_two_turned_round_is_refused(
    saved: Saved, elsewhere: tuple[str, Path]
) -> None:
    data, keys = saved.backup.data, saved.backup.keys

    assert "where that of the keys is needed" in await refused(ArchiveOfOtherPart, data, data, elsewhere)
    assert "where that of the data is needed" in await refused(ArchiveOfOtherPart, keys, keys, elsewhere)
    await refused(ArchiveOfOtherPart, keys, data, elsewhere)


async def test_an_archive_that_is_missing_or_something_else_is_refused(
    saved: Saved, elsewhere: tuple[str, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("holiday.txt", "the sea")

    await refused(NoArchive, tmp_path / "none", saved.backup.keys, elsewhere)
    await refused(ArchiveDamaged, saved.backup.data, other, elsewhere)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
async def test_an_archive_that_was_cut_off_is_refused(
    saved: Saved, elsewhere: tuple[str, Path], share: float
) -> None:
    whole = saved.backup.data.read_bytes()
    saved.backup.data.write_bytes(whole[: int(len(whole) * share)])

    await refused(ArchiveDamaged, saved.backup.data, saved.backup.keys, elsewhere)


async def test_an_archive_with_a_changed_byte_is_refused(saved: Saved, elsewhere: tuple[str, Path]) -> None:
    whole = bytearray(saved.backup.data.read_bytes())
    for place in (len(whole) // 3, len(whole) // 2):
        changed = bytes([*whole[:place], whole[place] ^ 0xFF, *whole[place + 1 :]])
        saved.backup.data.write_bytes(changed)
        await refused(ArchiveDamaged, saved.backup.data, saved.backup.keys, elsewhere)


def written_anew(path: Path, part: str, change: Any) -> None:
    """The archive with another text in one of its parts."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts[part] = json.dumps(change(json.loads(parts[part]))).encode() + b"\n"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)


async def test_an_archive_that_lacks_rows_is_refused(saved: Saved, elsewhere: tuple[str, Path]) -> None:
    more = {"rows": {"registration": 10_000}}
    written_anew(saved.backup.data, "end.json", lambda end: {**end, "rows": end["rows"] | more["rows"]})

    await refused(ArchiveDamaged, saved.backup.data, saved.backup.keys, elsewhere)


@pytest.mark.parametrize("newer", [{"format": 2}, {"migrations": {"9999_later": "0"}}])
async def test_an_archive_of_a_newer_version_is_refused(
    saved: Saved, elsewhere: tuple[str, Path], newer: dict[str, Any]
) -> None:
    written_anew(saved.backup.data, "header.json", lambda header: header | newer)

    assert "newer version" in await refused(ArchiveTooNew, saved.backup.data, saved.backup.keys, elsewhere)


async def test_the_keys_of_another_installation_are_refused(
    saved: Saved, elsewhere: tuple[str, Path], new_database: MakeDatabase, tmp_path: Path
) -> None:
    other = settings_of(await new_database(), tmp_path / "other")
    await filled(other)
    (tmp_path / "others").mkdir()
    strange = await back_up(Installation(other.storage.directory, other.database.url), tmp_path / "others")

    assert "belong to another installation" in await refused(
        WrongKeys, saved.backup.data, strange.keys, elsewhere
    )


async def test_keys_that_are_older_than_an_event_of_the_data_open_nothing(
    saved: Saved, elsewhere: tuple[str, Path]
) -> None:
    def without_one(said: dict[str, Any]) -> dict[str, Any]:
        return said | {"wraps": [wrap for wrap in said["wraps"] if wrap[0] == "site"]}

    with zipfile.ZipFile(saved.backup.keys) as file:
        first, *rest = file.read("keys").splitlines(keepends=True)
        header = file.read("header.json")
    line = json.dumps(without_one(json.loads(first))).encode() + b"\n"
    content = b"".join([line, *rest])
    end = {"rows": {"keys": 1 + len(rest)}, "sha256": {"keys": hashlib.sha256(content).hexdigest()}}
    with zipfile.ZipFile(saved.backup.keys, "w") as file:
        file.writestr("header.json", header)
        file.writestr("keys", content)
        file.writestr("end.json", json.dumps(end))

    assert "older than the data" in await refused(WrongKeys, saved.backup.data, saved.backup.keys, elsewhere)


async def test_neither_a_database_nor_keys_that_are_there_are_written_over(
    saved: Saved, new_database: MakeDatabase, tmp_path: Path
) -> None:
    url = await new_database()
    await migrate(url)
    before = await everything_in(url)
    keys = tmp_path / "in use" / "keys"
    shutil.copytree(saved.installation.folder / "keys", keys)

    with pytest.raises(DatabaseNotEmpty):
        await put_back(saved, url, tmp_path / "elsewhere")
    with pytest.raises(KeysThere):
        await put_back(saved, await new_database(), tmp_path / "in use")

    assert await everything_in(url) == before
    assert not Vault(tmp_path / "elsewhere").folder.exists()

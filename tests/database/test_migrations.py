"""Migrations: once, whole or not at all, and never against a database that is ahead."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from events_app.database import DatabaseTooNew, migrate
from events_app.database.migration import (
    Migration,
    MigrationEdited,
    MigrationOutOfOrder,
    missing,
    read_migrations,
)
from tests.conftest import MakeDatabase
from tests.databases import ENGINE, connect_to, run_sql
from tests.processes import run_together, start

pytestmark = pytest.mark.anyio

FIRST = """
-- Parents and children; every row of a child refers to a parent.
CREATE TABLE "parent" (
    "id" {serial},
    "name" VARCHAR(20),
    "seats" {int} NOT NULL,
    "boss_id" {bigint} REFERENCES "parent" ("id")
);
CREATE UNIQUE INDEX "parent_name" ON "parent" ("name");
CREATE INDEX "parent_seats" ON "parent" ("seats") WHERE "seats" > 0;
CREATE TABLE "child" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "parent_id" {bigint} NOT NULL REFERENCES "parent" ("id") ON DELETE CASCADE
);
"""

STRICTER = """
-- A name becomes obligatory, seats are checked, and there is a colour.
UPDATE "parent" SET "name" = 'nameless' WHERE "name" IS NULL;
-- sqlite rebuild:
CREATE TABLE "parent" (
    "id" {serial},
    "name" VARCHAR(20) NOT NULL,
    "seats" {int} NOT NULL CHECK ("seats" >= 0),
    "boss_id" {bigint} REFERENCES "parent" ("id"),
    "colour" VARCHAR(7) NOT NULL DEFAULT '#000000'
);
-- postgresql:
ALTER TABLE "parent" ALTER COLUMN "name" SET NOT NULL;
-- postgresql:
ALTER TABLE "parent" ADD CHECK ("seats" >= 0);
-- postgresql: ALTER TABLE "parent" ADD COLUMN "colour" VARCHAR(7) NOT NULL DEFAULT '#000000';
"""

CHILD = "00000000-0000-4000-8000-00000000000{}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the first migration."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_family.sql").write_text(FIRST)
    return folder


async def tables(url: str) -> set[object]:
    if ENGINE == "sqlite":
        return {name for (name,) in await run_sql(url, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        name for (name,) in await run_sql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }


async def fill(url: str) -> None:
    await run_sql(
        url,
        "INSERT INTO parent (name, seats, boss_id) VALUES ('Ada', 5, NULL), (NULL, 0, 1), ('gone', 1, NULL)",
        "DELETE FROM parent WHERE name = 'gone'",
        f"INSERT INTO child VALUES ('{CHILD.format(1)}', 1), ('{CHILD.format(2)}', 2)",
    )


async def test_migrations_are_applied_once_and_in_order(new_database: MakeDatabase, folder: Path) -> None:
    url = await new_database()
    (folder / "0002_stricter.sql").write_text(STRICTER)

    assert await migrate(url, folder=folder) == ["0001_family", "0002_stricter"]
    assert await migrate(url, folder=folder) == []


async def test_four_processes_that_start_at_once_migrate_exactly_once(
    new_database: MakeDatabase, folder: Path
) -> None:
    url = await new_database()
    (folder / "0002_stricter.sql").write_text(STRICTER)

    told = await run_together("tests.database.migrator", *[(url, str(folder))] * 4)

    assert sorted(json.loads(each) for each in told) == [[], [], [], ["0001_family", "0002_stricter"]]


async def test_rows_references_and_indexes_survive_a_table_that_gets_a_new_shape(
    new_database: MakeDatabase, folder: Path
) -> None:
    url = await new_database()
    await migrate(url, folder=folder)
    await fill(url)
    (folder / "0002_stricter.sql").write_text(STRICTER)

    await migrate(url, folder=folder)

    assert await run_sql(url, "SELECT id, name, seats, boss_id, colour FROM parent ORDER BY id") == [
        (1, "Ada", 5, None, "#000000"),
        (2, "nameless", 0, 1, "#000000"),
    ]
    assert await run_sql(url, "SELECT count(*) FROM child") == [(2,)]
    for broken in (
        "INSERT INTO parent (name, seats) VALUES ('Ada', 1)",
        "INSERT INTO parent (name, seats) VALUES (NULL, 1)",
        "INSERT INTO parent (name, seats) VALUES ('Bea', -1)",
        "INSERT INTO parent (name, seats, boss_id) VALUES ('Bea', 1, 99)",
        f"INSERT INTO child VALUES ('{CHILD.format(3)}', 99)",
    ):
        with pytest.raises(Exception, match=r"constraint"):
            await checked_sql(url, broken)
    await checked_sql(url, "DELETE FROM parent WHERE id = 2")
    assert await run_sql(url, "SELECT count(*) FROM child") == [(1,)]
    assert await run_sql(url, INDEXES) == [("parent_name",), ("parent_seats",)]


async def test_a_number_is_not_given_twice_after_a_table_got_a_new_shape(
    new_database: MakeDatabase, folder: Path
) -> None:
    url = await new_database()
    await migrate(url, folder=folder)
    await fill(url)
    (folder / "0002_stricter.sql").write_text(STRICTER)
    await migrate(url, folder=folder)

    await run_sql(url, "INSERT INTO parent (name, seats) VALUES ('new', 1)")

    assert await run_sql(url, "SELECT id FROM parent WHERE name = 'new'") == [(4,)]


INDEXES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'parent' ORDER BY 1",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE indexname ~ 'parent_(name|seats)' ORDER BY 1",
}[ENGINE]


async def checked_sql(url: str, statement: str) -> None:
    """With references checked, which SQLite does only when asked to."""
    await run_sql(url, *(["PRAGMA foreign_keys = ON"] if ENGINE == "sqlite" else []), statement)


async def test_an_error_in_the_middle_leaves_the_database_as_it_was(
    new_database: MakeDatabase, folder: Path
) -> None:
    url = await new_database()
    await migrate(url, folder=folder)
    before = await tables(url)
    (folder / "0002_more.sql").write_text('CREATE TABLE "more" ("id" {int});\n')
    (folder / "0003_wrong.sql").write_text(
        'CREATE TABLE "even_more" ("id" {int});\nINSERT INTO nowhere VALUES (1);\n'
    )

    with pytest.raises(Exception, match="nowhere"):
        await migrate(url, folder=folder)

    assert await tables(url) == before
    (folder / "0003_wrong.sql").write_text('CREATE TABLE "even_more" ("id" {int});\n')
    assert await migrate(url, folder=folder) == ["0002_more", "0003_wrong"]


async def test_a_crash_in_the_middle_leaves_the_database_as_it_was(
    new_database: MakeDatabase, folder: Path
) -> None:
    url = await new_database()
    await migrate(url, folder=folder)
    before = await tables(url)
    (folder / "0002_endless.sql").write_text(
        'CREATE TABLE "more" ("id" {int});\n'
        "-- sqlite:\n"
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c;\n"
        "-- postgresql:\n"
        "SELECT pg_sleep(600);\n"
    )
    process = await start("tests.database.migrator", url, str(folder))
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    await until_it_is_in_the_middle(url)

    if ENGINE == "postgresql":
        await run_sql(
            url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%sleep(600)'"
        )
    else:
        process.kill()
    await process.communicate()

    assert process.returncode
    assert await tables(url) == before
    (folder / "0002_endless.sql").write_text('CREATE TABLE "more" ("id" {int});\n')
    assert await migrate(url, folder=folder) == ["0002_endless"]


async def until_it_is_in_the_middle(url: str) -> None:
    """SQLite: somebody else holds the write lock. PostgreSQL: somebody sleeps."""
    while True:
        await asyncio.sleep(0.05)
        if ENGINE == "postgresql":
            if await run_sql(url, "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"):
                return
            continue
        with closing(sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None, timeout=0)) as file:
            try:
                file.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL checks references at every statement")
async def test_a_migration_that_leaves_rows_without_their_parent_is_undone(
    new_database: MakeDatabase, folder: Path
) -> None:
    url = await new_database()
    await migrate(url, folder=folder)
    await fill(url)
    (folder / "0002_careless.sql").write_text('DELETE FROM "parent" WHERE "id" = 1;\n')

    with pytest.raises(sqlite3.IntegrityError, match="child -> parent, parent -> parent"):
        await migrate(url, folder=folder)

    assert await run_sql(url, "SELECT count(*) FROM parent") == [(2,)]


async def test_a_database_that_is_ahead_of_the_program_is_refused(
    new_database: MakeDatabase, folder: Path
) -> None:
    url = await new_database()
    (folder / "0002_stricter.sql").write_text(STRICTER)
    await migrate(url, folder=folder)
    (folder / "0002_stricter.sql").unlink()

    with pytest.raises(DatabaseTooNew, match=r"newer version .* 0002_stricter"):
        await migrate(url, folder=folder)


async def test_a_migration_that_was_edited_after_it_was_applied_is_refused(
    new_database: MakeDatabase, folder: Path
) -> None:
    url = await new_database()
    await migrate(url, folder=folder)
    (folder / "0001_family.sql").write_text(FIRST + "-- a second thought\n")

    with pytest.raises(MigrationEdited, match="0001_family was edited"):
        await migrate(url, folder=folder)


def test_a_migration_that_comes_before_an_applied_one_is_refused() -> None:
    early, late = Migration("0001_early", ""), Migration("0002_late", "")

    with pytest.raises(MigrationOutOfOrder, match="0001_early comes before 0002_late"):
        missing([early, late], {"0002_late": late.checksum})


def test_line_ends_do_not_make_another_migration() -> None:
    assert Migration("0001_a", "SELECT 1;\r\n").checksum == Migration("0001_a", "SELECT 1;\n").checksum


@pytest.mark.parametrize("names", [("0001_a.sql", "0001_b.sql"), ("1_a.sql",)])
def test_migration_numbers_have_four_digits_and_are_used_once(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (tmp_path / name).write_text("")

    with pytest.raises(ValueError, match="four digits"):
        read_migrations(tmp_path)


def test_statements_are_split_and_said_in_the_words_of_the_engine() -> None:
    text = (
        "-- Why; this is here.\n"
        "CREATE TABLE a (\n    b {uuid}, -- a comment;\n    c {json} DEFAULT '{}'\n);\n"
        "-- sqlite:\n-- more words\nPRAGMA x;\n"
        "-- postgresql: SELECT {true}\n;\n\n"
        "-- sqlite rebuild:\nCREATE TABLE a (b {blob});"
    )
    migration = Migration("0001_a", text)

    on_sqlite = [(" ".join(each.sql.split()), each.rebuild) for each in migration.statements("sqlite")]
    on_postgresql = [" ".join(each.sql.split()) for each in migration.statements("postgresql")]

    assert on_sqlite == [
        ("CREATE TABLE a ( b CHAR(36), c JSON DEFAULT '{}' )", False),
        ("PRAGMA x", False),
        ("CREATE TABLE a (b BLOB)", True),
    ]
    assert on_postgresql == ["CREATE TABLE a ( b UUID, c JSONB DEFAULT '{}' )", "SELECT TRUE"]


def test_a_word_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="sometype"):
        Migration("0001_a", "CREATE TABLE a (b {sometype});").statements("sqlite")


@pytest.mark.skipif(ENGINE != "postgresql", reason="about a lock of PostgreSQL's")
async def test_whoever_migrates_waits_for_the_lock_row_too(new_database: MakeDatabase, folder: Path) -> None:
    url = await new_database()
    await migrate(url, folder=folder)
    (folder / "0002_stricter.sql").write_text(STRICTER)
    other = await connect_to(url)
    lock = other.transaction()
    await lock.start()
    await other.execute("SELECT id FROM migration_lock FOR UPDATE")

    waiting = asyncio.create_task(migrate(url, folder=folder))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    await lock.rollback()
    await other.close()

    assert done == set()
    assert await waiting == ["0002_stricter"]

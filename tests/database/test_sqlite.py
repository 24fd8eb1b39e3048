"""SQLite: one writer with group commit, readers that never wait, a file that tells nothing to others."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from events_app.database import RetryableError, data_version, sqlite_writer
from events_app.database.failures import DatabaseBusy
from events_app.database.sqlite import SqliteClient, is_question, split_script
from events_app.database.sqlite_connect import connect
from events_app.database.sqlite_writer import Writer
from events_app.errors import Conflict
from tests.database.toys import ToyDebt, ToyEvent
from tests.databases import ENGINE, DatabaseUnderTest, run_sql

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.engine_free,
    pytest.mark.skipif(ENGINE != "sqlite", reason="about SQLite itself"),
]


SLOW = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < {}) SELECT count(*) FROM c"


class Full(Conflict):
    sentence = "No seat is left."


def client() -> SqliteClient:
    found = get_connection("default")
    assert isinstance(found, SqliteClient)
    return found


def in_another_process(path: Path, statement: str) -> str:
    """What the statement answers there; the process opens the file and closes it again."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "print(c.execute(sys.argv[2]).fetchone()); c.close()"
    )
    command = [sys.executable, "-c", program, str(path), statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    """On a file with the table t (n INTEGER PRIMARY KEY)."""
    writer = Writer(tmp_path / "writer.db", patience=0.05)
    writer.connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    yield writer
    await writer.close()


def numbers(path: Path) -> list[int]:
    """What is durable: seen on a connection of its own."""
    with closing(sqlite3.connect(path)) as reader:
        return [number for (number,) in reader.execute("SELECT n FROM t ORDER BY n")]


async def insert(writer: Writer, number: int) -> None:
    await writer.begin()
    writer.connection.execute("INSERT INTO t VALUES (?)", (number,))
    await writer.commit()


@asynccontextmanager
async def line(writer: Writer) -> AsyncIterator[None]:
    """Transactions that are begun inside wait in line until the end, and so become one group."""
    await writer.alone()
    yield
    await asyncio.sleep(0)
    writer.pass_on()


def test_another_process_that_closes_the_file_leaves_us_our_log(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    with closing(connect(path)) as one:
        one.execute("CREATE TABLE t (n INTEGER)")
        with closing(connect(path)) as two:
            in_another_process(path, "INSERT INTO t VALUES (1) RETURNING n")

            one.execute("INSERT INTO t VALUES (2)")

            assert in_another_process(path, "SELECT count(*) FROM t") == "(2,)"
            assert two.execute("SELECT count(*) FROM t").fetchone()[0] == 2


def test_every_connection_is_set_up_alike_and_the_file_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with closing(connect(path)) as connection:
        asked = (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "secure_delete",
            "trusted_schema",
            "temp_store",
        )
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]

    assert found == ["wal", 2, 1, 1, 0, 2]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_could_read_is_theirs_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "restored.db"
    path.touch(0o644)
    path.chmod(0o644)

    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")

        assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


async def test_transactions_that_wait_for_each_other_share_one_commit(writer: Writer, tmp_path: Path) -> None:
    commits: list[str] = []
    writer.connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)

    await asyncio.gather(*(insert(writer, number) for number in range(40)))

    assert numbers(tmp_path / "writer.db") == list(range(40))
    assert len(commits) < 10


async def test_nobody_is_answered_before_the_commit(writer: Writer, tmp_path: Path) -> None:
    async def insert_and_look(number: int) -> bool:
        await insert(writer, number)
        return number in numbers(tmp_path / "writer.db")

    assert await asyncio.gather(*(insert_and_look(number) for number in range(40))) == [True] * 40


async def test_a_member_that_rolls_back_does_not_touch_its_neighbours(writer: Writer, tmp_path: Path) -> None:
    async def maybe(number: int) -> None:
        await writer.begin()
        writer.connection.execute("INSERT INTO t VALUES (?)", (number,))
        await (writer.commit() if number % 2 else writer.rollback())

    await asyncio.gather(*(maybe(number) for number in range(40)))

    assert numbers(tmp_path / "writer.db") == list(range(1, 40, 2))


async def test_a_group_that_is_lost_is_lost_for_all_its_members(writer: Writer, tmp_path: Path) -> None:
    async def lose_everything() -> None:
        await writer.begin()
        writer.connection.execute("ROLLBACK")  # as SQLite does by itself when the disk is full
        await writer.commit()

    async with line(writer):
        members = asyncio.gather(
            insert(writer, 1), insert(writer, 2), lose_everything(), insert(writer, 4), return_exceptions=True
        )
    outcomes = await members

    assert [type(each) for each in outcomes] == [RetryableError, RetryableError, RetryableError, type(None)]
    assert numbers(tmp_path / "writer.db") == [4]


async def test_a_commit_that_fails_fails_all_of_its_group_even_those_that_were_refused(
    toys: DatabaseUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_writer, "LONGEST_GROUP", 60.0)  # one group, however busy the machine

    async def member(number: int) -> None:
        async with in_transaction():
            await ToyEvent.filter(id=1).update(claims=F("claims") + 1)
            if number == 3:
                await ToyDebt.create(id=1, event_id=999)  # found out at COMMIT: the reference is deferred
            if number == 4:
                raise Full

    async with line(client().writer):
        members = asyncio.gather(*(member(number) for number in range(6)), return_exceptions=True)
    outcomes = await members

    assert [type(each) for each in outcomes] == [RetryableError] * 6
    assert await run_sql(toys.url, "SELECT claims FROM toy_event") == [(0,)]


async def test_after_sqlite_rolled_back_by_itself_nothing_more_is_written(toys: DatabaseUnderTest) -> None:
    with pytest.raises(RetryableError):
        async with in_transaction():
            client_inside = get_connection("default")
            await client_inside.execute_query("ROLLBACK")  # as SQLite does by itself when the disk is full
            with pytest.raises(RetryableError):
                await ToyEvent.create(title="alone", seats=1)

    assert await ToyEvent.all().count() == 1


async def test_a_commit_that_fails_for_one_alone_says_why(toys: DatabaseUnderTest) -> None:
    with pytest.raises(IntegrityError):
        async with in_transaction():
            await ToyDebt.create(id=1, event_id=999)

    assert await ToyDebt.all().count() == 0


async def test_waiting_for_another_process_ends_and_leaves_the_turn_free(
    writer: Writer, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "writer.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            await insert(writer, 1)
        other.execute("ROLLBACK")

    await insert(writer, 2)

    assert numbers(tmp_path / "writer.db") == [2]


async def test_waiting_for_another_process_can_be_cancelled(writer: Writer, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "writer.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(insert(writer, 1))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait([waiting])
        other.execute("ROLLBACK")

    await insert(writer, 2)

    assert numbers(tmp_path / "writer.db") == [2]


async def test_closing_waits_for_the_commit_under_way(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "writer.db")
    writer.connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    inserting = asyncio.create_task(insert(writer, 1))
    await asyncio.sleep(0)

    await writer.close()
    await inserting

    assert numbers(tmp_path / "writer.db") == [1]


async def test_a_script_runs_between_groups_and_never_commits_a_transaction(toys: DatabaseUnderTest) -> None:
    async def member() -> None:
        async with in_transaction() as transaction:
            await transaction.execute_script(
                "UPDATE toy_event SET seats = 1; UPDATE toy_event SET seats = 2;"
            )
            raise Full

    outcomes = await asyncio.gather(
        *(member() for _ in range(5)), client().execute_script("VACUUM;"), member(), return_exceptions=True
    )

    assert [type(each) for each in outcomes] == [Full] * 5 + [type(None), Full]
    assert (await ToyEvent.get(id=1)).seats == 10


async def test_a_slow_question_is_answered_without_stopping_the_others(toys: DatabaseUnderTest) -> None:
    turns: list[int] = []

    async def other() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    busy = asyncio.create_task(other())
    _, rows = await client().execute_query(SLOW.format(300_000))
    busy.cancel()

    assert rows[0][0] == 300000
    assert len(turns) > 10


async def test_a_question_that_was_slow_is_not_asked_in_vain_for_each_page_of_a_list(
    toys: DatabaseUnderTest,
) -> None:
    tried: list[str] = []
    client().readers._quick.set_trace_callback(tried.append)
    client().readers.slow_for = 3600.0

    for _page in range(3):
        _, rows = await client().execute_query(SLOW.format(300_000))
        assert rows[0][0] == 300_000

    assert len(tried) == 1


async def test_cancelled_questions_give_their_connections_back(toys: DatabaseUnderTest) -> None:
    for _ in range(40):
        asking = asyncio.create_task(client().execute_query(SLOW.format(30_000)))
        await asyncio.sleep(0.001)
        asking.cancel()
        await asyncio.wait([asking])

    answers = await asyncio.gather(*(client().execute_query(SLOW.format(30_000)) for _ in range(6)))

    assert [rows[0][0] for _, rows in answers] == [30000] * 6


async def test_the_data_version_changes_with_every_commit_of_any_process_and_with_nothing_else(
    toys: DatabaseUnderTest,
) -> None:
    first = await data_version()
    await ToyEvent.all().count()
    after_reading = await data_version()
    await ToyEvent.filter(id=1).update(seats=11)
    after_ours = await data_version()
    await run_sql(toys.url, "UPDATE toy_event SET seats = 12")
    after_theirs = await data_version()

    assert first == after_reading
    assert len({first, after_ours, after_theirs}) == 3


async def test_errors_come_as_tortoises(toys: DatabaseUnderTest) -> None:
    with pytest.raises(OperationalError):
        await client().execute_query("SELECT nothing FROM nowhere")
    with pytest.raises(IntegrityError):
        await ToyEvent.create(id=1, title="again", seats=1)


@pytest.mark.parametrize(
    ("statement", "reads"),
    [
        ("SELECT 1", True),
        ("\n select 1", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", False),
        ("EXPLAIN QUERY PLAN SELECT 1", True),
        ("UPDATE t SET n = 1 RETURNING n", False),
        ("PRAGMA foreign_keys", False),
    ],
)
def test_only_statements_that_surely_read_go_to_the_readers(statement: str, reads: bool) -> None:
    assert is_question(statement) == reads


def test_a_script_is_split_at_the_ends_of_its_statements() -> None:
    script = "INSERT INTO t VALUES (';'); CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;\n"

    assert [each.strip() for each in split_script(script)] == [
        "INSERT INTO t VALUES (';');",
        "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;",
    ]

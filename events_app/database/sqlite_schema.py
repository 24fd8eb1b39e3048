"""Applying migrations to a SQLite file: all of them in one transaction."""

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from events_app import clock
from events_app.database.migration import Migration, Statement, missing
from events_app.database.sqlite_connect import connect

_APPLIED = """
CREATE TABLE IF NOT EXISTS migration_applied (name TEXT PRIMARY KEY, checksum TEXT, applied_at TEXT)
"""
_INDEXES = (
    "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL"
)


def migrate_sqlite(path: Path, migrations: Sequence[Migration]) -> list[str]:
    """Apply what is missing; the names of what was applied. Safe when several processes start at once.

    One BEGIN IMMEDIATE ... COMMIT: an error or a crash leaves the file as it was. Refuses what `missing`
    refuses.
    """
    # foreign_keys can only be switched outside a transaction, and a rebuild drops a table that others refer
    # to: with foreign_keys=ON that DROP would delete their rows (sqlite.org/lang_altertable.html, section 7).
    connection = connect(path, pragmas={"foreign_keys": "OFF", "busy_timeout": 120_000})
    try:
        if not missing(migrations, applied(connection)):
            return []
        connection.execute("BEGIN IMMEDIATE")
        try:
            names = apply(connection, migrations)
            check_references(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return names
    finally:
        connection.close()


def applied(connection: sqlite3.Connection) -> dict[str, str]:
    """Which migrations the file has had: name -> checksum."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migration_applied'").fetchone() is None:
        return {}
    return dict(connection.execute("SELECT name, checksum FROM migration_applied").fetchall())


def apply(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[str]:
    """Apply what is missing inside the caller's transaction, with foreign_keys off; the names."""
    connection.execute(_APPLIED)
    wanted = missing(migrations, applied(connection))  # asked again: now nobody else can
    for migration in wanted:
        for statement in migration.statements("sqlite"):
            _run(connection, statement)
        connection.execute(
            "INSERT INTO migration_applied VALUES (?, ?, ?)",
            (migration.name, migration.checksum, clock.now().isoformat(" ")),
        )
    return [migration.name for migration in wanted]


def _run(connection: sqlite3.Connection, statement: Statement) -> None:
    if statement.rebuild:
        rebuild(connection, statement.sql)
    else:
        connection.execute(statement.sql)


def rebuild(connection: sqlite3.Connection, create_table: str) -> None:
    """Give a table the shape that CREATE TABLE says: new table, copy, drop, rename, indexes again.

    The steps and their order are those of sqlite.org/lang_altertable.html, section 7. Needs foreign_keys=OFF.
    """
    found = re.match(r'CREATE TABLE\s+"?(\w+)"?', create_table, re.IGNORECASE)
    if found is None:
        raise ValueError("what comes after '-- sqlite rebuild:' is a CREATE TABLE")
    table, new = found[1], f"new_{found[1]}"
    indexes = connection.execute(_INDEXES, (table,)).fetchall()
    highest = _highest_number(connection, table)
    connection.execute(f'CREATE TABLE "{new}"' + create_table[found.end() :])
    kept = [name for name in _columns(connection, new) if name in _columns(connection, table)]
    names = ", ".join(f'"{name}"' for name in kept)
    connection.execute(f'INSERT INTO "{new}" ({names}) SELECT {names} FROM "{table}"')  # noqa: S608 - no input
    connection.execute(f'DROP TABLE "{table}"')
    connection.execute(f'ALTER TABLE "{new}" RENAME TO "{table}"')
    for (sql,) in indexes:
        connection.execute(sql)
    if highest:
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, highest))


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row["name"] for row in connection.execute(f'PRAGMA table_info("{table}")')]


def _highest_number(connection: sqlite3.Connection, table: str) -> int:
    """The highest number that AUTOINCREMENT ever gave here, so that a deleted row's is not given again."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone() is None:
        return 0
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return row["seq"] if row else 0


def check_references(connection: sqlite3.Connection) -> None:
    """IntegrityError when a row refers to nothing."""
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        places = ", ".join(sorted({f"{row['table']} -> {row['parent']}" for row in broken}))
        raise sqlite3.IntegrityError(f"the migration would leave rows that refer to nothing: {places}")

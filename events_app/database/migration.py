"""Migrations as files: one SQL text for both engines, with words where their types differ.

`migrations/NNNN_name.sql` holds statements that end with a semicolon at the end of a line. In them

- `{uuid}`, `{blob}` and the other WORDS stand for the type that Tortoise reads and writes on that engine;
- a comment line `-- sqlite:` or `-- postgresql:` says that the next statement is for that engine only;
- `-- sqlite rebuild:` before a CREATE TABLE gives an existing table a new shape (SQLite cannot alter most
things):
  rows of the columns that both shapes have, indexes and references from other tables stay. PostgreSQL needs
  its own ALTER TABLE beside it. A column that becomes NOT NULL is filled by an UPDATE before; a new one has a
  DEFAULT.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from events_app.errors import Conflict

Engine = Literal["sqlite", "postgresql"]

# What Tortoise's own schema generator writes for the fields UUID, Binary, Datetime, JSON, BigInt, generated
# primary key, Boolean, Date, Time, Float, Text, Int, SmallInt; and the two truth values. A CharField is
# a VARCHAR with its length on both.
WORDS: Mapping[str, Mapping[Engine, str]] = {
    "uuid": {"sqlite": "CHAR(36)", "postgresql": "UUID"},
    "blob": {"sqlite": "BLOB", "postgresql": "BYTEA"},
    "timestamp": {"sqlite": "TIMESTAMP", "postgresql": "TIMESTAMPTZ"},
    "json": {"sqlite": "JSON", "postgresql": "JSONB"},
    "bigint": {"sqlite": "BIGINT", "postgresql": "BIGINT"},
    "serial": {
        "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
        "postgresql": "BIGSERIAL NOT NULL PRIMARY KEY",
    },
    "bool": {"sqlite": "INT", "postgresql": "BOOL"},
    "date": {"sqlite": "DATE", "postgresql": "DATE"},
    "time": {"sqlite": "TIME", "postgresql": "TIMETZ"},
    "float": {"sqlite": "REAL", "postgresql": "DOUBLE PRECISION"},
    "text": {"sqlite": "TEXT", "postgresql": "TEXT"},
    "int": {"sqlite": "INT", "postgresql": "INT"},
    "smallint": {"sqlite": "SMALLINT", "postgresql": "SMALLINT"},
    "true": {"sqlite": "1", "postgresql": "TRUE"},
    "false": {"sqlite": "0", "postgresql": "FALSE"},
}

_DIRECTIVE = re.compile(r"--\s*(sqlite rebuild|sqlite|postgresql):\s*")
_COMMENT = re.compile(r"(^|\s)--(\s.*)?$", re.MULTILINE)


class DatabaseTooNew(Conflict):
    """The database holds a migration that this program does not know."""

    sentence = (
        "The database was changed by a newer version of this program (migration %(name)s is not known here). "
        "Start that version again, or restore the backup made before it."
    )


class MigrationEdited(Conflict):
    """The file of an applied migration is not what it was."""

    sentence = (
        "The migration %(name)s was edited after it had been applied. Undo that, and write a new migration."
    )


class MigrationOutOfOrder(Conflict):
    """A migration that was never applied comes before one that was."""

    sentence = (
        "The migration %(name)s comes before %(applied)s, which is already applied. Give it a higher number."
    )


@dataclass(frozen=True)
class Statement:
    """One statement. `engine` None: for both. `rebuild`: the new shape of an existing table, on SQLite."""

    sql: str
    engine: Engine | None = None
    rebuild: bool = False


@dataclass(frozen=True)
class Migration:
    """One file: its name without `.sql`, its text."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hex; line ends do not count."""
        return hashlib.sha256(self.text.replace("\r\n", "\n").encode()).hexdigest()

    def statements(self, engine: Engine) -> list[Statement]:
        """What to run on that engine, in order, words replaced. ValueError for a word that is not known."""
        return [
            Statement(_in_words_of(engine, each.sql), each.engine, each.rebuild)
            for each in _split(self.text)
            if each.engine in (None, engine)
        ]


def read_migrations(folder: Path) -> list[Migration]:
    """The migrations of a folder in the order of their numbers. ValueError when two have the same."""
    found = [Migration(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("[0-9]*.sql"))]
    numbers = [migration.name.split("_")[0] for migration in found]
    for number in numbers:
        if numbers.count(number) > 1 or len(number) != 4:
            raise ValueError(f"migration numbers have four digits and are used once: {number}")
    return found


def missing(migrations: Sequence[Migration], applied: Mapping[str, str]) -> list[Migration]:
    """Which migrations have to be applied, given name -> checksum of those that were.

    Refuses DatabaseTooNew, MigrationEdited, MigrationOutOfOrder.
    """
    known = {migration.name: migration for migration in migrations}
    for name, checksum in sorted(applied.items()):
        if name not in known:
            raise DatabaseTooNew(name=name)
        if known[name].checksum != checksum:
            raise MigrationEdited(name=name)
    latest = max(applied, default="")
    wanted = [migration for migration in migrations if migration.name not in applied]
    if wanted and wanted[0].name < latest:
        raise MigrationOutOfOrder(name=wanted[0].name, applied=latest)
    return wanted


def _split(text: str) -> Iterator[Statement]:
    pieces = re.split(r";[ \t]*(?:\n|$)", _without_comments(text.replace("\r\n", "\n")))
    for piece in pieces:
        sql = piece.strip()
        directive = _DIRECTIVE.match(sql)
        if directive is not None:
            sql = sql[directive.end() :]
        if not sql:
            continue
        match directive and directive[1]:
            case "postgresql":
                yield Statement(sql, "postgresql")
            case "sqlite" | "sqlite rebuild" as mark:
                yield Statement(sql, "sqlite", rebuild=mark.endswith("rebuild"))
            case _:
                yield Statement(sql)


def _without_comments(text: str) -> str:
    return "\n".join(line if _DIRECTIVE.match(line) else _COMMENT.sub("", line) for line in text.split("\n"))


def _in_words_of(engine: Engine, sql: str) -> str:
    def replace(found: re.Match[str]) -> str:
        if found[1] not in WORDS:
            raise ValueError(f"{found[0]} is none of the words {', '.join(WORDS)}")
        return WORDS[found[1]][engine]

    return re.sub(r"\{(\w+)\}", replace, sql)

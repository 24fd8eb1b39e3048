"""The database of an installation, of either engine, to be read whole or filled whole."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from events_app.backups import postgresql_side, sqlite_side
from events_app.backups.values import Table
from events_app.database.connections import is_sqlite_url, sqlite_path
from events_app.database.migration import Migration


class Reading(Protocol):
    """The database as it was at one moment; others go on writing meanwhile."""

    async def applied(self) -> dict[str, str]: ...
    async def tables(self) -> list[Table]: ...
    def rows(self, table: Table) -> AsyncIterator[list[Any]]: ...
    async def highest(self) -> dict[str, int]: ...


class Filling(Protocol):
    """An empty database in one transaction: what is written is kept when the block ends without an error."""

    async def migrate(self, migrations: Sequence[Migration]) -> None: ...
    async def tables(self) -> list[Table]: ...
    async def write(self, table: Table, rows: Sequence[Sequence[Any]]) -> None: ...
    async def count(self, table: str) -> int: ...
    async def give_out_after(self, table: str, number: int) -> None: ...
    async def run(self, sql: str) -> None: ...
    async def check(self) -> None: ...


def reading(url: str) -> AbstractAsyncContextManager[Reading]:
    """Refuses NoDatabase."""
    if is_sqlite_url(url):
        return sqlite_side.reading(Path(sqlite_path(url)))
    return postgresql_side.reading(url)


def filling(url: str) -> AbstractAsyncContextManager[Filling]:
    """Refuses NoDatabase, and DatabaseNotEmpty when there is any table."""
    if is_sqlite_url(url):
        return sqlite_side.filling(Path(sqlite_path(url)))
    return postgresql_side.filling(url)

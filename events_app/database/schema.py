"""The schema: migrations bring a database to the shape that this version of the program expects."""

import asyncio
from pathlib import Path

from events_app.database.asyncpg_schema import migrate_postgresql
from events_app.database.connections import is_sqlite_url, sqlite_path
from events_app.database.migration import read_migrations
from events_app.database.sqlite_schema import migrate_sqlite

MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(url: str, *, folder: Path = MIGRATIONS) -> list[str]:
    """Apply the migrations that the database does not have yet, all or none; their names, in order.

    Several processes may do this at once: one does the work, the others wait and find it done. Refuses
    DatabaseTooNew, MigrationEdited, MigrationOutOfOrder, NoDatabase.
    """
    migrations = read_migrations(folder)
    if is_sqlite_url(url):
        path = Path(sqlite_path(url))
        path.parent.mkdir(parents=True, exist_ok=True)
        return await asyncio.to_thread(migrate_sqlite, path, migrations)
    return await migrate_postgresql(url, migrations)

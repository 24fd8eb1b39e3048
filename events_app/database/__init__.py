"""The database: SQLite or PostgreSQL, transactions that are exact, migrations that happen once."""

from events_app.database.connections import (
    close_database,
    data_version,
    is_sqlite,
    open_database,
    ping,
    scrub,
    scrub_soon,
)
from events_app.database.failures import (
    DatabaseTrouble,
    NoRoom,
    OutcomeUnknown,
    RetryableError,
    cause_of,
    has_no_room,
    is_taken,
)
from events_app.database.migration import DatabaseTooNew
from events_app.database.prepared import Prepared, Statement, insertion, row_of, rows, write
from events_app.database.schema import migrate
from events_app.database.transactions import after_commit, one_transaction, until_certain

__all__ = [
    "DatabaseTooNew",
    "DatabaseTrouble",
    "NoRoom",
    "OutcomeUnknown",
    "Prepared",
    "RetryableError",
    "Statement",
    "after_commit",
    "cause_of",
    "close_database",
    "data_version",
    "has_no_room",
    "insertion",
    "is_sqlite",
    "is_taken",
    "migrate",
    "one_transaction",
    "open_database",
    "ping",
    "row_of",
    "rows",
    "scrub",
    "scrub_soon",
    "until_certain",
    "write",
]

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
from events_app.database.failures import OutcomeUnknown, RetryableError, is_taken
from events_app.database.migration import DatabaseTooNew
from events_app.database.prepared import Prepared, Statement, insertion, row_of, rows, write
from events_app.database.schema import migrate
from events_app.database.transactions import after_commit, one_transaction

__all__ = [
    "DatabaseTooNew",
    "OutcomeUnknown",
    "Prepared",
    "RetryableError",
    "Statement",
    "after_commit",
    "close_database",
    "data_version",
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
    "write",
]

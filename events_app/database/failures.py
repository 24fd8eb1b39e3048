"""Database errors: what can go wrong with a transaction, said the same way for both engines."""

from typing import Any

from tortoise.exceptions import IntegrityError, OperationalError


class RetryableError(OperationalError):
    """The transaction left nothing behind and may succeed when run again from its start.

    A serialization failure (SQLSTATE 40001), a deadlock (40P01), a connection lost before COMMIT was sent, or
    a neighbour in a group commit that took the group down with it.
    """


class DatabaseBusy(OperationalError):
    """Another process held SQLite's write lock for too long. Not worth trying again at once."""


class OutcomeUnknown(OperationalError):
    """The connection was lost during COMMIT: nobody can say whether it counted. Never tried again."""


class TransactionOver(OperationalError):
    """A task outlived the transaction it was started in. Start tasks with `after_commit`."""


def is_taken(error: IntegrityError, table: str, *columns: str) -> bool:
    """Whether the database refused a row because its values in these columns are another's; whatever else it refused
    (a reference to a row that is gone) is something else."""
    cause: Any = error.args[0] if error.args else error
    if name := getattr(cause, "constraint_name", None):  # PostgreSQL names it
        return bool(name == "_".join((table, *columns, "key")))
    said = ", ".join(f"{table}.{column}" for column in columns)
    return str(cause) == f"UNIQUE constraint failed: {said}"

"""PostgreSQL addresses (DSN): asyncpg reads them itself, and what it refuses is said in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import asyncpg
from tortoise.exceptions import DBConnectionError

from events_app.errors import Conflict

MOST_CONNECTIONS = 10
_TROUBLE = (
    DBConnectionError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    ValueError,
)


class NoDatabase(Conflict):
    """The address of the database cannot be read, or nobody answers there who lets us in."""

    sentence = "The database of database.url cannot be used: %(reason)s"


def pool_of(url: str) -> dict[str, Any]:
    """What our client for PostgreSQL is told: the address as it was written, and how many connections it may open.

    The query may say all that libpq knows (sslmode, target_session_attrs, ...), and two words of ours: `maxsize`, and
    `ssl`, as sslmode was called here once. Refuses NoDatabase.
    """
    address, _, query = url.partition("?")
    said = [pair.partition("=") for pair in query.split("&") if pair]
    most = next((unquote(value) for name, _, value in said if name == "maxsize"), str(MOST_CONNECTIONS))
    if not most.isdecimal() or not 1 <= int(most) <= 1000:
        raise NoDatabase(reason=f"maxsize is a number from 1 to 1000, not {most!r}.")
    renamed = [("sslmode" if name == "ssl" else name, *rest) for name, *rest in said if name != "maxsize"]
    left = "&".join(map("".join, renamed))
    return {"dsn": f"{address}?{left}" if left else address, "minsize": 1, "maxsize": int(most)}


@contextmanager
def in_words() -> Iterator[None]:
    """Whatever goes wrong when a connection is opened, as NoDatabase. No password stands in it."""
    try:
        yield
    except _TROUBLE as error:
        raise NoDatabase(reason=_reason(error.__cause__ or error)) from None


def _reason(error: BaseException) -> str:
    """A ValueError that is not asyncpg's own quotes what it could not read, and that may be half a password."""
    if isinstance(error, ValueError) and not isinstance(error, asyncpg.InterfaceError):
        return (
            "it cannot be read. Write postgresql://USER:PASSWORD@HOST:PORT/NAME, and in user and password %40 for @, "
            "%3A for :, %2F for /, %3F for ?, %23 for #, %25 for %."
        )
    return f"{str(error).strip().rstrip('.') or type(error).__name__}."

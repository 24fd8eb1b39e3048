"""PostgreSQL addresses (DSN): asyncpg reads them itself, and what it refuses is said in words, without the password."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import asyncpg
from tortoise.exceptions import DBConnectionError

from events_app.errors import Conflict

CONNECT_WITHIN: Final = 3
"""Seconds that one host may take to let us in."""
COMMAND_WITHIN: Final = 30
"""Seconds that one statement may take."""
MOST_CONNECTIONS: Final = 10

LIBPQS_ALONE: Final = frozenset({
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "gssencmode",
    "sslcompression", "sslsni", "load_balance_hosts", "client_encoding", "channel_binding", "pgbouncer",
    "fallback_application_name",
})  # fmt: skip
"""Words of addresses as providers hand them out that mean something to other clients, and nothing to asyncpg."""
PROMISES: Final = {"channel_binding": {"require"}, "gssencmode": {"require"}}
"""What such a word may not say, because then it promises what nobody here would keep."""
CANNOT_BE_KEPT: Final = frozenset({"require_auth", "requirepeer", "hostaddr", "sslcertmode"})
FILES: Final = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
WRITABLE: Final = ("any", "primary", "read-write")

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


@dataclass(frozen=True)
class Address:
    """hosts: one address of its own for each host that the written one names. Times are seconds. target: which of
    several hosts is meant, when the address does not say it: the one that takes writes. follows_primary: whether we go
    over to another host when that one takes writes."""

    hosts: tuple[str, ...]
    connections: int = MOST_CONNECTIONS
    connect_within: int = CONNECT_WITHIN
    command_within: int = COMMAND_WITHIN
    target: str | None = None
    follows_primary: bool = False


def address_of(url: str) -> Address:
    """The address as our client for PostgreSQL is told it.

    The query may say all that libpq knows (sslmode, target_session_attrs, application_name, ...). Ours are `maxsize`,
    `command_timeout`, `connect_timeout` (which asyncpg would hand to the server), and `ssl`, as sslmode was called here
    once. Refuses NoDatabase.
    """
    address, _, query = url.partition("?")
    said = dict(_words(query))
    most = _number(said, "maxsize", 1000, MOST_CONNECTIONS)
    connect = _number(said, "connect_timeout", 600, CONNECT_WITHIN)
    command = _number(said, "command_timeout", 3600, COMMAND_WITHIN)
    _look_at(said)
    left = {name: value for name, value in said.items() if name not in LIBPQS_ALONE}
    left.setdefault("application_name", said.get("fallback_application_name", "events"))
    hosts = tuple(_one_by_one(address, left))
    several, target = len(hosts) > 1, said.get("target_session_attrs", os.environ.get("PGTARGETSESSIONATTRS"))
    return Address(
        hosts, most, connect, command,
        target="primary" if several and target is None else None,
        follows_primary=several and target != "any",
    )  # fmt: skip


def _words(query: str) -> Iterator[tuple[str, str]]:
    """The words of the query, the values as they were written."""
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name == "sslrootcert" and value == "system":
            value = _certificates_of_the_system()
        yield ("sslmode" if name == "ssl" else name), value


def _certificates_of_the_system() -> str:
    """As libpq 16 means it; asyncpg would look for a file of that name."""
    found = ssl.get_default_verify_paths().cafile
    if found is None:
        raise NoDatabase(reason="sslrootcert=system finds no file of certificates here; name one.")
    return quote(found)


def _number(said: dict[str, str], name: str, most: int, otherwise: int) -> int:
    value = unquote(said.pop(name, str(otherwise)))
    if not (value.isascii() and value.isdecimal()) or not 1 <= int(value) <= most:
        raise NoDatabase(reason=f"{name} is a number from 1 to {most}, not {value!r}.")
    return int(value)


def _look_at(said: dict[str, str]) -> None:
    """Refuses what would be read as something weaker than it says, or fail only when the first person registers."""
    for name, value in said.items():
        if name in CANNOT_BE_KEPT or unquote(value) in PROMISES.get(name, ()):
            raise NoDatabase(
                reason=f"{name} is nothing that our client for PostgreSQL can keep. Take it out; to be sure who "
                "answers, write sslmode=verify-full with sslrootcert=FILE, or sslrootcert=system."
            )
        if name in FILES and not os.access(path := Path(unquote(value)), os.R_OK):
            raise NoDatabase(reason=f"the file of {name}, {path}, is not there or may not be read.")
    target = unquote(said.get("target_session_attrs", "any"))
    if target not in WRITABLE:
        raise NoDatabase(reason=f"target_session_attrs is one of {', '.join(WRITABLE)}, because we write.")


def _one_by_one(address: str, said: dict[str, str]) -> Iterator[str]:
    """The address once for each of its hosts, which stand in front of the query or in it."""
    scheme, slashes, rest = address.partition("://")
    authority, slash, name = rest.partition("/")
    who, at, hosts = authority.rpartition("@")
    if hosts or "host" not in said:
        for host in hosts.split(","):
            yield _joined("".join((scheme, slashes, who, at, host, slash, name)), said)
        return
    named = said["host"].split(",")
    ports = said["port"].split(",") if "port" in said else []
    if len(ports) > 1 and len(ports) != len(named):
        raise NoDatabase(reason="it names more ports than hosts, or fewer.")
    for number, host in enumerate(named):
        port = {"port": ports[number] if len(ports) > 1 else ports[0]} if ports else {}
        yield _joined(address, {**said, "host": host, **port})


def _joined(address: str, said: dict[str, str]) -> str:
    query = "&".join(f"{name}={value}" if value else name for name, value in said.items())
    return f"{address}?{query}" if query else address


@contextmanager
def in_words() -> Iterator[None]:
    """Whatever goes wrong when a connection is opened, as NoDatabase. No password stands in it."""
    try:
        yield
    except _TROUBLE as error:
        raise NoDatabase(reason=_reason(error.__cause__ or error)) from None


def _reason(error: BaseException) -> str:
    """A ValueError that is not asyncpg's own quotes what it could not read, and that may be half a password."""
    if isinstance(error, ValueError) and not isinstance(error, asyncpg.InterfaceError | OSError):
        return (
            "it cannot be read. Write postgresql://USER:PASSWORD@HOST:PORT/NAME, and in user and password %40 for @, "
            "%3A for :, %2F for /, %3F for ?, %23 for #, %25 for %."
        )
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return "none of its hosts takes writes: they answer, but as standbys."
    return f"{str(error).strip().rstrip('.') or type(error).__name__}."

"""What a kept page was made of: its SELECTs, and a mark of every answer, so that the page cache can ask once more.

Asking again costs a fraction of making models and a page of the answers, and says whether these would come out the
same.
"""

import hashlib
import marshal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection, get_connections

MOST_QUESTIONS = 50
FEW_ROWS = 30
MOST_KEPT = 16 * 1024
"""Of texts and bytes in the rows of one answer: many pages are kept."""


@dataclass(frozen=True)
class _Read:
    """`answer` is the rows themselves where they are few and small, else their mark."""

    sql: str
    values: list[Any]
    answer: Sequence[Any] | bytes

    def is_answered_by(self, rows: Sequence[Any]) -> bool:
        if isinstance(self.answer, bytes):
            return self.answer == _mark(rows)
        return len(rows) == len(self.answer) and all(
            tuple(new) == tuple(old) for new, old in zip(rows, self.answer, strict=True)
        )


class Reads:
    """The questions of one piece of work, in order. Without any, nothing is known of what it depends on."""

    def __init__(self) -> None:
        self._questions: list[_Read] = []
        self._can_be_repeated = True

    def note(self, sql: str, values: Sequence[Any], rows: Sequence[Any]) -> None:
        """One SELECT and what it found."""
        answer = rows if len(rows) <= FEW_ROWS and _are_small(rows) else _mark(rows)
        self._questions.append(_Read(sql, list(values), answer))

    def give_up(self) -> None:
        """Something was done that cannot be asked again."""
        self._can_be_repeated = False

    async def are_still_true(self) -> bool:
        """Whether every question finds today what it found then. Asked outside any transaction."""
        if not self._can_be_repeated or not 0 < len(self._questions) <= MOST_QUESTIONS:
            return False
        connection = get_connection("default")
        for question in self._questions:
            _, rows = await connection.execute_query(question.sql, question.values)
            if not question.is_answered_by(rows):
                return False
        return True


@contextmanager
def noted_reads() -> Iterator[Reads]:
    """Notes what is read inside the block."""
    reads, connections = Reads(), get_connections()
    noting = cast(BaseDBAsyncClient, _Noting(get_connection("default"), reads))
    token = connections.set("default", noting)
    try:
        yield reads
    finally:
        connections.reset(token)


class _Noting:
    """The connection, with somebody who notes what is asked. Whatever is no SELECT makes the notes worthless."""

    def __init__(self, client: BaseDBAsyncClient, reads: Reads) -> None:
        self.client = client
        self._reads = reads

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        found = await self.client.execute_query(query, values)
        if query.lstrip()[:6].upper() == "SELECT":
            self._reads.note(query, values or (), found[1])
        else:
            self._reads.give_up()
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("execute_") or name == "_in_transaction":
            self._reads.give_up()
        return getattr(self.client, name)


def _are_small(rows: Sequence[Any]) -> bool:
    return sum(len(value) for row in rows for value in row if isinstance(value, str | bytes)) <= MOST_KEPT


def _mark(rows: Iterable[Any]) -> bytes:
    found = [tuple(row) for row in rows]
    try:
        content = marshal.dumps(found, 0)
    except ValueError:  # PostgreSQL's UUIDs and moments
        short = [tuple(map(_short, row)) for row in found]
        content = repr(short).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).digest()


def _short(value: Any) -> Any:
    """The mark of long bytes: to write them out takes ten times as long."""
    is_long = isinstance(value, bytes) and len(value) > 1024
    return hashlib.blake2b(value, digest_size=16).digest() if is_long else value

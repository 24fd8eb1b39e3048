"""What stands in an archive: values that are the same whichever engine they came from, and may go to either."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID

Value: TypeAlias = Any
"""None, a truth value, a number, a text, or what JSON makes of lists and names: as a line of an archive holds it."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, and the names of its columns in the order of their values."""

    name: str
    columns: tuple[str, ...]


Conversion: TypeAlias = Callable[[Any], Any]


def plain(value: Any) -> Any:
    """Numbers, truth values and texts are the same everywhere."""
    return value


def bytes_as_text(value: Any) -> str:
    return base64.b64encode(value).decode("ascii")


def bytes_of_text(value: Any) -> bytes:
    return base64.b64decode(value, validate=True)


def moment_as_text(value: datetime | str) -> str:
    """RFC 3339, in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def moment_of_text(value: str) -> datetime:
    return datetime.fromisoformat(value)


def moment_as_sqlite_keeps_it(value: str) -> str:
    return str(datetime.fromisoformat(value))


def json_as_value(value: str) -> Any:
    return json.loads(value)


def json_as_kept(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def named_as_text(value: Any) -> str:
    """Ids and days, which PostgreSQL hands out as values of their own."""
    return str(value)


def id_of_text(value: str) -> UUID:
    return UUID(value)


def day_of_text(value: str) -> date:
    return date.fromisoformat(value)


def converted(row: Iterable[Any], conversions: Sequence[Conversion]) -> list[Any]:
    """The values of a row, each by the conversion of its column; nothing stays nothing."""
    return [
        None if value is None else convert(value) for value, convert in zip(row, conversions, strict=True)
    ]


def oldest_first(tables: Iterable[str], references: Mapping[str, set[str]]) -> list[str]:
    """Each table after those that it refers to, so that rows may be written in this order."""
    ordered: list[str] = []
    left = sorted(tables)
    while left:
        free = [name for name in left if not (references.get(name, set()) - {name}) & set(left)]
        if not free:
            raise ValueError(f"tables refer to each other in a circle: {left}")
        ordered += free
        left = [name for name in left if name not in free]
    return ordered

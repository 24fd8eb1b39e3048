"""Migration 0016: claims and logos move into tables of their own; none is lost, and events and hosts are narrow."""

import shutil
from pathlib import Path

import pytest

from events_app.database import migrate
from events_app.database.migration import Engine, Migration
from events_app.database.schema import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.database.test_track_texts import COLUMNS
from tests.databases import ENGINE, run_sql

pytestmark = pytest.mark.anyio

NEW = "0016_claims_and_logos"
EVENT = "00000000-0000-4000-8000-000000000001"
WITH_LOGO, WITHOUT = "00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-000000000003"
PICTURE = b"\x89PNG\r\n\x1a\n and more"


def statements() -> list[str]:
    """An event that was claimed seven times, and two organizations, one of them with a logo."""
    engine: Engine = "sqlite" if ENGINE == "sqlite" else "postgresql"
    event = COLUMNS | {
        "id": f"'{EVENT}'",
        "slug": "'launch'",
        "title": "'{}'",
        "track": "'{}'",
        "claims": "7",
    }
    picture = f"X'{PICTURE.hex()}'" if ENGINE == "sqlite" else f"'\\x{PICTURE.hex()}'"
    rows = [("event", event)]
    for row_id, slug, logo, kind in (
        (WITH_LOGO, "cedar", picture, "image/png"),
        (WITHOUT, "open", "NULL", ""),
    ):
        said = {"id": f"'{row_id}'", "slug": f"'{slug}'", "name": "'{}'", "link": "''", "ours": "{true}"}
        rows.append(("organization", said | {"colour": "''", "second_colour": "''", "languages": "'[]'",
                                             "logo": logo, "logo_type": f"'{kind}'"}))  # fmt: skip
    return [
        Migration("test", f'INSERT INTO "{table}" ({names(row)}) VALUES ({", ".join(row.values())})')
        .statements(engine)[0]
        .sql
        for table, row in rows
    ]


def names(row: dict[str, str]) -> str:
    return ", ".join(f'"{name}"' for name in row)


async def test_every_claim_and_every_logo_is_found_in_its_new_table(
    new_database: MakeDatabase, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        if path.stem < NEW:
            shutil.copy(path, before)
    url = await new_database()
    await migrate(url, folder=before)
    await run_sql(url, *statements())

    assert (await migrate(url))[0] == NEW

    assert [(str(key), number) for key, number in await run_sql(url, "SELECT * FROM event_claim")] == [
        (EVENT, 7)
    ]
    ((organization, picture),) = await run_sql(url, "SELECT organization_id, picture FROM logo")
    assert (str(organization), bytes(picture)) == (WITH_LOGO, PICTURE)  # type: ignore[call-overload]
    kinds = await run_sql(url, "SELECT logo_type FROM organization ORDER BY slug")
    assert kinds == [("image/png",), ("",)]

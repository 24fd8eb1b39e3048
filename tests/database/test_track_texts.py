"""Migration 0006: a track that was one text becomes one for each of the title's languages, and nothing else changes."""

import json
import shutil
import uuid
from pathlib import Path

import pytest

from events_app.database import migrate
from events_app.database.migration import Engine, Migration
from events_app.database.schema import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import ENGINE, run_sql

pytestmark = pytest.mark.anyio

NEW = "0006_track_texts.sql"
COLUMNS = {
    "summary": "'{}'", "description": "'{}'", "place": "'{}'", "interpretation": "'{}'", "accessibility": "'{}'",
    "languages": "'[]'", "starts_wall": "'2035-05-12T13:00'", "ends_wall": "'2035-05-12T14:30'",
    "zone": "'Europe/Brussels'", "starts_fold": "0", "ends_fold": "0", "starts_at": "'2035-05-12 11:00:00+00:00'",
    "ends_at": "'2035-05-12 12:30:00+00:00'", "offers_in_person": "{true}", "offers_online": "{false}",
    "keeps_waitlist": "{true}", "offers_places": "{false}", "offer_hours": "24", "needs_approval": "{false}",
    "invitation_only": "{false}", "confirms_address": "{false}", "confirm_hours": "24", "shows_places": "'exact'",
    "most_guests": "0", "sends_holds": "{false}", "venue_key": "''", "announced": "'{}'", "moved_from": "'{}'",
    "consent_version": "0", "status": "'draft'", "visibility": "'public'", "sequence": "0", "claims": "0",
    "revision": "1", "created_at": "'2035-01-01 00:00:00+00:00'", "changed_at": "'2035-01-01 00:00:00+00:00'",
}  # fmt: skip
"""What every event of before holds, beside its title and its track."""


def insert(slug: str, title: str, track: str) -> list[str]:
    """An event and a line of its agenda."""
    event_id = uuid.uuid4()
    said = {
        "id": f"'{event_id}'",
        "slug": f"'{slug}'",
        "title": f"'{title}'",
        "track": f"'{track}'",
        **COLUMNS,
    }
    names = ", ".join(f'"{name}"' for name in said)
    text = f'INSERT INTO "event" ({names}) VALUES ({", ".join(said.values())})'
    agenda = f"INSERT INTO \"agenda_item\" VALUES ('{uuid.uuid4()}', '{event_id}', '{{}}', 10, 0)"
    engine: Engine = "sqlite" if ENGINE == "sqlite" else "postgresql"
    return [Migration("test", text).statements(engine)[0].sql, agenda]


async def test_a_track_stays_under_each_language_of_the_title(
    new_database: MakeDatabase, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        if path.name < NEW:
            shutil.copy(path, before)
    url = await new_database()
    await migrate(url, folder=before)
    for slug, title, track in (
        ("both", '{"en": "Launch", "ar": "إطلاق"}', "Justice, \"law\" & ''peace''"),
        ("arabic", '{"ar": "إطلاق", "en": ""}', "العدالة"),
        ("none", '{"en": "Launch"}', ""),
        ("untitled", "{}", "Culture"),
    ):
        await run_sql(url, *insert(slug, title, track))

    assert (await migrate(url))[0] == NEW.removesuffix(".sql")

    rows = await run_sql(url, 'SELECT "slug", "track", "shows_places" FROM "event" ORDER BY "slug"')
    said = "Justice, \"law\" & 'peace'"
    assert [(slug, json.loads(str(track)), shows) for slug, track, shows in rows] == [
        ("arabic", {"ar": "العدالة"}, "exact"),
        ("both", {"en": said, "ar": said}, "exact"),
        ("none", {}, "exact"),
        ("untitled", {"en": "Culture"}, "exact"),
    ]
    agenda = await run_sql(url, "SELECT count(*) FROM agenda_item JOIN event ON event.id = event_id")
    assert agenda == [(4,)]

"""What programs that come by are told."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from events_app import clock
from events_app.app import create_app
from events_app.settings import Settings
from events_app.settings.sections import Database, Storage
from events_app.settings.sections import Site as SiteSettings
from tests import make

pytestmark = pytest.mark.anyio


async def test_search_engines_are_told_to_leave_the_desk_and_personal_pages(house: make.House) -> None:
    answer = await (await house.client()).get("/robots.txt")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "User-agent: *", "Disallow: /desk", "Disallow: /registrations/", "Disallow: /my/",
    ]  # fmt: skip


async def test_nobody_is_named_where_the_operator_named_nobody(house: make.House) -> None:
    assert (await (await house.client()).get("/.well-known/security.txt")).status_code == 404


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/report", "https://example.org/report"),
    ],
)
async def test_whom_to_tell_of_a_weakness(
    migrated: tuple[str, list[str]], tmp_path: Path, contact: str, said: str
) -> None:
    make.office(tmp_path).vault.close()
    site = SiteSettings(
        base_url="https://events.example.org", languages=make.LANGUAGES, security_contact=contact
    )
    app = create_app(
        Settings(site=site, database=Database(url=migrated[0]), storage=Storage(tmp_path)),
        works=False,
    )
    house = make.House(app)

    async with app.router.lifespan_context(app), house.clients:
        with time_machine.travel("2027-01-10 12:00+00:00"):
            answer = await (await house.client()).get("/.well-known/security.txt")
            lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
            left = datetime.fromisoformat(lines["Expires"]) - clock.now()
    house.vault.close()

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert lines["Contact"] == said
    assert lines["Canonical"] == "https://events.example.org/.well-known/security.txt"
    assert lines["Preferred-Languages"] == "en, ar"
    assert timedelta(days=100) < left < timedelta(days=365), "RFC 9116, 2.5.5"

"""Installations to back up and restore: their settings, something in them, and verbs as an operator says them."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path

from events_app.events.models.event import Event
from events_app.opening import opened
from events_app.settings import Settings
from events_app.settings.sections import Database, Mail, Storage
from events_app.settings.sections import Site as SiteSettings
from tests import make
from tests.processes import ROOT


def settings_of(url: str, storage: Path) -> Settings:
    """An installation with its data at that address and its keys in that folder."""
    return Settings(
        site=SiteSettings(base_url=make.BASE, languages=make.LANGUAGES),
        database=Database(url=url),
        mail=Mail(sender_address="events@example.org"),
        storage=Storage(storage),
    )


async def filled(settings: Settings) -> Event:
    """Start it, and hold an event."""
    async with opened(settings) as vault:
        return await make.event(vault)


@dataclass(frozen=True)
class Said:
    """What a verb ended with."""

    code: int | None
    out: str
    err: str


async def verb(settings: Settings, *words: str) -> Said:
    """A verb of run.py for this installation, in a process of its own."""
    environ = {
        "PYTHONPATH": str(ROOT),
        "EVENTS_SITE__BASE_URL": settings.site.base_url,
        "EVENTS_STORAGE__DIRECTORY": str(settings.storage.directory),
        "EVENTS_DATABASE__URL": settings.database.url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "events_app.commands",
        *words,
        stdout=PIPE,
        stderr=PIPE,
        env=os.environ | environ,
    )
    out, err = await process.communicate()
    return Said(process.returncode, out.decode(), err.decode())

"""An installation opened for one act: its settings read, its database migrated, its keys looked at first."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from events_app import app as house
from events_app import i18n
from events_app.backups.fitting import fitting_vault
from events_app.database import close_database, migrate, open_database
from events_app.settings import Settings, load_settings
from events_app.vault import Vault
from events_app.work import MODELS, site_of_settings


def read_settings() -> Settings:
    return load_settings(house.ROOT / "settings.toml", os.environ)


@asynccontextmanager
async def opened(settings: Settings, *, tells: Callable[[str], None] | None = None) -> AsyncIterator[Vault]:
    """The vault, with the database migrated and open, when both belong together. Keys are made for new data only.

    The languages are read as well: whoever writes a letter here writes it in its reader's.
    """
    i18n.load_languages(settings.site.languages)
    (settings.storage.directory / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
    names = await migrate(settings.database.url)
    if tells is not None:
        for name in names:
            tells(f"Database: {name}")
    await open_database(settings.database.url, models=MODELS)
    try:
        vault = await fitting_vault(settings.storage.directory)
        try:
            vault.make_keys("site")
            site_of_settings(settings, vault)
            yield vault
        finally:
            vault.close()
    finally:
        await close_database()


def in_database(settings: Settings, act: Callable[[Vault], Awaitable[None]]) -> None:
    """Run one act with the vault and the database open."""

    async def run() -> None:
        async with opened(settings) as vault:
            await act(vault)

    asyncio.run(run())

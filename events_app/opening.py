"""An installation opened for one act: its settings read, its database migrated, its keys looked at first."""

import asyncio
import errno
import os
import secrets
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from events_app import app as house
from events_app import i18n
from events_app.backups.fitting import fitting_vault
from events_app.database import NoRoom, close_database, migrate, open_database
from events_app.settings import Settings, WrongSetting, load_settings
from events_app.vault import Vault
from events_app.work import MODELS, site_of_settings


def read_settings() -> Settings:
    return load_settings(house.ROOT / "settings.toml", os.environ)


@asynccontextmanager
async def opened(settings: Settings, *, tells: Callable[[str], None] | None = None) -> AsyncIterator[Vault]:
    """The vault, with the database migrated and open, when both belong together. Keys are made for new data only.

    The languages are read as well: whoever writes a letter here writes it in its reader's. Refuses WrongSetting where a
    folder or file cannot be used.
    """
    i18n.load_languages(settings.site.languages)
    with files_in_words():
        try_to_write(settings.storage.directory / "data")
        names = await migrate(settings.database.url)
    if tells is not None:
        for name in names:
            tells(f"Database: {name}")
    with files_in_words():
        await open_database(settings.database.url, models=MODELS)
    try:
        with files_in_words():
            vault = await fitting_vault(settings.storage.directory)
        try:
            with files_in_words():
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


def try_to_write(folder: Path) -> None:
    """Make the folder, its owner's only, and write into it once: what is wrong is found before anything begins."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    probe = folder / f"try-{secrets.token_hex(4)}"
    try:
        probe.write_bytes(b" " * 4096)
    finally:
        probe.unlink(missing_ok=True)


def refuse_taken_port(host: str, port: int) -> None:
    """Before anything is made or said: a link would lead to whoever listens there already. Refuses WrongSetting."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            said = f"we cannot listen at {host}, port {port}: {trouble.strerror}"
            raise WrongSetting("server.host or server.port", said) from None


@contextmanager
def files_in_words() -> Iterator[None]:
    """A folder or file that cannot be used, as one sentence for the operator. Refuses WrongSetting."""
    try:
        yield
    except OSError as trouble:
        if trouble.filename is None:
            raise
        raise WrongSetting("storage.directory", why_not(trouble)) from None
    except (sqlite3.DatabaseError, NoRoom) as trouble:
        said = f"the file of the database, or of the keys, cannot be used: {trouble}"
        raise WrongSetting("storage.directory or database.url", said) from None


def why_not(trouble: OSError) -> str:
    reason = {
        errno.EACCES: f"belongs to another user, or is closed to us (user {os.geteuid()})",
        errno.EPERM: f"belongs to another user, or is closed to us (user {os.geteuid()})",
        errno.EROFS: "lies on a disk that may only be read",
        errno.ENOSPC: "lies on a disk that is full",
        errno.EDQUOT: "lies on a disk of which we may have no more",
        errno.ENOTDIR: "is no folder, or something on the way there is none",
        errno.EEXIST: "is no folder",
    }.get(trouble.errno or 0, f"cannot be used: {trouble.strerror}")
    return f"{trouble.filename} {reason}"

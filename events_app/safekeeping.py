"""The verbs backup, restore and release, as an operator says them and is answered."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from events_app import clock, i18n
from events_app.acts import Office, Who
from events_app.backups.actions import redoing, restoring, saving
from events_app.backups.refusals import KeysMissing
from events_app.database import close_database, migrate, open_database
from events_app.opening import in_database, read_settings
from events_app.settings import Settings
from events_app.vault import Vault
from events_app.work import MODELS, site_of_settings

Done = TypeVar("Done")


def backup(words: list[str]) -> None:
    """Two archives: the data, and the keys that open it. The app may go on meanwhile."""
    parser = argparse.ArgumentParser(prog="run.py backup")
    parser.add_argument("directory", type=Path, help="where both archives go")
    parser.add_argument("--keys", type=Path, metavar="DIRECTORY", help="another place for the keys")
    wants = parser.parse_args(words)
    settings = read_settings()
    url, storage = settings.database.url, settings.storage.directory

    async def run() -> saving.Backup:
        await saving.refuse_other_version(url)
        await open_database(url, models=MODELS)
        try:
            keys_to = wants.keys or wants.directory
            return await saving.back_up(
                url, storage, data_to=wants.directory, keys_to=keys_to, now=clock.now()
            )
        finally:
            await close_database()

    made = asyncio.run(run())
    print(f"Data: {made.data}\nKeys: {made.keys}\nKeep them apart: together they open everything.")


def restore(words: list[str]) -> None:
    """Fill an empty database, of either engine, and an empty folder of keys from the two archives of a backup."""
    parser = argparse.ArgumentParser(prog="run.py restore")
    parser.add_argument("data", type=Path, help="the archive of the data")
    parser.add_argument("keys", type=Path, help="the archive of the keys, of the same backup or a later one")
    parser.add_argument("--deletions", type=Path, metavar="FILE", help="the newest list of deletions")
    wants = parser.parse_args(words)
    settings = read_settings()
    asyncio.run(_restore(settings, wants.data, wants.keys, wants.deletions))


async def _restore(settings: Settings, data: Path, keys: Path, newest: Path | None) -> None:
    storage, url = settings.storage.directory, settings.database.url
    (storage / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
    known, is_known = restoring.newest_deletions(storage, newest)
    i18n.load_languages(settings.site.languages)
    restored = await restoring.restore(data, keys, url=url, storage=storage, deletions=known)
    redone = await _with_keys(settings, partial(redoing.redo, restored.deletions))
    _say_restored(restored, redone, is_known=is_known)


async def _with_keys(settings: Settings, do: Callable[..., Awaitable[Done]]) -> Done:
    """Do it as the app, with the keys and the database that are there, whether or not they would be served."""
    await open_database(settings.database.url, models=MODELS)
    vault = Vault(settings.storage.directory)
    try:
        if not vault.is_there():
            raise KeysMissing(path=vault.folder)
        vault.open()
        return await do(act=Office(vault, site_of_settings(settings, vault)).at(clock.now(), Who.APP))
    finally:
        vault.close()
        await close_database()


def _say_restored(restored: restoring.Restored, redone: redoing.Redone, *, is_known: bool) -> None:
    day, rows = restored.made_at.date(), restored.rows
    print(
        f"Restored as of {restored.made_at:%Y-%m-%d %H:%M} UTC: {rows['event']} events, "
        f"{rows['registration']} registrations, {rows['letter']} emails. "
        f"People deleted again: {redone.people}. Events deleted, again or because their day had come: {redone.events}."
    )
    for each in redone.left:
        page = f"/desk/events/{each.scope}/registrations/{each.person}"
        print(f"NOT deleted again, please do it in the organizer area before emails are sent: {page}")
    if not is_known:
        print(
            f"There was no list of deletions: whoever asked for their data to be deleted since {day} is back. "
            "If you know of anybody, delete their data again in the organizer area before emails are sent."
        )
    print(
        "No email is sent, and emails that waited are on hold, until you have looked: python3 run.py release"
    )


def release(words: list[str]) -> None:
    """After a restore: let letters leave again."""
    argparse.ArgumentParser(prog="run.py release").parse_args(words)

    async def act(vault: Vault) -> None:
        await redoing.release()
        print("Emails are sent again. Those on hold stay so until an organizer sends them.")

    in_database(read_settings(), act)


def forget_lost(words: list[str]) -> None:
    """Give up the events whose keys are lost for good, so that the others can be served."""
    argparse.ArgumentParser(prog="run.py forget-lost").parse_args(words)
    settings = read_settings()

    async def run() -> int:
        await migrate(settings.database.url)
        return await _with_keys(settings, redoing.forget_lost)

    print(f"Events given up, because nobody can read their people any more: {asyncio.run(run())}.")

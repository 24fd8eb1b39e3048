"""A throw-away instance with invented data in every state, served: `python -m tests.gallery.house KIND FOLDER PORT`.

KIND: "empty" (an organizer and nothing else), "begun" (an organization too), "rich" (everything). When it serves,
FOLDER/places.json says where the things are that the registry of shots names in braces.
"""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events_app import app as house
from events_app import clock, i18n
from events_app.accounts import actions as accounts
from events_app.accounts.guard import FormExpired
from events_app.errors import Invalid
from events_app.events.rules import EventChangedMeanwhile
from events_app.opening import opened
from events_app.settings import Settings, load_settings
from events_app.vault import Vault
from events_app.web.limits import TooOften
from events_app.web.security import TooLarge
from tests import make
from tests.gallery import people
from tests.gallery.events import Places

KINDS = ("empty", "begun", "rich")
ORGANIZER, PASSPHRASE = "rima@example.org", "linden cedar harbour table"
REFUSALS = {403: FormExpired, 409: EventChangedMeanwhile, 413: TooLarge, 422: Invalid, 429: TooOften}


def main(kind: str, folder: str, port: str) -> None:
    assert kind in KINDS
    settings = settings_of(Path(folder).resolve())
    asyncio.run(fill(kind, settings))
    app = house.create_app(settings, works=False)
    app.router.routes.insert(0, Route("/gallery/{code:int}", refuse))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="critical", access_log=False)


def settings_of(folder: Path) -> Settings:
    """The defaults, in a folder of their own, with no mail server: letters are written and kept.

    The address is one that looks well in pictures; browsers say themselves that a post comes from the same origin.
    """
    settings = load_settings(make_file(folder), {})
    return replace(
        settings,
        site=replace(settings.site, base_url="http://events.example.org"),
        mail=replace(settings.mail, sender_address="events@example.org"),
        storage=replace(settings.storage, directory=folder),
        database=replace(settings.database, url=f"sqlite:{folder}/data/events.db"),
    )


def make_file(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "settings.toml"
    path.touch()
    return path


async def refuse(request: Request) -> Response:
    """The refusal of that status, or, for 500, something that nobody foresaw."""
    raise REFUSALS.get(request.path_params["code"], RuntimeError)()


async def fill(kind: str, settings: Settings) -> None:
    i18n.load_languages(settings.site.languages)
    async with opened(settings) as vault:
        places = await sit_down(vault)
        if kind == "begun":
            await make.organization("Cedar Archive for Human Rights", colour="#0b5653")
        if kind == "rich":
            places |= await people.fill(settings, vault)
    (settings.storage.directory / "places.json").write_text(json.dumps(places))


async def sit_down(vault: Vault) -> Places:
    """An organizer with a session, and a link for another one."""
    now = clock.now()
    token = await accounts.invite(vault, ORGANIZER, now=now)
    await accounts.accept(vault, token, "Rima Haddad", ORGANIZER, PASSPHRASE, now=now)
    return {
        "session": (await accounts.sign_in(vault, ORGANIZER, PASSPHRASE, now=now)).session,
        "welcome": await accounts.invite(vault, "new.organizer@example.org", now=now),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])

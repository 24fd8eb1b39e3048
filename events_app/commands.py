"""What run.py calls, inside the venv: each verb parses its own words and does one thing."""

import argparse
import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from events_app import app as house
from events_app import clock
from events_app.accounts import actions as accounts
from events_app.acts import Act, Office, Who
from events_app.adopting import adopt
from events_app.errors import Refusal, set_up_log
from events_app.installation import held_since
from events_app.opening import in_database, opened, read_settings, refuse_taken_port
from events_app.safekeeping import backup, forget_lost, release, restore
from events_app.settings import Settings, WrongSetting
from events_app.vault import Vault
from events_app.web.connections import Connection
from events_app.web.limits import take_all_files
from events_app.work import Worker, at_work, site_of_settings
from events_app.workers import WITH_US, kept_working, say_we_live, tell_systemd_we_live

ROOT = house.ROOT
FIRST_LINK = "first-link"


def main(words: list[str]) -> None:
    """Run the verb. What is refused is one sentence on standard error, and exit code 2."""
    verb, *rest = words or ["serve"]
    set_up_log()
    try:
        VERBS[verb](rest)
    except (Refusal, WrongSetting) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)


def serve(words: list[str]) -> None:
    """Migrate, show a newcomer the way in, and serve."""
    parser = argparse.ArgumentParser(prog="run.py serve")
    parser.add_argument("--empty", action="store_true", help=argparse.SUPPRESS)  # what it did is the rule now
    parser.add_argument("--web-only", action="store_true", help="only serve; run.py worker does the work")
    wants = parser.parse_args(words)
    settings = read_settings()
    settings.refuse_unsafe()
    refuse_taken_port(settings.server.host, settings.server.port)
    asyncio.run(prepare(settings))
    print(f"Serving on {settings.site.base_url}", flush=True)
    run_server(settings, works=not wants.web_only)


def run_server(settings: Settings, *, works: bool = True) -> None:
    """Serve until somebody stops it; with `works`, exactly one process works besides: this one, or one of its own."""
    several = settings.server.workers > 1
    with kept_working() if several and works else nullcontext():
        run_uvicorn(settings, "events_app.app:create" if several else house.create_app(settings, works=works))


def run_uvicorn(settings: Settings, app: str | Starlette) -> None:
    """uvicorn, without an access log: who looked at what is nobody's business."""
    take_all_files()
    server = settings.server
    several = server.workers > 1
    uvicorn.run(
        app,
        factory=several,
        host=server.host,
        port=server.port,
        workers=server.workers if several else None,
        loop="asyncio",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(server.trusted_proxies),
        forwarded_allow_ips=list(server.trusted_proxies),
        timeout_graceful_shutdown=20,
        timeout_worker_healthcheck=60,  # its own 5 s kill whoever still starts on a busy machine
        http=Connection,
    )


async def prepare(settings: Settings) -> None:
    """Everything before the first request: tables, keys, and on an empty database the first link."""
    async with opened(settings, tells=print) as vault:
        await _say_held()
        link = await accounts.invite_first(vault, now=clock.now())
        if link is None:
            (settings.storage.directory / FIRST_LINK).unlink(missing_ok=True)
            return
        show_first_link(f"{settings.site.base_url}/desk/welcome/{link}", settings.storage.directory)


def show_first_link(link: str, folder: Path) -> None:
    """On the screen of whoever started us. Where nobody looks on (a service, a container) what is printed is kept in a
    log, which others may read and keep: there the link goes into a file for its owner only."""
    print("There is no organizer yet. This link creates the first organizer's account; it works once:")
    if sys.stdout.isatty():
        print(f"  {link}", flush=True)
        return
    file = folder / FIRST_LINK
    file.unlink(missing_ok=True)
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as written:
        written.write(f"{link}\n")
    print(f"  it stands in {file}; `python3 run.py organizer ADDRESS` prints another", flush=True)


async def _say_held() -> None:
    """An operator who has just restored is told why no letter leaves."""
    day = await held_since()
    if day is not None:
        print(
            f"Restored from the backup of {day}. No email is sent before: python3 run.py release", flush=True
        )


def _organizers_act(settings: Settings, vault: Vault) -> Act:
    """What an organizer would do now, done from the shell."""
    return Office(vault, site_of_settings(settings, vault)).at(clock.now(), Who.ORGANIZER)


def migrate_only(words: list[str]) -> None:
    argparse.ArgumentParser(prog="run.py migrate").parse_args(words)

    async def run() -> list[str]:
        names: list[str] = []
        async with opened(read_settings(), tells=names.append):
            return names

    names = asyncio.run(run())
    print("\n".join(names) if names else "The database is up to date.")


def organizer(words: list[str]) -> None:
    """Print a one-time link for another organizer, or for one who forgot the passphrase."""
    parser = argparse.ArgumentParser(prog="run.py organizer")
    parser.add_argument("address", help="the organizer's email address")
    address = parser.parse_args(words).address
    settings = read_settings()

    async def act(vault: Vault) -> None:
        token = await accounts.invite(vault, address, now=clock.now())
        print(f"For {address}, once, and only for a few days:")
        print(f"  {settings.site.base_url}/desk/welcome/{token}")

    in_database(settings, act)


def worker(words: list[str]) -> None:
    """What works by itself (courier, caretaker, inbound mail), and no pages."""
    parser = argparse.ArgumentParser(prog="run.py worker")
    parser.add_argument(WITH_US, action="store_true", help="end when the standard input ends")
    with_us = bool(vars(parser.parse_args(words))[WITH_US.strip("-").replace("-", "_")])
    settings = read_settings()
    settings.refuse_unsafe()

    async def act(vault: Vault) -> None:
        await adopt()
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if with_us:
            loop.add_reader(sys.stdin.fileno(), stop.set)
        office = Office(vault, site_of_settings(settings, vault))
        lives = say_we_live if with_us else partial(tell_systemd_we_live, os.environ.get("NOTIFY_SOCKET", ""))
        async with at_work(Worker(settings, office, tell=lambda _courier: None, lives=lives)):
            await stop.wait()

    in_database(settings, act)


def demo(words: list[str]) -> None:
    """A throw-away instance with the example and an organizer's account."""
    parser = argparse.ArgumentParser(prog="run.py demo")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--dir", type=Path, default=ROOT / "var" / "demo")
    parser.add_argument("--people", type=int, default=60, help="how many of them have registered (60)")
    wants = parser.parse_args(words)
    settings = demo_settings(wants.port, wants.dir.resolve())
    refuse_taken_port(settings.server.host, settings.server.port)
    address, passphrase = "organizer@example.org", f"demo-{secrets.token_hex(8)}"
    wants.dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(_prepare_demo(settings, address, passphrase, people=wants.people))
    print(f"Address:    {settings.site.base_url}/")
    print(f"Organizer:  {address}")
    print(f"Passphrase: {passphrase}", flush=True)
    run_server(settings)


def demo_settings(port: int, directory: Path) -> Settings:
    """The operator's settings, moved to a folder and port of their own; EVENTS_MAIL__HOST and _PORT still count."""
    settings = read_settings()
    return replace(
        settings,
        site=replace(settings.site, base_url=f"http://127.0.0.1:{port}"),
        server=replace(settings.server, host="127.0.0.1", port=port, workers=1),
        database=replace(settings.database, url=f"sqlite:{directory}/data/events.db"),
        storage=replace(settings.storage, directory=directory),
        mail=replace(settings.mail, sender_address=settings.mail.sender_address or "events@example.org"),
    )


async def _prepare_demo(settings: Settings, address: str, passphrase: str, *, people: int) -> None:
    from events_app.example.actions.showing import NotEmpty, show

    async with opened(settings) as vault:
        with suppress(NotEmpty):  # it was started here before
            await show(people=people, with_trouble=True, act=_organizers_act(settings, vault))
        token = await accounts.invite(vault, address, now=clock.now())
        await accounts.accept(vault, token, "Rima", address, passphrase, now=clock.now())


def for_developers(module: str) -> Callable[[list[str]], None]:
    """A verb that lives with the tests, because what it needs is only in dev.lock."""

    def run(words: list[str]) -> None:
        import_module(module).main(words)

    return run


VERBS: dict[str, Callable[[list[str]], None]] = {
    "serve": serve,
    "worker": worker,
    "migrate": migrate_only,
    "organizer": organizer,
    "backup": backup,
    "restore": restore,
    "release": release,
    "forget-lost": forget_lost,
    "demo": demo,
    "bench": for_developers("tests.bench.measure"),
    "gallery": for_developers("tests.gallery.pictures"),
    "messages": for_developers("tests.translation.messages"),
}

if __name__ == "__main__":
    main(sys.argv[1:])

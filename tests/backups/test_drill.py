"""The drill, as docs/operating.md says it: back up, restore elsewhere, look at the lists, let letters leave."""

import re
import shlex
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.app import create_app
from events_app.backups.actions import redoing, restoring
from events_app.database import close_database, open_database
from events_app.events.models.event import Event
from events_app.installation import Installation, held_since, released
from events_app.mail.models import Letter
from events_app.opening import opened
from events_app.registrations.actions.forgetting import erase
from events_app.registrations.models import Registration
from events_app.settings import Settings
from events_app.vault import Deletion, KeyringBusy, Vault
from events_app.work import MODELS
from tests import make
from tests.backups.installations import Said, settings_of, verb
from tests.conftest import MakeDatabase
from tests.databases import ENGINE
from tests.processes import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def commands() -> list[str]:
    """The lines that the page on operating tells to type, in its chapter on backups."""
    text = (ROOT / "docs/operating.md").read_text("utf-8")
    chapter = text.split("## Backups")[1].split("\n## ")[0]
    return [line for block in re.findall(r"```\n(.*?)```", chapter, re.DOTALL) for line in block.splitlines()]


async def typed(settings: Settings, line: str, **paths: Path) -> Said:
    """The line as it stands there, each word in capitals put in."""
    program, script, *words = shlex.split(line)
    assert (program, script) == ("python3", "run.py")
    chosen = {name.replace("_", "-"): str(path) for name, path in paths.items()}
    said = await verb(settings, *(chosen.get(word, word) for word in words))
    assert said.code == 0, said.err
    return said


@dataclass
class Running:
    """An installation at work: an event with three people, one of whom was erased after the backup."""

    settings: Settings
    copies: Path
    event: Event
    erased: Registration

    def copy(self, part: str) -> Path:
        (found,) = self.copies.glob(f"events-{part}-*.zip")
        return found

    @property
    def deletions(self) -> Path:
        return self.settings.storage.directory / "deletions/list"


@pytest.fixture
async def running(settings: Settings, tmp_path: Path) -> Running:
    """Backed up by the page's first line; then one person was erased."""
    copies = tmp_path / "copies"
    copies.mkdir()
    async with opened(settings) as vault:
        event = await make.event(vault)
        office = Office(vault, make.site())
        rows = await make.registered(event, "Amal", "Basma", "Canary", office=office)
    await typed(settings, commands()[0], DATA_FOLDER=copies, KEYS_FOLDER=copies)
    async with opened(settings) as vault:
        await erase(rows[2].id, act=Office(vault, make.site()).at(clock.now()))
    return Running(settings, copies, event, rows[2])


def engines() -> list[str]:
    """Whichever engine is under test; where PostgreSQL is there, the other one too."""
    return ["sqlite"] if ENGINE == "sqlite" else ["postgresql", "sqlite"]


@pytest.fixture(params=engines())
async def elsewhere(request: pytest.FixtureRequest, new_database: MakeDatabase, tmp_path: Path) -> Settings:
    """Another machine, with nothing on it."""
    url = await new_database() if request.param == ENGINE else f"sqlite:{tmp_path / 'elsewhere.db'}"
    return settings_of(url, tmp_path / "elsewhere")


async def restored(running: Running, to: Settings, *, deletions: Path | None = None) -> Said:
    line = commands()[1] if deletions else commands()[1].partition(" --deletions")[0]
    named = {"LIST": deletions} if deletions else {}
    return await typed(
        to, line, DATA_ARCHIVE=running.copy("data"), KEYS_ARCHIVE=running.copy("keys"), **named
    )


async def people_of(event: Event, vault: Vault) -> list[str]:
    rows = await Registration.filter(event_id=event.id).order_by("arrival")
    return [
        str(vault.reveal(str(event.id), f"person:{row.id}", row.person, make.COURIER)["name"]) for row in rows
    ]


def test_the_page_says_three_commands() -> None:
    assert [line.split()[2] for line in commands()] == ["backup", "restore", "release"]


async def test_every_list_opens_after_a_restore_and_nobody_who_was_erased_is_back(
    running: Running, elsewhere: Settings
) -> None:
    said = await restored(running, elsewhere, deletions=running.deletions)

    assert "3 registrations" in said.out
    assert "People deleted again: 1." in said.out
    async with opened(elsewhere) as vault:
        assert await people_of(running.event, vault) == ["Amal", "Basma", ""]
        assert (await Registration.get(id=running.erased.id)).erased
        assert await Letter.filter(due_at__isnull=False).count() == 0
        assert await Letter.filter(thread=running.erased.id).exclude(words="gone").count() == 0
        assert [each.person for each in vault.deletions()] == [str(running.erased.id)]


async def test_the_desk_says_that_nothing_leaves(running: Running, elsewhere: Settings) -> None:
    await restored(running, elsewhere, deletions=running.deletions)

    async with make.house(elsewhere.database.url, elsewhere.storage.directory) as house:
        page = await (await house.desk()).get("/desk/mail")

    assert "This site was restored from a backup, and no email is sent" in make.words_of(page)


async def test_without_a_list_the_restore_says_which_erasures_it_cannot_know(
    running: Running, elsewhere: Settings
) -> None:
    said = await restored(running, elsewhere)

    assert f"deleted since {clock.now().date()}" in said.out
    async with opened(elsewhere) as vault:
        assert await people_of(running.event, vault) == ["Amal", "Basma", "Canary"]


async def test_an_event_that_was_forgotten_since_never_comes_back(
    running: Running, elsewhere: Settings
) -> None:
    async with opened(running.settings) as vault:
        await make.event(vault, slug="kept")
        vault.forget(str(running.event.id))

    said = await restored(running, elsewhere, deletions=running.deletions)

    assert "because their day had come: 1." in said.out
    async with opened(elsewhere) as vault:
        assert str(running.event.id) not in vault.scopes()
        assert await Registration.filter(event_id=running.event.id).count() == 0
        assert (await Event.get(id=running.event.id)).is_emptied


@asynccontextmanager
async def laid_down(running: Running, to: Settings) -> AsyncIterator[tuple[restoring.Restored, Vault]]:
    """Both archives put back, and nothing forgotten again yet."""
    data, keys, storage = running.copy("data"), running.copy("keys"), to.storage.directory
    back = await restoring.restore(data, keys, url=to.database.url, storage=storage, deletions=[])
    await open_database(to.database.url, models=MODELS)
    vault = Vault(storage)
    vault.open()
    try:
        yield back, vault
    finally:
        vault.close()
        await close_database()


async def test_a_backup_that_is_restored_after_the_deletion_day_never_brings_anybody_back(
    running: Running, elsewhere: Settings
) -> None:
    async with laid_down(running, elsewhere) as (back, vault):
        act = Office(vault, make.site()).at(running.event.ends_at + timedelta(days=31))

        redone = await redoing.redo(back.deletions, act=act)

        assert redone.events == 1
        assert str(running.event.id) not in vault.scopes()
        assert await Registration.all().count() == 0
        assert await Letter.filter(event_id=running.event.id).count() == 0


class Stuck(Vault):
    """Its list of deletions takes everybody but this one."""

    def __init__(self, directory: Path, person: uuid.UUID) -> None:
        super().__init__(directory)
        self._person = person

    def note_erased(self, scope: str, person: uuid.UUID | str) -> None:
        if person == self._person:
            raise KeyringBusy()
        super().note_erased(scope, person)


async def test_one_whose_data_is_damaged_is_erased_again_like_everybody(
    running: Running, elsewhere: Settings
) -> None:
    async with laid_down(running, elsewhere) as (_back, vault):
        first = await Registration.filter(event_id=running.event.id).order_by("arrival").first()
        assert first is not None
        await make.spoiled(first)
        listed = [Deletion(clock.now().date(), str(running.event.id), str(first.id))]

        redone = await redoing.redo(listed, act=Office(vault, make.site()).at(clock.now()))

        assert (redone.people, redone.left) == (1, ())


async def test_one_who_cannot_be_erased_again_is_named_and_holds_up_nobody(
    running: Running, elsewhere: Settings
) -> None:
    async with laid_down(running, elsewhere) as (_back, vault):
        rows = await Registration.filter(event_id=running.event.id).order_by("arrival")
        today, scope = clock.now().date(), str(running.event.id)
        listed = [Deletion(today, scope, str(row.id)) for row in rows[:2]]

        stuck = Stuck(vault.folder.parent, rows[0].id)
        stuck.open()

        redone = await redoing.redo(listed, act=Office(stuck, make.site()).at(clock.now()))
        stuck.close()

        assert (redone.people, redone.left) == (1, (listed[0],))
        assert (await Installation.get(id=1)).state == "held"


async def test_no_letter_leaves_a_restored_installation_before_its_operator_says_so(
    running: Running, elsewhere: Settings
) -> None:
    await restored(running, elsewhere, deletions=running.deletions)

    async with opened(elsewhere):
        assert await held_since() == clock.now().date()
    await typed(elsewhere, commands()[2])
    async with opened(elsewhere):
        assert await held_since() is None
        await released()
    again = await verb(elsewhere, "release")
    assert (again.code, again.err) == (2, "Nothing is on hold: emails are sent as they are created.\n")


async def test_a_server_of_a_held_installation_serves_and_its_courier_waits(
    running: Running, elsewhere: Settings
) -> None:
    await restored(running, elsewhere, deletions=running.deletions)
    app = create_app(elsewhere)

    try:
        async with app.router.lifespan_context(app):
            courier = app.state.house.courier
            assert courier is None or courier.looked_at is None
            assert await Installation.filter(state="held").exists()
    finally:
        app.state.house.vault.close()


async def test_the_data_alone_and_an_older_archive_of_the_keys_open_nothing(
    running: Running, elsewhere: Settings, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    later.mkdir()
    async with opened(running.settings) as vault:
        await make.event(vault, slug="later")
    await typed(running.settings, commands()[0], DATA_FOLDER=later, KEYS_FOLDER=later)
    (data,) = later.glob("events-data-*.zip")

    for words in ([str(data)], [str(data), str(data)], [str(data), str(running.copy("keys"))]):
        said = await verb(elsewhere, "restore", *words)
        assert said.code == 2
        assert "Traceback" not in said.err

    assert not (elsewhere.storage.directory / "keys").exists()


async def test_a_plain_copy_of_the_keys_of_a_running_installation_opens_everything(
    running: Running, tmp_path: Path
) -> None:
    copy = settings_of(running.settings.database.url, tmp_path / "copy")
    (tmp_path / "copy/keys").mkdir(parents=True, mode=0o700)

    async with opened(running.settings) as vault:
        later = await make.event(vault, slug="later")
        await make.registered(later, "Dalia", office=Office(vault, make.site()))
        for name in ("master.key", "keyring.db"):
            shutil.copy(running.settings.storage.directory / "keys" / name, tmp_path / "copy/keys" / name)

    async with opened(copy) as vault:
        assert await people_of(later, vault) == ["Dalia"]
        assert await people_of(running.event, vault) == ["Amal", "Basma", ""]

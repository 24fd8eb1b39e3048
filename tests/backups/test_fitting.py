"""A start looks first whether data and keys belong together, and never makes new keys beside older data."""

import asyncio
import shutil
from pathlib import Path

import pytest

from events_app.acts import Office
from events_app.app import create_app
from events_app.backups.refusals import (
    EventsWithoutKeys,
    KeysMissing,
    KeysOfAnother,
    NeverStarted,
    RestoreUnfinished,
)
from events_app.commands import prepare
from events_app.events.models.event import Event
from events_app.installation import Installation
from events_app.opening import opened
from events_app.registrations.models import Registration
from events_app.settings import Settings
from events_app.vault import Vault
from tests import make
from tests.backups.installations import filled, settings_of, verb
from tests.conftest import MakeDatabase

pytestmark = pytest.mark.anyio


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


async def test_a_first_start_marks_data_and_keyring_alike_and_the_next_one_finds_it(
    settings: Settings,
) -> None:
    marks = []
    for _again in range(2):
        async with opened(settings) as vault:
            marks += [(await Installation.get(id=1)).mark, vault.mark()]

    assert len(set(marks)) == 1


async def test_an_installation_from_before_there_were_marks_gets_one(settings: Settings) -> None:
    await filled(settings)
    await forget_marks(settings, keyring=True)

    async with opened(settings) as vault:
        assert (await Installation.get(id=1)).mark == vault.mark()


async def forget_marks(settings: Settings, *, keyring: bool) -> None:
    async with opened(settings) as vault:
        await Installation.all().delete()
        if keyring:
            with vault._keyring.writing() as connection:
                connection.execute("DELETE FROM fact WHERE name = 'mark'")


async def test_a_start_that_was_stopped_between_the_two_marks_goes_on(settings: Settings) -> None:
    await filled(settings)
    await forget_marks(settings, keyring=False)

    async with opened(settings) as vault:
        assert (await Installation.get(id=1)).mark == vault.mark()


async def test_no_new_keys_are_ever_made_beside_data(settings: Settings) -> None:
    await filled(settings)
    keys = settings.storage.directory / "keys"
    shutil.rmtree(keys)

    with pytest.raises(KeysMissing, match="No new keys were made"):
        await prepare(settings)

    assert not keys.exists()


@pytest.mark.parametrize("lost", ["keyring.db", "master.key"])
async def test_half_of_the_keys_is_never_made_anew(settings: Settings, lost: str) -> None:
    await filled(settings)
    (settings.storage.directory / "keys" / lost).unlink()

    with pytest.raises(KeysMissing):
        await prepare(settings)

    assert not (settings.storage.directory / "keys" / lost).exists()


async def test_the_keys_of_another_installation_are_refused_and_left_alone(
    settings: Settings, new_database: MakeDatabase, tmp_path: Path
) -> None:
    await filled(settings)
    other = settings_of(await new_database(), tmp_path / "other")
    await filled(other)
    keys = tmp_path / "other" / "keys"
    before = files_of(keys)

    with pytest.raises(KeysOfAnother):
        await prepare(settings_of(settings.database.url, tmp_path / "other"))

    assert files_of(keys) == before


async def test_new_keys_beside_older_data_are_refused_also_when_neither_has_a_mark(
    settings: Settings, tmp_path: Path
) -> None:
    await filled(settings)
    await forget_marks(settings, keyring=True)
    strange = Vault(tmp_path / "strange")
    strange.open()
    strange.make_keys("site")
    strange.close()

    with pytest.raises(KeysOfAnother):
        await prepare(settings_of(settings.database.url, tmp_path / "strange"))


async def test_a_keyring_that_is_older_than_an_event_is_refused(settings: Settings, tmp_path: Path) -> None:
    await filled(settings)
    keys = settings.storage.directory / "keys"
    shutil.copytree(keys, tmp_path / "older")
    async with opened(settings) as vault:
        await make.event(vault, slug="later")
    shutil.rmtree(keys)
    shutil.copytree(tmp_path / "older", keys)

    with pytest.raises(EventsWithoutKeys, match="keys of 1 of the events"):
        await prepare(settings)


async def test_what_is_lost_for_good_can_be_given_up_and_the_rest_is_served(
    settings: Settings, tmp_path: Path
) -> None:
    kept = await filled(settings)
    keys = settings.storage.directory / "keys"
    shutil.copytree(keys, tmp_path / "older")
    async with opened(settings) as vault:
        lost = await make.event(vault, slug="later")
        await make.registered(lost, "Amal", office=Office(vault, make.site()))
    shutil.rmtree(keys)
    shutil.copytree(tmp_path / "older", keys)
    assert (await verb(settings, "migrate")).code == 2

    said = await verb(settings, "forget-lost")

    assert (said.code, said.out.rpartition(": ")[2]) == (0, "1.\n")
    async with opened(settings) as vault:
        assert [each.id for each in await Event.filter(forgotten_on=None)] == [kept.id]
        assert await Registration.all().count() == 0


async def test_nothing_is_given_up_when_the_keys_are_the_wrong_ones(
    settings: Settings, new_database: MakeDatabase, tmp_path: Path
) -> None:
    event = await filled(settings)
    other = settings_of(await new_database(), tmp_path / "other")
    await filled(other)

    said = await verb(settings_of(settings.database.url, tmp_path / "other"), "forget-lost")

    assert said.code == 2
    async with opened(settings) as vault:
        assert str(event.id) in vault.scopes()
        assert (await Event.get(id=event.id)).forgotten_on is None


async def test_an_event_that_was_forgotten_on_purpose_holds_up_no_start(settings: Settings) -> None:
    event = await filled(settings)
    async with opened(settings) as vault:
        await make.event(vault, slug="kept")
        vault.forget(str(event.id))

    await prepare(settings)


async def test_a_database_that_holds_nothing_takes_whatever_keyring_is_there(
    settings: Settings, new_database: MakeDatabase
) -> None:
    await filled(settings)
    empty = settings_of(await new_database(), settings.storage.directory)

    async with opened(empty) as vault:
        assert (await Installation.get(id=1)).mark == vault.mark()


async def test_four_first_starts_at_once_agree_on_the_mark(settings: Settings) -> None:
    ends = await asyncio.gather(*(verb(settings, "migrate") for _ in range(4)))

    assert [end.code for end in ends] == [0] * 4, ends
    async with opened(settings) as vault:
        assert (await Installation.get(id=1)).mark == vault.mark()


async def test_a_restore_that_was_stopped_half_way_is_never_served(settings: Settings) -> None:
    await filled(settings)
    async with opened(settings):
        await Installation.filter(id=1).update(state="restoring")

    with pytest.raises(RestoreUnfinished):
        await prepare(settings)


async def test_a_server_that_is_started_past_the_front_door_makes_no_keys(settings: Settings) -> None:
    with pytest.raises(NeverStarted):
        create_app(settings)

    assert not (settings.storage.directory / "keys").exists()


async def test_a_verb_says_what_to_do_in_one_sentence_and_without_a_traceback(settings: Settings) -> None:
    await filled(settings)
    shutil.rmtree(settings.storage.directory / "keys")

    said = await verb(settings, "migrate")

    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "Put that folder back" in said.err

"""The site is looked after: what will be trouble soon is shown, and goes when it is over."""

from datetime import timedelta
from pathlib import Path

import pytest

from events_app import clock
from events_app.acts import Office
from events_app.clock import milliseconds
from events_app.health.actions.guarding import note
from events_app.health.actions.watching import keys_trouble, watch
from events_app.health.models import Trouble
from events_app.installation import Installation, note_backup
from events_app.mail.models import Letter, MailStop
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

WEEK = timedelta(days=7)


async def signs() -> list[tuple[str, str]]:
    return [(each.job, each.detail) for each in await Trouble.all().order_by("job")]


async def test_a_site_without_a_backup_is_told_after_a_week_and_not_before(office: Office) -> None:
    await Installation.create(id=1, mark="mark")

    await watch(act=office.at(clock.now() + timedelta(days=6)))
    assert await signs() == []
    await watch(act=office.at(clock.now() + timedelta(days=8)))
    assert await signs() == [("backup", "never")]
    await note_backup(clock.now())
    await watch(act=office.at(clock.now()))

    assert await signs() == []


async def test_mail_that_was_stopped_for_an_hour_is_shown(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    assert await Letter.filter(due_at__not_isnull=True).exists()
    since = milliseconds(clock.now())
    await MailStop.create(id="courier", reason="away", words="", since=since, until=since)

    await watch(act=office.at(clock.now() + timedelta(minutes=59)))
    before = await signs()
    await watch(act=office.at(clock.now() + timedelta(minutes=61)))

    assert (before, await signs()) == ([], [("mail", "away")])


async def test_key_files_that_the_next_start_would_refuse_are_shown_while_the_app_still_runs(
    office: Office,
) -> None:
    master = office.vault.folder / "master.key"
    assert keys_trouble(office.vault.folder) == ""

    master.chmod(0o644)
    exposed = keys_trouble(office.vault.folder)
    master.chmod(0o600)
    moved = master.rename(master.with_name("elsewhere"))
    lost = keys_trouble(office.vault.folder)
    moved.rename(master)

    assert (exposed, lost) == ("KeysExposed", "KeysLost")


async def test_a_folder_that_is_gone_is_no_failure_of_the_look(tmp_path: Path) -> None:
    assert keys_trouble(tmp_path / "nowhere") == "KeysLost"


async def test_a_proxy_that_was_seen_once_is_never_a_trouble_for_good(office: Office) -> None:
    await note("forwarded", detail="")

    await watch(act=office.at(clock.now() + timedelta(days=1)))
    before = await signs()
    await watch(act=office.at(clock.now() + timedelta(days=3)))

    assert (before, await signs()) == ([("forwarded", "")], [])

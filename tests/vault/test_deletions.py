"""What was forgotten is listed outside the data and the keys, and the list survives a crash and a restore."""

import multiprocessing
import stat
import uuid
from datetime import date
from pathlib import Path

import pytest
import time_machine

from events_app.vault import Deletion, DeletionsUnreadable, Vault
from events_app.vault.deletions import Deletions

pytestmark = pytest.mark.engine_free

DAY = date(2035, 5, 1)
REGISTRATION = uuid.UUID(int=7)


def test_a_forgotten_event_and_an_erased_person_are_listed_by_their_ids_and_the_day(
    vault: Vault, tmp_path: Path
) -> None:
    with time_machine.travel("2035-05-01 12:00+00:00"):
        vault.note_erased("event", REGISTRATION)
        vault.forget("event")

    assert vault.deletions() == [Deletion(DAY, "event", str(REGISTRATION)), Deletion(DAY, "event")]
    assert (tmp_path / "deletions/list").read_text().splitlines() == [
        f'{{"day": "2035-05-01", "scope": "event", "person": "{REGISTRATION}"}}',
        '{"day": "2035-05-01", "scope": "event"}',
    ]


def test_nobody_else_can_read_or_enter_it(vault: Vault, tmp_path: Path) -> None:
    vault.forget("event")

    assert stat.S_IMODE((tmp_path / "deletions").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "deletions/list").stat().st_mode) == 0o600


def test_what_is_listed_already_is_not_listed_twice(vault: Vault) -> None:
    for _again in range(2):
        vault.note_erased("event", REGISTRATION)
        vault.forget("event")

    assert len(vault.deletions()) == 2


def test_an_event_is_listed_although_the_keyring_would_not_let_its_keys_go(vault: Vault) -> None:
    vault.close()

    with pytest.raises(Exception, match="not open"):
        vault.forget("event")

    assert [each.scope for each in vault.deletions()] == ["event"]


def test_half_a_line_that_a_crash_left_never_spoils_the_next(tmp_path: Path) -> None:
    deletions = Deletions(tmp_path / "list")
    deletions.add(Deletion(DAY, "event"))
    with deletions.path.open("ab") as file:
        file.write(b'{"day": "2035-0')

    assert deletions.read() == [Deletion(DAY, "event")]
    deletions.add(Deletion(DAY, "another"))
    assert deletions.read() == [Deletion(DAY, "event"), Deletion(DAY, "another")]


@pytest.mark.parametrize(
    "line", ["yesterday\n", '{"day": "soon", "scope": "1"}\n', '{"day": "2035-05-01"}\n', "[]\n"]
)
def test_a_line_that_is_none_is_never_passed_over(tmp_path: Path, line: str) -> None:
    (tmp_path / "list").write_text(line)

    with pytest.raises(DeletionsUnreadable, match="Line 1 of"):
        Deletions(tmp_path / "list").read()


def _add_some(path: Path, first: int) -> None:
    for number in range(first, first + 20):
        Deletions(path).add(Deletion(DAY, str(number)))


def test_two_processes_lose_no_line_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "list"

    with multiprocessing.get_context("spawn").Pool(2) as processes:
        processes.starmap(_add_some, [(path, 0), (path, 20)], chunksize=1)

    assert sorted(int(each.scope) for each in Deletions(path).read()) == list(range(40))

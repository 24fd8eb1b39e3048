"""The master key's file: strict about who may read it, exact about what it holds."""

import stat
from pathlib import Path

import pytest

from events_app.vault import KeysExposed, KeysLost
from events_app.vault.master import MasterKeys, new_master, read_master, write_master

pytestmark = pytest.mark.engine_free


def test_a_written_key_is_read_again_from_a_file_of_the_owner_only(tmp_path: Path) -> None:
    path, master = tmp_path / "master.key", new_master()

    write_master(path, master)

    assert read_master(path) == master
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["master.key"]


def test_the_first_line_wraps_what_is_new(tmp_path: Path) -> None:
    path, older = tmp_path / "master.key", new_master()
    newer = older.with_another()

    write_master(path, newer)

    assert read_master(path).newest == newer.newest != older.newest
    assert list(read_master(path).keys)[1:] == list(older.keys)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o610])
def test_a_file_that_others_may_open_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "master.key"
    write_master(path, new_master())
    path.chmod(mode)

    with pytest.raises(KeysExposed) as refused:
        read_master(path)

    assert f"chmod 600 {path}" in str(refused.value)
    assert f"mode {mode:04o}" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "1\n", "1:\n", "1:AAAA\n", "1:????\n", "a:" + "A" * 43 + "=\na:" + "A" * 43 + "=\n", "é:AAAA\n"],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master.key"
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")

    with pytest.raises(KeysLost):
        read_master(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeysLost):
        read_master(tmp_path / "master.key")


def test_master_keys_are_not_printed() -> None:
    master = MasterKeys({"1": b"canary" * 6})

    assert "canary" not in repr(master)

"""Keys made, rotated and forgotten, by one process and by several at once."""

import multiprocessing
import multiprocessing.connection
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from events_app.addresses import kept
from events_app.vault import Json, KeyringBusy, KeysLost, NoKey, Reader, SealBroken, Vault
from events_app.vault.keyring import Keyring, Wrap

pytestmark = pytest.mark.engine_free

COURIER = Reader("courier")
PERSON: dict[str, Json] = {"name": "Rana"}


def _index_of_a_new_scope(directory: Path, scopes: list[str]) -> list[bytes]:
    with closing(Vault(directory)) as vault:
        vault.open()
        for scope in scopes:
            vault.make_keys(scope)
        return [vault.blind_index(scope, kept("rana@example.org")) for scope in scopes]


def test_four_processes_that_start_and_make_the_same_keys_at_once_agree(tmp_path: Path) -> None:
    scopes = [f"event {number}" for number in range(10)]

    with multiprocessing.get_context("spawn").Pool(4) as processes:
        answers = processes.starmap(_index_of_a_new_scope, [(tmp_path, scopes)] * 4, chunksize=1)

    assert answers == [answers[0]] * 4
    assert _index_of_a_new_scope(tmp_path, scopes) == answers[0]


def test_threads_that_make_and_use_the_same_keys_at_once_agree(vault: Vault) -> None:
    seen: list[bytes] = []

    def work() -> None:
        for number in range(20):
            vault.make_keys(f"event {number}")
            seen.append(vault.blind_index(f"event {number}", kept("rana@example.org")))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 80
    assert len(set(seen)) == 20


def test_keys_made_by_another_process_are_found(vault: Vault, tmp_path: Path) -> None:
    other = Vault(tmp_path)
    other.open()
    other.make_keys("late")

    assert vault.reveal("late", "1", other.seal("late", "1", PERSON), COURIER) == PERSON
    other.close()


def test_a_forked_child_uses_a_connection_of_its_own(vault: Vault, tmp_path: Path) -> None:
    child = multiprocessing.get_context("fork").Process(target=vault.make_keys, args=("child",))
    child.start()
    child.join()

    assert child.exitcode == 0
    assert len(vault.blind_index("child", kept("rana@example.org"))) == 32


def test_a_forgotten_scope_does_not_open_and_the_others_do(vault: Vault) -> None:
    gone, kept = vault.seal("event", "1", PERSON), vault.seal("site", "1", PERSON)

    vault.forget("event")

    with pytest.raises(NoKey):
        vault.reveal("event", "1", gone, COURIER)
    assert vault.reveal("site", "1", kept, COURIER) == PERSON


def test_new_keys_after_forgetting_do_not_open_what_was_sealed_before(vault: Vault) -> None:
    gone = vault.seal("event", "1", PERSON)
    vault.forget("event")

    vault.make_keys("event")

    with pytest.raises(SealBroken):
        vault.reveal("event", "1", gone, COURIER)


def test_another_process_stops_opening_what_was_forgotten(vault: Vault, tmp_path: Path) -> None:
    other = Vault(tmp_path, look_again=0)
    other.open()
    blob = vault.seal("event", "1", PERSON)
    assert other.reveal("event", "1", blob, COURIER) == PERSON

    vault.forget("event")

    with pytest.raises(NoKey):
        other.reveal("event", "1", blob, COURIER)
    other.close()


def _bytes_on_the_disk(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(directory.rglob("*")) if file.is_file())


def test_forgetting_removes_the_wrapped_keys_from_the_files(vault: Vault, tmp_path: Path) -> None:
    wrap = Keyring(tmp_path / "keys" / "keyring.db")
    wrap.open()
    found = wrap.find("event")
    assert found is not None
    assert found.data_key in _bytes_on_the_disk(tmp_path)
    wrap.close()

    vault.forget("event")

    assert found.data_key not in _bytes_on_the_disk(tmp_path)
    assert found.index_key not in _bytes_on_the_disk(tmp_path)


def test_forgetting_says_so_when_a_reader_holds_the_file_and_then_works(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keyring.db")
    keyring.open()
    with keyring.writing():
        keyring.put(Wrap("event", "1", b"data key", b"index key"))
    reader = sqlite3.connect(tmp_path / "keyring.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM wrap").fetchall()
    with keyring.using() as connection:
        connection.execute("PRAGMA busy_timeout = 10")

    with pytest.raises(KeyringBusy):
        _delete_all(keyring)

    assert keyring.find("event") is not None
    reader.close()
    _delete_all(keyring)
    assert b"data key" not in _bytes_on_the_disk(tmp_path)
    keyring.close()


def _make_keys_for_ever(directory: Path, told: "multiprocessing.connection.Connection") -> None:
    vault = Vault(directory)
    vault.open()
    for number in range(100_000):
        vault.make_keys(f"event {number}")
        told.send(f"event {number}")


def test_a_key_that_was_there_when_the_process_was_killed_is_there_afterwards(tmp_path: Path) -> None:
    mine, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_make_keys_for_ever, args=(tmp_path, theirs)
    )
    process.start()
    told = [mine.recv() for _ in range(30)]

    process.kill()
    process.join()

    with closing(Vault(tmp_path)) as vault:
        vault.open()
        assert set(told) <= vault.scopes()
        vault.make_keys("afterwards")


def _delete_all(keyring: Keyring) -> None:
    with keyring.writing() as connection:
        connection.execute("DELETE FROM wrap")


def test_a_key_never_stands_anywhere_but_in_the_file_that_a_copy_takes(vault: Vault, tmp_path: Path) -> None:
    blob = vault.seal("event", "1", PERSON)
    copy = tmp_path / "copy" / "keys"
    copy.mkdir(parents=True, mode=0o700)

    for name in ("master.key", "keyring.db"):
        (copy / name).touch(0o600)
        (copy / name).write_bytes((tmp_path / "keys" / name).read_bytes())

    with closing(Vault(tmp_path / "copy")) as copied:
        copied.open()
        assert copied.reveal("event", "1", blob, COURIER) == PERSON


def _as_earlier_versions_kept_it(path: Path) -> sqlite3.Connection:
    """The keyring in WAL mode, its newest row in the log only."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("INSERT INTO wrap VALUES ('late', '1', x'01', x'02')")
    return connection


def test_the_log_of_an_earlier_version_is_folded_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keyring.db"
    with closing(Keyring(path)) as made:
        made.open()
    earlier = _as_earlier_versions_kept_it(path)
    crashed = tmp_path / "crashed.db"
    for ending in ("", "-wal"):
        Path(f"{crashed}{ending}").touch(0o600)
        Path(f"{crashed}{ending}").write_bytes(Path(f"{path}{ending}").read_bytes())
    earlier.close()

    with closing(Keyring(crashed)) as keyring:
        keyring.open()

        assert keyring.find("late") == Wrap("late", "1", b"\x01", b"\x02")
        assert not Path(f"{crashed}-wal").exists()


def test_a_start_beside_an_earlier_version_that_still_runs_waits_until_it_has_stopped(tmp_path: Path) -> None:
    path = tmp_path / "keyring.db"
    with closing(Keyring(path)) as made:
        made.open()
    earlier = _as_earlier_versions_kept_it(path)
    stopping = threading.Timer(0.3, earlier.close)
    stopping.start()

    with closing(Keyring(path)) as keyring:
        keyring.open()

        assert keyring.find("late") is not None
    stopping.join()


def _key_of_earlier_version(path: Path) -> bytes:
    with closing(Keyring(path)) as keyring:
        keyring.open()
        found = keyring.find("late")
        return found.data_key if found else b""


def test_four_starts_at_once_on_the_keyring_of_an_earlier_version_all_come_up(tmp_path: Path) -> None:
    path = tmp_path / "keyring.db"
    with closing(Keyring(path)) as made:
        made.open()
    _as_earlier_versions_kept_it(path).close()

    with multiprocessing.get_context("spawn").Pool(4) as processes:
        found = processes.map(_key_of_earlier_version, [path] * 4, chunksize=1)

    assert found == [b"\x01"] * 4


def test_rotating_the_master_key_changes_no_blob_and_no_index(vault: Vault, tmp_path: Path) -> None:
    blob, index = vault.seal("event", "1", PERSON), vault.blind_index("event", kept("rana@example.org"))
    before = _bytes_on_the_disk(tmp_path)

    assert vault.rotate_master() == 2

    assert vault.reveal("event", "1", blob, COURIER) == PERSON
    vault.close()
    again = Vault(tmp_path)
    again.open()
    assert again.reveal("event", "1", blob, COURIER) == PERSON
    assert again.blind_index("event", kept("rana@example.org")) == index
    assert _bytes_on_the_disk(tmp_path) != before
    again.close()


def test_a_keyring_from_before_the_rotation_opens_until_the_old_master_key_is_retired(
    vault: Vault, tmp_path: Path
) -> None:
    blob = vault.seal("event", "1", PERSON)
    vault.close()
    saved = (tmp_path / "keys" / "keyring.db").read_bytes()
    vault.open()
    vault.rotate_master()
    vault.close()

    def put_back() -> Vault:
        (tmp_path / "keys" / "keyring.db").write_bytes(saved)
        return Vault(tmp_path)

    restored = put_back()
    restored.open()
    assert restored.reveal("event", "1", blob, COURIER) == PERSON
    assert restored.rotate_master() == 2
    assert restored.retire_masters() == 2
    assert restored.reveal("event", "1", blob, COURIER) == PERSON
    restored.close()

    with pytest.raises(KeysLost):
        put_back().open()


def test_another_process_reads_on_through_a_rotation(vault: Vault, tmp_path: Path) -> None:
    other = Vault(tmp_path)
    other.open()
    blob = vault.seal("event", "1", PERSON)

    vault.rotate_master()
    vault.retire_masters()
    assert other.reveal("event", "1", blob, COURIER) == PERSON
    other.make_keys("late")

    assert vault.reveal("late", "1", other.seal("late", "1", PERSON), COURIER) == PERSON
    other.close()


def _fail_half_way(keyring: Keyring) -> None:
    with keyring.writing():
        keyring.put(Wrap("event", "1", b"data", b"index"))
        raise ZeroDivisionError


def test_a_block_that_fails_writes_nothing(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keyring.db")
    keyring.open()

    with pytest.raises(ZeroDivisionError):
        _fail_half_way(keyring)

    assert keyring.find("event") is None
    keyring.close()

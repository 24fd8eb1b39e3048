"""The vault seals, opens for a named reader, refuses what was moved or changed, and forgets."""

import stat
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events_app.addresses import kept
from events_app.vault import (
    Json,
    KeysExposed,
    KeysLost,
    NoKey,
    Reader,
    ReadingRefused,
    SealBroken,
    Vault,
    VaultClosed,
)

pytestmark = pytest.mark.engine_free

COURIER = Reader("courier")
PERSON: dict[str, Json] = {"name": "Canary Rana خليل", "address": "canary@example.org"}

one_vault = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@one_vault
@given(value=st.dictionaries(st.text(), json_values, max_size=5), context=st.text(max_size=40))
def test_what_is_sealed_is_revealed(vault: Vault, value: dict[str, Json], context: str) -> None:
    assert vault.reveal("event", context, vault.seal("event", context, value), COURIER) == value


def test_many_values_are_revealed_as_one_by_one_and_refused_as_one_by_one(vault: Vault) -> None:
    sealed = [(str(n), vault.seal("event", str(n), {"name": f"Nour {n}"})) for n in range(3)]

    assert vault.reveal_each("event", sealed, COURIER) == [
        vault.reveal("event", context, blob, COURIER) for context, blob in sealed
    ]
    assert vault.reveal_each("event", [], COURIER) == []
    with pytest.raises(SealBroken):
        vault.reveal_each("event", [*sealed, ("4", sealed[0][1])], COURIER)


@one_vault
@given(data=st.binary(max_size=5000))
def test_bytes_that_are_sealed_are_revealed(vault: Vault, data: bytes) -> None:
    assert vault.reveal_bytes("event", "letter", vault.seal_bytes("event", "letter", data), COURIER) == data


@one_vault
@given(text=st.text(min_size=4))
def test_no_plain_text_is_in_a_blob(vault: Vault, text: str) -> None:
    blob = vault.seal("event", "person", {"name": text})

    assert text.encode("utf-8", "surrogatepass") not in blob


@one_vault
@given(name=st.text(max_size=40))
def test_the_length_of_a_name_does_not_show(vault: Vault, name: str) -> None:
    assert len(vault.seal("event", "person", {"name": name})) == len(vault.seal("event", "person", PERSON))


def test_a_blob_is_its_form_a_nonce_and_a_multiple_of_256_with_its_tag(vault: Vault) -> None:
    small, big = vault.seal("event", "person", PERSON), vault.seal_bytes("event", "letter", b"x" * 1024)

    assert (small[0], len(small)) == (1, 1 + 12 + 256 + 16)
    assert (big[0], len(big)) == (1, 1 + 12 + 2048 + 16)


def test_the_same_value_is_never_the_same_blob(vault: Vault) -> None:
    assert vault.seal("event", "person", PERSON) != vault.seal("event", "person", PERSON)


def test_a_blob_in_another_row_is_refused(vault: Vault) -> None:
    first, second = vault.seal("event", "1", PERSON), vault.seal("event", "2", PERSON)

    for context, blob in (("1", second), ("2", first), ("", first)):
        with pytest.raises(SealBroken):
            vault.reveal("event", context, blob, COURIER)


def test_a_blob_in_another_event_is_refused(vault: Vault) -> None:
    with pytest.raises(SealBroken):
        vault.reveal("site", "1", vault.seal("event", "1", PERSON), COURIER)


@one_vault
@given(bit=st.integers(min_value=0, max_value=(1 + 12 + 256 + 16) * 8 - 1))
def test_a_changed_bit_is_refused(vault: Vault, bit: int) -> None:
    blob = bytearray(vault.seal("event", "1", PERSON))
    blob[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealBroken):
        vault.reveal("event", "1", bytes(blob), COURIER)


@one_vault
@given(length=st.integers(min_value=0, max_value=1 + 12 + 256 + 16 - 1))
def test_a_cut_blob_is_refused(vault: Vault, length: int) -> None:
    with pytest.raises(SealBroken):
        vault.reveal("event", "1", vault.seal("event", "1", PERSON)[:length], COURIER)


def test_a_scope_without_keys_is_refused(vault: Vault) -> None:
    with pytest.raises(NoKey):
        vault.seal("elsewhere", "1", PERSON)
    with pytest.raises(NoKey):
        vault.reveal("elsewhere", "1", b"\x01", COURIER)
    with pytest.raises(NoKey):
        vault.blind_index("elsewhere", kept("rana@example.org"))


def test_the_reading_rule_hears_who_asks_for_what_and_may_refuse(tmp_path: Path) -> None:
    asked: list[tuple[Reader, str, str]] = []

    def only_the_courier(reader: Reader, *, scope: str, context: str) -> None:
        asked.append((reader, scope, context))
        if reader.role != "courier":
            raise ReadingRefused()

    vault, organizer = Vault(tmp_path, may_read=only_the_courier), Reader("organizer", uuid4())
    vault.open()
    vault.make_keys("event")
    blob, letter = vault.seal("event", "1", PERSON), vault.seal_bytes("event", "2", b"Dear Rana")

    with pytest.raises(ReadingRefused):
        vault.reveal("event", "1", blob, organizer)
    with pytest.raises(ReadingRefused):
        vault.reveal_bytes("event", "2", letter, organizer)

    assert vault.reveal("event", "1", blob, COURIER) == PERSON
    assert asked == [(organizer, "event", "1"), (organizer, "event", "2"), (COURIER, "event", "1")]
    vault.close()


def test_one_address_has_one_index_in_a_scope_and_another_in_the_next(vault: Vault) -> None:
    here, there = (
        vault.blind_index("event", kept("Rana@Example.org ")),
        vault.blind_index("site", kept("rana@example.org")),
    )

    assert here == vault.blind_index("event", kept("rana@example.org"))
    assert len(here) == 32
    assert here != there
    assert here != vault.blind_index("event", kept("rano@example.org"))


def test_making_keys_again_keeps_them(vault: Vault) -> None:
    blob, index = vault.seal("event", "1", PERSON), vault.blind_index("event", kept("rana@example.org"))

    vault.make_keys("event")

    assert vault.reveal("event", "1", blob, COURIER) == PERSON
    assert vault.blind_index("event", kept("rana@example.org")) == index


def test_a_vault_that_is_opened_again_opens_what_it_sealed(vault: Vault, tmp_path: Path) -> None:
    blob, index = vault.seal("event", "1", PERSON), vault.blind_index("event", kept("rana@example.org"))
    vault.close()

    again = Vault(tmp_path)
    again.open()

    assert again.reveal("event", "1", blob, COURIER) == PERSON
    assert again.blind_index("event", kept("rana@example.org")) == index
    again.close()


def test_a_closed_vault_refuses(vault: Vault) -> None:
    vault.close()

    with pytest.raises(VaultClosed):
        vault.seal("event", "1", PERSON)
    with pytest.raises(VaultClosed):
        vault.make_keys("another")


def test_every_key_file_is_the_owners_only(vault: Vault, tmp_path: Path) -> None:
    keys = tmp_path / "keys"

    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys.iterdir()} == {0o600}
    assert {"master.key", "keyring.db"} == {file.name for file in keys.iterdir()}


@pytest.mark.parametrize("name", ["master.key", "keyring.db"])
def test_a_key_file_that_others_may_read_stops_the_start(vault: Vault, tmp_path: Path, name: str) -> None:
    vault.close()
    (tmp_path / "keys" / name).chmod(0o644)

    with pytest.raises(KeysExposed, match=f"chmod 600 .*{name}"):
        Vault(tmp_path).open()


def test_a_lost_master_key_is_not_replaced_in_silence(vault: Vault, tmp_path: Path) -> None:
    vault.close()
    (tmp_path / "keys" / "master.key").unlink()

    with pytest.raises(KeysLost):
        Vault(tmp_path).open()

    assert not (tmp_path / "keys" / "master.key").exists()


def test_the_master_key_of_another_house_is_refused(vault: Vault, tmp_path: Path) -> None:
    vault.close()
    master = tmp_path / "keys" / "master.key"
    name, _ = master.read_text().split(":")
    other = "A" * 43 + "="

    for text in (f"{name}:{other}\n", f"other:{other}\n"):
        master.write_text(text)
        with pytest.raises(KeysLost):
            Vault(tmp_path).open()


def test_the_host_in_calendar_uids_is_stored_once(vault: Vault, tmp_path: Path) -> None:
    assert vault.site_host("events.example.org") == "events.example.org"
    vault.close()

    moved = Vault(tmp_path)
    moved.open()

    assert moved.site_host("elsewhere.example.org") == "events.example.org"
    moved.close()

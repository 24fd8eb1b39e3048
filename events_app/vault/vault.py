"""The vault: the only place where personal data is encrypted (sealed) and decrypted (opened)."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events_app import clock
from events_app.addresses import Address
from events_app.vault.deletions import Deletion, Deletions
from events_app.vault.keyring import Keyring, Wrap
from events_app.vault.master import MasterKeys, new_master, read_master, write_master
from events_app.vault.readers import Reader, ReadRule, every_named_reader
from events_app.vault.refusals import KeysLost, NoKey, SealBroken
from events_app.vault.rules import BYTES_STEP, VALUE_STEP, Json, Value, bound_to, pack, pad, unpad
from events_app.vault.sealing import KEY_BYTES, open_value, open_with, seal_with

LOOK_AGAIN_SECONDS = 1.0
"""So long may a process still open what another process has just made unreadable."""


@dataclass(frozen=True, slots=True, repr=False)
class _Keys:
    """One scope's keys, unwrapped, in memory only."""

    cipher: AESGCM
    index_key: bytes


class Vault:
    """Seals, opens and forgets personal data under `directory`/keys, and lists in `directory`/deletions what it forgot.

    A scope ("site", or an event's id) has a data key and an index key of its own. Any number of threads and
    processes may share one directory.
    """

    def __init__(
        self,
        directory: Path,
        *,
        may_read: ReadRule = every_named_reader,
        look_again: float = LOOK_AGAIN_SECONDS,
    ) -> None:
        self._directory = directory / "keys"
        self._master_path = self._directory / "master.key"
        self._keyring = Keyring(self._directory / "keyring.db")
        self._deletions = Deletions(directory / "deletions" / "list")
        self._may_read = may_read
        self._look_again = look_again
        self._master = MasterKeys({})
        self._unwrapped: dict[str, _Keys] = {}
        self._seen_change = 0
        self._look_again_at = 0.0
        self._lock = threading.RLock()

    @property
    def folder(self) -> Path:
        """Where the keys lie."""
        return self._directory

    def is_there(self) -> bool:
        """Whether the folder holds a master key and a keyring, whatever they are worth."""
        return self._master_path.exists() and self._keyring.path.exists()

    def open(self) -> None:
        """Make the folder (0700), the master key and the keyring (0600), or check and read them.

        Refuses `KeysExposed` when others may open a key file, and `KeysLost` when the master key does not fit
        the keyring: a lost master key is never replaced by a new one in silence. Whoever opens it beside data that
        may need older keys asks `is_there` first.
        """
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._directory.stat().st_mode & 0o077:
            self._directory.chmod(0o700)
        self._keyring.open()
        try:
            self._read_keys()
        except BaseException:
            self.close()
            raise

    def _read_keys(self) -> None:
        with self._keyring.writing():
            wraps = self._keyring.every_wrap()
            if not wraps and not self._master_path.exists():
                write_master(self._master_path, new_master())
            self._master = read_master(self._master_path)
        if any(wrap.master not in self._master.keys for wrap in wraps):
            raise KeysLost(path=self._master_path)
        if wraps:
            self._unwrap(wraps[0])

    def close(self) -> None:
        """Forget the unwrapped keys of this process and let go of the files."""
        with self._lock:
            self._unwrapped.clear()
            self._master = MasterKeys({})
            self._keyring.close()

    def make_keys(self, scope: str) -> None:
        """Give the scope its keys, on the disk when this returns. A scope that has them keeps them."""
        bound_to(scope, "")
        if self._keyring.find(scope) is not None:
            return
        with self._keyring.writing():
            if self._keyring.find(scope) is None:
                self._master = read_master(self._master_path)  # another process may have rotated it
                data_key, index_key = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
                self._keyring.put(self._wrap(scope, data_key, index_key))

    def seal(self, scope: str, context: str, value: Mapping[str, Json]) -> bytes:
        """The value as a blob bound to its place, its length rounded up to 256 bytes. Refuses `NoKey`."""
        return self._seal(scope, context, pad(pack(value), step=VALUE_STEP))

    def seal_bytes(self, scope: str, context: str, data: bytes) -> bytes:
        """Bytes (a letter, a file) as a blob, its length rounded up to 1 KiB. Refuses `NoKey`."""
        return self._seal(scope, context, pad(data, step=BYTES_STEP))

    def reveal(
        self, scope: str, context: str, blob: bytes, reader: Reader, *, instead: Value | None = None
    ) -> dict[str, Json]:
        """The value in the blob, for this reader. Refuses `NoKey`, `SealBroken` without `instead`, and by the rule."""
        return self.reveal_each(scope, [(context, blob)], reader, instead=instead)[0]

    def reveal_each(
        self, scope: str, sealed: Sequence[tuple[str, bytes]], reader: Reader, *, instead: Value | None = None
    ) -> list[dict[str, Json]]:
        """The values in many blobs of one scope, given with their contexts: `reveal` for a page of a long list.

        The rule is asked for each, the keys are looked up once. Refuses like `reveal`; `instead` is of a broken seal.
        """
        self.ask_for_each(scope, [context for context, _blob in sealed], reader)
        cipher = self._keys(scope).cipher
        return [
            open_value(cipher, blob, bound=bound_to(scope, each), instead=instead) for each, blob in sealed
        ]

    def ask_for_each(self, scope: str, contexts: Sequence[str], reader: Reader) -> None:
        """The rule, for blobs that a worker is to open. Refuses by it."""
        for context in contexts:
            self._may_read(reader, scope=scope, context=context)

    def lend_key(self, scope: str) -> bytes:
        """The scope's data key, for a worker that opens a long list with it, in memory, and ends. Who asks is asked of
        the rule for each blob (`ask_for_each`). Refuses `NoKey`."""
        return self._raw(self._find(scope))[0]

    def reveal_bytes(self, scope: str, context: str, blob: bytes, reader: Reader) -> bytes:
        """The bytes in the blob, for this reader. Refuses like `reveal`."""
        return self._open(scope, context, blob, reader)

    def blind_index(self, scope: str, address: Address) -> bytes:
        """32 bytes that are equal for equal addresses of one scope, and say nothing without its index key.

        HMAC-SHA256 (RFC 2104), its key random per scope: one person's indexes at two events do not match.
        """
        return self._index(scope, address.compared)

    def code_index(self, scope: str, code: str) -> bytes:
        """The same for a code, which no address has the index of."""
        return self._index(scope, f"code:{code}")

    def _index(self, scope: str, text: str) -> bytes:
        said = text.encode("utf-8", "surrogatepass")
        return hmac.digest(self._keys(scope).index_key, said, hashlib.sha256)

    def forget(self, scope: str) -> None:
        """Destroy the scope's keys: nothing sealed under them opens again, here or anywhere.

        First it is written in the list of deletions, which a restore goes by. The wrapped keys are overwritten before
        this returns; backups of the keyring are the operator's to destroy. Refuses `KeyringBusy` when somebody else
        would not let go of the keyring; asking again is safe.
        """
        self._deletions.add(Deletion(clock.now().date(), scope))
        with self._keyring.writing() as connection:
            connection.execute("DELETE FROM wrap WHERE scope = ?", (scope,))
        with self._lock:
            self._unwrapped.pop(scope, None)

    def note_erased(self, scope: str, person: UUID | str) -> None:
        """Write in the list of deletions that one person of the scope is erased, by the id of their registration.

        Called before the erasure is committed: should it then fail, a restore erases somebody who asked for it.
        """
        self._deletions.add(Deletion(clock.now().date(), scope, str(person)))

    def note(self, deletion: Deletion) -> None:
        """Write down what a newer list, or one from another place, says was forgotten."""
        self._deletions.add(deletion)

    def deletions(self) -> list[Deletion]:
        """What was ever forgotten here, oldest first. Refuses `DeletionsUnreadable`."""
        return self._deletions.read()

    def rotate_master(self) -> int:
        """Put a new master key first in the file and wrap every scope's keys with it; says how many scopes.

        No blob and no index changes. Older ones stay until `retire_masters`, for a keyring from a backup.
        """
        with self._keyring.writing():
            older = read_master(self._master_path)
            write_master(self._master_path, older.with_another())
            self._master = read_master(self._master_path)
            wraps = self._keyring.every_wrap()
            for wrap in wraps:
                self._keyring.put(self._wrap(wrap.scope, *self._raw(wrap)))
        return len(wraps)

    def retire_masters(self) -> int:
        """Drop the master keys that wrap nothing any more from the file; says how many."""
        with self._keyring.writing():
            every = read_master(self._master_path)
            kept = every.only({wrap.master for wrap in self._keyring.every_wrap()})
            write_master(self._master_path, kept)
            self._master = kept
        return len(every.keys) - len(kept.keys)

    def scopes(self) -> set[str]:
        """All that have keys."""
        return {wrap.scope for wrap in self._keyring.every_wrap()}

    def mark(self) -> str | None:
        """The mark that the data of this keyring bears too; None before it was given one."""
        return self._keyring.facts().get("mark")

    def take_mark(self, mark: str) -> str:
        """Bear this mark from now on, or say which one it bears already: that is never changed."""
        return self._keyring.fact("mark", mark)

    def site_host(self, default: str) -> str:
        """The host in calendar UIDs (RFC 7986, 5.3): stored by the first call ever, never changed."""
        return self._keyring.fact("site host", default)

    def _seal(self, scope: str, context: str, data: bytes) -> bytes:
        return seal_with(self._keys(scope).cipher, data, bound=bound_to(scope, context))

    def _open(self, scope: str, context: str, blob: bytes, reader: Reader) -> bytes:
        self._may_read(reader, scope=scope, context=context)
        return unpad(open_with(self._keys(scope).cipher, blob, bound=bound_to(scope, context)))

    def _keys(self, scope: str) -> _Keys:
        """The scope's keys from memory, or from the keyring if another process made them. Refuses `NoKey`."""
        if time.monotonic() >= self._look_again_at:
            self._notice_changes()
        keys = self._unwrapped.get(scope)
        if keys is None:
            with self._lock:
                keys = self._unwrapped[scope] = self._unwrap(self._find(scope))
        return keys

    def _notice_changes(self) -> None:
        """Drop what memory holds when another process changed the keyring: it may have forgotten a scope."""
        with self._lock:
            change = self._keyring.change_number()
            if change != self._seen_change:
                self._unwrapped.clear()
            self._seen_change = change
            self._look_again_at = time.monotonic() + self._look_again

    def _find(self, scope: str) -> Wrap:
        """The scope's wrap together with the master key it needs, also while another process rotates."""
        for _ in range(3):
            wrap = self._keyring.find(scope)
            if wrap is None:
                raise NoKey()
            if wrap.master in self._master.keys:
                return wrap
            self._master = read_master(self._master_path)
        raise KeysLost(path=self._master_path)

    def _wrap(self, scope: str, data_key: bytes, index_key: bytes) -> Wrap:
        name = self._master.newest
        wrapper = self._master.wrapper(name)
        return Wrap(
            scope,
            name,
            seal_with(wrapper, data_key, bound=bound_to(scope, f"data key|{name}")),
            seal_with(wrapper, index_key, bound=bound_to(scope, f"index key|{name}")),
        )

    def _raw(self, wrap: Wrap) -> tuple[bytes, bytes]:
        wrapper = self._master.wrapper(wrap.master)
        try:
            return (
                open_with(wrapper, wrap.data_key, bound=bound_to(wrap.scope, f"data key|{wrap.master}")),
                open_with(wrapper, wrap.index_key, bound=bound_to(wrap.scope, f"index key|{wrap.master}")),
            )
        except SealBroken:
            raise KeysLost(path=self._master_path) from None

    def _unwrap(self, wrap: Wrap) -> _Keys:
        data_key, index_key = self._raw(wrap)
        return _Keys(AESGCM(data_key), index_key)

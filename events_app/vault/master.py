"""The master key: a file outside the database, one `id:base64` line per key, the first for new wraps."""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events_app.vault.refusals import KeysExposed, KeysLost
from events_app.vault.sealing import KEY_BYTES, derive

WRAPPING = "events_app vault: wrap the keys of the keyring, 1"


@dataclass(frozen=True, slots=True, repr=False)
class MasterKeys:
    """The keys of the file, by id, in its order. Never printed."""

    keys: Mapping[str, bytes]

    @property
    def newest(self) -> str:
        """The id that wraps what is new: the first line's."""
        return next(iter(self.keys))

    def wrapper(self, name: str) -> AESGCM:
        """The cipher that wraps under the key of that id. `KeyError` when the file has none."""
        return AESGCM(derive(self.keys[name], purpose=WRAPPING))

    def with_another(self) -> "MasterKeys":
        """The same keys behind a new random one, which becomes the newest."""
        return MasterKeys({secrets.token_hex(4): secrets.token_bytes(KEY_BYTES), **self.keys})

    def only(self, names: set[str]) -> "MasterKeys":
        """The newest key and those named; the others dropped."""
        return MasterKeys({name: key for name, key in self.keys.items() if name in names | {self.newest}})


def read_master(path: Path) -> MasterKeys:
    """The keys in the file. Refuses `KeysExposed` when others may open it, `KeysLost` when it is no good."""
    try:
        with path.open("rb") as file:
            refuse_exposed(path, os.fstat(file.fileno()).st_mode)
            lines = file.read().decode("ascii").split()
        pairs = [line.split(":", 1) for line in lines]
        keys = {name: base64.b64decode(text, validate=True) for name, text in pairs}
    except (FileNotFoundError, UnicodeDecodeError, ValueError, binascii.Error):
        raise KeysLost(path=path) from None
    if not keys or len(keys) < len(pairs) or any(len(key) != KEY_BYTES for key in keys.values()):
        raise KeysLost(path=path)
    return MasterKeys(keys)


def write_master(path: Path, master: MasterKeys) -> None:
    """The file replaced in one step, mode 0600, on the disk when this returns.

    Callers hold the keyring's write lock, so that two rotations never lose each other's key.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    text = "".join(f"{name}:{base64.b64encode(key).decode('ascii')}\n" for name, key in master.keys.items())
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Names that were made or replaced in the folder are on the disk when this returns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def new_master() -> MasterKeys:
    """One random key."""
    return MasterKeys({secrets.token_hex(4): secrets.token_bytes(KEY_BYTES)})


def refuse_exposed(path: Path, mode: int) -> None:
    """Refuses `KeysExposed` when the mode lets the group or the world do anything with a key file."""
    if mode & 0o077:
        raise KeysExposed(path=path, mode=f"{stat.S_IMODE(mode):04o}")

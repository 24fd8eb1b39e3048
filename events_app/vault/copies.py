"""All keys of an installation as one value, for whoever backs them up or puts them back. Never printed or logged."""

import base64
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from events_app.vault.keyring import Keyring, Wrap
from events_app.vault.master import MasterKeys, read_master, write_master
from events_app.vault.rules import Json


@dataclass(frozen=True, slots=True, repr=False)
class KeyCopy:
    """The master keys, every wrapped key, and the facts of the keyring, as they were at one moment."""

    master: MasterKeys
    wraps: tuple[Wrap, ...]
    facts: Mapping[str, str]

    def as_json(self) -> dict[str, Json]:
        return {
            "master": {name: _text(key) for name, key in self.master.keys.items()},
            "wraps": [
                [each.scope, each.master, _text(each.data_key), _text(each.index_key)] for each in self.wraps
            ],
            "facts": dict(self.facts),
        }


def copy_of_json(said: Mapping[str, object]) -> KeyCopy:
    """The copy that was written so. KeyError, TypeError or ValueError when it was not."""
    master, wraps, facts = said["master"], said["wraps"], said["facts"]
    if not (isinstance(master, dict) and isinstance(wraps, list) and isinstance(facts, dict)):
        raise TypeError("a copy of keys is a master, wraps and facts")
    return KeyCopy(
        MasterKeys({str(name): _bytes(key) for name, key in master.items()}),
        tuple(Wrap(str(scope), str(name), _bytes(data), _bytes(index)) for scope, name, data, index in wraps),
        {str(name): str(value) for name, value in facts.items()},
    )


def copy_keys(folder: Path) -> KeyCopy:
    """What the folder of an installation holds, at one moment: meanwhile nobody makes, rotates or forgets keys."""
    keyring = Keyring(folder / "keyring.db")
    keyring.open()
    try:
        with keyring.writing():
            return KeyCopy(read_master(folder / "master.key"), tuple(keyring.every_wrap()), keyring.facts())
    finally:
        keyring.close()


def put_keys(copy: KeyCopy, folder: Path) -> None:
    """Write them into an empty folder (0700), on the disk when this returns; when it fails, nothing is there.

    FileExistsError when something is there already.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    keyring = Keyring(folder / "keyring.db")
    try:
        keyring.open()
        _fill(keyring, copy, folder / "master.key")
    except BaseException:
        keyring.close()
        shutil.rmtree(folder)
        raise
    keyring.close()


def _fill(keyring: Keyring, copy: KeyCopy, master: Path) -> None:
    with keyring.writing():
        write_master(master, copy.master)
        for wrap in copy.wraps:
            keyring.put(wrap)
        for name, value in copy.facts.items():
            keyring.fact(name, value)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _bytes(text: object) -> bytes:
    return base64.b64decode(str(text), validate=True)

"""The list of deletions: what was forgotten, kept outside the data and every backup, so that no restore undoes it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from events_app.vault.master import sync_folder
from events_app.vault.refusals import DeletionsUnreadable


@dataclass(frozen=True, slots=True)
class Deletion:
    """On that day all of a scope was forgotten, or one person of it. Ids say nothing about anybody."""

    day: date
    scope: str
    person: str = ""


class Deletions:
    """A file of its owner's only (0600), one JSON line for each deletion; lines are added and never taken out."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, deletion: Deletion) -> None:
        """Write it down, on the disk when this returns. What stands there already is not written twice.

        What a crash left of a line is cut off first: nobody was told that it had been written.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self.path) as handle:
            known = os.pread(handle, os.fstat(handle).st_size, 0)
            whole = known[: known.rfind(b"\n") + 1]
            if any(
                (each.scope, each.person) == (deletion.scope, deletion.person) for each in self._in(whole)
            ):
                return
            os.ftruncate(handle, len(whole))
            line = _line_of(deletion)
            if os.pwrite(handle, line, len(whole)) < len(line):
                raise OSError(f"{self.path} could not be written")
            os.fsync(handle)
        sync_folder(self.path.parent)

    def read(self) -> list[Deletion]:
        """All of them, in the order of writing; none when there is no file. Refuses `DeletionsUnreadable`."""
        try:
            known = self.path.read_bytes()
        except FileNotFoundError:
            return []
        return self._in(known[: known.rfind(b"\n") + 1])

    def _in(self, lines: bytes) -> list[Deletion]:
        found = []
        for number, line in enumerate(lines.splitlines(), 1):
            try:
                said = json.loads(line)
                found.append(Deletion(date.fromisoformat(said["day"]), said["scope"], said.get("person", "")))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise DeletionsUnreadable(path=self.path, number=number) from None
        return found


def _line_of(deletion: Deletion) -> bytes:
    said = {"day": deletion.day.isoformat(), "scope": deletion.scope}
    return json.dumps(said | ({"person": deletion.person} if deletion.person else {})).encode() + b"\n"


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, open for one process at a time."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.fchmod(handle, 0o600)  # a copy that was put back may be open to others
        yield handle
    finally:
        os.close(handle)

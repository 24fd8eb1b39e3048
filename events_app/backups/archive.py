"""An archive as a file: a zip whose first part says what it is, and whose last part says what has to be in it."""

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import AsyncIterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from events_app.backups.refusals import (
    ArchiveDamaged,
    ArchiveOfOtherPart,
    ArchiveTooNew,
    FileIsThere,
    NoArchive,
)
from events_app.vault.master import sync_folder

Part = Literal["data", "keys"]
FORMAT = 1
"""Grows when an older program could not read it."""
FIRST, LAST = "header.json", "end.json"
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, NotImplementedError)


@dataclass
class Written:
    """What has gone into an archive: rows of each part, and the SHA-256 of its bytes."""

    rows: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)


class ArchiveWriter:
    """Parts are written one after another, as lines of JSON; none is ever held whole."""

    def __init__(self, file: IO[bytes], part: Part, header: Mapping[str, Any]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._written = Written()
        said = {"what": "events backup", "format": FORMAT, "part": part, **header}
        self._zip.writestr(FIRST, _line(said))

    async def add(self, name: str, rows: AsyncIterable[object]) -> None:
        sha, number = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as file:
            async for row in rows:
                line = _line(row)
                sha.update(line)
                file.write(line)
                number += 1
        self._written.rows[name], self._written.sha256[name] = number, sha.hexdigest()

    def finish(self, **more: Any) -> Written:
        """Write what has to be in it; before this the archive is none."""
        self._zip.writestr(LAST, _line({"rows": self._written.rows, "sha256": self._written.sha256, **more}))
        self._zip.close()
        return self._written


class Archive:
    """An archive to read. Whatever is not as it was written refuses ArchiveDamaged."""

    def __init__(self, path: Path, file: zipfile.ZipFile, part: Part) -> None:
        self.path = path
        self._zip = file
        with self._no_surprises():
            self.header: dict[str, Any] = json.loads(file.read(FIRST))
            if self.header["what"] != "events backup":
                raise NoArchive(path=path)
            if self.header["format"] > FORMAT:
                raise ArchiveTooNew(path=path)
            if self.header["part"] != part:
                raise ArchiveOfOtherPart(path=path, part=self.header["part"], wanted=part)
            self.end: dict[str, Any] = json.loads(file.read(LAST))

    def lines(self, name: str) -> Iterator[Any]:
        """The rows of one part, and at their end whether they were all of them."""
        with self._no_surprises():
            sha, number = hashlib.sha256(), 0
            with self._zip.open(name) as file:
                for line in file:
                    sha.update(line)
                    number += 1
                    yield json.loads(line)
            if (number, sha.hexdigest()) != (self.end["rows"][name], self.end["sha256"][name]):
                raise ArchiveDamaged(path=self.path)

    @contextmanager
    def _no_surprises(self) -> Iterator[None]:
        try:
            yield
        except UNREADABLE:
            raise ArchiveDamaged(path=self.path) from None


@contextmanager
def reading_archive(path: Path, part: Part) -> Iterator[Archive]:
    """Refuses NoArchive, ArchiveDamaged, ArchiveTooNew, ArchiveOfOtherPart."""
    try:
        file = zipfile.ZipFile(path)
    except OSError as error:
        raise NoArchive(path=path) from error
    except zipfile.BadZipFile:
        raise ArchiveDamaged(path=path) from None
    with file:
        yield Archive(path, file, part)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file of its owner's only (0600), there under its name when the block has ended, whole and on the disk.

    Until then it has another name in the same folder. Refuses FileIsThere instead of writing over anything.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _take_name(path)
        beside.replace(path)
        sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _take_name(path: Path) -> None:
    """An empty file that was not there a moment ago, so that what is replaced next is certainly ours."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise FileIsThere(path=path) from None


def _line(value: object) -> bytes:
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
    )

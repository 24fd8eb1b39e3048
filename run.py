#!/usr/bin/env python3
"""The front door: `python3 run.py [VERB] ...` fills .venv once, then hands over to events_app.

Needs nothing but Python 3.11 on Linux or another POSIX system. Uses uv when it is on PATH, else venv and pip.
"""

import contextlib
import difflib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - before an older Python stumbles below
    sys.exit(f"This needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parent

VERBS = {
    "serve": "migrate and serve; the default. --empty: without the demonstration; --web-only: serve, do no work",
    "worker": "what works by itself (emails, what lapses, mail that comes in), in a process of its own",
    "migrate": "bring the database up to date, and no more",
    "organizer": "ADDRESS: a one-time link for an organizer's account or forgotten passphrase",
    "backup": "DIRECTORY [--keys DIRECTORY]: two archives, the data and the keys that open it",
    "restore": "DATA KEYS [--deletions FILE]: fill an empty database, of either engine, from a backup",
    "release": "after a restore: let emails be sent again",
    "forget-lost": "give up the events whose keys are lost for good, so that the others can be served",
    "demo": "--port N --dir DIR: a throw-away instance with demonstration data",
    "check": "style, types, layers, templates, catalogues, documents: what needs no start; or only those named",
    "test": "the checks and every test there is; what follows goes to pytest",
    "bench": "measure, beside what the machine can do at best",
    "gallery": "pictures of the pages and emails",
    "messages": "bring the catalogues of translations up to date",
}
DEVELOPER_VERBS = ("check", "test", "bench", "gallery", "messages")

SCRIPTS = {"check": "tests/check.py", "test": "tests/everything.py"}
"""Verbs that look at the app from outside, instead of being part of it."""


def main(words: list[str]) -> None:
    """Finds the verb, makes sure of what it needs, and becomes it."""
    if words[:1] in (["-h"], ["--help"], ["help"]):
        print("python3 run.py [VERB] ...\n")
        print("\n".join(f"  {verb:11} {what}" for verb, what in VERBS.items()))
        return
    if words[:1] in (["-V"], ["--version"], ["version"]):
        print(f"Events {version()}")
        return
    if not words or words[0].startswith("-"):
        words = ["serve", *words]
    if words[0] not in VERBS:
        nearest = difflib.get_close_matches(words[0], VERBS, n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else "see --help."
        sys.exit(f"There is no verb {words[0]!r}; {hint}")
    lock = "dev.lock" if words[0] in DEVELOPER_VERBS else "requirements.lock"
    become(make_ready(ROOT / ".venv", ROOT / lock), words)


def version() -> str:
    from events_app import VERSION  # not above: an older Python reads this file too

    return VERSION


def become(python: Path, words: list[str]) -> None:
    """Replaces this process: the verb runs in the venv, from the folder the person stands in."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    door = ["-m", "events_app.commands", *words]
    if words[0] in SCRIPTS:
        door = [str(ROOT / SCRIPTS[words[0]]), *words[1:]]
    sys.stdout.flush()
    os.execve(python, [str(python), "-P", *door], os.environ | {"PYTHONPATH": path})


# ---- .venv: the stamp says what is installed and is written last


def make_ready(venv: Path, lock: Path) -> Path:
    """The venv's Python with everything of `lock` installed; two starts at once wait for each other."""
    if not is_stamped(venv, lock):
        with one_at_a_time(lock.parent):
            if not is_stamped(venv, lock):
                fill(venv, lock)
    return venv / "bin/python"


def is_stamped(venv: Path, lock: Path) -> bool:
    stamp = read_stamp(venv)
    return stamp.get("python") == interpreter(venv) and stamp.get(lock.name) == digest(lock)


def fill(venv: Path, lock: Path) -> None:
    """Makes the venv if it is missing or was left unfinished, installs, stamps."""
    if is_spoilt(venv):
        shutil.rmtree(venv)
    unfinished = venv / "unfinished"
    if not venv.exists():
        venv.mkdir()
        unfinished.touch()
        make_venv(venv)
    unfinished.touch()
    print(f"Installing what {lock.name} names into {venv.name} (once) ...", file=sys.stderr, flush=True)
    if not install(venv, lock):
        unfinished.unlink()
        sys.exit(f"Could not install {lock.name}; the reason stands above. Mend it and run this again.")
    stamp = read_stamp(venv) | {"python": interpreter(venv), lock.name: digest(lock)}
    if lock.name == "dev.lock":  # holds all of requirements.lock, says tests/house
        stamp["requirements.lock"] = digest(lock.with_name("requirements.lock"))
    (venv / "stamp.json").write_text(json.dumps(stamp))
    unfinished.unlink()


def is_spoilt(venv: Path) -> bool:
    """Whether a folder is there that an interruption or a new system Python left unusable."""
    if not venv.exists():
        return False
    stamped = read_stamp(venv).get("python")
    if (venv / "unfinished").exists() or stamped not in (None, interpreter(venv)):
        return True
    is_venv = "import sys; sys.exit(sys.prefix == sys.base_prefix)"
    return not quietly(venv / "bin/python", "-c", is_venv, show=False)


def read_stamp(venv: Path) -> dict[str, str]:
    try:
        return dict(json.loads((venv / "stamp.json").read_text()))
    except (OSError, ValueError):
        return {}


def interpreter(venv: Path) -> str:
    """The real Python behind the venv, so that a system upgrade shows; "" where there is none."""
    real = (venv / "bin/python").resolve()
    return str(real) if real.exists() else ""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """A lock on the folder itself: no file is left behind, and a killed start lets go.

    Programs started meanwhile inherit it: a pip that outlives us is waited for, not raced.
    """
    handle = os.open(folder, os.O_RDONLY)
    os.set_inheritable(handle, True)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is installing; waiting for it ...", file=sys.stderr, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


# ---- installing: uv if it works, else venv and pip


def make_venv(venv: Path) -> None:
    uv = working_uv()
    if not (uv and quietly(uv, "venv", "--allow-existing", "--python", base_python(), venv)):
        make_venv_with_pip(venv)


def make_venv_with_pip(venv: Path) -> None:
    """`python -m venv`, also over a venv that has no pip; leaves no half of one behind."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        install_system_packages(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    if not quietly(base_python(), "-m", "venv", venv):
        shutil.rmtree(venv, ignore_errors=True)
        sys.exit(f"Could not make {venv}; the reason stands above.")


def install(venv: Path, lock: Path) -> bool:
    python, uv = venv / "bin/python", working_uv()
    only_locked = ("--only-binary", ":all:", "--require-hashes", "-r", lock)
    if uv and quietly(uv, "pip", "install", "--python", python, *only_locked):
        return True
    if not quietly(python, "-c", "import pip", show=False):
        make_venv_with_pip(venv)
    pip = (python, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input")
    return quietly(*pip, "install", *only_locked)


def install_system_packages(*names: str) -> None:
    """With apt-get when root; otherwise ends with the one command to type."""
    missing = " ".join(names)
    if shutil.which("apt-get") is None:
        sys.exit(f"Missing on this system: {missing} (as Debian names it). Install it and run this again.")
    if os.geteuid() != 0:
        sys.exit(f"Something is missing. Type this, then start again:\n\n  sudo apt-get install {missing}\n")
    print(f"Installing {missing} with apt-get (once) ...", file=sys.stderr, flush=True)
    quietly("apt-get", "-q", "update", show=False)  # one broken source is no reason to give up yet
    if not quietly("apt-get", "-q", "install", "-y", "--no-install-recommends", *names):
        sys.exit(f"apt-get could not install {missing}; the reason stands above.")


def working_uv() -> str:
    """The uv on PATH that answers (a shim may not), or ""."""
    uv = shutil.which("uv") or ""
    return uv if uv and quietly(uv, "--version", show=False) else ""


def base_python() -> str:
    """This Python outside of any venv, so that a venv may be removed under us."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def quietly(*command: "str | Path", show: bool = True) -> bool:
    """Whether a command succeeds; its output is shown only when it does not."""
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "PIP_ROOT_USER_ACTION": "ignore"}
    try:
        done = subprocess.run(
            [str(word) for word in command], env=environ, capture_output=True, text=True, close_fds=False
        )
    except OSError as trouble:
        done = subprocess.CompletedProcess([], 1, "", f"{command[0]}: {trouble.strerror}\n")
    if done.returncode and show:
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next start goes on from here.")

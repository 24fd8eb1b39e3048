"""Node for the tests: installs what package-lock.json pins, once, and runs the scripts of this folder."""

import fcntl
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
LOCK = FOLDER / "package-lock.json"
STAMP = FOLDER / "node_modules" / ".installed"


def install() -> None:
    """Make tests/node/node_modules match package-lock.json. Several test processes may call this at once."""
    missing = [program for program in ("node", "npm") if not shutil.which(program)]
    if missing:
        raise RuntimeError(
            "The calendar tests read our files with parsers written in JavaScript and need "
            f"{' and '.join(missing)} on PATH. On Debian and Ubuntu: apt-get install nodejs npm "
            "(version 18 or newer)."
        )
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if STAMP.is_file() and STAMP.read_text() == wanted:
            return
        command = ["npm", "ci", "--prefix", str(FOLDER), "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise RuntimeError(
                f"{' '.join(command)} failed; run it by hand to see why.\n{done.stderr[-2000:]}"
            )
        STAMP.write_text(wanted)


def run(script: str, *arguments: str, data: object) -> Any:
    """Give a script `data` as JSON on its standard input; what it prints, as values."""
    install()
    command = ["node", str(FOLDER / script), *arguments]
    done = subprocess.run(command, input=json.dumps(data), capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"node {script} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)

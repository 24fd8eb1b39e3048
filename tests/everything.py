"""The checks, then every test on both database engines; what they need is installed first, or asked for."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from run import ROOT, install_system_packages
from tests import check

ENGINES = {
    "sqlite": ("-m", "not house"),  # the checks have run those
    "postgresql": ("-m", "not engine_free and not browser and not house"),
}
SHARED_OUT = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")  # in the order of tests/conftest.py
QUICK_FOLDER = Path("/dev/shm")
ENOUGH = 4 * 2**30  # bytes: many times what the tests leave there
SPARTICUZ = "@sparticuz/chromium@147.0.0"  # a headless Chromium from npm, for whoever is not root


def main(words: list[str]) -> int:
    """The exit status. With words for pytest only one engine runs: TEST_DB, else SQLite."""
    with tempfile.TemporaryDirectory(prefix="events-tests-") as scratch:
        prepare_environment(Path(scratch))
        return run_only(words) if words else run_everything()


def run_only(words: list[str]) -> int:
    engine = os.environ.get("TEST_DB", "sqlite")
    status = run_pytest(engine, *words)
    print(f"Only {engine} and only {' '.join(words)}; without the checks (python3 run.py check).")
    return status


def run_everything() -> int:
    make_sure_of_node()
    os.environ["CHROMIUM"] = make_sure_of_chromium(ROOT / ".venv/chromium")
    runs: dict[str, Callable[[], int]] = {"the checks": partial(check.main, [])}
    for engine, chosen in ENGINES.items():
        runs[f"the tests on {engine}"] = partial(run_pytest, engine, *SHARED_OUT, *chosen)
    failed, told = [], []
    with tempfile.TemporaryDirectory(prefix="events-tests-", dir=quick_folder()) as folder:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        for name, run in runs.items():
            begun = time.monotonic()
            if run():
                failed.append(name)
            told.append(f"{name} {time.monotonic() - begun:.0f} s")
    print(f"\n{'FAILED: ' + ' and '.join(failed) if failed else 'All passed'} ({', '.join(told)}).")
    return 1 if failed else 0


def quick_folder() -> Path | None:
    """Memory, for the databases that are made by the thousand and thrown away; None, the usual place, where memory is
    scarce or no program may run in it."""
    try:
        found = os.statvfs(QUICK_FOLDER)
    except OSError:
        return None
    is_fit = found.f_bavail * found.f_frsize >= ENOUGH and not found.f_flag & os.ST_NOEXEC
    return QUICK_FOLDER if is_fit and os.access(QUICK_FOLDER, os.W_OK) else None


def prepare_environment(scratch: Path) -> None:
    """No setting of the person's own reaches the tests, and every tool finds the folders it expects."""
    for name in [name for name in os.environ if name.startswith("EVENTS_")]:
        del os.environ[name]
    if not os.environ.get("HOME"):
        os.environ.pop("HOME", None)  # an empty one misleads node; none at all is looked up
    os.environ.setdefault("XDG_RUNTIME_DIR", str(scratch))
    os.environ["PYTHONPATH"] = str(ROOT)
    if chromium := find_chromium():
        os.environ["CHROMIUM"] = chromium


def run_pytest(engine: str, *words: str) -> int:
    print(f"\n== pytest on {engine} {' '.join(words)}", flush=True)
    command = [sys.executable, "-m", "pytest", *words]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"TEST_DB": engine}, check=False).returncode


def make_sure_of_node() -> None:
    """node runs ical.js, one of the three parsers of invitations; npm fetches it."""
    packages = {"node": "nodejs", "npm": "npm"}
    if missing := [packages[tool] for tool in packages if not shutil.which(tool)]:
        install_system_packages(*missing)


def find_chromium() -> str:
    """The Chromium of the environment or of the system, or ""."""
    named = os.environ.get("CHROMIUM", "")
    if named and not os.access(named, os.X_OK):
        sys.exit(f"CHROMIUM names {named}, which cannot be run.")
    return named or shutil.which("chromium") or ""


def make_sure_of_chromium(folder: Path) -> str:
    """The path of a Chromium: the one there is, else the system's when root, else the one on npm."""
    if found := find_chromium():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install_system_packages("chromium")
        return find_chromium()
    print(f"Installing {SPARTICUZ} with npm (once) ...", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), SPARTICUZ]
    unpack = "import('@sparticuz/chromium').then(it => it.default.executablePath()).then(console.log)"
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        done = subprocess.run(["node", "-e", unpack], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or not os.access(done.stdout.strip(), os.X_OK):
        sys.stderr.write(done.stderr)
        sys.exit("The tests need Chromium: apt-get install chromium, or name one with CHROMIUM=PATH.")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

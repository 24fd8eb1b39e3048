"""The checks, then every test on both database engines; what they need is installed first, or asked for."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from run import ROOT, install_system_packages
from tests import check

IN_ORDER = (
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
)  # of tests/conftest.py: what takes long comes first
ENGINES = {
    "sqlite": ("-n", "3", *IN_ORDER, "-m", "not house"),  # the checks have run those
    "postgresql": ("-n", "1", *IN_ORDER, "-m", "not engine_free and not browser and not house"),
}
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
    """The checks, then both engines side by side: one waits for its browser while the other reckons."""
    make_sure_of_node()
    os.environ["CHROMIUM"] = make_sure_of_chromium(ROOT / ".venv/chromium")
    begun = time.monotonic()
    failed = ["the checks"] if check.main([]) else []
    checked = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="events-tests-", dir=quick_folder()) as folder:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        failed += [f"the tests on {engine}" for engine in run_both(Path(folder))]
    told = f"the checks {checked - begun:.0f} s, the tests {time.monotonic() - checked:.0f} s"
    print(f"\n{'FAILED: ' + ' and '.join(failed) if failed else 'All passed'} ({told}).")
    return 1 if failed else 0


def run_both(folder: Path) -> list[str]:
    """The engines whose tests failed. What the second one says is kept until the first has ended."""
    first, second = ENGINES
    kept = folder / "said.txt"
    with kept.open("w") as file:
        beside = subprocess.Popen(
            command(*ENGINES[second]), cwd=ROOT, env=on(second), stdout=file, stderr=file
        )
        try:
            statuses = {first: run_pytest(first, *ENGINES[first]), second: beside.wait()}
        finally:
            beside.terminate()
    print(f"\n== pytest on {second} {' '.join(ENGINES[second])}\n{kept.read_text()}", flush=True)
    return [engine for engine, status in statuses.items() if status]


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
    return subprocess.run(command(*words), cwd=ROOT, env=on(engine), check=False).returncode


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *words]


def on(engine: str) -> dict[str, str]:
    return {**os.environ, "TEST_DB": engine}


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

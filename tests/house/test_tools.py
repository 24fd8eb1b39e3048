"""The house is in order for ruff, mypy and import-linter, and what they are told covers all of it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.house


def ran(*words: str) -> tuple[int, str]:
    """Exit status and everything said by a module of the venv, run at the top of the checkout."""
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=400
    )
    return done.returncode, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    status, said = ran("ruff", "check", "--output-format", "concise", ".")

    assert status == 0, said


def test_the_format_is_that_of_ruff() -> None:
    status, said = ran("ruff", "format", "--check", ".")

    assert status == 0, said


@pytest.mark.timeout(420)
def test_mypy_finds_nothing() -> None:
    status, said = ran("mypy", "--no-error-summary")

    assert status == 0, said


def test_rooms_and_floors_import_only_downwards() -> None:
    """Its module says nothing and succeeds when it is run by `-m`: only the program beside Python looks."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, ", 0 broken." in done.stdout) == (0, True), done.stdout + done.stderr


def test_every_room_has_its_floors_held() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = [contract for contract in config["contracts"] if contract.get("exhaustive")][1:]

    rooms = {f"events_app.{path.parent.name}" for path in (ROOT / "events_app").glob("*/__init__.py")}
    assert {room for contract in floors for room in contract["containers"]} == rooms

"""The lock files: pinned by hash, without the address of any registry, and in step with each other."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.house

PIN = re.compile(r"^([a-z0-9][a-z0-9-]*)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)


def pins(name: str) -> dict[str, set[str]]:
    """Package to its pinned versions, of a lock file."""
    found: dict[str, set[str]] = {}
    for package, version, _ in PIN.findall((ROOT / name).read_text()):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("name", ["requirements.lock", "dev.lock", "requirements.in", "dev.in"])
def test_a_lock_holds_no_address(name: str) -> None:
    text = (ROOT / name).read_text()

    assert re.findall(r"\w+://\S*|--(?:extra-)?index-url.*|--find-links.*|.* @ .*", text) == []


def test_the_locks_of_node_hold_no_address() -> None:
    locks = [
        path for path in ROOT.rglob("package-lock.json") if not {".venv", "node_modules"} & set(path.parts)
    ]

    assert {path: re.findall(r'"resolved": .*', path.read_text()) for path in locks} == {
        path: [] for path in locks
    }


@pytest.mark.parametrize("name", ["requirements.lock", "dev.lock"])
def test_every_line_of_a_lock_is_a_pin_or_a_hash(name: str) -> None:
    text = (ROOT / name).read_text()

    hashes = re.findall(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$", text, re.MULTILINE)
    assert len(PIN.findall(text)) + len(hashes) == len(text.splitlines())


def test_the_development_lock_holds_all_that_the_app_runs_on() -> None:
    developer = pins("dev.lock")

    assert {name: developer.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


@pytest.mark.parametrize("name", ["requirements", "dev"])
def test_what_is_asked_for_is_locked(name: str) -> None:
    asked = re.findall(r"^([A-Za-z0-9._-]+)", (ROOT / f"{name}.in").read_text(), re.MULTILINE)
    asked = [re.sub(r"[-_.]+", "-", package).lower() for package in asked if not package.startswith("-")]

    assert asked
    assert set(asked) <= set(pins(f"{name}.lock"))

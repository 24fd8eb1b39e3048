"""What the tools of `run.py check` are told covers all of the house."""

import re
import tomllib
from pathlib import Path

import pytest

from tests import check

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.house


def test_every_room_has_its_floors_held() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = [contract for contract in config["contracts"] if contract.get("exhaustive")][1:]

    rooms = {f"events_app.{path.parent.name}" for path in (ROOT / "events_app").glob("*/__init__.py")}
    assert {room for contract in floors for room in contract["containers"]} == rooms


def test_only_the_floors_that_speak_with_browsers_know_http() -> None:
    """A new floor is either one of these, or held by the contract about HTTP."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = next(contract for contract in contracts if "A floor" in contract["name"])["layers"]
    held = next(contract for contract in contracts if "know HTTP" in contract["name"])["source_modules"]

    named = {name for line in floors for name in re.findall(r"\w+", line)}
    speak = {"routes", "pages", "desk", "feeds", "guard", "forms"}
    assert named - speak == {module.split(".")[2] for module in held if module.startswith("events_app.*.")}


def test_whatever_is_marked_as_the_house_s_is_run_by_the_check() -> None:
    """`run.py test` leaves it out: it would be run by nobody."""
    marked = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if re.search(r"^pytestmark = .*mark\.house", path.read_text(), re.MULTILINE)
    ]

    in_folder = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/house").glob("test_*.py")]
    assert sorted(marked) == sorted({*in_folder, *check.DOCUMENTS[1:], *check.CATALOGUES})

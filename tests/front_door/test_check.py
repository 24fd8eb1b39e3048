"""run.py check: each tool really looks, and what fails is named in plain words. On a house of a few lines, not ours."""

from pathlib import Path

import pytest

from run import ROOT
from tests import check

pytestmark = pytest.mark.engine_free

LAYERS = """
[tool.importlinter]
root_package = "events_app"

[[tool.importlinter.contracts]]
name = "Downwards"
type = "layers"
layers = ["events_app.app", "events_app.errors"]
"""
PASSING = '"""Nothing."""\n\n\ndef test_it() -> None:\n    assert True\n'
FAILING = PASSING.replace("True", "1 > 2")
CLEAN = {
    "pyproject.toml": (ROOT / "pyproject.toml").read_text().partition("[tool.importlinter]")[0] + LAYERS,
    "run.py": '"""The front door."""\n',
    "events_app/__init__.py": '"""A house."""\n',
    "events_app/errors.py": '"""Refusals."""\n\nNONE: int = 0\n',
    "events_app/app.py": '"""All of it."""\n\nfrom events_app.errors import NONE\n\nALL = NONE\n',
    "templates/page.html": '<img src="/a.png" alt="" width="1" height="1">\n',
    "tests/house/test_documents.py": PASSING,
    **dict.fromkeys((*check.DOCUMENTS[1:], *check.CATALOGUES), PASSING),
}
FAULTS = {
    "types": ("events_app/errors.py", '"""Refusals."""\n\nNONE: int = ""\n'),
    "documents": ("tests/house/test_documents.py", FAILING),
    "catalogues": (check.CATALOGUES[0], FAILING),
    "layers": (
        "events_app/errors.py",
        '"""Refusals."""\n\nfrom events_app.app import ALL\n\nNONE: int = ALL\n',
    ),
    "templates": ("templates/page.html", '<img src="/a.png">\n'),
    "style": ("run.py", '"""The front door."""\n\nimport os\n'),
    "format": ("run.py", "'''The front door.'''\n"),
}


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """A house with a file for each check to look at, and nothing wrong with it."""
    for name, text in CLEAN.items():
        write(tmp_path, name, text)
    return tmp_path


def write(house: Path, name: str, text: str) -> None:
    (house / name).parent.mkdir(parents=True, exist_ok=True)
    (house / name).write_text(text)


def test_a_house_in_order_passes(small_house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = check.main([], root=small_house)

    said = capsys.readouterr().out
    assert status == 0, said
    assert f"All {len(check.CHECKS)} checks passed in " in said.splitlines()[-1]


@pytest.mark.parametrize("each", check.CHECKS, ids=[each.name for each in check.CHECKS])
def test_each_check_finds_its_fault_and_says_so_last(
    each: check.Check, small_house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(small_house, *FAULTS[each.name])

    status = check.main([each.name], root=small_house)

    said = capsys.readouterr().out
    assert status == 1, said
    assert said.splitlines()[-1].startswith(f"Checks FAILED: {each.name} ({each.trouble}).")


def test_a_check_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(SystemExit, match="There is no check 'typos'; there are types, documents, "):
        check.main(["typos"])

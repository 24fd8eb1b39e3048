"""What is written about the house agrees with it: settings, docstrings, and no path of anybody's machine."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from events_app import VERSION
from events_app.settings import Secret, Settings, known_keys

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.house

NOT_OURS = {".git", ".venv", "var", "node_modules", "__pycache__"}


def our_files(pattern: str = "*") -> Iterator[Path]:
    """The files of the checkout; not what tools and the app itself leave in it."""
    for path in sorted(ROOT.rglob(pattern)):
        parts = path.relative_to(ROOT).parts
        made = NOT_OURS & set(parts) or any(re.fullmatch(r"\..+_cache|\.hypothesis", part) for part in parts)
        if path.is_file() and not made:
            yield path


def test_every_setting_has_a_heading_and_every_heading_a_setting() -> None:
    headings = re.findall(r"^### (\S+)$", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)

    assert headings == list(known_keys())


def test_settings_toml_shows_every_setting_with_its_default() -> None:
    text = (ROOT / "settings.toml").read_text()
    shown = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", text, flags=re.MULTILINE))

    defaults = {
        section.name: {
            entry.name: written(getattr(getattr(Settings(), section.name), entry.name)) for entry in entries
        }
        for section in fields(Settings)
        for entries in [fields(getattr(Settings(), section.name))]
    }
    assert shown == defaults
    assert {key for table in tomllib.loads(text).values() for key in table} == set()


def written(value: object) -> object:
    """A default as settings.toml writes it."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def test_every_module_opens_with_one_line_that_says_what_it_is_for() -> None:
    without = []
    for path in our_files("*.py"):
        said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()
        if not said or (len(said) > 1 and said[1]):
            without.append(str(path.relative_to(ROOT)))

    assert without == []


def test_the_changelog_begins_with_the_version_that_runs() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert newest
    assert newest[1] == VERSION


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    private = re.compile(rb"(?<![\w.])/(?:root|home|Users|work)/\w")
    named = [
        f"{path.relative_to(ROOT)}: {line.decode(errors='replace').strip()[:100]}"
        for path in our_files()
        if path.suffix not in {".woff2", ".ttf", ".png", ".jpg"}
        for line in path.read_bytes().splitlines()
        if private.search(line)
    ]

    assert named == []

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


DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/*/*.md")]),
]
"""What says how things are. CHANGELOG.md says how they were."""

FOLDERS = ("", "events_app", "templates", "templates/parts", "tests", "docs", "static")
"""Where a path may begin, beside the folder of its document."""

NOT_IN_THE_CHECKOUT = {
    "deletions/list": "an installation's",
    "data": "an installation's",
    "events.db": "an installation's",
    "keys": "an installation's",
    "var": "an installation's",
    "locale/fr": "docs/translation.md makes it",
    "tests/way_up/fill_version_0006.py": "in the history, and tests/way_up/README.md says so",
}

PATH = re.compile(r"[a-z_][\w.*-]*(?:/[\w.*-]+)+/?|[\w-]+\.(?:py|md|toml|lock|html|css|js)")
OURS = re.compile(r"(?<![\w/.`-])(?:docs|events_app|locale|static|templates|tests)/[\w./*-]+")
NAME_IN_A_MODULE = re.compile(r"([a-z_]+)\.([A-Za-z_]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    """A path with a word in capitals, templates/ROOM, stands for many and is not looked for."""
    text = document.read_text("utf-8")

    missing = [path for path in paths_in(text) if not is_there(path, document.parent)]
    assert missing == [], "moved, or never there: say where it is now"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_map_shows_every_room_in_its_order() -> None:
    """Rooms are read off the first contract of pyproject.toml; neighbours may stand on one line."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = [set(re.findall(r"\w+", layer)) for layer in config["contracts"][0]["layers"]]
    order = [re.findall(r"\w+", line.split("   ")[0]) for line in map_of_rooms()]

    shown = [room for line in order for room in line]
    assert sorted(shown) == sorted(room for layer in layers for room in layer)
    depth = [max(n for n, layer in enumerate(layers) if layer & set(line)) for line in order]
    assert depth == sorted(depth), "docs/architecture.md shows the rooms in another order than pyproject.toml"


def map_of_rooms() -> list[str]:
    """The lines below events_app/ in docs/architecture.md."""
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    lines = text.partition("\nevents_app/")[2].partition("```")[0].splitlines()[1:]
    return [line.strip() for line in lines]


def paths_in(text: str) -> Iterator[str]:
    """Paths and module.names in backticks, and what begins with a folder of ours wherever it stands."""
    yield from (found.rstrip("./") for found in OURS.findall(text) if is_meant(found))
    unfenced = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    for span in re.findall(r"`([^`\n]+)`", unfenced):
        for word in re.split(r"[\s,;]+", span):
            bare = re.sub(r"\(.*", "", word).rstrip("./")
            if (PATH.fullmatch(bare) or NAME_IN_A_MODULE.fullmatch(bare)) and is_meant(bare):
                yield bare


def is_meant(path: str) -> bool:
    stands_for_many = any(re.fullmatch(r"[A-Z_]{2,}(\..*)?", part) for part in path.split("/"))
    elsewhere = any(path == other or path.startswith(f"{other}/") for other in NOT_IN_THE_CHECKOUT)
    return not stands_for_many and not elsewhere and path not in known_keys()


def is_there(path: str, beside: Path) -> bool:
    roots = [beside, *(ROOT / folder for folder in FOLDERS)]
    if any(list(root.glob(found)) for root in roots for found in (path, f"{path}.py")):
        return True
    module, _dot, name = path.rpartition(".")
    if "/" not in path and not is_module(module):
        return not PATH.fullmatch(path)  # registration.seated: a word with a dot, no path
    return any(names(file, name) for file in files_of(module))


def is_module(module: str) -> bool:
    return bool(module) and any(files_of(module))


def files_of(module: str) -> list[Path]:
    """The file of a module, or the files of a room."""
    path = ROOT / "events_app" / module
    return [path.with_suffix(".py")] if path.with_suffix(".py").is_file() else sorted(path.rglob("*.py"))


def names(file: Path, name: str) -> bool:
    """Whether a module defines it: a function, a class, a method, a constant, a field."""
    return bool(
        re.search(rf"^\s*(?:async def|def|class) {name}\b|^\s*{name}\b *[:=]", file.read_text(), re.MULTILINE)
    )

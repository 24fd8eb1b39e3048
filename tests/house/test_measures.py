"""The house's measures: nothing of the app grows past what one can see at once, and nothing goes round in a circle."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.house, pytest.mark.engine_free]

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 50
MOST_LINES_OF_A_ROOM = 3600
MOST_FILES_OF_A_ROOM = 16
MEDIAN_OF_FILES = 120
MEDIAN_OF_FUNCTIONS = 6
ONLY_A_DOOR = 3
"""A file of so many lines, such as an __init__.py that says what its folder is for, counts as none."""


@dataclass(frozen=True)
class Module:
    """One file of the app. `lines` are all of them; `functions`: (name, lines), from its decorators to its end."""

    path: str
    lines: int
    functions: tuple[tuple[str, int], ...]

    @property
    def room(self) -> str:
        """The folder right below events_app; "" for a module that stands beside the rooms."""
        parts = Path(self.path).parts
        return parts[1] if len(parts) > 2 else ""


@cache
def modules() -> tuple[Module, ...]:
    return tuple(measured(path) for path in sorted((ROOT / "events_app").rglob("*.py")))


def measured(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(
        path.relative_to(ROOT).as_posix(), len(text.splitlines()), tuple(functions_of(ast.parse(text)))
    )


def functions_of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            begun = min(each.lineno for each in (node, *node.decorator_list))
            yield node.name, (node.end_lineno or node.lineno) - begun + 1


def files() -> list[Module]:
    return [module for module in modules() if module.lines > ONLY_A_DOOR]


def rooms() -> Mapping[str, list[Module]]:
    found: dict[str, list[Module]] = defaultdict(list)
    for module in files():
        if module.room:
            found[module.room].append(module)
    return found


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    long = [
        f"{module.path} has {module.lines} lines"
        for module in modules()
        if module.lines > MOST_LINES_OF_A_FILE
    ]

    assert not long, (
        f"{long}; {MOST_LINES_OF_A_FILE} are the most. Where it holds two subjects, give the second a room of its own; "
        "where it is one subject with many pages or verbs, make a folder of the floor's name, with a file for each."
    )


def test_no_function_is_too_long_to_be_seen_at_once() -> None:
    long = [
        f"{module.path}: {name} has {lines} lines"
        for module in modules()
        for name, lines in module.functions
        if lines > MOST_LINES_OF_A_FUNCTION
    ]

    assert not long, (
        f"{long}; {MOST_LINES_OF_A_FUNCTION} are the most. Name its steps: each becomes a function below it, in "
        "reading order."
    )


def test_no_room_is_a_building() -> None:
    large = [
        f"events_app/{room} has {lines} lines in {len(inside)} files"
        for room, inside in rooms().items()
        for lines in [sum(module.lines for module in inside)]
        if lines > MOST_LINES_OF_A_ROOM or len(inside) > MOST_FILES_OF_A_ROOM
    ]

    assert not large, (
        f"{large}; {MOST_LINES_OF_A_ROOM} lines and {MOST_FILES_OF_A_ROOM} files are the most. Split the room by "
        "subject, and give the new room its line in pyproject.toml and in docs/architecture.md."
    )


def test_a_file_is_most_often_short() -> None:
    middle = median(module.lines for module in files())

    assert middle <= MEDIAN_OF_FILES, (
        f"Half of the files of events_app have more than {middle} lines, and {MEDIAN_OF_FILES} are the most. "
        f"The longest: {longest((module.lines, module.path) for module in files())}."
    )


def test_a_function_is_most_often_very_short() -> None:
    every = [(lines, f"{module.path}: {name}") for module in modules() for name, lines in module.functions]
    middle = median(lines for lines, _name in every)

    assert middle <= MEDIAN_OF_FUNCTIONS, (
        f"Half of the functions of events_app have more than {middle} lines, and {MEDIAN_OF_FUNCTIONS} are the most. "
        f"The longest: {longest(every)}."
    )


def longest(measures: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(measures, reverse=True)[:5]


@cache
def imports() -> Mapping[str, frozenset[str]]:
    """Each module, and those that it imports, wherever in it the import stands."""
    graph = grimp.build_graph("events_app", cache_dir=None)
    return {
        module: frozenset(graph.find_modules_directly_imported_by(module)) for module in sorted(graph.modules)
    }


def test_no_modules_import_each_other_in_a_circle() -> None:
    circles = list(circles_in(imports()))

    assert not circles, (
        f"{circles} go round in a circle. Ask where the thing they share belongs, and move it below both; what a lower "
        "room must know of a higher one is handed down (events_app/handed.py). A late import hides the circle only."
    )


def circles_in(arrows: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Sets of modules of which each leads to every other."""
    ahead = {module: reached_from(module, arrows) for module in arrows}
    seen: set[str] = set()
    for module in arrows:
        if module not in seen and module in ahead[module]:
            circle = [other for other in arrows if other in ahead[module] and module in ahead[other]]
            seen.update(circle)
            yield circle


def reached_from(module: str, arrows: Mapping[str, Iterable[str]]) -> set[str]:
    """Where the arrows lead; the module itself only where they lead back."""
    reached: set[str] = set()
    ahead = list(arrows[module])
    while ahead:
        other = ahead.pop()
        if other not in reached:
            reached.add(other)
            ahead.extend(arrows.get(other, ()))
    return reached


def test_a_circle_is_found() -> None:
    arrows = {"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": [], "e": ["e"]}

    assert list(circles_in(arrows)) == [["b", "c"], ["e"]]


def test_every_module_of_every_room_stands_in_a_contract() -> None:
    """import-linter says so of the children of a container; this asks for each module by itself."""
    layers = layers_of_contracts()
    apart = [module for module in imports() if not stands_in(module, layers)]

    assert not apart, (
        f"{apart} stand in no layer of pyproject.toml. Give the room, or the floor, its line in [tool.importlinter]; a "
        "module that fits nowhere has no name yet."
    )


def layers_of_contracts() -> Mapping[str, set[str]]:
    """Container -> the names of its layers, of the contracts that let no other name stand there."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    found: dict[str, set[str]] = {}
    for contract in config["contracts"]:
        if contract["type"] == "layers" and contract.get("exhaustive"):
            names = {name.strip(" ()") for layer in contract["layers"] for name in layer.split("|")}
            found |= dict.fromkeys(contract["containers"], names)
    return found


def stands_in(module: str, layers: Mapping[str, set[str]]) -> bool:
    """Whether the room is a layer of the house, and the floor one of its room; the root is what holds them."""
    house, *inside = module.split(".")
    if not inside:
        return True
    room, *floors = inside
    if room not in layers[house]:
        return False
    return not floors or floors[0] in layers.get(f"{house}.{room}", set())

"""Nothing lies about unused: no class of the stylesheet, and nothing of the app that only its tests still name."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.house, pytest.mark.engine_free]

CLASS = re.compile(r"\.([a-z][\w-]*)")
WORD = re.compile(r"[\w-]+")
BEGUN = re.compile(r"""([a-z][\w-]*-)(?=\{|["'] [~+])""")
"""The begin of a class whose end, a word of its own, is put in: badge-{{ state }}, "notice-" ~ kind."""


def texts_of_pages() -> Iterator[str]:
    """Whatever may name a class: templates, scripts, and the sentences (not the names) of Python."""
    for pattern in ("templates/**/*.html", "static/js/*.js"):
        yield from (path.read_text("utf-8") for path in ROOT.glob(pattern))
    for path in ROOT.glob("events_app/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def classes_of(sheet: str) -> set[str]:
    """The classes in the selectors of a stylesheet."""
    bare = re.sub(r"/\*.*?\*/|url\(.*?\)", "", sheet, flags=re.DOTALL)
    return {name for selector in re.findall(r"([^{};]+)\{", bare) for name in CLASS.findall(selector)}


def test_every_class_of_the_stylesheet_stands_in_a_page() -> None:
    sheet = "".join(path.read_text("utf-8") for path in sorted(ROOT.glob("static/css/*.css")))
    words: set[str] = set()
    begun: set[str] = set()
    for text in texts_of_pages():
        words.update(WORD.findall(text))
        begun.update(BEGUN.findall(text))

    ended = {begin + word for begin in begun for word in words}
    assert sorted(classes_of(sheet) - words - ended) == []


CALLED_BY_A_LIBRARY = re.compile(
    r"get_response|get_reset_query|create_pool|get_client_class|execute_script"  # Starlette; asyncpg; Tortoise
    r"|validate_\w+|process_formdata|pre_validate|_value"  # WTForms
    r"|from_code|make_globals|handle_\w+"  # Jinja; aiosmtpd, html
    r"|connection_\w+|data_received|(pause|resume)_writing|on_\w+|send_400_response"  # asyncio, httptools, uvicorn
)
KEPT = {
    "sign_out_everywhere": "the team will end the sessions of whoever leaves it",
    "rotate_master": "the team will have a verb for it",
    "retire_masters": "the team will have a verb for it",
    "ReadingRefused": "what a stricter reading rule of the vault raises; today's lets every named reader read",
    "use_catalogue": "the tests' invented language",
    "plural_header": "run.py messages writes it",
    "known_keys": "held against docs/settings.md",
}
"""What the app keeps without using it, each with its reason."""


@dataclass(frozen=True)
class Defined:
    """A function, class, method or constant of the app, and the lines in which its name is its own."""

    path: Path
    name: str
    first: int
    last: int

    def holds(self, path: Path, line: int) -> bool:
        return path == self.path and self.first <= line <= self.last


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in [ROOT / "run.py", *sorted(ROOT.glob("events_app/**/*.py"))]:
        yield path, ast.parse(path.read_text("utf-8"))


def defined(path: Path, tree: ast.Module) -> Iterator[Defined]:
    """What stands at the top of a module, and the methods of its classes."""
    for node in tree.body:
        yield from named(path, node)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, FUNCTION):
                    yield from named(path, inner)


FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def named(path: Path, node: ast.stmt) -> Iterator[Defined]:
    names = []
    if isinstance(node, (*FUNCTION, ast.ClassDef)):
        names = [node.name]
    elif isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        names = [node.target.id]
    begun = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    for name in names:
        if not re.fullmatch(r"__\w+__", name):
            yield Defined(path, name, begun, node.end_lineno or node.lineno)


def uses(path: Path, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each name that is used in a module, and the line. What a room's __init__ only hands on is no use.

    Any other import is one: ruff finds those that nobody needs.
    """
    offered = {
        id(each)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for each in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.ImportFrom) and path.name != "__init__.py":
            yield from ((each.name, node.lineno) for each in node.names)
        elif isinstance(node, ast.Constant) and id(node) not in offered and is_a_path(node.value):
            yield from ((word, node.lineno) for word in re.findall(r"\w+", node.value))


def is_a_path(value: object) -> TypeGuard[str]:
    """A name for getattr, "events_app.app:create", no sentence."""
    return isinstance(value, str) and re.fullmatch(r"[\w.:]+", value) is not None


def test_nothing_in_the_app_is_used_by_its_tests_alone() -> None:
    where: dict[str, list[tuple[Path, int]]] = {}
    for path, tree in modules():
        for name, line in uses(path, tree):
            where.setdefault(name, []).append((path, line))
    shown = names_in_templates()

    dead = [
        each.name
        for path, tree in modules()
        for each in defined(path, tree)
        if each.name not in shown and all(each.holds(*use) for use in where.get(each.name, []))
    ]
    assert sorted(name for name in dead if not CALLED_BY_A_LIBRARY.fullmatch(name)) == sorted(KEPT)


def names_in_templates() -> set[str]:
    """What stands in the braces of templates, without the sentences there."""
    found: set[str] = set()
    for path in ROOT.glob("templates/**/*.*"):
        for inside in re.findall(r"\{[{%](.*?)[%}]\}", path.read_text("utf-8"), re.DOTALL):
            found.update(re.findall(r"\w+", re.sub(r"\"[^\"]*\"|'[^']*'", "", inside)))
    return found

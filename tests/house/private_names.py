"""Finds where the house uses what a library keeps to itself: names with an underscore, modules without a promise."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LIBRARIES = (
    "aiosmtpd",
    "aiosmtplib",
    "asyncpg",
    "jinja2",
    "pypika_tortoise",
    "starlette",
    "tortoise",
    "wtforms",
)
WITHOUT_A_PROMISE = (
    "jinja2.compiler",
    "pypika_tortoise",
    "starlette.formparsers",
    "tortoise.backends",
    "tortoise.connection",
    "tortoise.context",
)
"""Modules that the library's documentation does not describe."""

DOCUMENTED = {"_replace", "_value"}
"""Of named tuples, as Python says; of a field, WTForms' own way to say what it shows ("Custom fields")."""

PUT_TOGETHER = "_RELATION"
"""setattr(model, f"_{relation}", ...): a private name that no source holds whole."""

OF_FUNCTIONS = {"__closure__", "__code__", "__defaults__", "__globals__", "__wrapped__"}
_PRIVATE = re.compile(r"_[A-Za-z]\w*")


def used() -> dict[str, list[str]]:
    """Each private name, and each module without a promise, with the places (file:line) that use it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "events_app").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for what, line in uses_in(name, path.read_text(encoding="utf-8")):
            found.setdefault(what, []).append(f"{path.relative_to(ROOT)}:{line}")
    return found


def uses_in(name: str, source: str) -> Iterator[tuple[str, int]]:
    """What one module uses of libraries' own, each with its line."""
    tree = ast.parse(source)
    ours = names_defined(tree) - inherited_by(name)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        for what in names_at(node):
            if what in OF_FUNCTIONS or (_PRIVATE.fullmatch(what) and what not in ours | DOCUMENTED):
                yield what, line
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(WITHOUT_A_PROMISE):
            yield str(node.module), line
        if isinstance(node, ast.Call) and is_written_together(node):
            yield PUT_TOGETHER, line


def names_at(node: ast.AST) -> Iterator[str]:
    """The names that a node asks of something: `x.name`, `name=`, getattr(x, "name"), == "name"."""
    match node:
        case ast.Attribute(attr=name):
            yield name
        case ast.keyword(arg=str(name)):
            yield name
        case ast.ImportFrom(module=str(module), names=names) if module.startswith(LIBRARIES):
            yield from module.split(".")
            yield from (each.name for each in names)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Call(
            func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(value=str(name)), *_]
        ):
            yield name
        case ast.Compare(left=ast.Name(id="name"), comparators=[ast.Constant(value=str(name))]):
            yield name


def is_written_together(node: ast.Call) -> bool:
    """setattr(x, f"_{name}", value)."""
    is_set = ast.unparse(node.func).endswith(("setattr", "__setattr__"))
    return is_set and any(
        isinstance(each, ast.JoinedStr) and ast.unparse(each)[2:3] == "_" for each in node.args
    )


def names_defined(tree: ast.Module) -> set[str]:
    """The private names that a module gives itself: functions, classes, `self._x = ...`, and what a class declares."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                found.add(name)
            case ast.ImportFrom(module=str(module), names=names) if not module.startswith(LIBRARIES):
                found |= {each.name for each in names}
    return found


def inherited_by(name: str) -> set[str]:
    """The private names in the source of every library class from which a class of this module is made."""
    return {
        private
        for each in vars(importlib.import_module(name)).values()
        if inspect.isclass(each) and each.__module__ == name
        for base in each.__mro__
        if base.__module__.startswith(LIBRARIES)
        for private in private_names_of(base)
    }


@cache
def private_names_of(kind: type) -> frozenset[str]:
    """What instances of a library's class call their own: `self._x`, `def _x`, `_x: ...`."""
    try:
        source = inspect.getsource(kind)
    except (OSError, TypeError):
        return frozenset()
    return frozenset(re.findall(r"(?:\bself\.|\bdef |^    )(_[A-Za-z]\w*)", source, re.MULTILINE))

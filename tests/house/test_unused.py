"""Nothing lies about unused: no class of the stylesheet, and nothing of the app that only its tests still name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

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
    sheet = (ROOT / "static/css/house.css").read_text("utf-8")
    words: set[str] = set()
    begun: set[str] = set()
    for text in texts_of_pages():
        words.update(WORD.findall(text))
        begun.update(BEGUN.findall(text))

    ended = {begin + word for begin in begun for word in words}
    assert sorted(classes_of(sheet) - words - ended) == []

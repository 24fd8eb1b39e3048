"""The pictures that documents show can be taken anew, are light, and every one is shown."""

import re

import pytest

from events_app import i18n
from tests.gallery.pictures import DOCUMENTS, FOR_DOCUMENTS
from tests.journeys.conftest import LOCALES
from tests.journeys.served import ROOT
from tests.translation import messages

pytestmark = [pytest.mark.house, pytest.mark.engine_free]


SHOWN_AS = {"like this", "بهذا الشكل"}


def taken() -> set[str]:
    """The names that `run.py gallery --docs` writes."""
    parts = [name.rpartition("-") for name in FOR_DOCUMENTS]
    return {f"{begin}-{language}-{end}.png" for begin, _, end in parts for language in LOCALES}


def shown() -> set[str]:
    texts = [path.read_text("utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))]
    return {name for text in texts for name in re.findall(r"pictures/([\w.-]+\.png)", text)}


def test_every_picture_is_one_that_the_gallery_takes() -> None:
    there = {path.name for path in DOCUMENTS.iterdir()}

    assert there - taken() == set()
    assert there == shown()


@pytest.mark.parametrize(("guide", "language"), [("README.md", "en"), ("README.ar.md", "ar")])
def test_the_guide_calls_buttons_and_pages_as_they_call_themselves(guide: str, language: str) -> None:
    text = (ROOT / "docs/guide" / guide).read_text("utf-8")
    named = {name for name in re.findall(r"\*\*(.+?)\*\*", text) if not name.endswith((".", "?", "؟"))}
    i18n.load_languages(tuple(LOCALES))
    with i18n.use_language(language):
        said = {i18n.translate(message.id) for message in messages.sentences() if isinstance(message.id, str)}

    assert named - said - SHOWN_AS == set()


def test_no_picture_is_heavy() -> None:
    assert {path.name for path in DOCUMENTS.iterdir() if path.stat().st_size >= 150 * 1024} == set()

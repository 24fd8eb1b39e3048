"""The organizer's guide says the words that stand on buttons and pages, in its own language."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

pytestmark = pytest.mark.engine_free

ROOT = Path(__file__).parents[2]
HEADINGS = re.compile(r"^…|[.?؟]$")
SAMPLE = {"like this", "بهذا الشكل"}


def words_on_pages(language: str) -> set[str]:
    with (ROOT / "locale/ar/LC_MESSAGES/messages.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    said = [message.string if language == "ar" else message.id for message in messages]
    return {text for each in said for text in ([each] if isinstance(each, str) else each or [])}


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.ar.md", "ar")])
def test_what_the_guide_shows_in_bold_stands_on_a_page(name: str, language: str) -> None:
    text = (ROOT / "docs/guide" / name).read_text("utf-8")
    shown = {" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)}
    on_pages = {words for words in shown - SAMPLE if not HEADINGS.search(words)}

    assert len(on_pages) > 20
    assert on_pages - words_on_pages(language) == set()

"""What the stylesheets name is there, under the address that pages name too."""

import re
from pathlib import Path

import pytest

from events_app.rendering import STATIC, asset

pytestmark = [pytest.mark.house, pytest.mark.engine_free]

SHEETS = sorted(STATIC.glob("css/*.css"))


def named_in(sheet: Path) -> list[str]:
    """What stands in url(), but for pictures that are written out in the sheet."""
    found = re.findall(r"""url\(\s*["']?(.+?)["']?\s*\)""", sheet.read_text("utf-8"))
    return [url for url in found if not url.startswith("data:")]


NAMING = [sheet for sheet in SHEETS if named_in(sheet)]
"""The sheets that name files: the desk's own names none."""


@pytest.mark.parametrize("sheet", NAMING, ids=[sheet.name for sheet in NAMING])
def test_every_file_that_a_stylesheet_names_is_there_with_the_mark_of_its_content(sheet: Path) -> None:
    """With another mark the preloaded font would not be the one of the stylesheet, and be loaded twice."""
    files = {url: (sheet.parent / url.partition("?")[0]).resolve() for url in named_in(sheet)}

    assert [url for url, file in files.items() if not file.is_file()] == []
    marked = {
        url: asset(file.relative_to(STATIC).as_posix()).partition("?")[2] for url, file in files.items()
    }
    assert {url: url.partition("?")[2] for url in files} == marked


def test_every_font_of_the_pages_is_named_in_a_stylesheet() -> None:
    named = {url.partition("?")[0].rpartition("/")[2] for sheet in SHEETS for url in named_in(sheet)}

    assert {path.name for path in STATIC.glob("fonts/*.woff2")} == {
        name for name in named if name.endswith(".woff2")
    }

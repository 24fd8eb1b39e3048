"""No page and no letter is forgotten: every route that shows one, and every letter's folder, has its shot."""

import re
import uuid

import pytest
from starlette.routing import Route

from events_app.app import _routes
from tests.gallery.shots import LETTERS, NOT_PAGES, SHOTS, Shot

pytestmark = pytest.mark.engine_free


def routes() -> list[Route]:
    return [route for route in _routes() if isinstance(route, Route) and "GET" in (route.methods or ())]


def plain_path(shot: Shot) -> str:
    return re.sub(r"{\w+}", str(uuid.UUID(int=0)), shot.path).split("?")[0]


def first_route(path: str) -> str:
    """The pattern of the route that would answer."""
    return next((route.path_format for route in routes() if route.path_regex.match(path)), "")


def test_every_route_has_a_shot_or_is_no_page() -> None:
    shown = {first_route(plain_path(shot)) for shot in SHOTS}

    assert {route.path_format for route in routes()} - shown - set(NOT_PAGES) == set()


def test_what_is_no_page_is_still_a_route_without_a_shot() -> None:
    assert set(NOT_PAGES) - {route.path_format for route in routes()} == set()


def test_every_shot_has_a_name_of_its_own() -> None:
    names = [shot.name for shot in SHOTS]

    assert sorted(set(names)) == sorted(names)


def test_every_letter_has_its_shots() -> None:
    names = {shot.name for shot in SHOTS}

    assert LETTERS
    assert {f"letter-{kind}" for kind in LETTERS} <= names

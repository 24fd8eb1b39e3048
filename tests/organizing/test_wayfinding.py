"""Every page of the desk stands in one place of its plan, and every place of the plan leads to a page."""

import re

import pytest
from starlette.routing import Route

from events_app.app import _routes
from events_app.wayfinding import AT_THE_DESK, IN_AN_EVENT, MAIN, TABS, place_of

pytestmark = pytest.mark.engine_free

ID = "00000000-0000-0000-0000-000000000000"


def desk_routes() -> list[Route]:
    return [route for route in _routes() if isinstance(route, Route) and route.path.startswith("/desk")]


def desk_paths() -> set[str]:
    return {re.sub(r"{\w+(:\w+)?}", ID, route.path) for route in desk_routes()}


def entries_for(path: str) -> list[str]:
    """The entries of the two tables that speak of this path; the longest one counts."""
    inside = re.match(rf"/desk/events/{ID}/?(.*)", path)
    table, rest = (IN_AN_EVENT, inside[1]) if inside else (AT_THE_DESK, path.removeprefix("/desk").strip("/"))
    fitting = [key for key in table if rest == key or (key and rest.startswith(f"{key}/"))]
    longest = max((len(key) for key in fitting), default=0)
    return [key for key in fitting if len(key) == longest]


def test_every_desk_route_stands_in_the_plan_exactly_once() -> None:
    assert {path: found for path in desk_paths() if len(found := entries_for(path)) != 1} == {}


def test_no_entry_of_the_plan_is_without_a_route() -> None:
    named = {
        (path.startswith(f"/desk/events/{ID}"), key) for path in desk_paths() for key in entries_for(path)
    }

    assert {(False, key) for key in AT_THE_DESK} | {(True, key) for key in IN_AN_EVENT} == named


def test_no_link_of_the_navigation_is_dead_and_each_is_marked_on_its_own_page() -> None:
    paths = desk_paths()

    for way in MAIN:
        assert way.path in paths
        assert place_of(way.path).main == way.key
    for tab in TABS:
        assert place_of(f"/desk/events/{ID}{tab.path}").tab == tab.key
        for section in tab.ways:
            path = f"/desk/events/{ID}{section.path}"
            place = place_of(path)
            assert path in paths
            assert (place.main, place.tab, place.section) == ("events", tab.key, section.key)


def test_every_desk_page_is_marked_in_the_main_navigation() -> None:
    keys = {way.key for way in MAIN}
    unsigned = {"/desk/sign-in", "/desk/sign-out", f"/desk/welcome/{ID}"}

    assert {path for path in desk_paths() - unsigned if place_of(path).main not in keys} == set()


def test_a_page_deep_in_an_event_keeps_its_section() -> None:
    deep = place_of(f"/desk/events/{ID}/registrations/{ID}")
    printed = place_of(f"/desk/events/{ID}/registrations/print")

    assert (deep.tab, deep.section) == ("people", "list")
    assert (printed.tab, printed.section) == ("day", "print")

"""Cookies are read by us: few bytes, in one pass."""

from pathlib import Path

import pytest
from starlette.datastructures import Headers

from events_app.web.cookies import MOST_OF_COOKIES, cookie_in, whole_cookies

pytestmark = pytest.mark.engine_free

APP = Path(__file__).resolve().parents[2] / "events_app"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("desk=abc", "abc"),
        ("language=ar; desk=abc", "abc"),
        ("desk=old;desk=abc", "abc"),
        ("desk = abc ; other=1", "abc"),
        ('desk="abc"', "abc"),
        ("desk=a=b", "a=b"),
        ("desk=", ""),
        ("desk", ""),
        ("notdesk=abc; desk2=abc", ""),
        ("", ""),
        (";;=;=a;", ""),
    ],
)
def test_a_cookie_is_found_by_its_whole_name(field: str, value: str) -> None:
    assert cookie_in(Headers({"cookie": field}), "desk") == value


def test_cookies_in_several_fields_are_one_list() -> None:
    headers = Headers(raw=[(b"cookie", b"desk=abc"), (b"cookie", b"language=ar")])

    assert (cookie_in(headers, "desk"), cookie_in(headers, "language")) == ("abc", "ar")


def test_of_many_cookies_only_whole_ones_are_read() -> None:
    field = b"desk=abc; other=" + 100_000 * b"\\"

    assert whole_cookies(field) == b"desk=abc"
    assert whole_cookies(b"desk=" + MOST_OF_COOKIES * b"a") == b""
    assert cookie_in(Headers({"cookie": "a=" + 5000 * '"' + "; desk=abc"}), "desk") == ""


def test_no_cookie_is_ever_read_by_another_reader() -> None:
    """The library's unquotes in quadratic time on earlier Pythons (CVE-2024-7592)."""
    others = ("SimpleCookie", "http.cookies import", ".cookies.get", ".cookies[", "cookie_parser")

    found = [
        (path.name, other)
        for path in APP.rglob("*.py")
        for other in others
        if other in path.read_text("utf-8")
    ]
    assert found == []

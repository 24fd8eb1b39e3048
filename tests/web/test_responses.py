"""An ETag is compared whole, in one place."""

import pytest
from starlette.requests import Request

from events_app.web.responses import etag_of, has_copy

pytestmark = pytest.mark.engine_free

ETAG = etag_of(b"a calendar")


@pytest.mark.parametrize(
    ("said", "has"),
    [
        (ETAG, True),
        (f"W/{ETAG}", True),
        (f'"other", {ETAG}', True),
        ("*", True),
        ('"other"', False),
        ("", False),
        (ETAG.strip('"'), False),
        (f'"x{ETAG[1:]}', False),
    ],
)
def test_a_copy_is_known_by_its_whole_mark(said: str, has: bool) -> None:
    request = Request({"type": "http", "headers": [(b"if-none-match", said.encode())]})

    assert has_copy(request, ETAG) == has


def test_nobody_has_a_copy_of_what_has_no_mark() -> None:
    assert not has_copy(Request({"type": "http", "headers": [(b"if-none-match", b"*")]}), "")

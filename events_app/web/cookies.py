"""Reading cookies: a few kilobytes at most, and nothing that takes longer than its length.

Not http.cookies, which earlier Pythons unquote in quadratic time (CVE-2024-7592). None of our cookies needs unquoting:
their values are tokens, or percent-encoded.
"""

from typing import Final

from starlette.datastructures import Headers

MOST_OF_COOKIES: Final = 4096
"""Bytes of a Cookie field; all of ours together are a few hundred."""


def whole_cookies(field: bytes) -> bytes:
    """The field, or what stands whole in its first bytes."""
    return field if len(field) <= MOST_OF_COOKIES else field[:MOST_OF_COOKIES].rpartition(b";")[0]


def cookie_in(headers: Headers, name: str) -> str:
    """The value of the last cookie of that name (RFC 6265, 5.4), without quotation marks around it; "" for none."""
    found = ""
    for field in headers.getlist("cookie"):
        for pair in field[:MOST_OF_COOKIES].split(";"):
            key, _equals, value = pair.partition("=")
            if key.strip() == name:
                found = value.strip().removeprefix('"').removesuffix('"')
    return found

"""The desk's form of a picture: what it shows, in words. The file stands beside it in the template."""

from functools import cache
from typing import Any

from events_app.i18n import L_, languages
from events_app.web.forms import Form
from events_app.web.texts import text_fields


@cache
def _cover_class(codes: tuple[str, ...]) -> type[Form]:
    return type("CoverForm", (Form,), text_fields(L_("What the picture shows"), "alt", 200))


def cover_form(typed: Any = None, *, picture: dict[str, Any]) -> Form:
    said = picture.get("alt", {})
    return _cover_class(languages())(typed, data={f"alt_{code}": text for code, text in said.items()})

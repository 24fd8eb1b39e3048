"""Templates escape what people typed, whatever is kept or taken as it is."""

import pytest
from markupsafe import Markup

from events_app import i18n
from events_app.rendering import drawn_once, environment, macro, said

pytestmark = pytest.mark.engine_free


class Safe:
    def __html__(self) -> str:
        return "<i>safe</i>"


class Louder(Markup):
    """A kind of Markup that says itself in another way."""

    def __html__(self) -> "Louder":
        return Louder(str.upper(self))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        (Markup("<b>&amp;"), "<b>&amp;"),
        (Safe(), "<i>safe</i>"),
        (Louder("<b>"), "<B>"),
        (i18n.Lazy("<Yes>"), "&lt;Yes&gt;"),
        (12, "12"),
        (["<b>"], "[&#39;&lt;b&gt;&#39;]"),
    ],
)
def test_what_is_no_markup_is_escaped_and_markup_is_taken_as_it_is(value: object, shown: str) -> None:
    assert environment.from_string("{{ value }}").render(value=value) == shown
    in_a_macro = (
        "{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(value) }}{% set s %}{{ value }}{% endset %}{{ s }}"
    )
    assert environment.from_string(in_a_macro).render(value=value) == f"[{shown}]{shown}"


def test_what_is_drawn_once_is_asked_once_for_a_name_and_each_time_for_more() -> None:
    asked: list[tuple[str, object]] = []

    def drawn(name: str, label: object = "") -> Markup:
        asked.append((name, label))
        return Markup("<svg>{}{}</svg>").format(name, label)

    draw = drawn_once(drawn)

    assert [draw("bin"), draw("bin"), draw("bin", label="<b>"), draw("bin", Markup("<b>"))] == [
        "<svg>bin</svg>",
        "<svg>bin</svg>",
        "<svg>bin&lt;b&gt;</svg>",
        "<svg>bin<b></svg>",
    ]
    assert asked == [("bin", ""), ("bin", "<b>"), ("bin", Markup("<b>"))]


def test_icons_say_their_label_escaped_and_stay_hidden_without_one() -> None:
    icon = macro("parts/icons.html", "icon")

    assert 'aria-hidden="true"' in icon("bin")
    assert icon("bin") == icon("bin")
    assert 'aria-label="&lt;b&gt;"' in icon("bin", label="<b>")
    assert icon("bin") != icon("back")


def test_a_text_said_in_a_line_is_escaped_and_names_its_language() -> None:
    for _ in range(2):
        assert said({"ar": "<b>إطلاق"}) == '<span lang="ar" dir="rtl">&lt;b&gt;إطلاق</span>'
        assert said({"en": "<b>إطلاق"}) == '<span lang="en" dir="ltr">&lt;b&gt;إطلاق</span>'

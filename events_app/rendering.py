"""Templates and Markdown: values in, safe HTML or plain text out."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from events_app import VERSION, i18n
from events_app.addresses import shown
from events_app.clock import are_whole_days
from events_app.directions import holds_right_to_left, in_order, is_number, isolated, marked
from events_app.wayfinding import FORGOTTEN, MAIN, TABS, place_of
from events_app.weblinks import href_of, link_addresses

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
MOST_MARKDOWN = 20_000
"""Characters: markdown-it slows down on long nonsense, so the forms refuse more than this."""

_TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "a", "hr", "code",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
link_addresses(_markdown)


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dict for all templates. Over jinja's ChainMap each import of macros compares all names in Python."""
        return {**self.globals, **d} if d else self.globals


@pass_eval_context
def _say(context: EvalContext, sentence: str, /, **values: Any) -> str:
    """`_()` of the templates: what jinja's "newstyle" gettext does (always a format string, values escaped where
    the template escapes), in one call instead of three: a page of many sentences takes a fifth longer without."""
    text = i18n.translate(sentence)
    if context.autoescape:
        text = Markup(text)  # noqa: S704 - our own sentence; its values are escaped by the line below
        values = {name: isolated(value) if type(value) is str else value for name, value in values.items()}
    return text % values if "%" in text else text


environment = _Environment(
    loader=FileSystemLoader(ROOT / "templates"),
    autoescape=select_autoescape(enabled_extensions=(), disabled_extensions=("txt",), default=True),
    undefined=StrictUndefined,
    extensions=["jinja2.ext.i18n"],
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
environment.install_gettext_callables(  # type: ignore[attr-defined]
    i18n.translate, i18n.raw_ngettext, newstyle=True, pgettext=i18n.pgettext
)
environment.globals.update({"_": _say, "gettext": _say})


def render(template: str, **context: Any) -> str:
    """Render `templates/TEMPLATE`. A name that the page uses and nobody gave is an error (StrictUndefined)."""
    return environment.get_template(template).render(**context)


def rendered(template: str, **context: Any) -> Iterator[str]:
    """The same piece by piece: a row of a list is some twenty of them."""
    return environment.get_template(template).generate(**context)


def macro(template: str, name: str) -> Callable[..., Markup]:
    """One macro of `templates/TEMPLATE`, for what is said outside a page's own template."""
    found: Callable[..., Markup] = getattr(environment.get_template(template).module, name)
    return found


def drawn_once(drawn: Callable[..., Markup]) -> Callable[..., Markup]:
    """A macro whose answer to a name alone is always the same, and is kept. Asked for more it is called."""
    alone = lru_cache(maxsize=256)(drawn)

    def draw(name: str, *more: object, **named: object) -> Markup:
        return drawn(name, *more, **named) if more or named else alone(name)

    return draw


def said(texts: Mapping[str, str] | None) -> Markup:
    """A text in several languages, in a line: with the language it is in and the way that one reads."""
    return _said(i18n.language_of(texts), i18n.choose(texts))


@lru_cache(maxsize=2048, typed=True)
def _said(code: str, text: str) -> Markup:
    lang, direction = escape(code), i18n.direction(code)
    plain = escape(marked(text))
    return Markup(f'<span lang="{lang}" dir="{direction}">{plain}</span>')  # noqa: S704 - escaped, each


def way(text: object) -> str:
    """Which way a short plain text reads: the page's way as soon as it holds a letter of the page's script (an Arabic
    line may begin with a Latin name) or no letter at all (hours), else "auto", as its first letter says. A phone number
    reads from left to right."""
    page, is_other = i18n.direction(), False
    if page == "rtl" and is_number(str(text)):
        return "ltr"
    for letter in str(text):
        is_arabic = "\u0590" <= letter <= "\u08ff"
        is_latin = letter.upper() != letter.lower()
        if is_arabic if page == "rtl" else is_latin:
            return page
        is_other = is_other or is_arabic or is_latin
    return "auto" if is_other else page


@lru_cache(maxsize=2048)
def markdown(text: str) -> Markup:
    """Markdown to safe HTML: no raw HTML, no images, links only to http, https and mailto. A bare web address is one,
    and reads from left to right, whatever stands around it."""
    tokens = _markdown.parse(text[:MOST_MARKDOWN])
    for inline in tokens:
        if inline.children and holds_right_to_left(inline.content):
            for piece in inline.children:
                if piece.type == "text" and not piece.meta:
                    piece.content = in_order(piece.content)
    dirty = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes={"a": {"href", "title", "dir"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a file under static/ with a mark of its content, so that it may be kept for a year."""
    mark = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={mark}"


environment.globals.update(
    {
        said.__name__: said
        for said in (
            i18n.choose, i18n.language_of, i18n.name_of_language, i18n.say_city, i18n.say_date, i18n.say_days,
            i18n.say_month, i18n.say_offset, i18n.say_short_date, i18n.say_time, i18n.say_weekday,
        )
    }
    | {"direction_of": i18n.direction}
)  # fmt: skip
environment.globals.update(
    version=VERSION,
    whole_days=are_whole_days,
    asset=asset,
    drawn_once=drawn_once,
    said_in_a_line=said,
    way_of=way,
    place_of=place_of,
    desk_ways=MAIN,
    event_tabs=TABS,
    forgotten_tabs=FORGOTTEN,
)
environment.filters["markdown"] = markdown
environment.filters["href_of"] = href_of
environment.filters["isolated"] = isolated
environment.filters["marked"] = marked
environment.filters["as_date"] = date.fromisoformat
environment.filters["shown_address"] = shown
environment.filters["name_of_language"] = i18n.name_of_language

"""Templates and Markdown: values in, safe HTML or plain text out."""

import hashlib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from events_app import i18n

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
MOST_MARKDOWN = 20_000
"""Characters: markdown-it slows down on long nonsense, so the forms refuse more than this."""

_TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "a", "hr", "code",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")


def _select_autoescape(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")


environment = Environment(
    loader=FileSystemLoader(ROOT / "templates"),
    autoescape=_select_autoescape,  # noqa: S701 - everything but plain text is escaped
    undefined=StrictUndefined,
    extensions=["jinja2.ext.i18n"],
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
environment.install_gettext_callables(  # type: ignore[attr-defined]
    i18n.translate, i18n.raw_ngettext, newstyle=True, pgettext=i18n.pgettext
)


def render(template: str, **context: Any) -> str:
    """Render `templates/TEMPLATE`. A name that the page uses and nobody gave is an error (StrictUndefined)."""
    return environment.get_template(template).render(**context)


@lru_cache(maxsize=2048)
def markdown(text: str) -> Markup:
    """Markdown to safe HTML: no raw HTML, no images, links only to http, https and mailto."""
    dirty = _markdown.render(text[:MOST_MARKDOWN])
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a file under static/ with a mark of its content, so that it may be kept for a year."""
    mark = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={mark}"


environment.globals.update(i18n.template_functions())
environment.globals["asset"] = asset
environment.filters["markdown"] = markdown
environment.filters["as_date"] = date.fromisoformat
environment.filters["name_of_language"] = i18n.name_of_language

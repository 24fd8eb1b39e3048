"""Nothing that a page, a letter or a sheet shows was written past the catalogue."""

import re
from typing import Any

import pytest
from starlette.routing import Route

from events_app import i18n
from events_app.acts import Office
from events_app.rendering import ROOT, environment
from tests import make
from tests.translation import pseudo, tour

pytestmark = pytest.mark.anyio

KINDS = sorted(".".join(path.parts[-3:-1]) for path in (ROOT / "templates/mail").glob("*/*/body.html"))
"""Every kind of letter that there is."""

CODES = r"\{#.*?#\}|\{% (?:macro (?:kind_of|keep)|block body_class)\b.*?\{%-? end(?:macro|block) %\}"
"""What stands in templates and is never shown: comments, names of controls, an attribute, a class of the body."""

FILES = re.compile(
    r"\.(ics|csv|xlsx|png|webp|css|json|xml|atom|zip|pdf|txt)$|/(healthz|readyz|logo|attachments/)"
)
"""Addresses that answer with files, not with pages."""


async def test_every_page_shows_only_translated_sentences(house: make.House) -> None:
    with pseudo.marks():
        seen = await tour.whole_house(house)

    untranslated = {
        word: route_of(house, place) for place, page in seen.seen for word in pseudo.unmarked_on(page)
    }
    assert untranslated == {}
    assert pages_of(house) - {route_of(house, place) for place, _page in seen.seen} == set()


def pages_of(house: make.House) -> set[str]:
    """The addresses of every page there is to look at."""
    routes = [route for route in house.app.routes if isinstance(route, Route)]
    return {route.path for route in routes if "GET" in (route.methods or ()) and not FILES.search(route.path)}


def route_of(house: make.House, place: str) -> str:
    path = place.partition(" ")[2]
    routes = [route for route in house.app.routes if isinstance(route, Route)]
    return next((route.path for route in routes if route.path_regex.match(path)), "")


@pytest.mark.usefixtures("database")
async def test_every_letter_says_only_translated_sentences(office: Office) -> None:
    facts = await facts_of_a_letter(office)
    found: dict[str, str] = {}
    with pseudo.marks():
        for kind in KINDS:
            letter = make.composed(kind, facts)
            words = pseudo.unmarked_on(letter.html) + pseudo.unmarked(f"{letter.subject} {letter.text}")
            found |= dict.fromkeys(words, kind)

    assert found == {}


_LINE = {
    "title": "طاولة مستديرة", "registered": 1, "cancelled": 2, "returned": 3, "refused": 4, "lacks_link": True,
    "url": make.BASE,
}  # fmt: skip


async def facts_of_a_letter(office: Office) -> dict[str, Any]:
    """Everything that any letter may say, without a Latin word in it."""
    await make.organization("أرشيف الأرز", slug="cedar")
    event = await make.event(office.vault, **tour.FACTS)
    await make.registered(event, "nour", office=office, language="ar")
    facts = dict((await make.posted(event, office))[0].facts)
    return facts | {
        "name": "نور",
        "old": facts["event"],
        "reason": "السبب",
        "giver": "ليلى",
        "until": make.NOW.isoformat(),
        "subject": "الموضوع",
        "body": "النص",
        "code": "٧٧٧",
        "title": "طاولة مستديرة",
        "day": "2035-06-11",
        "people": 3,
        "lines": [dict(_LINE)],
        "troubles": ["disk"],
        "choice_url": make.BASE,
        "hours": 24,
        "url": make.BASE,
    }


@pytest.mark.usefixtures("database")
async def test_an_entry_for_the_calendar_says_online_in_the_persons_language(office: Office) -> None:
    facts = await facts_of_a_letter(office)
    with pseudo.marks():
        letter = make.composed("registrations.confirmed", facts | {"mode": "online"})

    assert "Ｏｎｌｉｎｅ" in (letter.calendar or b"").decode().replace("\r\n ", "")


async def test_a_sheet_has_translated_headers_and_cells(house: make.House) -> None:
    event = await make.event(house.vault, **tour.FACTS)
    await make.registered(event, "نور", office=house.office, language="ar")
    with pseudo.marks():
        desk = await house.desk(**{"accept-language": "ar"})
        sheet = (await desk.get(f"/desk/events/{event.id}/registrations.csv")).text

    assert pseudo.unmarked(sheet.replace('"', " ")) == []
    assert "⟦" in sheet


def templates() -> list[str]:
    return [name for name in environment.list_templates() if name.endswith((".html", ".txt"))]


@pytest.mark.engine_free
@pytest.mark.parametrize("name", templates())
async def test_a_template_holds_no_words_of_its_own(name: str) -> None:
    """Also in branches that no test walks: what stands between the braces is taken out, the rest shows no word."""
    source = re.sub(CODES, "", (ROOT / "templates" / name).read_text(), flags=re.DOTALL)
    bare = re.sub(r"\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "٠", source, flags=re.DOTALL), flags=re.DOTALL)

    assert (pseudo.unmarked_on(bare) if name.endswith(".html") else pseudo.unmarked(bare)) == []
    assert re.findall(r"\}\}, \{\{.*", source) == []


async def test_the_marks_find_what_was_forgotten() -> None:
    page = (
        '<p lang="ar">⟦ｗｉｄｅ⟧ plain <b title="Help">٣</b> a@example.org</p><p lang="en">English text</p>'
    )

    assert sorted(pseudo.unmarked_on(page)) == ["Help", "plain"]
    with pseudo.marks(), i18n.use_language("ar"):
        assert i18n.translate("Hello %(name)s,", name="نور") == "⟦Ｈｅｌｌｏ نور,⟧"

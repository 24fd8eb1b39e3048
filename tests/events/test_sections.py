"""An event's details are saved by section: what is not in sight stays, and nobody's change is overwritten unseen."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from events_app.events.actions import editing
from events_app.events.forms import sections
from events_app.events.forms.event import Choices, event_form
from events_app.events.models.event import Event
from events_app.events.models.panel import consent_of
from tests import make
from tests.events import test_desk
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

EVERYTHING: dict[str, Any] = {
    "title": {"en": "Archives", "ar": "أرشيف"}, "summary": {"en": "In short"}, "description": {"en": "At *length*"},
    "track": {"en": "Justice"}, "place": {"en": "Library"}, "interpretation": {"en": "Both"},
    "accessibility": {"ar": "بلا درج"}, "consent": {"en": "I agree."}, "languages": ["en", "ku"],
    "offers_online": True, "join_link": "https://example.org/join", "capacity_in_person": 7, "capacity_online": 90,
    "needs_approval": True, "confirms_address": True, "most_guests": 2, "keeps_waitlist": False, "deletion_days": 12,
    "opens_at": datetime(2035, 1, 1, 8, 30, tzinfo=UTC), "visibility": "unlisted", "sends_holds": True,
}  # fmt: skip


def filled(page: httpx2.Response) -> dict[str, Any]:
    """What a browser would send back of the form as it stands, with every ticked box."""
    form = page.text[page.text.rindex("data-warn") :].partition("</form>")[0]
    ticked: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]* checked[^>]*>", form):
        ticked.setdefault(re.findall(r'name="([^"]*)"', tag)[0], []).append(
            re.findall(r'value="([^"]*)"', tag)[0]
        )
    return test_desk.filled(page) | ticked


async def test_every_field_of_the_form_stands_in_one_section(house: House) -> None:
    form = event_form(choices=Choices([], []))
    named = [name for names in sections.SECTIONS.values() for name in names]

    assert len(named) == len(set(named))
    assert {sections.section_of(field.short_name) for field in form} == set(sections.SECTIONS)


@pytest.mark.parametrize("section", sections.SECTIONS)
async def test_saving_a_section_as_it_stands_changes_nothing(house: House, section: str) -> None:
    event, desk = await make.event(house.vault, **EVERYTHING), await house.desk()
    path = f"/desk/events/{event.id}/edit/{section}"

    answer = await desk.post(path, **filled(await desk.get(path)))

    assert (answer.status_code, answer.headers["location"]) == (303, path)
    after = await Event.find(event.id)
    own = set(Event._meta.fields_db_projection) - {"revision", "changed_at", "join_link"}
    assert {name: getattr(after, name) for name in own} == {name: getattr(event, name) for name in own}
    assert editing.join_link_of(after, act=house.office.at(make.NOW)) == EVERYTHING["join_link"]
    assert await consent_of(after) == EVERYTHING["consent"]


async def test_two_people_may_save_two_sections_at_once(house: House) -> None:
    event, desk = await make.event(house.vault, **EVERYTHING), await house.desk()
    base = f"/desk/events/{event.id}/edit"
    texts, rules = filled(await desk.get(f"{base}/texts")), filled(await desk.get(f"{base}/rules"))

    await desk.post(f"{base}/rules", **{**rules, "most_guests": "5"})
    answer = await desk.post(f"{base}/texts", **{**texts, "title_en": "Another title"})

    after = await Event.find(event.id)
    assert answer.status_code == 303
    assert (after.title["en"], after.most_guests) == ("Another title", 5)


async def test_a_section_that_somebody_else_has_saved_is_not_overwritten_unseen(house: House) -> None:
    event, desk = await make.event(house.vault, **EVERYTHING), await house.desk()
    path = f"/desk/events/{event.id}/edit/texts"
    mine = filled(await desk.get(path))
    await desk.post(path, **{**mine, "title_en": "Theirs"})

    refused = await desk.post(path, **{**mine, "title_en": "Mine"})

    assert refused.status_code == 409
    assert "Theirs" in words_of(refused)
    assert (await Event.find(event.id)).title["en"] == "Theirs"
    assert (await desk.post(path, **filled(refused))).status_code == 303
    assert (await Event.find(event.id)).title["en"] == "Mine"


async def test_a_section_shows_only_its_own_fields_and_its_own_mistakes(house: House) -> None:
    event, desk = await make.event(house.vault, **EVERYTHING), await house.desk()
    path = f"/desk/events/{event.id}/edit/place"

    page = await desk.get(path)
    wrong = await desk.post(path, **{**filled(page), "starts_time": "soon"})

    assert 'name="title_en"' not in page.text
    assert wrong.status_code == 422
    assert 'name="title_en"' not in wrong.text
    assert (await desk.get(f"/desk/events/{event.id}/edit/nothing")).status_code == 404

"""Two people at one form: a save never overwrites what the other has saved, and both versions stand side by side."""

import re
from typing import Any

import httpx2
import pytest

from events_app.conferences.models import Conference
from events_app.directory.models import Organization, Room, Venue
from events_app.events.models.event import Event
from events_app.mailings.actions import writing
from events_app.mailings.emails import Content
from events_app.mailings.models import Mailing, Reminder
from events_app.questions.models import Question
from events_app.registrations.models import Quota
from tests import make
from tests.make import Desk, House, words_of

pytestmark = pytest.mark.anyio


def fields_in(answer: httpx2.Response) -> dict[str, Any]:
    """What a browser would send of the page's first long form if nobody touched it."""
    form = re.search(r"<form [^>]*data-warn[^>]*>(.*?)</form>", answer.text, re.DOTALL)
    assert form is not None
    html, found = form[1], dict[str, Any]()
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = (re.search(rf'{what}="([^"]*)"', tag) for what in ("name", "value"))
        if name and ("checked" in tag or ('type="checkbox"' not in tag and 'type="radio"' not in tag)):
            found[name[1]] = value[1] if value else ""
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', html, re.DOTALL
    ):
        found[name] = text
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.findall(r'<option selected value="([^"]*)"', options)
        found[name] = (chosen or re.findall(r'value="([^"]*)"', options) or [""])[0]
    return found


async def both_save(desk: Desk, path: str, first: dict[str, str], second: dict[str, str]) -> httpx2.Response:
    """Two people open the form; one saves, then the other: what the other one gets."""
    filled = fields_in(await desk.get(path))
    saved = await desk.post(path, **{**filled, **first})
    assert saved.status_code == 303, words_of(saved)
    return await desk.post(path, **{**filled, **second})


async def an_organization(house: House) -> str:
    return f"/desk/organizations/{(await make.organization()).id}"


async def a_conference(house: House) -> str:
    return f"/desk/conferences/{(await make.conference()).id}"


async def a_venue(house: House) -> str:
    made = await Venue.create(name={"en": "Hotel Linden"}, zone=make.ZONE)
    await Room.create(venue_id=made.id, name={"en": "Room 2"})
    return f"/desk/venues/{made.id}"


async def reminders(house: House) -> str:
    event = await make.event(house.vault)
    await Reminder.filter(event_id=event.id).delete()
    return f"/desk/events/{event.id}/reminders"


async def a_question(house: House) -> str:
    event = await make.event(house.vault)
    asked = await Question.create(
        event_id=event.id, kind="text", label={"en": "Diet"}, position=1, purpose={"en": "Food"}, keep_days=30
    )
    return f"/desk/events/{event.id}/questions/{asked.id}"


async def a_mailing(house: House) -> str:
    event = await make.event(house.vault)
    words = Content({"en": "News"}, {"en": "Dear all"})
    draft = await writing.save_draft(event.id, words, act=house.office.at(make.NOW))
    return f"/desk/events/{event.id}/write/{draft.id}/edit"


async def an_event(house: House) -> str:
    return f"/desk/events/{(await make.event(house.vault)).id}/edit"


async def a_programme(house: House) -> str:
    return f"/desk/events/{(await make.event(house.vault)).id}/programme"


@pytest.mark.parametrize(
    ("thing", "first", "second"),
    [
        (an_organization, {"name_en": "Cedar House"}, {"name_en": "Cedar Trust"}),
        (a_conference, {"edition": "IX"}, {"edition": "X"}),
        (a_venue, {"city": "Ghent"}, {"city": "Antwerp"}),
        (a_venue, {"rooms-0-name_en": "Room 3"}, {"rooms-0-name_en": "Room 4"}),
        (reminders, {"after_hours": "2", "after_en": "Thank you"}, {"after_hours": "3", "after_en": "Bye"}),
        (a_question, {"label_en": "Food"}, {"label_en": "Meals"}),
        (a_mailing, {"subject_en": "Old news"}, {"subject_en": "New news"}),
        (an_event, {"summary_en": "A talk."}, {"summary_en": "A walk."}),
        (a_programme, {"speakers-0-name_en": "Amal"}, {"speakers-0-name_en": "Nour"}),
    ],
)
async def test_a_save_never_overwrites_what_somebody_else_has_saved_meanwhile(
    house: House, thing: Any, first: dict[str, str], second: dict[str, str]
) -> None:
    desk, path = await house.desk(), await thing(house)

    answer = await both_save(desk, path, first, second)

    said = words_of(answer)
    assert answer.status_code == 409, said
    assert "Nothing of yours was saved yet" in said
    versions = said.partition("Your version, and the newer one")[2]
    for key, value in second.items():
        assert value in versions, "what was typed is not shown"
        assert first[key] in versions, "the newer version is not shown"
        assert f'{key}"' in answer.text
    again = await desk.post(path, **fields_in(answer))
    assert again.status_code == 303, words_of(again)
    typed = fields_in(await desk.get(path))
    assert {key: typed[key] for key in second} == second, "saved again, it is saved on purpose"


async def test_a_quota_that_a_colleague_added_is_not_deleted_by_an_older_page(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=9), await house.desk()
    path = f"/desk/events/{event.id}/quotas"
    page = (await desk.get(f"/desk/events/{event.id}/invitations")).text
    mark = re.findall(r'name="seen" value="([^"]+)"', page)[-1]
    mine, theirs = [
        {"quotas-0-name": name, "quotas-0-mode": "in_person", "quotas-0-places": "1", "seen": mark}
        for name in ("Partners", "Press")
    ]

    first, second = await desk.post(path, **theirs), await desk.post(path, **mine)

    assert (first.status_code, second.status_code) == (303, 409)
    assert [quota.name for quota in await Quota.all()] == ["Press"]


async def test_a_note_about_somebody_is_not_lost_to_an_older_page(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)
    path = f"/desk/events/{event.id}/registrations/{row.id}"
    mark = re.findall(r'name="seen" value="([^"]+)"', (await desk.get(path)).text)[-1]

    answers = [
        await desk.post(f"{path}/notes", note=said, seen=mark) for said in ("Calls back", "Needs a ramp")
    ]

    assert [answer.status_code for answer in answers] == [303, 409]
    assert "Calls back" in words_of(answers[1])
    assert "Needs a ramp" in answers[1].text


async def test_a_page_that_was_changed_back_is_saved_without_a_question(house: House) -> None:
    desk, path = await house.desk(), await a_venue(house)
    filled = fields_in(await desk.get(path))
    for city in ("Ghent", filled["city"]):
        await desk.post(path, **{**fields_in(await desk.get(path)), "city": city})

    answer = await desk.post(path, **{**filled, "city": "Antwerp"})

    assert answer.status_code == 303


async def test_the_language_of_the_page_makes_no_other_version(house: House) -> None:
    path = await an_organization(house)
    filled = fields_in(await (await house.desk()).get(path))
    filled.pop("form_token")

    answer = await (await house.desk(**{"accept-language": "ar"})).post(
        path, **{**filled, "name_en": "Cedar"}
    )

    assert answer.status_code == 303
    assert (await Organization.get()).name["en"] == "Cedar"


@pytest.mark.parametrize("path", ["organizations/new", "venues/new", "conferences/new"])
async def test_nobody_is_told_that_somebody_else_has_saved_what_is_new(house: House, path: str) -> None:
    desk = await house.desk()
    days = {"starts_on": "2035-05-12", "ends_on": "2035-05-13"} if "conferences" in path else {}
    typed = {**fields_in(await desk.get(f"/desk/{path}")), "name_en": "Cedar", "zone": make.ZONE, **days}

    answer = await desk.post(f"/desk/{path}", **typed)

    assert answer.status_code == 303, words_of(answer)


async def test_a_new_thing_is_saved_without_a_mark(house: House) -> None:
    answer = await (await house.desk()).post(
        "/desk/conferences/new", name_en="Forum", starts_on="2035-05-12", ends_on="2035-05-13", zone=make.ZONE
    )

    assert answer.status_code == 303
    assert (await Conference.get()).name == {"en": "Forum"}
    assert not await Event.exists()
    assert not await Mailing.exists()


BETWEEN: list[tuple[str, dict[str, Any]]] = [
    ("edit", {"preview": "times"}),
    ("edit", {"starts_time": "6 o'clock"}),
    ("edit", {"capacity_in_person": "0"}),
    ("programme", {"more": "speakers"}),
    ("programme", {"agenda-0-minutes": "x"}),
]


@pytest.mark.parametrize(("form", "step"), BETWEEN)
async def test_nothing_is_overwritten_by_way_of_a_page_in_between(
    house: House, form: str, step: dict[str, Any]
) -> None:
    """Somebody looks at a preview, makes a slip or asks for more rows, while somebody else saves."""
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, 1, office=house.office)
    path = f"/desk/events/{event.id}/{form}"
    old = fields_in(await desk.get(path))
    await Event.filter(id=event.id).update(revision=event.revision + 1)

    between = await desk.post(path, **{**old, **step})
    again = {**fields_in(between), **{key: old.get(key, "") for key in step if key in old}}
    answer = await desk.post(path, **{**again, "beyond": "yes"})

    assert between.status_code in {200, 409, 422}, words_of(between)
    assert answer.status_code == 409
    assert "Somebody else has changed this event" in words_of(answer)

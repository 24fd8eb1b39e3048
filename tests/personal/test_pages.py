"""A person's online room and personal calendar: for them alone, at the right time, and gone when switched off."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from events_app.events.models.event import Event
from events_app.people.counts import answered_in
from events_app.personal.models import PersonalFeed
from events_app.questions.actions import asking
from events_app.questions.models import Question
from events_app.questions.rules import QuestionFacts
from events_app.registrations.models import Registration
from events_app.registrations.posting import COURIER, reveal_person
from tests import make
from tests.make import words_of

pytestmark = pytest.mark.anyio

LINK = "https://meet.example.org/secret-room"


async def own_path(house: make.House, row: Registration) -> str:
    return f"/registrations/{reveal_person(row, vault=house.vault, reader=COURIER).token}"


async def online_event(house: make.House, **changes: Any) -> Event:
    return await make.event(house.vault, offers_online=True, join_link=LINK, **changes)


async def test_a_download_before_a_change_is_announced_is_a_new_version(house: make.House) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    browser, path = await house.client(), await own_path(house, row)
    link = (await browser.post(f"{path}/feed")).headers["location"]
    await make.change(event, house.office, starts_wall="2035-05-12T10:00")

    entries = [(await browser.get(f"{each}.ics")).text for each in (path, link)]

    for entry in entries:
        assert "T100000" in entry
        assert "SEQUENCE:1\r\n" in entry


async def test_the_online_room_opens_a_quarter_of_an_hour_before_for_who_takes_part_online(
    house: make.House,
) -> None:
    event = await online_event(house)
    (online,) = await make.registered(event, 1, office=house.office, mode="online")
    (in_person,) = await make.registered(event, 2, office=house.office)
    path, browser = await own_path(house, online), await house.client()

    with time_machine.travel(event.starts_at - timedelta(minutes=16), tick=False):
        early = await browser.get(f"{path}/join")
    with time_machine.travel(event.starts_at - timedelta(minutes=15), tick=False):
        open_now = await browser.get(f"{path}/join")
        other = await browser.get(f"{await own_path(house, in_person)}/join")
    with time_machine.travel(event.ends_at, tick=False):
        over = await browser.get(f"{path}/join")

    assert [LINK in page.text for page in (early, open_now, other, over)] == [False, True, False, False]
    assert other.status_code == 404


async def test_the_join_link_is_on_no_other_page_and_in_no_letter(house: make.House) -> None:
    event = await online_event(house)
    (row,) = await make.registered(event, 1, office=house.office, mode="online")
    path, browser = await own_path(house, row), await house.client()

    pages = [
        f"/events/{event.slug}",
        f"/events/{event.slug}.ics",
        f"/events/{event.slug}/register",
        path,
        f"{path}.ics",
    ]

    assert [LINK in (await browser.get(each)).text for each in pages] == [False] * len(pages)
    assert [LINK in post.everything for post in await make.posted(event, house.office)] == [False]


async def test_a_personal_calendar_gathers_registrations_under_a_link_that_can_be_switched_off(
    house: make.House,
) -> None:
    first, second = await make.event(house.vault, slug="one"), await make.event(house.vault, slug="two")
    rows = [(await make.registered(each, 1, office=house.office))[0] for each in (first, second)]
    browser = await house.client()
    made = await browser.post(f"{await own_path(house, rows[0])}/feed", data={"feed": ""})
    link = made.headers["location"]
    await browser.post(
        f"{await own_path(house, rows[1])}/feed", data={"feed": f"https://x.example{link}.ics?lang=en"}
    )

    calendar = (await browser.get(f"{link}.ics")).text
    await browser.post(f"{link}/revocation")
    gone = await browser.get(f"{link}.ics")

    assert [f"UID:reg-{each.id.hex}@" in calendar for each in rows] == [True, True]
    assert ("ATTENDEE" in calendar, "guest1" in calendar) == (False, False)
    assert gone.status_code == 404


async def test_a_cancelled_registration_stays_in_the_personal_calendar_as_cancelled(
    house: make.House,
) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    path, browser = await own_path(house, row), await house.client()
    link = (await browser.post(f"{path}/feed", data={"feed": ""})).headers["location"]
    before = (await browser.get(f"{link}.ics")).text
    await browser.post(f"{path}/final-cancellation")

    after = (await browser.get(f"{link}.ics")).text

    assert ("STATUS:CONFIRMED" in before, "STATUS:CANCELLED" in after) == (True, True)


def entries_of(calendar: str) -> list[dict[str, str]]:
    """Each VEVENT's properties by name, without their parameters."""
    lines = calendar.replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and line != "END:VEVENT":
            found[-1].setdefault(name.partition(";")[0], value)
    return found


async def test_a_persons_event_never_stands_in_a_calendar_under_two_uids(house: make.House) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    path, browser = await own_path(house, row), await house.client()
    link = (await browser.post(f"{path}/feed", data={"feed": ""})).headers["location"]

    (letter,) = await make.posted(event, house.office)
    ours = [letter.calendar, *[(await browser.get(f"{each}.ics")).text for each in (path, link)]]
    public = (await browser.get(f"/events/{event.slug}.ics")).text

    assert {entries_of(each)[0]["UID"] for each in ours} == {letter.facts["uid"]}
    assert {entries_of(each)[0]["ORGANIZER"] for each in ours} == {
        entries_of(letter.calendar)[0]["ORGANIZER"]
    }
    (copied,) = entries_of(public)
    assert copied["UID"].startswith(f"evt-{event.id.hex}@")
    assert "This is a copy of the announcement" in copied["DESCRIPTION"]


async def test_registering_again_never_leaves_two_entries_in_a_personal_calendar(house: make.House) -> None:
    event = await make.event(house.vault)
    (first,) = await make.registered(event, 1, office=house.office)
    path, browser = await own_path(house, first), await house.client()
    link = (await browser.post(f"{path}/feed", data={"feed": ""})).headers["location"]
    (before,) = entries_of((await browser.get(f"{link}.ics")).text)
    await browser.post(f"{path}/final-cancellation")
    (gone,) = entries_of((await browser.get(f"{link}.ics")).text)
    (second,) = await make.registered(event, 1, office=house.office)
    await browser.post(f"{await own_path(house, second)}/feed", data={"feed": f"{make.BASE}{link}"})

    (again,) = entries_of((await browser.get(f"{link}.ics")).text)

    assert [each["STATUS"] for each in (before, gone, again)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert again["UID"].startswith(f"reg-{second.id.hex}@")
    assert int(before["SEQUENCE"]) < int(gone["SEQUENCE"]) < int(again["SEQUENCE"])
    assert before["DTSTAMP"] < gone["DTSTAMP"] < again["DTSTAMP"]


async def test_who_takes_part_online_never_reads_a_room_in_their_calendar(house: make.House) -> None:
    event = await online_event(house)
    (row,) = await make.registered(event, 1, office=house.office, mode="online")
    path, browser = await own_path(house, row), await house.client()
    link = (await browser.post(f"{path}/feed", data={"feed": ""})).headers["location"]

    calendar = (await browser.get(f"{link}.ics")).text

    assert [entry["LOCATION"] for entry in entries_of(calendar)] == ["Online"]
    assert LINK not in calendar


async def test_a_personal_calendar_never_says_an_address_that_opens_nothing_or_everything(
    house: make.House,
) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    path, browser = await own_path(house, row), await house.client()
    link = (await browser.post(f"{path}/feed", data={"feed": ""})).headers["location"]

    calendar = (await browser.get(f"{link}.ics")).text.replace("\r\n ", "")

    assert "SOURCE" not in calendar
    assert link.rpartition("/")[2] not in calendar
    assert calendar.count("\r\nUID:") == 2


DINNER = QuestionFacts(
    kind="choices",
    label={"en": "What do you eat?"},
    choices=[{"key": key, "text": {"en": key.title()}} for key in ("fish", "rice", "soup")],
)
ROOM = QuestionFacts(
    kind="choice",
    label={"en": "Which room?"},
    choices=[{"key": key, "text": {"en": key.title()}} for key in ("east", "west", "north")],
    required=True,
)


@pytest.mark.parametrize(
    ("facts", "answer", "gone"), [(DINNER, ["fish", "rice"], "fish"), (ROOM, "west", "west")]
)
async def test_an_answer_is_never_lost_because_its_choice_is_offered_no_more(
    house: make.House, facts: QuestionFacts, answer: Any, gone: str
) -> None:
    event = await make.event(house.vault)
    question = await asking.add_question(event.id, facts)
    key, name = str(question.id), f"q_{question.id.hex}"
    (row,) = await make.registered(event, 1, office=house.office, answers={key: answer})
    left = replace(facts, choices=[each for each in facts.choices if each["key"] != gone])
    await asking.change_question(
        event.id, question.id, left, answered_in=answered_in, act=house.office.at(make.NOW)
    )
    client, own = await house.client(), await own_path(house, row)

    page = await client.get(own)
    said = {"name": "Someone else", "language": "en", "asked": name}
    kept = await client.post(f"{own}/details", data={**said, name: answer})

    assert f"{gone.title()} (no longer offered)" in words_of(page)
    assert kept.status_code == 303
    assert (await answers_of(row, house))[key] == answer
    other = "soup" if facts is DINNER else "east"
    await client.post(f"{own}/details", data={**said, name: other})
    assert (await answers_of(row, house))[key] in (other, [other])
    assert "no longer offered" not in words_of(await client.get(own))


async def test_an_answer_is_never_lost_because_an_organizer_asks_others_only(house: make.House) -> None:
    event = await make.event(house.vault, offers_online=True)
    question = await asking.add_question(event.id, ROOM)
    (row,) = await make.registered(event, 1, office=house.office, answers={str(question.id): "west"})
    await asking.change_question(
        event.id, question.id, replace(ROOM, only_mode="online"),
        answered_in=answered_in, act=house.office.at(make.NOW),
    )  # fmt: skip
    own = await own_path(house, row)

    await (await house.client()).post(f"{own}/details", data={"name": "Someone else", "language": "en"})

    assert await answers_of(row, house) == {str(question.id): "west"}


async def answers_of(row: Registration, house: make.House) -> Mapping[str, Any]:
    fresh = await Registration.get(id=row.id)
    return reveal_person(fresh, vault=house.vault, reader=make.COURIER).answers


async def test_a_calendar_link_of_an_earlier_version_keeps_the_uids_that_calendars_hold(
    house: make.House,
) -> None:
    event = await make.event(house.vault)
    (row,) = await make.registered(event, 1, office=house.office)
    path, browser = await own_path(house, row), await house.client()
    link = (await browser.post(f"{path}/feed", data={"feed": ""})).headers["location"]
    await PersonalFeed.all().update(keeps_event_uids=True)

    (before,) = entries_of((await browser.get(f"{link}.ics")).text)
    await browser.post(f"{path}/final-cancellation")
    (gone,) = entries_of((await browser.get(f"{link}.ics")).text)

    assert before["UID"] == gone["UID"]
    assert before["UID"].startswith(f"evt-{event.id.hex}@")
    assert (before["SEQUENCE"], before["STATUS"], gone["STATUS"]) == ("0", "CONFIRMED", "CANCELLED")
    assert (before["SEQUENCE"], before["DTSTAMP"]) < (gone["SEQUENCE"], gone["DTSTAMP"])


async def test_a_phone_number_is_never_turned_around_on_an_arabic_page_or_in_an_arabic_letter(
    house: make.House,
) -> None:
    phone = "+966 55 123 4567"
    event = await make.event(
        house.vault,
        summary={"ar": f"للاستفسار {phone} كل يوم"},
        place={"ar": f"المكتبة، هاتف {phone} بروكسل"},
    )
    question = await Question.create(event_id=event.id, kind="phone", label={"ar": "الهاتف"}, position=1)
    answers = {str(question.id): "+966551234567"}
    (row,) = await make.registered(
        event, 1, office=house.office, language="ar", answers=answers, needs=f"اتصلوا على {phone} قبل"
    )
    browser = await house.client(**{"accept-language": "ar"})

    own = (await browser.get(await own_path(house, row))).text
    public = (await browser.get(f"/events/{event.slug}")).text.partition("<body")[2]
    (letter,) = await make.posted(event, house.office)

    marked = f"\u200e{phone}\u200e"
    assert '<dd dir="ltr">+966551234567</dd>' in own
    assert f"اتصلوا على {marked} قبل" in own
    for text in (public, letter.draft.text, letter.draft.html, letter.calendar):
        assert phone not in text.replace(marked, "")
        assert marked in text

"""The desk's lists: found by name however spelled, the same work for one row and for many, letters as sent."""

import asyncio
import re
from typing import Any

import pytest

from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.offload.breathing import TURNS
from events_app.registrations.models import Registration
from events_app.registrations.rules import Status
from events_app.rendering import ROOT
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

INJECTED = "<script>alert(1)</script>"


async def people(event: Event, house: House, *who: int | str, **said: Any) -> None:
    await make.registered(event, *who, office=house.office, **said)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("", ["Amal", "Basil", "فاطمة"]),
        ("amal", ["Amal"]),
        ("AMAL@EXAMPLE", ["Amal"]),
        ("فاطمه", ["فاطمة"]),
        ("ﻓﺎﻃﻤﺔ", ["فاطمة"]),
        ("nobody", []),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE registration; --", []),
    ],
)
async def test_a_search_finds_names_and_addresses(house: House, sought: str, found: list[str]) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal", "Basil")
    await people(event, house, "Fatima", name="فاطمة", language="ar")

    page = await desk.client.get(f"/desk/events/{event.id}/registrations", params={"q": sought})

    assert sorted(name for name in ("Amal", "Basil", "فاطمة") if f">{name}<" in page.text) == found


@pytest.mark.parametrize(
    ("status", "number"), [("confirmed", 1), ("waitlisted", 2), ("cancelled", 0), ("nonsense", 3)]
)
async def test_a_filter_shows_one_status(house: House, status: str, number: int) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=1), await house.desk()
    await people(event, house, "Amal", "Basil", "Celine")

    page = await desk.get(f"/desk/events/{event.id}/registrations?status={status}")

    assert sum(f">{name}<" in page.text for name in ("Amal", "Basil", "Celine")) == number


async def test_a_name_is_shown_as_text(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, 1, name=INJECTED, needs=INJECTED)

    page = await desk.get(f"/desk/events/{event.id}/registrations")

    assert INJECTED not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("page", ["", "/registrations", "/letters", "/export"])
async def test_the_pages_of_an_event_cost_the_same_for_one_person_and_for_thirty(
    house: House, page: str
) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=None), await house.desk()
    path = f"/desk/events/{event.id}{page}"
    asked = []
    for who in ((1,), range(2, 31)):
        await people(event, house, *who)
        with make.Statements() as statements:
            assert (await desk.get(path)).status_code == 200
        asked.append(statements.number)

    assert asked[0] == asked[1]


async def test_the_desk_and_the_home_page_cost_the_same_for_one_event_and_for_thirty(house: House) -> None:
    conference = await make.conference()
    desk, client = await house.desk(), await house.client()
    paths = ("/desk", "/", "/conferences/forum", "/conferences/forum.ics", "/desk/conferences")
    asked: list[list[int]] = []
    for (
        path
    ) in paths:  # so that a page is kept each time, is asked whether it is still true, and is made anew
        await (desk.client if "desk" in path else client).get(path)
    for more in (1, 29):
        for _each in range(more):
            await make.event(house.vault, conference_id=conference.id)
        asked.append([])
        for path in paths:
            with make.Statements() as statements:
                answer = await (desk.client if "desk" in path else client).get(path)
            assert answer.status_code == 200
            asked[-1].append(statements.number)

    assert asked[0] == asked[1]


async def test_many_people_are_shown_page_by_page(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=None), await house.desk()
    await people(event, house, *range(1, 53))

    pages = [await desk.get(f"/desk/events/{event.id}/registrations?page={n}") for n in (1, 2, 3, 0)]

    shown = [set(re.findall(r"guest\d+@example\.org", page.text)) for page in pages]
    assert [len(each) for each in shown] == [50, 2, 2, 50]
    assert shown[0] | shown[1] == {f"guest{number}@example.org" for number in range(1, 53)}


async def test_a_long_list_never_keeps_everybody_else_waiting_until_it_is_rendered(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=None), await house.desk()
    await people(event, house, *range(40))

    asked, turns = asyncio.create_task(desk.get(f"/desk/events/{event.id}/registrations?q=guest")), 0
    while not asked.done():
        await asyncio.sleep(0)
        turns += 1

    assert turns > 40 // 5 * TURNS  # a breath after some five rows; a slow database only makes it more


async def test_an_organizer_cancels_for_somebody_and_the_next_moves_up(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=1), await house.desk()
    await people(event, house, "Amal", "Basil")
    amal = await make.row_of(event, "amal@example.org", office=house.office)

    answer = await desk.post(f"/desk/events/{event.id}/registrations/{amal.id}/cancellation")

    assert answer.status_code == 303
    assert (await make.kinds(event, house.office))[2:] == [
        "cancelled amal@example.org",
        "promoted basil@example.org",
    ]


async def test_a_registration_is_only_found_under_its_own_event(house: House) -> None:
    here, there = await make.event(house.vault), await make.event(house.vault)
    desk = await house.desk()
    await people(here, house, "Amal")
    amal = await make.row_of(here, "amal@example.org", office=house.office)

    answer = await desk.post(f"/desk/events/{there.id}/registrations/{amal.id}/cancellation")

    assert answer.status_code == 404
    assert (await Registration.get(id=amal.id)).status == Status.CONFIRMED


async def test_a_change_of_time_is_shown_and_sent_once(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal", "Basil")
    before = words_of(await desk.get(f"/desk/events/{event.id}"))
    await make.change(event, house.office, starts_wall="2035-05-12T12:00")
    behind = words_of(await desk.get(f"/desk/events/{event.id}"))

    for _press in range(2):
        assert (await desk.post(f"/desk/events/{event.id}/changes")).status_code == 303

    kinds = await make.kinds(event, house.office)
    assert sorted(kinds[2:]) == ["changed amal@example.org", "changed basil@example.org"]
    assert "not been told the new time" in behind
    assert behind != before


async def test_a_letter_that_waits_shows_its_address_and_no_more(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal")
    letter = await Letter.get(event_id=event.id, kind="registrations.confirmed")

    page = await desk.get(f"/desk/letters/{letter.id}")

    assert "amal@example.org" in page.text
    assert "The text is not ready yet" in words_of(page)


async def test_a_letters_html_can_do_nothing(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal")
    letter = await Letter.get(event_id=event.id, kind="registrations.confirmed")

    page = await desk.get(f"/desk/letters/{letter.id}/html")

    assert "sandbox" in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "SAMEORIGIN"


async def test_an_attachment_that_is_not_there_is_the_one_404(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal")
    letter = await Letter.get(event_id=event.id, kind="registrations.confirmed")

    for number in ("0", "99", "-1", "9" * 30):
        assert (await desk.get(f"/desk/letters/{letter.id}/attachments/{number}")).status_code == 404


async def test_the_outbox_is_filtered_by_state(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal", "Amal", "Amal")

    shown = {
        state: (await desk.get(f"/desk/events/{event.id}/letters?state={state}")).text.count("/desk/letters/")
        for state in ("", "queued", "superseded", "sent", "nonsense")
    }

    assert shown == {"": 4, "queued": 2, "superseded": 2, "sent": 0, "nonsense": 4}


async def test_a_printed_list_never_ends_where_the_screens_page_does(house: House) -> None:
    event, desk = await make.event(house.vault, capacity_in_person=99), await house.desk()
    await people(event, house, *(f"Guest {n:02}" for n in range(60)))
    listing = (await desk.get(f"/desk/events/{event.id}/registrations?status=confirmed")).text

    link = next(each for each in re.findall(r'href="([^"]+)"', listing) if "/print" in each)
    printed = (await desk.get(link)).text

    names = re.findall(r'<th scope="row"><bdi>(Guest \d\d)</bdi>', printed)
    assert link.endswith("/print?status=confirmed")
    assert names == [f"Guest {n:02}" for n in range(60)]


async def test_a_printed_list_says_of_which_event_it_is_and_shows_addresses_only_when_asked(
    house: House,
) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, "Rana", office=house.office)

    page = await desk.get(f"/desk/events/{event.id}/registrations/print")
    style = (ROOT / "static/css/house.css").read_text()

    printed = words_of(page)
    assert "Round table" in printed
    assert "Saturday 12 May 2035, 13:00–14:30" in printed
    assert '<input type="checkbox" id="print-addresses">' in page.text
    assert ".people .address { display: none; }" in style[style.index("@media print") :]


@pytest.mark.parametrize("asked", ["", "?q=amal", "?sort=name", "/print"])
async def test_somebody_who_cannot_be_opened_never_hides_the_others(house: House, asked: str) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal", "Basil")
    await make.spoiled(await make.row_of(event, "basil@example.org", office=house.office))

    page = await desk.get(f"/desk/events/{event.id}/registrations{asked}")

    assert page.status_code == 200
    assert ">Amal<" in page.text
    assert ("Cannot be opened" in page.text) is (asked != "?q=amal")


async def test_a_sheet_says_who_cannot_be_opened_and_shows_the_others(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal", "Basil")
    await make.spoiled(await make.row_of(event, "basil@example.org", office=house.office))

    sheet = await desk.get(f"/desk/events/{event.id}/registrations.csv")

    names = [line.split(",")[0].strip('"') for line in sheet.text.splitlines()[1:]]
    assert names == ["Amal", "Cannot be opened"]


async def test_a_letter_that_cannot_be_opened_never_hides_the_log(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await people(event, house, "Amal", "Basil")
    first = await Letter.all().order_by("number").first()
    assert first is not None
    await Letter.filter(number=first.number).update(facts=b"\x01" + bytes(40))

    log = await desk.get(f"/desk/events/{event.id}/letters")

    assert log.status_code == 200
    assert "basil@example.org" in log.text

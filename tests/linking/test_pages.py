"""The pages that mail the link to one's own page: the same words for every address, and a letter for one of them."""

from datetime import timedelta

import pytest

from events_app import clock
from events_app.clock import now as clock_now
from events_app.linking import actions as linking
from events_app.registrations.pages.receipt import RECEIPT_LIFE
from tests import make
from tests.make import House, words_of
from tests.registrations.test_pages import register

pytestmark = pytest.mark.anyio


async def test_the_page_that_mails_the_link_says_the_same_for_every_address(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()
    await register(client, event, "Layla")

    answers = []
    for who in ("layla", "maria"):
        answer = await client.post(f"/events/{event.slug}/mine", data={"address": f"{who}@example.org"})
        shown = await client.get(answer.headers["location"])
        # The address in the link is sealed, and gzip makes "layla" a byte longer or shorter than "maria".
        told = [
            [(name, value) for name, value in each.headers.multi_items() if name not in own]
            for each, own in ((answer, {"location"}), (shown, {"content-length"}))
        ]
        where = answer.headers["location"].rpartition("/")
        said = shown.text.replace(f"{who}@", "somebody@")
        answers.append((answer.status_code, where[0], len(where[2]), told, shown.status_code, said))
        assert who not in answer.headers["location"]
    await linking.answer_requests(act=house.office.at(clock_now()))

    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][4]) == (303, 200)
    assert await make.kinds(event, house.office) == ["confirmed layla@example.org", "link layla@example.org"]


async def test_looking_again_at_where_the_link_was_mailed_mails_nothing(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()
    await register(client, event, "Layla")

    answer = await client.post(f"/events/{event.slug}/mine", data={"address": "layla@example.org"})
    shown = [await client.get(answer.headers["location"]) for _ in range(3)]
    in_arabic = await client.get(f"{answer.headers['location']}?lang=ar")
    await linking.answer_requests(act=house.office.at(clock_now()))

    assert [page.status_code for page in shown] == [200] * 3
    assert all("Please check your email" in words_of(page) for page in shown)
    assert all("layla@example.org" in page.text for page in (*shown, in_arabic))
    assert (await make.kinds(event, house.office)).count("link layla@example.org") == 1


async def test_where_the_link_was_mailed_is_said_for_half_an_hour_and_of_that_event_only(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, other = await make.event(house.vault), await make.event(house.vault, slug="other")
    client = await house.client()
    answer = await client.post(f"/events/{event.slug}/mine", data={"address": "layla@example.org"})
    page = answer.headers["location"]
    asked = page.rpartition("/")[2]

    elsewhere = [await client.get(wrong) for wrong in (f"/events/{other.slug}/mine/{asked}", f"{page}x")]
    as_receipt = await client.get(f"/registrations/r.{asked}")
    late = clock_now() + RECEIPT_LIFE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    elsewhere.append(await client.get(page))

    forms = [f"/events/{slug}/mine" for slug in (other.slug, event.slug, event.slug)]
    assert [(each.status_code, each.headers["location"]) for each in elsewhere] == [
        (303, form) for form in forms
    ]
    assert as_receipt.status_code == 404


async def test_a_wrong_address_for_the_link_is_said_beside_the_field(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()

    answer = await client.post(f"/events/{event.slug}/mine", data={"address": "layla"})

    assert answer.status_code == 422
    assert 'value="layla"' in answer.text
    assert 'aria-describedby="address-error"' in answer.text


async def test_the_last_of_a_whole_audience_behind_one_wifi_still_gets_the_link(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=100)
    await make.registered(event, *range(40), office=house.office, now=clock_now())
    venue = await house.client()

    answers = [
        await venue.post(f"/events/{event.slug}/mine", data={"address": f"guest{who}@example.org"})
        for who in range(40)
    ]
    assert await linking.answer_requests(act=house.office.at(clock_now())) == 40

    assert {answer.status_code for answer in answers} == {303}
    sent = await make.kinds(event, house.office)
    assert [each for each in sent if each.startswith("link ")][-1] == "link guest39@example.org"
    assert len([each for each in sent if each.startswith("link ")]) == 40

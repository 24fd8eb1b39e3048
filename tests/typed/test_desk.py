"""What is typed at the desk and not saved is offered back, to whoever typed it, and changes nothing by itself."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from events_app import clock
from events_app.events.models.event import Event
from events_app.typed import actions
from events_app.typed.models import Typing
from events_app.typed.rules import LASTS, said_ago
from tests import make
from tests.events.test_desk import filled
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

OFFER = "and did not save it"


async def test_what_was_typed_is_offered_back_and_the_event_is_not_changed(house: House) -> None:
    event, desk = await make.event(house.vault, title={"en": "As saved"}), await house.desk()
    base = f"/desk/events/{event.id}"
    typed = filled(await desk.get(f"{base}/edit/texts")) | {"title_en": "As typed"}

    kept = await desk.post(f"{base}/typing?page=edit/texts", **typed)

    assert kept.status_code == 204
    assert (await Event.find(event.id)).title == {"en": "As saved"}
    page = await desk.get(f"{base}/edit/texts")
    assert OFFER in words_of(page)
    assert "As typed" not in page.text
    assert "data-keep" not in page.text  # or the older words would be overwritten unseen
    again = await desk.get(f"{base}/edit/texts?continue=1")
    assert 'value="As typed"' in again.text
    assert "data-keep" in again.text


async def test_saving_forgets_what_was_kept_and_a_refused_form_does_not(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    base = f"/desk/events/{event.id}"
    typed = filled(await desk.get(f"{base}/edit/texts")) | {"title_en": "New"}
    await desk.post(f"{base}/typing?page=edit/texts", **typed)

    await desk.post(f"{base}/edit/texts", **{**typed, "title_en": "", "title_ar": ""})
    assert await Typing.all().count() == 1
    await desk.post(f"{base}/edit/texts", **typed)

    assert await Typing.all().count() == 0
    assert (await Event.find(event.id)).title["en"] == "New"


async def test_what_somebody_saved_meanwhile_is_not_overwritten_by_going_on(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    base = f"/desk/events/{event.id}"
    opened = filled(await desk.get(f"{base}/edit/texts"))
    await desk.post(f"{base}/typing?page=edit/texts", **{**opened, "title_en": "Mine"})
    colleague = await house.desk()
    theirs = filled(await colleague.get(f"{base}/edit/texts")) | {"title_en": "Theirs"}
    assert (await colleague.post(f"{base}/edit/texts", **theirs)).status_code == 303

    typed = filled(await desk.get(f"{base}/edit/texts?continue=1"))
    answer = await desk.post(f"{base}/edit/texts", **typed)

    assert typed["title_en"] == "Mine"
    assert answer.status_code == 409
    assert (await Event.find(event.id)).title["en"] == "Theirs"


@pytest.mark.parametrize("page", ["edit", "programme", "write", "questions/new"])
async def test_no_longer_form_of_an_event_loses_what_was_typed(house: House, page: str) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    base = f"/desk/events/{event.id}"
    form = (await desk.get(f"{base}/{page}")).text.rpartition("data-keep")[2]
    name = re.findall(r'name="([\w-]+_en)"', form)[0]

    await desk.post(f"{base}/typing?page={page}", **{name: "Half a sentence"})

    assert OFFER in words_of(await desk.get(f"{base}/{page}"))
    assert "Half a sentence" in (await desk.get(f"{base}/{page}?continue=1")).text
    thrown = await desk.post(f"{base}/typing/deletion?page={page}")
    assert thrown.headers["location"] == f"{base}/{page}"
    assert OFFER not in words_of(await desk.get(f"{base}/{page}"))


async def test_no_colleague_and_no_thief_of_the_database_reads_what_was_typed(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    base = f"/desk/events/{event.id}"
    await desk.post(f"{base}/typing?page=edit/texts", join_link="https://example.org/secret-room")

    row = await Typing.get()
    assert b"secret-room" not in bytes(row.content)
    assert "form_token" not in json.dumps(actions.reveal(row, vault=house.vault, reader=make.COURIER))
    await Typing.all().update(organizer_id=(await make.organizer(house.vault)).id)
    assert OFFER not in words_of(await desk.get(f"{base}/edit/texts"))
    house.vault.forget(str(event.id))
    assert actions.reveal(row, vault=house.vault, reader=make.COURIER) is None


async def test_what_is_typed_is_not_kept_for_longer_than_a_week(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await desk.post(f"/desk/events/{event.id}/typing?page=programme", x="y")
    now = clock.now()

    await actions.forget_lapsed(now + LASTS - timedelta(minutes=1))
    assert await Typing.all().count() == 1
    await actions.forget_lapsed(now + LASTS + timedelta(minutes=1))

    assert await Typing.all().count() == 0


async def test_nothing_is_kept_without_token_of_another_page_or_beyond_measure(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    base = f"/desk/events/{event.id}"

    answers = [
        await desk.post(f"{base}/typing?page=registrations", x="y"),
        await desk.post(f"{base}/typing?page=programme", form_token="another", x="y"),
        await desk.post(f"{base}/typing?page=programme", x="y" * 210_000),
        await desk.post(f"/desk/events/{uuid4()}/typing?page=programme", x="y"),
    ]

    assert [answer.status_code for answer in answers] == [404, 403, 409, 409]
    assert await Typing.all().count() == 0


def test_how_long_ago_is_said_in_whole_words() -> None:
    assert [said_ago(timedelta(minutes=n)).split(" ago")[0] for n in (0, 1, 59, 60, 1440, 3000)] == [
        "You typed this a moment",
        "You typed this 1 minute",
        "You typed this 59 minutes",
        "You typed this 1 hour",
        "You typed this 1 day",
        "You typed this 2 days",
    ]


async def test_a_text_is_shown_as_on_its_page_and_never_as_a_program(house: House) -> None:
    desk = await house.desk()

    answer = await desk.post(
        "/desk/text-preview", text="**عريض** <script>x</script> https://example.org", language="ar"
    )

    assert '<div class="prose" lang="ar" dir="rtl">' in answer.text
    assert "<strong>عريض</strong>" in answer.text
    assert "<script>" not in answer.text
    assert 'href="https://example.org"' in answer.text


async def test_without_a_script_preview_shows_the_text_below_its_field(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = f"/desk/events/{event.id}/edit/texts"
    typed = filled(await desk.get(path)) | {"description_en": "**Bold**", "preview": "text"}

    page = await desk.post(path, **typed)

    assert page.status_code == 200
    assert "<strong>Bold</strong>" in page.text
    assert "**Bold**" in page.text

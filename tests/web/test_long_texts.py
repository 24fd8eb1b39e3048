"""Limits count letters, whatever a letter's length is on its way: an Arabic one travels as six bytes."""

import pytest

from events_app.events.models.event import Event
from events_app.mailings.models import Mailing
from events_app.registrations.models import Invitation
from tests import make
from tests.accounts.test_pages import ADDRESS, PASSPHRASE, account, field_of
from tests.mailings.test_desk import TYPED
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

LETTER = "ح"


async def test_a_description_is_never_refused_for_its_bytes(house: House) -> None:
    desk, texts = await house.desk(), {"description_ar": LETTER * 20_000, "description_en": "“" * 20_000}

    answer = await desk.post("/desk/events/new", **make.form(**texts))

    assert answer.status_code == 303, words_of(answer)[:500]
    assert (await Event.get()).description == {"ar": LETTER * 20_000, "en": "“" * 20_000}


async def test_a_text_too_long_by_one_letter_is_refused_beside_its_field_and_kept(house: House) -> None:
    desk = await house.desk()

    answer = await desk.post("/desk/events/new", **make.form(description_ar=LETTER * 20_001))

    assert answer.status_code == 422
    assert "At most 20000 characters, please." in words_of(answer)
    assert LETTER * 20_001 in answer.text


async def test_a_letter_to_many_is_never_refused_for_its_bytes(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    long = {"subject_ar": "تذكير", "body_ar": LETTER * 15_000, "body_en": LETTER * 15_000}

    answer = await desk.post(f"/desk/events/{event.id}/write", **{**TYPED, **long})

    assert answer.status_code == 303, words_of(answer)[:500]
    assert await Mailing.all().count() == 1


async def test_five_hundred_invitees_with_arabic_names_are_invited(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    people = "\r\n".join(
        f"سلمى عبد الرحمن الحداد <salma.haddad.{n}@partners.example.org>" for n in range(500)
    )

    answer = await desk.post(
        f"/desk/events/{event.id}/invitations",
        batch="Partners", purpose="open", quota="", people=people, number="", language="ar", is_bound="y",
    )  # fmt: skip

    assert answer.status_code == 303, words_of(answer)[:500]
    assert await Invitation.all().count() == 500


async def test_a_long_form_sent_after_the_session_ended_is_not_lost(house: House) -> None:
    await account(house)
    browser = await house.client()
    typed = make.form(form_token="old", description_ar=(LETTER * 99 + "\r\n") * 190)

    ended = await browser.post("/desk/events/new", data=typed)
    onward, kept = (field_of(ended.text, name) for name in ("onward", "kept"))
    signed_in = await browser.post(
        "/desk/sign-in",
        data={"address": ADDRESS, "passphrase": PASSPHRASE, "onward": onward, "kept": kept},
    )

    assert (ended.status_code, signed_in.status_code) == (403, 200)
    assert "Nothing you typed is lost" in words_of(signed_in)
    assert field_of(signed_in.text, "description_ar") == typed["description_ar"]


@pytest.mark.parametrize("kept", ["a=b", "", "[", "7", "[7]", '[["a"]]', "[" * 9_000, '{"a": 1}', "null"])
async def test_what_no_page_of_ours_carried_is_no_form(house: House, kept: str) -> None:
    await account(house)
    browser = await house.client()
    typed = {"address": ADDRESS, "passphrase": PASSPHRASE, "onward": "/desk/events/new", "kept": kept}

    answer = await browser.post("/desk/sign-in", data=typed)

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/events/new")


async def test_a_body_that_is_too_large_is_refused_in_words(house: House) -> None:
    event, desk, browser = await make.event(house.vault), await house.desk(), await house.client()

    ours = await desk.post("/desk/events/new", description_en="x" * 800_000)
    strangers = await browser.post(f"/events/{event.slug}/mine", data={"address": "x" * 300_000})

    for answer in (ours, strangers):
        assert answer.status_code == 413
        assert "too large for us to accept, so nothing was changed" in words_of(answer)

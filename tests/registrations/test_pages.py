"""What a person meets who registers: form, receipt, their own page; and what a stranger cannot learn from it."""

import base64
import logging
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape
from starlette.routing import Route
from tortoise import Tortoise

from events_app.acts import Office
from events_app.clock import now as clock_now
from events_app.events.models.event import Event
from events_app.i18n import translate, use_language
from events_app.mail.models import Letter
from events_app.registrations.actions.registering import Receipt
from events_app.registrations.models import Registration
from events_app.registrations.pages.receipt import RECEIPT_LIFE, open_receipt, receipt_token
from events_app.registrations.rules import NoSuchRegistration, Status
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

SECRET = re.compile(r"r\.[A-Za-z0-9_-]+")


def typed(who: str = "Layla", **said: str) -> dict[str, str]:
    return {"name": who, "address": f"{who.lower()}@example.org", "language": "en", **said}


async def register(
    client: httpx2.AsyncClient, event: Event, who: str = "Layla", **said: str
) -> httpx2.Response:
    return await client.post(f"/events/{event.slug}/register", data=typed(who, **said))


async def own_path(event: Event, who: str, office: Office) -> str:
    """The address of somebody's own page, as it is mailed to them."""
    for post in await make.posted(event, office):
        if post.to == f"{who.lower()}@example.org":
            return str(post.facts["own_url"]).removeprefix(make.BASE)
    raise AssertionError("nothing was mailed")


async def test_who_registers_sees_a_receipt_and_a_letter_is_posted(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()
    assert (await client.get(f"/events/{event.slug}/register")).status_code == 200

    answer = await register(client, event)
    receipt = await client.get(answer.headers["location"])

    assert answer.status_code == 303
    assert SECRET.fullmatch(answer.headers["location"].removeprefix("/registrations/"))
    assert "You have a seat" in words_of(receipt)
    assert "layla@example.org" in receipt.text
    assert 'name="robots" content="noindex"' in receipt.text
    assert receipt.headers["cache-control"] == "no-store"
    assert await make.kinds(event, house.office) == ["confirmed layla@example.org"]


@pytest.mark.parametrize("slip", ["layla@gmial.com", "layla@gmail.con", " layla @hotmai.com"])
async def test_a_slip_in_a_well_known_domain_is_asked_about_once(house: House, slip: str) -> None:
    event = await make.event(house.vault)
    client = await house.client()

    asked = await register(client, event, address=slip)
    meant = re.search(r'name="address_meant"[^>]* value="([^"]+)"', asked.text)
    assert meant
    again = await register(client, event, address=slip, address_meant=meant.group(1))

    assert (asked.status_code, again.status_code) == (422, 303)
    assert re.search("Is it .?layla@(gmail|hotmail).com", words_of(asked))
    assert meant.group(1) == slip.replace(" ", "")


async def test_the_address_that_was_meant_is_taken_with_one_press(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()
    asked = await register(client, event, address="layla@gmial.com")
    button = re.search(r'<button[^>]* name="address_near" value="([^"]+)"', asked.text)
    assert button

    pressed = await register(client, event, address="layla@gmial.com", address_near=button[1])

    assert pressed.status_code == 303
    assert await make.kinds(event, house.office) == ["confirmed layla@gmail.com"]


@pytest.mark.parametrize(
    "address", ["layla@ymail.com", "layla@gmail.com", "layla@mail.com", "layla@example.org"]
)
async def test_an_address_that_is_what_it_says_is_not_asked_about(house: House, address: str) -> None:
    event = await make.event(house.vault)

    answer = await register(await house.client(), event, address=address)

    assert answer.status_code == 303


async def test_the_letter_is_in_the_chosen_language_and_the_page_in_the_readers(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client(**{"accept-language": "ar"})

    answer = await register(client, event, language="en")
    receipt = await client.get(answer.headers["location"])

    assert '<html lang="ar" dir="rtl">' in receipt.text
    assert (await make.posted(event, house.office))[0].draft.language == "en"


async def test_the_fourth_of_three_reads_that_it_is_no_place_yet(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()
    for who in ("Amal", "Basil", "Celine"):
        await register(client, event, who)

    form = await client.get(f"/events/{event.slug}/register")
    receipt = await client.get((await register(client, event, "Dalal")).headers["location"])

    assert "Join the waiting list" in words_of(form)
    assert "This is not a seat yet." in words_of(receipt)


@pytest.mark.parametrize("places", [3, 1, None])
async def test_a_repeated_address_is_answered_like_a_new_one(house: House, places: int | None) -> None:
    event = await make.event(house.vault, capacity_in_person=places)
    client = await house.client()
    await register(client, event, "Layla")

    answered, receipts, asked = [], [], []
    for who in ("Layla", "Maria"):
        with make.Statements() as statements:
            answer = await register(client, event, who)
        asked.append(statements.number)
        headers = [(name, SECRET.sub("", value)) for name, value in answer.headers.multi_items()]
        answered.append((answer.status_code, headers, answer.content))
        receipt = await client.get(answer.headers["location"])
        named = SECRET.sub("", receipt.text).replace("layla@example.org", "maria@example.org")
        receipts.append((receipt.status_code, named, len(answer.headers["location"])))

    assert answered[0] == answered[1]
    assert receipts[0] == receipts[1]
    assert asked[0] == asked[1]
    assert await Registration.filter(event_id=event.id).count() == 2


async def test_the_receipt_of_a_repeated_address_does_not_open_the_registration(house: House) -> None:
    event = await make.event(house.vault)
    client, stranger = await house.client(), await house.client()
    await register(client, event)

    answer = await register(stranger, event)
    receipt = await stranger.get(answer.headers["location"])

    own = await own_path(event, "Layla", house.office)
    assert own not in receipt.text
    assert not stranger.cookies
    assert (await stranger.post(answer.headers["location"] + "/cancellation")).status_code == 404


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"closes_at": datetime(2020, 1, 1, tzinfo=UTC)}, "Registration is closed"),
        ({"opens_at": datetime(2034, 1, 1, tzinfo=UTC)}, "Registration has not opened yet"),
        (
            {"starts_wall": "2020-05-12T13:00", "ends_wall": "2020-05-12T14:00"},
            "This event is over",
        ),
    ],
)
async def test_a_door_that_is_shut_says_so_in_words(
    house: House, said: dict[str, Any], sentence: str
) -> None:
    event = await make.event(house.vault, **said)
    client = await house.client()

    form = await client.get(f"/events/{event.slug}/register")
    answer = await register(client, event)

    assert (form.status_code, "<form method" in form.text.partition('<main id="main"')[2]) == (200, False)
    assert answer.status_code == 409
    assert sentence in words_of(form)
    assert sentence in words_of(answer)
    assert await Registration.all().count() == await Letter.all().count() == 0


async def test_a_full_event_without_a_waiting_list_refuses_and_keeps_what_was_typed(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=0, keeps_waitlist=False)
    client = await house.client()

    answer = await register(client, event, "Layla", needs="A ramp, please")

    assert answer.status_code == 409
    assert "All seats are taken, and this event has no waiting list." in words_of(answer)
    assert 'value="Layla"' in answer.text
    assert 'value="layla@example.org"' in answer.text
    assert "A ramp, please" in answer.text
    assert await Registration.all().count() == await Letter.all().count() == 0


async def test_a_cancelled_event_refuses(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()
    await desk.post(f"/desk/events/{event.id}/cancellation")

    answer = await register(desk.client, event)

    assert answer.status_code == 409
    assert "This event has been cancelled" in words_of(answer)


async def test_every_error_stands_beside_its_field_at_once_and_nothing_typed_is_lost(house: House) -> None:
    event = await make.event(house.vault, offers_online=True, consent={"en": "I agree to this."})
    client = await house.client()

    answer = await register(client, event, "", address="layla at home", language="xx", needs="n" * 1001)

    said = words_of(answer)
    assert answer.status_code == 422
    for sentence in (
        "Please tell us a name we may use.",
        "This does not look like an email address. Example: name@example.org",
        "Please choose one.",
        "To register, you need to agree to this.",
        "At most 1000 characters, please.",
        "Not a valid choice.",
    ):
        assert sentence in said, sentence
    for field in ("name", "address", "mode", "consent", "needs", "language"):
        assert re.search(rf'aria-describedby="[^"]*\b{field}-error\b', answer.text), field
    assert 'value="layla at home"' in answer.text
    assert await Registration.all().count() == 0


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x>', "{{7*7}}", "&amp;<b>"])
async def test_what_is_typed_is_shown_as_text(house: House, evil: str) -> None:
    event = await make.event(house.vault)
    client = await house.client()

    answer = await register(client, event, evil, address="x")

    assert answer.status_code == 422
    assert re.findall(r'name="name"[^>]*value="([^"]*)"', answer.text) == [escape(evil)]
    assert answer.text.count("<script") == 1
    assert "<img" not in answer.text


async def test_the_consent_is_kept_with_the_version_that_was_shown(house: House) -> None:
    event = await make.event(house.vault, consent={"en": "First text."})
    client = await house.client()
    page = await client.get(f"/events/{event.slug}/register")
    assert "First text." in page.text

    await client.post(f"/events/{event.slug}/register", data={**hidden(page), **typed(), "consent": "y"})

    assert (await Registration.get(event_id=event.id)).consent_version == 1


async def test_nobody_agrees_to_a_text_they_were_not_shown(house: House) -> None:
    event = await make.event(house.vault, consent={"en": "First text."})
    client = await house.client()
    page = await client.get(f"/events/{event.slug}/register")
    await make.change(event, house.office, consent={"en": "Second text, which says more."})

    answer = await client.post(
        f"/events/{event.slug}/register", data={**hidden(page), **typed(), "consent": "y"}
    )

    assert answer.status_code == 422
    assert "Second text, which says more." in answer.text
    assert await Registration.all().count() == 0
    again = await client.post(
        f"/events/{event.slug}/register", data={**hidden(answer), **typed(), "consent": "y"}
    )
    assert again.status_code == 303
    assert (await Registration.get(event_id=event.id)).consent_version == 2


def hidden(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of a page's form, which a browser sends along."""
    fields = [tag for tag in re.findall(r"<input[^>]*>", page.text) if 'type="hidden"' in tag]
    return {re.findall(r'name="([^"]*)"', tag)[0]: re.findall(r'value="([^"]*)"', tag)[0] for tag in fields}


def receipt_for(house: House, *, now: datetime) -> str:
    receipt = Receipt(uuid.uuid4(), Status.CONFIRMED, "in_person", "layla@example.org")
    return receipt_token(receipt, vault=house.vault, now=now)


async def test_a_receipt_opens_for_half_an_hour(house: House) -> None:
    now = clock_now()
    token = receipt_for(house, now=now)

    assert open_receipt(token, vault=house.vault, now=now + RECEIPT_LIFE)["status"] == "confirmed"
    with pytest.raises(NoSuchRegistration):
        open_receipt(token, vault=house.vault, now=now + RECEIPT_LIFE + timedelta(seconds=1))


async def test_an_old_receipt_is_the_one_404(house: House) -> None:
    event = await make.event(house.vault)
    receipt = Receipt(event.id, Status.CONFIRMED, "in_person", "layla@example.org")
    client = await house.client()
    old = receipt_token(receipt, vault=house.vault, now=clock_now() - RECEIPT_LIFE - timedelta(seconds=5))

    answers = [await client.get(f"/registrations/{token}") for token in (old, "r.none")]

    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=600) | st.text(max_size=60).map(str.encode))
async def test_nobody_makes_a_receipt(house: House, forged: bytes) -> None:
    for token in (
        "r." + base64.urlsafe_b64encode(forged).decode(),
        "r." + forged.decode("utf-8", "replace"),
        forged.decode("latin-1"),
    ):
        with pytest.raises(NoSuchRegistration):
            open_receipt(token, vault=house.vault, now=make.NOW)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(1, 255))
async def test_nobody_changes_a_receipt(house: House, place: int, by: int) -> None:
    now = clock_now()
    blob = bytearray(base64.urlsafe_b64decode(receipt_for(house, now=now)[2:] + "==="))
    blob[place % len(blob)] ^= by

    with pytest.raises(NoSuchRegistration):
        open_receipt("r." + base64.urlsafe_b64encode(blob).decode(), vault=house.vault, now=now)


async def test_a_blob_of_another_kind_is_no_receipt(house: House) -> None:
    blob = house.vault.seal("site", "something else", {"until": "2099-01-01T00:00:00+00:00"})

    with pytest.raises(NoSuchRegistration):
        open_receipt("r." + base64.urlsafe_b64encode(blob).decode(), vault=house.vault, now=make.NOW)


async def rows(*, without: tuple[str, ...] = ("session",)) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    assert Tortoise.apps is not None
    models = {model._meta.db_table: model for model in Tortoise.apps["house"].values()}
    return {
        name: sorted(await model.all().values(), key=repr)
        for name, model in models.items()
        if name not in without
    }


async def test_looking_never_changes_anything(house: House) -> None:
    """Mail scanners open every link. Every address is opened, with real ids and tokens in it."""
    conference = await make.conference()
    event = await make.event(house.vault, conference_id=conference.id, capacity_in_person=1)
    client, desk = await house.client(), await house.desk()
    receipt = (await register(client, event, "Amal")).headers["location"].rpartition("/")[2]
    await register(client, event, "Basil")
    own = (await own_path(event, "Amal", house.office)).rpartition("/")[2]
    letter = (await Letter.all().first()) or Letter()
    found = await Registration.filter(event_id=event.id).first()
    assert found is not None
    blanks = {
        "slug": ["round-table", "forum", "cedar-archive"], "token": [own, receipt], "event_id": [str(event.id)],
        "registration_id": [str(found.id)], "letter_id": [str(letter.id)], "conference_id": [str(conference.id)],
    }  # fmt: skip
    before = await rows()

    seen: dict[int, int] = {}
    for route in house.app.routes:
        if not isinstance(route, Route):
            continue
        for number in range(3):
            path = filled(route.path, blanks, number)
            for method in ("GET", "HEAD"):
                answer = await desk.client.request(method, path)
                seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
                assert answer.status_code < 500, path

    assert seen[200] > 50
    assert await rows() == before


def filled(path: str, blanks: dict[str, list[str]], number: int) -> str:
    """The path with the number-th value in each of its blanks."""

    def filling(blank: re.Match[str]) -> str:
        values = blanks.get(blank[1], ["11111111-1111-4111-8111-111111111111"])
        return str(number) if blank[2] == ":int" else values[number % len(values)]

    return re.sub(r"\{(\w+)(:\w+)?\}", filling, path)


async def test_the_mailed_link_opens_the_persons_own_page(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()
    await register(client, event, "Layla", needs="A ramp")

    page = await client.get(await own_path(event, "Layla", house.office))

    assert "You have a seat" in words_of(page)
    assert "layla@example.org" in page.text
    assert "A ramp" in page.text
    assert 'name="robots" content="noindex"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"


async def test_a_place_is_given_back_by_a_post_and_by_nothing_else(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=1)
    client = await house.client()
    await register(client, event, "Amal")
    await register(client, event, "Basil")
    own = await own_path(event, "Amal", house.office)

    for path in ("cancellation", "final-cancellation"):
        assert (await client.get(f"{own}/{path}")).status_code == 405
        assert (
            await client.post(f"{own}/{path}", headers={"sec-fetch-site": "cross-site"})
        ).status_code == 403
    assert await Registration.filter(status=Status.CONFIRMED).count() == 1

    await client.post(f"{own}/cancellation")
    answer = await client.post(f"{own}/final-cancellation")

    assert (answer.status_code, answer.headers["location"]) == (303, own)
    assert "cancelled" in words_of(await client.get(own))
    assert (await make.kinds(event, house.office))[2:] == [
        "cancelled amal@example.org",
        "promoted basil@example.org",
    ]
    assert (await client.get(f"{own}.ics")).status_code == 404


async def test_a_link_that_was_never_mailed_cancels_nothing(house: House) -> None:
    client = await house.client()

    for token in ("a" * 39, "r.x", "\U0001f600"):
        assert (await client.post(f"/registrations/{token}/cancellation")).status_code == 404


async def test_the_file_to_download_is_the_entry_of_the_invitation_without_the_person(house: House) -> None:
    event = await make.event(house.vault, join_link="https://meet.example.org/secret", offers_online=True)
    client = await house.client()
    await register(client, event, "Layla", mode="in_person")
    (post,) = await make.posted(event, house.office)

    file = await client.get(await own_path(event, "Layla", house.office) + ".ics")

    unfolded = file.text.replace("\r\n ", "")
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "METHOD:PUBLISH" in unfolded
    assert f"UID:{post.facts['uid']}" in unfolded
    assert not {"ATTENDEE", "layla", "meet.example.org", "/registrations/"} & set(
        re.findall(r"\S+", unfolded)
    )
    assert "layla" not in unfolded.lower()
    assert "/registrations/" not in unfolded
    assert "meet.example.org" not in unfolded


async def test_a_room_behind_one_network_may_knock_three_hundred_times_in_an_hour(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=None)
    client, neighbour = await house.client(), await house.client()

    statuses = [(await register(client, event, "", address="x")).status_code for _ in range(301)]

    assert statuses == [422] * 300 + [429]
    assert (await register(neighbour, event, "Maria")).status_code == 303


async def test_a_form_of_a_thousand_fields_is_not_read(house: House) -> None:
    event = await make.event(house.vault)
    client = await house.client()

    answer = await client.post(f"/events/{event.slug}/register", data={f"f{n}": "x" for n in range(1000)})

    assert answer.status_code in (400, 413, 422, 429)


async def test_no_name_address_or_link_is_ever_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for loud in ("tortoise", "httpx2"):
        logging.getLogger(loud).setLevel(logging.WARNING)
    event = await make.event(house.vault, capacity_in_person=1)
    client, desk = await house.client(), await house.desk()

    answer = await register(client, event, "Canaria", address="canary@example.org", needs="canary seeds")
    await client.get(answer.headers["location"])
    await register(client, event, "Canaria", address="canary@example.org")
    await register(client, event, "Canaria", address="canary at home")
    await client.post(f"/events/{event.slug}/mine", data={"address": "canary@example.org"})
    posted = await make.posted(event, house.office)
    own = str(posted[0].facts["own_url"]).removeprefix(make.BASE)
    for path in (own, f"{own}.ics", f"{own}/nothing"):
        await client.get(path)
    for page in ("registrations?q=canary", "letters", "registrations.csv", "registrations.xlsx", "export"):
        await desk.get(f"/desk/events/{event.id}/{page}")
    await desk.get(f"/desk/letters/{posted[0].letter.id}")
    await Event.filter(id=event.id).update(starts_wall="canary@broken")
    assert (await client.get(own)).status_code == 500
    await client.post(f"{own}/cancellation")

    logged = caplog.text + "".join(repr(record.args) + repr(record.exc_info) for record in caplog.records)
    for secret in (
        "canar",
        own.rpartition("/")[2],
        answer.headers["location"].rpartition("/")[2],
        desk.form_token,
    ):
        assert secret.lower() not in logged.lower(), secret


@pytest.mark.parametrize("language", make.LANGUAGES)
async def test_what_an_act_did_is_said_once_together_with_how_things_stand(
    house: House, language: str
) -> None:
    event = await make.event(house.vault, offers_online=True, capacity_online=5)
    client = await house.client(**{"accept-language": language})
    await register(client, event, "Amal", mode="in_person")
    own = await own_path(event, "Amal", house.office)
    slip = ("You have cancelled; your seat is still held", "Cancelled by mistake? You can undo this until:")
    acts: tuple[tuple[str, dict[str, str], str, str], ...] = (
        ("details", {"name": "Amal", "language": language}, "You have a seat", "What you changed is saved."),
        ("mode", {"mode": "online"}, "You have a seat", "Changed. An email brings the new invitation."),
        (
            "address", {"address": "new@example.org"}, "You have a seat",
            "We have written to the new address. Nothing changes until the link in that email is opened.",
        ),
        ("cancellation", {}, *slip),
        ("return", {}, "You have a seat", "Your cancellation has been undone."),
        ("cancellation", {}, *slip),
        ("final-cancellation", {}, "This registration is cancelled", "Thank you for making room."),
    )  # fmt: skip
    for act, said, stands, done in acts:
        answer = await client.post(f"{own}/{act}", data=said)
        shown = await client.get(answer.headers["location"])
        notices = re.findall(r'<div class="notice notice-(\w+)".*?</div>\s*</div>', shown.text, re.DOTALL)
        kind = "warning" if act == "cancellation" else "success"

        assert (answer.status_code, notices) == (303, [kind]), act
        with use_language(language):
            assert translate(stands) in words_of(shown)
            assert translate(done) in words_of(shown), act
        again = await client.get(own)
        assert act == "cancellation" or translate(done) not in words_of(again)


@pytest.mark.parametrize("asks_first", [True, False])
async def test_nobody_is_promised_a_place_at_once_where_they_are_asked_first(
    house: House, asks_first: bool
) -> None:
    event = await make.event(house.vault, capacity_in_person=1, offers_places=asks_first, offer_hours=6)
    client = await house.client()
    await register(client, event, "Amal")

    event_page, form = (
        await client.get(f"/events/{event.slug}"),
        await client.get(f"/events/{event.slug}/register"),
    )
    receipt = await client.get((await register(client, event, "Basil")).headers["location"])
    letter = (await make.posted(event, house.office))[-1].draft

    asked = "the first person on the waiting list is asked by email and has 6 hours to take it."
    gets = "the first person on the waiting list gets it, and an email says so."
    for said in (words_of(event_page), words_of(form), words_of(receipt), letter.text, letter.html):
        assert (asked in said, gets in said) == (asks_first, not asks_first)


async def test_a_colleague_with_an_address_and_no_name_is_never_left_out_without_a_word(house: House) -> None:
    event = await make.event(house.vault, most_guests=2)
    said = {"guests-0-name": "", "guests-0-address": "nour@example.org", "guests-1-name": "Omar"}

    refused = await register(await house.client(), event, **said)

    assert refused.status_code == 422
    assert "Please write your colleague" in words_of(refused)
    assert "nour@example.org" in refused.text
    assert await Registration.all().count() == 0

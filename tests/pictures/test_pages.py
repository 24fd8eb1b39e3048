"""Pictures at the desk and on the pages: kept, shown, described, copied, taken away; never seen before their event."""

import re
from typing import Any

import httpx2
import pytest

from events_app import clock
from events_app.acts import Act
from events_app.app import follow_copy
from events_app.conferences.models import Conference
from events_app.events.actions.copying import copy_event
from events_app.events.models.event import Event
from events_app.events.models.panel import Speaker
from events_app.events.rules import Status, Visibility
from events_app.pictures.models import Picture
from events_app.vault import Reader
from tests import make
from tests.make import Desk, House, words_of
from tests.pictures.test_drawing import bytes_of, halves, noisy, plain

pytestmark = pytest.mark.anyio


async def uploaded(desk: Desk, path: str, content: bytes, **typed: str) -> httpx2.Response:
    return await desk.client.post(
        path,
        data={"form_token": desk.form_token, **typed},
        files={"picture": ("x.png", content, "image/png")},
    )


async def event_with(house: House, desk: Desk, **changes: Any) -> Event:
    event = await make.event(house.vault, now=clock.now(), **changes)
    answer = await uploaded(
        desk, f"/desk/events/{event.id}/pictures", bytes_of(halves()), alt_en="Two halves"
    )
    assert answer.status_code == 303
    return await Event.get(id=event.id)


def addresses_in(page: httpx2.Response) -> list[str]:
    return sorted(set(re.findall(r"/pictures/[0-9a-f]{32}/\d+\.webp", page.text)))


async def test_an_event_shows_its_picture_under_an_address_that_may_be_kept_for_ever(house: House) -> None:
    desk, browser = await house.desk(), await house.client()
    event = await event_with(house, desk)

    page = await browser.get(f"/events/{event.slug}")
    addresses = addresses_in(page)
    answers = [await browser.get(address) for address in addresses]

    assert [address.rpartition("/")[2] for address in addresses] == ["1280.webp", "640.webp"]
    assert 'width="1280" height="720" alt="Two halves"' in page.text
    assert {answer.headers["content-type"] for answer in answers} == {"image/webp"}
    assert {answer.headers["cache-control"] for answer in answers} == {"public, max-age=31536000, immutable"}
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}


async def test_a_kept_page_never_shows_the_picture_of_before(house: House) -> None:
    desk, browser = await house.desk(), await house.client()
    event = await event_with(house, desk)
    path, page = f"/desk/events/{event.id}/pictures", f"/events/{event.slug}"
    before = addresses_in(await browser.get(page))

    await uploaded(desk, path, bytes_of(plain(1400, 900)))
    after = addresses_in(await browser.get(page))
    gone = await browser.get(before[0])
    await desk.post(f"{path}/removal")

    assert not set(before) & set(after)
    assert gone.status_code == 404
    assert addresses_in(await browser.get(page)) == []
    assert 'class="cover cover-drawn"' in (await browser.get(page)).text
    assert await Picture.all().count() == 0


async def test_what_a_picture_shows_is_said_anew_without_the_picture(house: House) -> None:
    desk, browser = await house.desk(), await house.client()
    event = await event_with(house, desk)

    answer = await uploaded(
        desk, f"/desk/events/{event.id}/pictures", b"", alt_en='<b> & "quotes"', alt_ar="نصفان"
    )

    assert answer.status_code == 303
    page = await browser.get(f"/events/{event.slug}?lang=en")
    assert 'alt="&lt;b&gt; &amp; &#34;quotes&#34;"' in page.text
    assert 'alt="نصفان"' in (await browser.get(f"/events/{event.slug}?lang=ar")).text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Please choose a picture."),
        (b"<svg onload='alert(1)'/>", "not a picture we can read"),
        (bytes_of(plain(6000, 5000, "1")), "too large"),
        (bytes_of(plain(800, 600)) + bytes(10_500_000), "too large"),
        (bytes_of(plain(300, 300)), "needs at least ⁨640⁩ × ⁨360⁩ pixels"),
    ],
)
async def test_what_is_refused_is_said_beside_the_field_and_nothing_typed_is_lost(
    house: House, content: bytes, sentence: str
) -> None:
    desk, event = await house.desk(), await make.draft(house.vault)

    answer = await uploaded(desk, f"/desk/events/{event.id}/pictures", content, alt_en="Our hall")

    assert answer.status_code == 422
    assert 'id="picture-error"' in answer.text
    assert re.sub("[⁦-⁩]", "", sentence) in re.sub("[⁦-⁩]", "", words_of(answer))
    assert 'value="Our hall"' in answer.text
    assert await Picture.all().count() == 0


async def test_the_picture_of_a_draft_is_seen_by_organizers_alone(house: House) -> None:
    desk, stranger = await house.desk(), await house.client()
    event = await event_with(house, desk)
    await Event.filter(id=event.id).update(status=Status.DRAFT.value)
    addresses = addresses_in(await desk.get(f"/desk/events/{event.id}/preview"))

    for address in addresses:
        assert (await stranger.get(address)).status_code == 404
        ours = await desk.get(address)
        assert (ours.status_code, ours.headers["cache-control"]) == (200, "private, no-store")
    await Event.filter(id=event.id).update(
        status=Status.PUBLISHED.value, visibility=Visibility.UNLISTED.value
    )
    assert [(await stranger.get(address)).status_code for address in addresses] == [200, 200]


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/x/640.webp", "/pictures/" + "0" * 32 + "/640.webp", "/pictures/" + "0" * 32 + "/0.webp",
        "/pictures/" + "٠" * 32 + "/640.webp", "/pictures/" + "0" * 32 + "/99999999999999999999.webp",
    ],
)  # fmt: skip
async def test_what_is_nobodys_picture_is_never_a_fault(house: House, path: str) -> None:
    assert (await (await house.client()).get(path)).status_code == 404


async def test_a_conference_shows_its_picture_and_it_goes_with_it(house: House) -> None:
    desk, browser, forum = await house.desk(), await house.client(), await make.conference()
    path = f"/desk/conferences/{forum.id}/picture"

    answer = await uploaded(desk, path, bytes_of(halves()), alt_en="The hall")
    facts = (await Conference.get(id=forum.id)).picture

    assert answer.status_code == 303
    assert facts["sizes"] == [[640, 360], [1280, 720]]
    assert facts["mark"] in (await desk.get(path)).text
    assert (await browser.get(f"/pictures/{facts['mark']}/640.webp")).status_code == 200
    await desk.post(f"/desk/conferences/{forum.id}/deletion")
    assert await Picture.all().count() == 0


async def speaker_of(event: Event, **columns: Any) -> Speaker:
    return await Speaker.create(
        event_id=event.id, name={"en": "Salma Haddad"}, role="speaker", position=0, confirmed=True, **columns
    )


async def test_a_speaker_is_shown_by_a_photo_or_by_letters_with_two_lines(house: House) -> None:
    desk, browser = await house.desk(), await house.client()
    event = await make.event(house.vault, now=clock.now())
    salma = await speaker_of(event, biography={"en": "Leads <the> archive."})
    path = f"/desk/events/{event.id}/pictures/speakers/{salma.id}"

    before = await browser.get(f"/events/{event.slug}")
    assert (await uploaded(desk, path, bytes_of(noisy(300, 400)))).status_code == 303
    after = await browser.get(f"/events/{event.slug}")
    await desk.post(f"{path}/removal")

    assert "<bdi>SH</bdi>" in before.text
    assert "Leads &lt;the&gt; archive." in before.text
    assert [address.rpartition("/")[2] for address in addresses_in(after)] == ["112.webp"]
    assert "<bdi>SH</bdi>" not in after.text
    assert "<bdi>SH</bdi>" in (await browser.get(f"/events/{event.slug}")).text
    assert await Picture.all().count() == 0


async def test_a_photo_stays_when_the_programme_is_saved_and_goes_with_its_speaker(house: House) -> None:
    desk, event = await house.desk(), await make.event(house.vault, now=clock.now())
    salma = await speaker_of(event)
    await uploaded(desk, f"/desk/events/{event.id}/pictures/speakers/{salma.id}", bytes_of(noisy(300, 400)))
    rows = {
        "speakers-0-row": str(salma.id), "speakers-0-name_en": "Salma Haddad", "speakers-0-role": "speaker",
        "speakers-0-biography_en": "Leads the archive.",
    }  # fmt: skip

    async def saved(**typed: str) -> None:
        revision = str((await Event.get(id=event.id)).revision)
        answer = await desk.post(f"/desk/events/{event.id}/programme", revision=revision, **typed)
        assert answer.status_code == 303

    await saved(**rows)
    kept = await Speaker.get(id=salma.id)
    assert (bool(kept.photo), kept.biography) == (True, {"en": "Leads the archive."})
    await saved()
    assert await Picture.all().count() == 0


async def test_a_photo_is_never_put_to_the_speaker_of_another_event(house: House) -> None:
    desk, event = await house.desk(), await make.event(house.vault, now=clock.now())
    other = await make.event(house.vault, now=clock.now())
    salma = await speaker_of(event)

    answer = await uploaded(
        desk, f"/desk/events/{other.id}/pictures/speakers/{salma.id}", bytes_of(noisy(300, 400))
    )

    assert answer.status_code == 404


async def test_a_copy_has_the_pictures_of_its_original_and_keeps_them_without_it(house: House) -> None:
    desk = await house.desk()
    event = await event_with(house, desk)
    salma = await speaker_of(event, biography={"en": "Leads the archive."})
    await uploaded(desk, f"/desk/events/{event.id}/pictures/speakers/{salma.id}", bytes_of(noisy(300, 400)))

    copy = await copy_event(
        event.id, follow=follow_copy, act=Act(Reader("organizer"), clock.now(), house.office)
    )
    original, made = await Event.get(id=event.id), await Event.get(id=copy.id)
    person = await Speaker.get(event_id=made.id)

    assert made.picture == original.picture
    assert (person.photo, person.biography) == (
        (await Speaker.get(id=salma.id)).photo, {"en": "Leads the archive."},
    )  # fmt: skip
    assert await Picture.filter(event_id=made.id).count() == 2
    await Picture.filter(event_id=event.id).delete()
    mark = made.picture["mark"]
    assert (await desk.get(f"/pictures/{mark}/640.webp")).status_code == 200


async def test_an_event_page_asks_no_more_of_the_database_with_pictures(house: House) -> None:
    desk, browser = await house.desk(), await house.client()
    another = await house.client(**{"accept-language": "ar"})  # whose page is not kept yet
    event = await make.event(house.vault, now=clock.now())
    with make.Statements() as before:
        await browser.get(f"/events/{event.slug}")
    await uploaded(desk, f"/desk/events/{event.id}/pictures", bytes_of(halves()))
    for number in range(3):
        await Speaker.create(
            event_id=event.id,
            name={"en": f"Speaker {number}"},
            role="speaker",
            position=number,
            photo="0" * 32,
        )
    with make.Statements() as after:
        await another.get(f"/events/{event.slug}")

    assert after.number == before.number

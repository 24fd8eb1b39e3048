"""An organizer's pages: a draft, its form, its publication; nothing typed is lost, nothing of others overwritten."""

import io
import re
import struct
import zlib
from typing import Any

import httpx2
import pytest
from PIL import Image

from events_app.conferences.models import Conference
from events_app.directory.actions import save_logo
from events_app.directory.models import Logo, Organization, Room
from events_app.events.models.event import Event, hosts_of, hosts_of_many
from events_app.kept.reads import noted_reads
from events_app.mail import outbox
from events_app.registrations.rules import Guest
from events_app.web.forms import MOST_FIELDS
from tests import make
from tests.make import NOW, Desk, House, words_of

pytestmark = pytest.mark.anyio


def filled(page: httpx2.Response) -> dict[str, Any]:
    """What a browser would send back of the page's main form, as it stands."""
    text = page.text[page.text.rindex("data-warn") :]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", text.partition("</form>")[0]):
        name = re.findall(r'name="([^"]*)"', tag)
        kind = (re.findall(r'type="([^"]*)"', tag) or ["text"])[0]
        if name and (kind not in ("radio", "checkbox") or " checked" in tag):
            sent[name[0]] = (re.findall(r'value="([^"]*)"', tag) or [""])[0]
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.findall(
            r'<option[^>]*selected[^>]*value="([^"]*)"|<option[^>]*value="([^"]*)"[^>]*selected', body
        )
        sent[name] = "".join(chosen[0]) if chosen else (re.findall(r'value="([^"]*)"', body) or [""])[0]
    for name, body in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', text, re.DOTALL):
        sent[name] = body.lstrip("\r\n")
    return sent


async def new_event(desk: Desk, **typed: str) -> httpx2.Response:
    return await desk.post("/desk/events/new", **make.form(shows_places="exact", **typed))


async def test_a_newcomer_is_led_to_say_who_they_are_first(house: House) -> None:
    desk = await house.desk()

    assert "Three steps to your first event" in words_of(await desk.get("/desk"))
    answer = await desk.get("/desk/events/new")

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/organizations/new")


async def test_an_event_is_written_previewed_published_and_seen(house: House) -> None:
    desk, browser = await house.desk(), await house.client()
    await make.organization()
    made = await new_event(desk)
    assert made.status_code == 303
    event = await Event.get()
    path = f"/desk/events/{event.id}"
    assert made.headers["location"] == path

    assert (await browser.get("/events/round-table")).status_code == 404
    assert "This is how people see the page" in words_of(await desk.get(f"{path}/preview"))
    assert (await desk.post(f"{path}/publication")).status_code == 303

    page = words_of(await browser.get("/events/round-table"))
    for said in (
        "Round table",
        "Saturday 12 May 2035",
        "13:00",
        "14:30",
        "Brussels",
        "Cedar Archive",
        "Register",
    ):
        assert said in page, said
    assert "Round table" in words_of(await browser.get("/"))


async def test_an_hour_that_comes_twice_is_asked_about_and_saved_as_chosen(house: House) -> None:
    desk = await house.desk()
    await make.organization()
    when = {"starts_on": "2035-10-28", "starts_time": "02:30", "ends_time": "04:00"}

    asked = await new_event(desk, **when)
    taken = await new_event(desk, **when, starts_fold="1")

    assert asked.status_code == 422
    assert 'name="starts_fold" value="1"' in asked.text
    assert "comes twice" in words_of(asked)
    assert taken.status_code == 303
    assert (await Event.get()).starts_at.isoformat() == "2035-10-28T01:30:00+00:00"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts_time": "13:00 AM"}, "is not a time of day"),
        ({"starts_on": "2035-03-25", "starts_time": "02:30", "ends_time": "04:00"}, "there is no 02:30"),
        ({"ends_time": "12:00"}, "It would end before it starts"),
        ({"zone": "Nowhere"}, "We do not know the city"),
    ],
)
async def test_what_cannot_be_is_said_and_all_that_was_typed_is_kept(
    house: House, typed: dict[str, str], sentence: str
) -> None:
    desk = await house.desk()
    await make.organization()

    answer = await new_event(desk, **typed, track_en="Typed by hand", summary_en="Also <typed>")

    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert 'value="Typed by hand"' in answer.text
    assert "Also &lt;typed&gt;" in answer.text
    assert 'value="طاولة مستديرة"' in answer.text
    if "starts_time" in typed:
        assert f'value="{typed["starts_time"]}"' in answer.text
    assert await Event.all().count() == 0


async def test_the_form_comes_back_as_it_was_saved(house: House) -> None:
    desk = await house.desk()
    event = await make.event(
        house.vault,
        capacity_in_person=7,
        track={"en": "Justice", "ar": "العدالة"},
        description={"en": "One & two", "ar": "نص"},
        consent={"en": "I agree."},
        join_link="https://meet.example.org/secret",
        starts_wall="2035-10-28T02:30",
        starts_fold=1,
        ends_wall="2035-10-28T04:00",
    )
    before = await rows(event)
    form = filled(await desk.get(f"/desk/events/{event.id}/edit"))

    answer = await desk.client.post(
        f"/desk/events/{event.id}/edit", data={**form, "description_en": "One & two"}
    )

    assert answer.status_code == 303
    assert await rows(event) == before


async def rows(event: Event) -> dict[str, Any]:
    """The event as it is stored, without what every save changes."""
    found = (await Event.filter(id=event.id).values())[0]
    changes = ("revision", "changed_at", "join_link", "languages")
    return {name: value for name, value in found.items() if name not in changes}


async def test_of_two_organizers_the_second_is_told_and_keeps_what_they_typed(house: House) -> None:
    mine, theirs = await house.desk(), await house.desk()
    event = await make.event(house.vault)
    path = f"/desk/events/{event.id}/edit"
    my_form, their_form = filled(await mine.get(path)), filled(await theirs.get(path))

    saved = await theirs.client.post(path, data={**their_form, "track_en": "theirs"})
    refused = await mine.client.post(path, data={**my_form, "track_en": "mine"})

    assert (saved.status_code, refused.status_code) == (303, 409)
    assert "Somebody else has changed this event" in words_of(refused)
    assert 'value="mine"' in refused.text
    assert (await Event.get(id=event.id)).track == {"en": "theirs"}
    again = await mine.client.post(path, data=filled(refused))
    assert again.status_code == 303
    assert (await Event.get(id=event.id)).track == {"en": "mine"}


@pytest.mark.parametrize("revision", ["", "x", "-1", "²", "9" * 400])
async def test_a_save_without_a_version_saves_nothing(house: House, revision: str) -> None:
    desk = await house.desk()
    event = await make.event(house.vault)
    form = make.form(shows_places="exact", track_en="blind")

    answer = await desk.post(f"/desk/events/{event.id}/edit", **form, revision=revision)

    assert answer.status_code == 409
    assert (await Event.get(id=event.id)).track == {}


async def test_an_address_that_is_taken_is_counted_on(house: House) -> None:
    desk = await house.desk()
    await make.organization()
    for _each in range(2):
        assert (await new_event(desk, slug="launch")).status_code == 303

    assert sorted([each.slug for each in await Event.all()]) == ["launch", "launch-2"]


async def test_publishing_what_lacks_something_says_what(house: House) -> None:
    desk = await house.desk()
    event = await make.draft(house.vault, hosts=[await make.organization()], place={})

    answer = await desk.post(f"/desk/events/{event.id}/publication")

    assert answer.status_code == 409
    assert "a place, since people can come in person" in words_of(answer)
    assert "a place, since people can come in person" in words_of(await desk.get(f"/desk/events/{event.id}"))


async def test_a_draft_leads_to_each_field_that_is_missing(house: House) -> None:
    desk = await house.desk()
    event = await make.draft(house.vault, place={})
    path = f"/desk/events/{event.id}"

    overview = (await desk.get(path)).text

    for where, page in (("programme", "hosts-0-organization"), ("edit", "place_en")):
        assert f'href="{path}/{where}#{page}"' in overview
        assert f'id="{page}"' in (await desk.get(f"{path}/{where}")).text
    assert overview.count("button-primary") == 1


async def test_a_new_event_begins_in_the_time_zone_of_the_last_one(house: House) -> None:
    desk = await house.desk()
    await make.organization()
    await new_event(desk, zone="Asia/Beirut")

    assert filled(await desk.get("/desk/events/new"))["zone"] == "Beirut"


async def test_what_is_missing_is_said_once(house: House) -> None:
    desk = await house.desk()
    await make.organization()

    answer = await new_event(desk, title_en="", title_ar="", starts_on="")
    wrong = re.findall(r'id="(\w+)-error"', answer.text)
    unreadable = words_of(await new_event(desk, starts_on="31.12."))

    assert wrong == ["title_en", "starts_on"]
    assert "Please write the date as year, month and day" not in words_of(answer)
    arabic = await new_event(await house.desk(**{"accept-language": "ar"}), title_en="", title_ar="")
    assert 'id="title_ar-error"' in arabic.text
    assert 'id="title_en-error"' not in arabic.text
    assert (
        unreadable.count("Please write the date as year, month and day") == 2
    )  # beside the field and in the summary
    assert "Please choose the date" not in unreadable


async def test_a_draft_is_deleted_from_its_overview_unless_somebody_was_invited(house: House) -> None:
    desk = await house.desk()
    draft, invited = await make.draft(house.vault), await make.draft(house.vault, slug="invited")
    await outbox.post(
        "invitations.invitation",
        vault=house.vault,
        scope=str(invited.id),
        about=outbox.About(event_id=invited.id),
        facts={"to_address": "guest@example.org"},
        now=NOW,
    )
    assert "Delete the draft" in words_of(await desk.get(f"/desk/events/{draft.id}"))

    gone = await desk.post(f"/desk/events/{draft.id}/deletion")
    assert "The draft is deleted" in words_of(await desk.get("/desk"))
    kept = await desk.post(f"/desk/events/{invited.id}/deletion")

    assert (gone.status_code, gone.headers["location"]) == (303, "/desk")
    assert (await desk.get(f"/desk/events/{draft.id}")).status_code == 404
    assert kept.status_code == 409
    assert (await desk.get(f"/desk/events/{invited.id}")).status_code == 200


async def test_an_event_with_people_does_not_go_back_to_a_draft(house: House) -> None:
    desk = await house.desk()
    event = await make.event(house.vault)
    assert (await desk.post(f"/desk/events/{event.id}/withdrawal")).status_code == 303
    await desk.post(f"/desk/events/{event.id}/publication")
    await make.registered(event, 1, office=house.office)

    answer = await desk.post(f"/desk/events/{event.id}/withdrawal")

    assert answer.status_code == 409
    assert "Cancel it instead" in words_of(answer)


async def test_calling_an_event_off_writes_to_its_people_and_shows_it(house: House) -> None:
    desk, browser = await house.desk(), await house.client()
    conference = await make.conference()
    event = await make.event(house.vault, conference_id=conference.id)
    await make.registered(event, 1, 2, office=house.office)

    await desk.post(f"/desk/events/{event.id}/cancellation")

    assert (await make.kinds(event, house.office))[2:] in (
        ["event_cancelled guest1@example.org", "event_cancelled guest2@example.org"],
        ["event_cancelled guest2@example.org", "event_cancelled guest1@example.org"],
    )
    assert "This event has been cancelled" in words_of(await browser.get(f"/events/{event.slug}"))
    feed = (await browser.get("/conferences/forum.ics")).text
    assert "STATUS:CANCELLED" in feed
    assert f"UID:evt-{event.id.hex}@" in feed
    assert (await desk.post(f"/desk/events/{event.id}/cancellation")).status_code == 409


async def test_the_form_shows_the_time_in_five_cities(house: House) -> None:
    desk = await house.desk()
    await make.organization()

    page = await new_event(desk, preview="times")

    said = words_of(page)
    assert page.status_code == 200
    for city, time in (
        ("Brussels", "13:00"),
        ("Istanbul", "14:00"),
        ("Beirut", "14:00"),
        ("Damascus", "14:00"),
        ("New York", "07:00"),
    ):
        assert re.search(rf"{city}.{{0,60}}{time}", said), city
    assert await Event.all().count() == 0


async def test_a_city_where_the_end_is_the_next_day_never_hides_it(house: House) -> None:
    desk = await house.desk()
    event = await make.event(house.vault, starts_wall="2035-05-12T22:00", ends_wall="2035-05-12T23:30")

    for path in (f"/desk/events/{event.id}", f"/desk/events/{event.id}/edit"):
        said = words_of(await desk.get(path))
        assert re.search(r"Istanbul : \S+ 12 May 2035, 23:00 to \S+ 13 May 2035, 00:30", said), path
        assert re.search(r"Brussels : \S+ 12 May 2035, 22:00–23:30", said), path


async def test_the_five_cities_take_the_focus_only_when_they_were_asked_for(house: House) -> None:
    desk = await house.desk()
    event = await make.event(house.vault)
    asked, opened = await new_event(desk, preview="times"), await desk.get(f"/desk/events/{event.id}/edit")

    takes_focus = re.compile(r'id="five-cities"[^>]* autofocus')
    assert takes_focus.search(asked.text)
    assert 'id="five-cities"' in opened.text
    assert not takes_focus.search(opened.text)


@pytest.mark.parametrize(
    ("colour", "status", "sentence"),
    [
        ("#112233", 303, ""),
        ("112233", 303, ""),
        (" #123 ", 303, ""),
        ("#ffffff", 422, "White text on this colour is hard to read"),
        ("red", 422, "A colour such as #0b5653"),
        ("#12345g", 422, "A colour such as #0b5653"),
        ("#fff; } body { display: none", 422, "A colour such as #0b5653"),
    ],
)
async def test_a_colour_is_one_that_white_text_can_be_read_on(
    house: House, colour: str, status: int, sentence: str
) -> None:
    desk = await house.desk()

    answer = await desk.post("/desk/organizations/new", name_en="Cedar", colour=colour)

    assert answer.status_code == status
    assert sentence in words_of(answer)


async def test_a_logo_may_be_larger_than_a_form_and_one_that_is_too_large_leads_back(house: House) -> None:
    desk = await house.desk()
    await desk.post("/desk/organizations/new", name_en="Cedar", link="cedar.example/about")
    organization = await Organization.get()
    path = f"/desk/organizations/{organization.id}/logo"

    async def sent(size: int) -> httpx2.Response:
        picture_and_more = picture("PNG") + bytes(size)
        return await desk.client.post(
            path,
            data={"form_token": desk.form_token},
            files={"logo": ("logo.png", picture_and_more, "image/png")},
        )

    large, too_large = await sent(4_000_000), await sent(20_000_000)

    assert organization.link == "https://cedar.example/about"
    assert (large.status_code, too_large.status_code) == (303, 413)
    assert (await Organization.get()).logo_type == "image/png"
    assert "choose something smaller" in words_of(too_large)
    assert 'href="/desk">To the organizer area' in too_large.text


async def test_a_draft_whose_time_is_past_says_so(house: House) -> None:
    event = await make.draft(house.vault, starts_wall="2020-01-01T10:00", ends_wall="2020-01-01T11:00")

    page = await (await house.desk()).get(f"/desk/events/{event.id}")

    assert "This time is already past" in words_of(page)


def picture(form: str, size: tuple[int, int] = (2000, 500)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0b5653").save(out, form)
    return out.getvalue()


def header_of_a_png(width: int, height: int) -> bytes:
    """A picture that says it is so large, and has no points (PNG, 11.2.2)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
async def test_a_logo_is_drawn_anew(house: House, form: str) -> None:
    desk, browser = await house.desk(), await house.client()
    ours = await make.organization()
    upload = {"logo": ("x.svg", picture(form), "image/svg+xml")}

    answer = await desk.client.post(
        f"/desk/organizations/{ours.id}/logo", data={"form_token": desk.form_token}, files=upload
    )
    logo = await browser.get(f"/organizations/{ours.slug}/logo")

    assert answer.status_code == 303
    assert logo.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(logo.content)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (640, 160))


async def test_a_second_logo_takes_the_place_of_the_first_and_goes_with_its_organization(
    house: House,
) -> None:
    browser, ours = await house.client(), await make.organization()

    for picture_of_it in (b"first", b"second"):
        await save_logo(ours, picture_of_it)

    assert (await browser.get(f"/organizations/{ours.slug}/logo")).content == b"second"
    await ours.delete()
    assert await Logo.all().count() == 0


async def test_the_pictures_of_hosts_are_never_read_with_their_events(house: House) -> None:
    """Neither by a page with many of them nor under the claim of whoever registers."""
    browser, event = await house.client(), await make.event(house.vault)
    ours = await Organization.get()
    await save_logo(ours, b"long" * 10_000)

    with noted_reads() as reads:
        (host,) = await hosts_of(event.id)
        await hosts_of_many([event])
        page = await browser.get(f"/events/{event.slug}")

    assert f"/organizations/{ours.slug}/logo" in page.text
    assert host.organization.logo_type == "image/png"
    is_small = [
        not isinstance(question.answer, bytes) for question in reads._questions
    ]  # else only a mark is kept
    assert is_small
    assert all(is_small)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\n", picture("BMP", (10, 10)), picture("PNG")[:300],
        picture("PNG", (6000, 5000)), header_of_a_png(30_000, 30_000), header_of_a_png(2**31 - 1, 2**31 - 1),
        header_of_a_png(0, 0),
    ],
)  # fmt: skip
async def test_what_is_no_picture_is_refused_in_words(house: House, content: bytes) -> None:
    desk, browser = await house.desk(), await house.client()
    ours = await make.organization()

    answer = await desk.client.post(
        f"/desk/organizations/{ours.id}/logo",
        data={"form_token": desk.form_token},
        files={"logo": ("x.png", content, "image/png")},
    )

    assert answer.status_code == 422
    assert 'id="logo-error"' in answer.text
    assert "not a picture we can read" in words_of(answer)
    assert (await browser.get(f"/organizations/{ours.slug}/logo")).status_code == 404


async def test_a_conference_a_venue_and_a_programme_are_made_and_come_back(house: House) -> None:
    desk = await house.desk()
    ours, event = await make.organization(), None
    conference = {
        "name_en": "Forum",
        "edition": "IX",
        "zone": make.ZONE,
        "starts_on": "2035-05-12",
        "ends_on": "2035-05-13",
    }
    assert (await desk.post("/desk/conferences/new", **conference)).status_code == 303
    assert (await desk.post("/desk/conferences/new", **conference)).status_code == 303
    assert sorted([each.slug for each in await Conference.all()]) == ["forum-ix", "forum-ix-2"]

    rooms = {"rooms-0-name_en": "Room A", "rooms-0-seats": "30", "rooms-1-name_en": "Room B"}
    venue = {"name_en": "Hotel Linden", "city": "Brussels", "zone": make.ZONE}
    assert (await desk.post("/desk/venues/new", **venue, **rooms)).status_code == 303
    assert await Room.all().count() == 2

    event = await make.draft(house.vault, hosts=[ours])
    programme = {
        "revision": "1", "hosts-0-organization": str(ours.id), "hosts-0-role": "host", "speakers-0-name_en": "Salma",
        "speakers-0-role": "moderator", "agenda-0-title_en": "Welcome", "agenda-0-minutes": "15",
    }  # fmt: skip
    answer = await desk.post(f"/desk/events/{event.id}/programme", **programme)
    assert answer.status_code == 303
    page = words_of(await desk.get(f"/desk/events/{event.id}/preview"))
    assert "Salma" in page
    assert "Welcome" in page
    again = await desk.post(f"/desk/events/{event.id}/programme", **programme)
    assert again.status_code == 409
    assert "Somebody else has changed this event" in words_of(again)


async def test_a_conference_does_not_end_before_it_starts(house: House) -> None:
    desk = await house.desk()
    said = {"name_en": "Forum", "zone": make.ZONE, "starts_on": "2035-05-12", "ends_on": "2035-05-11"}

    answer = await desk.post("/desk/conferences/new", **said)

    assert answer.status_code == 422
    assert "The last day is before the first." in words_of(answer)


async def test_more_rows_are_added_without_losing_what_was_typed(house: House) -> None:
    desk = await house.desk()
    event = await make.event(house.vault)

    page = await desk.post(
        f"/desk/events/{event.id}/programme", more="agenda", **{"agenda-0-title_en": "Typed", "revision": "1"}
    )

    assert page.status_code == 200
    assert 'value="Typed"' in page.text
    assert 'name="agenda-3-title_en"' in page.text


async def test_a_form_with_too_many_fields_is_refused(house: House) -> None:
    desk = await house.desk()
    event = await make.event(house.vault)
    many = {f"agenda-{n}-title_en": "x" for n in range(MOST_FIELDS + 1)}

    answer = await desk.post(f"/desk/events/{event.id}/programme", **many)

    assert answer.status_code in (400, 413, 422, 429)


@pytest.mark.parametrize("path", ["organizations/new", "conferences/new", "venues/new", "events/new"])
async def test_an_empty_form_says_what_is_wanted_in_both_languages(house: House, path: str) -> None:
    await make.organization()
    for language in make.LANGUAGES:
        desk = await house.desk(**{"accept-language": language})
        answer = await desk.post(f"/desk/{path}")
        assert answer.status_code == 422
        assert f'lang="{language}"' in answer.text
        assert 'role="alert"' in answer.text


async def test_only_ours_is_offered_as_the_first_host(house: House) -> None:
    desk = await house.desk()
    await make.organization("Open Table", ours=False)
    await make.organization("Cedar Archive", ours=True)
    await new_event(desk)
    event = await Event.get()

    page = words_of(await desk.get(f"/desk/events/{event.id}/preview"))

    assert "Cedar Archive" in page
    assert "Open Table" not in page
    assert await Organization.filter(ours=True).count() == 1


@pytest.mark.parametrize("typed", ["٢٠٢٧-٠١-١٤", "14.01.2027", "14/1/2027"])
async def test_a_date_is_taken_as_an_organizer_types_it(house: House, typed: str) -> None:
    desk = await house.desk()

    answer = await desk.post("/desk/events/new", **make.form(starts_on=typed, closes="13.1.2027 12:00"))

    assert answer.status_code == 303, words_of(answer)
    event = await Event.get()
    assert f"{event.starts:%Y-%m-%d}" == "2027-01-14"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "3/4/2027",
            "“3/4/2027” may be Saturday 3 April 2027 or Thursday 4 March 2027. "
            "Please write it as 2027-04-03 or 2027-03-04.",
        ),
        ("soon", "Please write the date as year, month and day, such as 2027-01-14."),
    ],
)
async def test_a_date_that_cannot_be_read_is_answered_with_an_example(
    house: House, typed: str, said: str
) -> None:
    desk = await house.desk()

    answer = await desk.post("/desk/events/new", **make.form(starts_on=typed))

    assert answer.status_code == 422
    assert said in words_of(answer)
    assert f'value="{typed}"' in answer.text


async def test_places_are_never_made_fewer_than_a_party_that_waits_without_a_word(house: House) -> None:
    desk = await house.desk()
    event = await make.event(house.office.vault, capacity_in_person=3, most_guests=2)
    await make.registered(event, 1, office=house.office)
    await make.registered(event, 2, office=house.office, guests=[Guest("Guest 8"), Guest("Guest 9")])
    before = words_of(await desk.get(f"/desk/events/{event.id}"))

    await make.change(event, house.office, capacity_in_person=2)

    warning = "1 group on the waiting list is larger than the number of seats"
    assert warning not in before
    assert warning in words_of(await desk.get(f"/desk/events/{event.id}"))
    assert warning in words_of(await desk.get(f"/desk/events/{event.id}/invitations"))

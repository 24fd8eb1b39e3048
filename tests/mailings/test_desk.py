"""Writing to many at the desk: typed, looked at, tried, counted, confirmed, sent once, and followed."""

import re

import pytest

from events_app.events.models.event import Event
from events_app.installation import Installation
from events_app.mail.emptying import empty_thread
from events_app.mail.models import Letter, MailStop
from events_app.mailings.models import Mailing
from events_app.registrations.models import Registration
from tests import make
from tests.make import Desk, House, words_of

pytestmark = pytest.mark.anyio

TYPED = {
    "status": "all",
    "mode": "all",
    "language": "all",
    "rest": "",
    "subject_en": "About {event}",
    "body_en": "Dear {name}, come at {time}.",
    "subject_ar": "",
    "body_ar": "",
}


async def written(desk: Desk, event: Event, **changes: str) -> str:
    """The path of a new draft."""
    answer = await desk.post(f"/desk/events/{event.id}/write", **{**TYPED, **changes})
    assert answer.status_code == 303, words_of(answer)
    return str(answer.headers["location"])


async def mark_of(desk: Desk, path: str) -> str:
    found = re.search(r'name="mark" value="([\w.]+)"', (await desk.get(path)).text)
    assert found
    return found[1]


async def mailed(house: House, event: Event) -> list[make.Post]:
    return [post for post in await make.posted(event, house.office) if post.kind == "mailing"]


async def test_from_writing_to_the_report(house: House) -> None:
    event = await make.event(house.vault, capacity_in_person=None)
    await make.registered(event, "Jo", office=house.office)
    await make.registered(event, "Salma", office=house.office, language="ar")
    desk = await house.desk()

    path = await written(desk, event)
    look = words_of(await desk.get(path))
    assert "2 people get this email." in look
    assert "1 person gets it in another language" in look
    assert await Letter.filter(kind="mailings.mailing").count() == 0

    sent = await desk.post(f"{path}/sending", mark=await mark_of(desk, path))
    report = words_of(await desk.get(sent.headers["location"]))

    assert sent.status_code == 303
    assert "2 of 2 emails are queued." in report
    assert {post.to for post in await mailed(house, event)} == {"jo@example.org", "salma@example.org"}


async def test_a_double_click_sends_it_once(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, 2, office=house.office)
    desk = await house.desk()
    path = await written(desk, event)
    mark = await mark_of(desk, path)

    answers = [await desk.post(f"{path}/sending", mark=mark) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303] * 3
    assert len(await mailed(house, event)) == 2


async def test_pressing_send_on_an_old_page_sends_nothing(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)
    desk = await house.desk()
    path = await written(desk, event)
    mark = await mark_of(desk, path)
    await make.registered(event, 2, office=house.office)

    answer = await desk.post(f"{path}/sending", mark=mark)

    assert answer.status_code == 409
    assert "Meanwhile the number of people has changed" in words_of(answer)
    assert await mailed(house, event) == []
    assert (await desk.post(f"{path}/sending", mark=await mark_of(desk, path))).status_code == 303
    assert len(await mailed(house, event)) == 2


async def test_looking_at_pages_never_sends_anything(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)
    desk = await house.desk()
    path = await written(desk, event)

    for end in ("", "/edit", "?as=guest"):
        assert (await desk.get(path + end)).status_code == 200
    for end in ("/sending", "/test", "/rest", "/deletion"):
        assert (await desk.get(path + end)).status_code == 405

    assert await mailed(house, event) == []


async def test_the_time_of_whole_days_is_never_said_in_a_letter(house: House) -> None:
    first, last = "2035-05-12T00:00", "2035-05-12T23:59"
    event = await make.event(house.vault, all_day=True, starts_wall=first, ends_wall=last)
    desk = await house.desk()

    empty = words_of(await desk.get(f"/desk/events/{event.id}/write"))
    answer = await desk.post(f"/desk/events/{event.id}/write", **TYPED)

    assert "{date}" in empty
    assert "{time}" not in empty
    assert answer.status_code == 422
    assert "The event lasts whole days, so {time} says nothing here." in words_of(answer)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject_en": "", "body_en": ""}, "The subject is missing in this language."),
        ({"body_en": ""}, "The email text is missing in this language."),
        ({"subject_ar": "خبر"}, "The email text is missing in this language."),
        ({"body_en": "Dear {nmae}"}, "We do not know {nmae}. You can write: {name}, {event},"),
        ({"subject_en": "{link}"}, "We do not know {link}."),
        ({"subject_en": "x" * 151}, "At most 150 characters"),
        ({"status": "cancelled"}, "Not a valid choice."),
    ],
)
async def test_what_is_missing_or_unknown_is_said_and_nothing_typed_is_lost(
    house: House, changes: dict[str, str], said: str
) -> None:
    event = await make.event(house.vault)
    desk = await house.desk()

    answer = await desk.post(
        f"/desk/events/{event.id}/write", **{**TYPED, "body_en": "Kept words", **changes}
    )

    assert answer.status_code == 422
    assert said in words_of(answer)
    assert changes.get("body_en", "Kept words") in answer.text
    assert await Mailing.all().count() == 0


async def test_the_preview_is_the_letter_of_whom_one_asks_for(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, "Jo", office=house.office)
    await make.registered(event, "Salma", office=house.office, language="ar")
    desk = await house.desk()
    path = await written(desk, event, subject_ar="عن {event}", body_ar="أهلا {name}")

    salma = await desk.get(f"{path}?as=salma")
    nobody = await desk.get(f"{path}?as=zeno")

    assert "أهلا Salma" in salma.text
    assert "عن طاولة مستديرة" in salma.text
    assert "Dear Jo" not in salma.text
    assert "Nobody among them matches" in words_of(nobody)


async def test_the_preview_gives_nobodys_personal_link_away(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, "Jo", office=house.office)
    (post,) = await make.posted(event, house.office)
    desk = await house.desk()

    preview = await desk.get(await written(desk, event, body_en="Yours: {page}"))

    assert str(post.facts["own_url"]) not in preview.text
    assert "/registrations/…" in preview.text


async def test_markup_in_a_name_stays_text_in_the_preview(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office, name="<img src=x onerror=alert(1)>")
    desk = await house.desk()

    preview = await desk.get(await written(desk, event))

    assert "<img src=x" not in preview.text


async def test_the_test_goes_to_whoever_is_signed_in_and_to_nobody_else(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, 2, office=house.office)
    desk = await house.desk()
    path = await written(desk, event)

    await desk.post(f"{path}/test", address="somebody@example.org", to="somebody@example.org")

    assert [post.to for post in await mailed(house, event)] == ["rima@example.org"]
    assert (await mailed(house, event))[0].draft.subject == "Test email: About Round table"
    assert (await Mailing.get()).state == "draft"


async def test_whom_the_list_had_chosen_is_kept_while_writing(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, "Jo", "Salma", office=house.office)
    desk = await house.desk()
    page = await desk.get(f"/desk/events/{event.id}/write?q=salma&status=confirmed&sort=name")
    rest = re.search(r'name="rest"[^>]*value="([^"]*)"', page.text)
    assert rest

    path = await written(desk, event, rest=rest[1].replace("&amp;", "&"), status="confirmed")
    await desk.post(f"{path}/sending", mark=await mark_of(desk, path))

    assert [post.to for post in await mailed(house, event)] == ["salma@example.org"]


async def test_a_draft_can_be_changed_and_thrown_away(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)
    desk = await house.desk()
    path = await written(desk, event)

    again = await desk.post(f"{path}/edit", **{**TYPED, "subject_en": "Another subject"})
    assert again.headers["location"] == path
    assert "Another subject" in (await desk.get(path)).text
    gone = await desk.post(f"{path}/deletion")

    assert gone.status_code == 303
    assert (await desk.get(path)).status_code == 404


async def test_a_sent_letter_is_not_edited(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, 1, office=house.office)
    desk = await house.desk()
    path = await written(desk, event)
    await desk.post(f"{path}/sending", mark=await mark_of(desk, path))

    assert (await desk.get(f"{path}/edit")).status_code == 303
    assert (await desk.post(f"{path}/edit", **TYPED)).status_code == 409
    assert (await desk.post(f"{path}/deletion")).status_code == 409


async def test_a_draft_event_says_so_and_offers_no_button(house: House) -> None:
    event = await make.draft(house.vault)
    desk = await house.desk()

    page = await desk.get(f"/desk/events/{event.id}/write")
    look = await desk.get(await written(desk, event))

    assert "This event is a draft" in words_of(page)
    assert "This event is a draft" in words_of(look)
    assert "/sending" not in look.text


async def test_who_was_not_reached_stands_in_the_report_with_a_way_to_their_page(house: House) -> None:
    event = await make.event(house.vault)
    first, _second = await make.registered(event, "Jo", "Salma", office=house.office)
    desk = await house.desk()
    path = await written(desk, event)
    await desk.post(f"{path}/sending", mark=await mark_of(desk, path))
    await Letter.filter(thread=first.id, kind="mailings.mailing").update(
        state="refused", last_error="550 5.1.1 user unknown", due_at=None
    )

    report = await desk.get(path)

    assert f"/desk/events/{event.id}/registrations/{first.id}" in report.text
    assert "550 5.1.1 user unknown" in report.text
    assert "salma@example.org" not in report.text


async def test_the_report_of_a_hundred_costs_no_more_questions_than_that_of_three(house: House) -> None:
    numbers = []
    for slug, people in (("a", 3), ("b", 30)):
        event = await make.event(house.vault, slug=slug, capacity_in_person=None)
        await make.registered(event, *range(people), office=house.office)
        desk = await house.desk()
        path = await written(desk, event)
        await desk.post(f"{path}/sending", mark=await mark_of(desk, path))
        await Letter.filter(event_id=event.id).update(state="refused", due_at=None)
        with make.Statements() as asked:
            await desk.get(path)
        numbers.append(asked.number)

    assert numbers[0] == numbers[1]


async def test_a_letter_of_another_event_has_no_page_here(house: House) -> None:
    event = await make.event(house.vault)
    other = await make.event(house.vault, slug="other")
    desk = await house.desk()
    path = await written(desk, event)

    assert (await desk.get(path.replace(str(event.id), str(other.id)))).status_code == 404
    assert (await desk.get(f"/desk/events/{event.id}/write/nonsense")).status_code == 404


async def test_strangers_see_none_of_it(house: House) -> None:
    event = await make.event(house.vault)
    path = await written(await house.desk(), event)
    stranger = await house.client()

    assert (await stranger.get(path)).headers["location"].startswith("/desk/sign-in?onward=")
    assert (await stranger.post(f"{path}/sending")).headers["location"] == "/desk/sign-in"
    assert await Registration.all().count() == 0


async def test_kept_letters_of_an_event_are_sent_again_after_one_question(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, 1, 2, office=house.office)
    await Letter.all().update(state="kept", due_at=None)
    path = f"/desk/events/{event.id}/letters"

    listed, asked = await desk.get(path), words_of(await desk.get(f"{path}/again"))
    answer = await desk.post(f"{path}/again")

    assert f'href="{path}/again"' in listed.text
    # Their own pages come apart.
    assert "4 emails that were refused or not sent would be sent again." in asked
    assert answer.headers["location"] == path
    assert {letter.state for letter in await Letter.all()} == {"queued"}


async def test_a_restored_site_never_says_that_letters_wait_for_a_courier(house: House) -> None:
    await Installation.all().delete()
    await Installation.create(id=1, mark="x", state="held", restored_from=make.NOW.date())
    desk = await house.desk()

    page = words_of(await desk.get("/desk/mail"))

    assert "This site was restored from a backup, and no email is sent" in page
    assert "courier" not in page.lower()
    assert "sends the emails" not in page


async def test_the_desk_says_when_the_mail_server_refuses_us(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await MailStop.create(id="courier", reason="refuses us", words="550 5.7.1 blocked", since=0, until=0)
    paths = ("/desk", "/desk/mail", f"/desk/events/{event.id}/letters")
    assert "refuses our emails" not in words_of(await desk.get("/desk"))  # nothing waits for it

    await make.registered(event, 1, office=house.office)
    pages = [words_of(await desk.get(path)) for path in paths]

    for page in pages:
        assert "The mail server refuses our emails" in page
        assert "550 5.7.1 blocked" in page


async def test_the_log_says_for_whom_what_and_when_and_finds_by_name_and_address(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, "Salma", "Jo", office=house.office, now=make.NOW)
    path = f"/desk/events/{event.id}/letters"

    all_of_them = words_of(await desk.get(path))
    by_name = words_of(await desk.get(f"{path}?q=salm"))
    by_address = words_of(await desk.get(f"{path}?q=JO@example.org"))
    nobody = words_of(await desk.get(f"{path}?q=nobody@example.org"))

    assert "Confirmation with invitation Salma salma@example.org" in all_of_them
    assert "10:00" in all_of_them  # 9:00 UTC in Brussels
    assert ("salma@example.org" in by_name, "jo@example.org" in by_name) == (True, False)
    assert ("Salma salma@" in by_address, "Jo jo@example.org" in by_address) == (False, True)
    assert "Nobody among these emails matches this search" in nobody


async def test_an_old_letter_without_an_index_is_found_by_its_address(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, "Salma", office=house.office)
    await Letter.all().update(address_index=None)

    found = words_of(await desk.get(f"/desk/events/{event.id}/letters?q=salma@example.org"))

    assert "Salma salma@example.org" in found


async def test_the_log_never_names_whoever_was_erased(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, "Salma", office=house.office)
    await Letter.all().update(state="sent", due_at=None)
    await empty_thread(row.id)

    page = words_of(await desk.get(f"/desk/events/{event.id}/letters"))

    assert "deleted" in page
    assert "salma" not in page.lower()


async def test_letters_about_no_event_have_a_log_of_their_own(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, "Salma", office=house.office)
    await desk.post("/desk/mail/test")

    page = words_of(await desk.get("/desk/mail/letters"))

    assert "rima@example.org" in page
    assert "salma" not in page.lower()


async def test_no_row_of_the_log_holds_an_address_in_the_clear(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, "Salma", office=house.office)

    rows = await Letter.all().values()

    assert rows
    assert "salma" not in repr(rows).lower()


ARABIC = {"accept-language": "ar"}
ARABIC_WORDS = "{الاسم} {الفعالية} {التاريخ} {الوقت} {المكان} {الصفحة}"


@pytest.mark.parametrize("typed", [ARABIC_WORDS, ARABIC_WORDS.replace("الا", "الإ"), "{name} {الفعالية}"])
async def test_nobody_has_to_change_the_keyboard_for_a_word_in_braces(house: House, typed: str) -> None:
    event = await make.event(house.vault)
    await make.registered(event, "Jo", office=house.office)
    desk = await house.desk()

    look = await desk.get(await written(desk, event, body_en=f"Dear {typed}"))

    assert "Dear Jo Round table" in words_of(look)
    assert "{ا" not in look.text


async def test_a_word_in_braces_is_shown_in_the_language_of_the_page_whoever_wrote_it(house: House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, "Jo", office=house.office)
    desk, in_arabic = await house.desk(), await house.desk(**ARABIC)
    path = await written(desk, event, body_en="Dear {الاسم}, see {page}", subject_en="To {name}")

    english = words_of(await desk.get(f"{path}/edit"))
    arabic = words_of(await in_arabic.get(f"{path}/edit"))
    listed = words_of(await in_arabic.get(f"/desk/events/{event.id}/write"))

    assert "Dear {name}, see {page}" in english
    assert "Dear {الاسم}, see {الصفحة}" in arabic
    assert "To {الاسم}" in listed


async def test_what_is_unknown_is_said_with_the_words_of_the_page(house: House) -> None:
    event = await make.event(house.vault)
    desk = await house.desk(**ARABIC)

    answer = await desk.post(f"/desk/events/{event.id}/write", **{**TYPED, "body_en": "Dear {اسم}"})

    assert answer.status_code == 422
    assert "{الاسم}، {الفعالية}، {التاريخ}" in words_of(answer)
    assert "Dear {اسم}" in answer.text

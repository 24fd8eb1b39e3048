"""The desk's pages: the day is chosen, said, put off only with a word to people; deleting now asks first."""

from datetime import UTC, datetime

import pytest

from events_app import clock
from events_app.deletion import actions
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.registrations.models import Registration
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

LONG_AGO = datetime(2025, 1, 2, 9, 0, tzinfo=UTC)


async def past_event(house: House) -> Event:
    event = await make.event(
        house.vault, now=LONG_AGO, starts_wall="2025-05-12T13:00", ends_wall="2025-05-12T14:30"
    )
    await make.registered(event, 1, 2, office=house.office, now=LONG_AGO)
    return event


def filled(event: Event, **typed: str) -> dict[str, str]:
    return make.form(slug=event.slug, revision=str(event.revision), capacity_in_person="3", **typed)


async def test_the_day_is_said_where_people_register_and_in_their_emails(house: House) -> None:
    event = await make.event(house.vault, now=clock.now(), deletion_days=14)
    await make.registered(event, 1, office=house.office, now=clock.now())
    visitor = await house.client()

    page = words_of(await visitor.get(f"/events/{event.slug}/register"))
    assert "Everything you write here is encrypted, and deleted on Saturday 26 May 2035." in page
    for post in await make.posted(event, house.office, own_pages=True):
        said = "Everything that we keep about you for this event is deleted on Saturday 26 May 2035."
        assert said in post.draft.text, post.kind
        assert said in post.draft.html, post.kind


@pytest.mark.parametrize(("typed", "kept"), [("0", 0), ("365", 365), ("", 30)])
async def test_the_number_of_days_is_chosen_with_the_event(house: House, typed: str, kept: int) -> None:
    event = await make.event(house.vault, now=clock.now())
    desk = await house.desk()

    answer = await desk.post(f"/desk/events/{event.id}/edit", **filled(event, deletion_days=typed))

    assert answer.status_code == 303, words_of(answer)
    assert (await Event.get(id=event.id)).deletion_days == kept


async def test_more_days_than_a_year_are_refused(house: House) -> None:
    event = await make.event(house.vault, now=clock.now())
    desk = await house.desk()

    answer = await desk.post(f"/desk/events/{event.id}/edit", **filled(event, deletion_days="366"))

    assert answer.status_code == 422
    assert (await Event.get(id=event.id)).deletion_days == 30


async def test_the_day_is_never_put_off_without_telling_those_who_registered(house: House) -> None:
    event = await make.event(house.vault, now=clock.now())
    await make.registered(event, 1, 2, office=house.office, now=clock.now())
    desk = await house.desk()
    path = f"/desk/events/{event.id}/edit"

    refused = await desk.post(path, **filled(event, deletion_days="60"))
    assert refused.status_code == 409
    assert "2 people registered and were told" in words_of(refused)
    assert (await Event.get(id=event.id)).deletion_days == 30

    done = await desk.post(path, **filled(event, deletion_days="60", tells_deletion="y"))
    assert done.status_code == 303
    told = [post for post in await make.posted(event, house.office) if post.kind == "put_off"]
    assert [post.to for post in told] == ["guest1@example.org", "guest2@example.org"]
    assert "deleted on Wednesday 11 July 2035" in told[0].draft.text


async def test_fewer_days_need_no_word(house: House) -> None:
    event = await make.event(house.vault, now=clock.now())
    await make.registered(event, 1, office=house.office, now=clock.now())
    desk = await house.desk()

    done = await desk.post(f"/desk/events/{event.id}/edit", **filled(event, deletion_days="5"))

    assert done.status_code == 303
    assert not await Letter.filter(kind="deletion.put_off").exists()


async def test_deleting_now_asks_first(house: House) -> None:
    event = await past_event(house)
    desk = await house.desk()
    path = f"/desk/events/{event.id}/data"

    page = words_of(await desk.get(path))
    assert "export it first" in page
    assert (await desk.post(f"{path}/deletion")).status_code == 409
    assert await Registration.filter(event_id=event.id).count() == 2

    assert (await desk.post(f"{path}/deletion", sure="yes")).status_code == 303
    assert "2 people had registered." in words_of(await desk.get(path))
    assert not await Registration.exists()


async def test_what_is_still_to_come_is_not_deleted_at_the_desk(house: House) -> None:
    event = await make.event(house.vault, now=clock.now())
    desk = await house.desk()

    answer = await desk.post(f"/desk/events/{event.id}/data/deletion", sure="yes")

    assert answer.status_code == 409
    assert (await Event.get(id=event.id)).forgotten_on is None


async def test_what_is_held_stands_on_one_page_until_when(house: House) -> None:
    event = await past_event(house)
    desk = await house.desk()

    page = words_of(await desk.get("/desk/held"))
    assert "People: names, addresses, answers, notes : 2" in page.replace("notes:", "notes :")
    assert "Wednesday 11 June 2025" in page

    await actions.forget_event(event.id, act=house.office.at(clock.now()))
    assert "Nothing is kept about the people of any event" in words_of(await desk.get("/desk/held"))


async def test_the_first_page_says_what_is_deleted_soon(house: House) -> None:
    """Also where no email leaves."""
    event = await past_event(house)
    desk = await house.desk()

    assert "is deleted soon" in words_of(await desk.get("/desk"))

    await actions.forget_event(event.id, act=house.office.at(clock.now()))
    assert "is deleted soon" not in words_of(await desk.get("/desk"))


MOVED = {"starts_on": "2035-06-01", "ends_on": "2035-06-01"}


async def test_a_moved_event_never_puts_the_day_off_without_telling_those_who_registered(
    house: House,
) -> None:
    """Where its new end comes before the day that people were told, the day stays; where it does not, they are told."""
    event = await make.event(house.vault, now=clock.now())
    await make.registered(event, 1, 2, office=house.office, now=clock.now())
    desk = await house.desk()
    path = f"/desk/events/{event.id}/edit"

    saved = await desk.post(path, **filled(event, **MOVED, deletion_days="30"))
    assert saved.status_code == 303, words_of(saved)
    assert "deleted on Monday 11 June 2035, and that stays" in words_of(
        await desk.get(saved.headers["location"])
    )
    moved = await Event.get(id=event.id)
    assert (moved.starts_wall[:10], str(moved.deletion_day)) == ("2035-06-01", "2035-06-11")

    far = {"starts_on": "2036-12-01", "ends_on": "2036-12-01"}
    refused = await desk.post(path, **filled(moved, **far))
    assert refused.status_code == 409
    assert "it would be Thursday 11 December 2036" in words_of(refused)
    assert (await Event.get(id=event.id)).starts_wall[:10] == "2035-06-01"

    done = await desk.post(path, **filled(moved, **far, tells_deletion="y"))
    assert done.status_code == 303
    told = [post for post in await make.posted(event, house.office) if post.kind == "put_off"]
    assert [post.to for post in told] == ["guest1@example.org", "guest2@example.org"]
    assert "deleted on Thursday 11 December 2036" in told[0].draft.text


async def test_a_letter_on_the_deletion_day_never_says_a_time_that_was_not_told(house: House) -> None:
    """The new time is for the letter that says what it was before."""
    event = await make.event(house.vault, now=clock.now())
    await make.registered(event, 1, office=house.office, now=clock.now())
    desk = await house.desk()

    typed = filled(event, **MOVED, deletion_days="30", tells_deletion="y")
    assert (await desk.post(f"/desk/events/{event.id}/edit", **typed)).status_code == 303

    *_, letter = [post for post in await make.posted(event, house.office) if post.kind == "put_off"]
    assert "Round table" in letter.draft.text
    assert "1 June" not in letter.draft.text + letter.draft.html
    assert "Sunday 1 July 2035" in letter.draft.text


async def test_a_moved_event_keeps_its_number_of_days_where_nobody_registered(house: House) -> None:
    event = await make.event(house.vault, now=clock.now())
    desk = await house.desk()

    answer = await desk.post(f"/desk/events/{event.id}/edit", **filled(event, **MOVED, deletion_days="30"))

    assert answer.status_code == 303
    assert (await Event.get(id=event.id)).deletion_days == 30

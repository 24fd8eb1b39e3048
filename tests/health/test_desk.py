"""What goes wrong by itself is said at the desk, and to whoever watches the server."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from events_app import clock
from events_app.health.actions.guarding import note, over
from events_app.health.rules import ROW
from events_app.mail.models import Letter
from events_app.turn import beat, lock_of
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio


async def test_every_organizer_sees_that_something_is_wrong_where_and_since_when(house: House) -> None:
    event, desk = await make.event(house.vault, title={"en": "Talk", "ar": "ندوة"}), await house.desk()
    await note("remind", uuid.uuid4(), detail="NoKey", event_id=event.id)
    await note("mailings", uuid.uuid4(), detail="LookupError", event_id=event.id)

    home, health = await desk.get("/desk"), words_of(await desk.get("/desk/health"))

    assert 'href="/desk/health"' in home.text
    for words in ("Reminders", "Emails to many people", "Talk", "NoKey", "LookupError"):
        assert words in health


async def test_what_is_over_is_not_shown_any_more(house: House) -> None:
    desk = await house.desk()
    await note("zones", detail="LookupError")
    await over("zones")

    assert "Checking whether" not in (await desk.get("/desk/health")).text


async def test_whoever_watches_the_server_hears_of_trouble_and_of_nobody_at_work(house: House) -> None:
    client = await house.client()
    await note("zones", detail="LookupError")

    answer = await client.get("/readyz")

    assert answer.status_code == 200
    assert answer.text.splitlines()[2:] == ["worker no", "in trouble 1"]


async def test_a_full_disk_is_said_although_nothing_can_be_noted(house: House) -> None:
    desk = await house.desk()
    house.app.state.house = replace(house.app.state.house, has_room=lambda: False, is_worked=is_so)

    home, health, ready = [await desk.get(path) for path in ("/desk", "/desk/health", "/readyz")]

    assert 'href="/desk/health"' in home.text
    assert "Nobody can register" in words_of(health)
    assert "Everything is working" not in words_of(health)
    assert ready.status_code == 503


async def is_so() -> bool:
    return True


async def test_nobody_has_to_guess_who_cannot_be_opened(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    (row,) = await make.registered(event, 1, office=house.office)
    await note(ROW, row.id, detail="SealBroken", event_id=event.id)

    answer = await desk.get("/desk/health")

    assert f'href="/desk/events/{event.id}/registrations/{row.id}"' in answer.text


async def test_a_letter_that_cannot_be_opened_is_said_in_words(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, 1, office=house.office)
    await Letter.all().update(state="withheld", due_at=None, last_error="SealBroken")

    assert "cannot be opened any more" in words_of(await desk.get("/desk/mail"))


async def test_a_worker_that_hangs_is_never_taken_for_one_that_works(house: House) -> None:
    desk, turn = await house.desk(), lock_of(house.url)
    await turn.take()
    await beat(clock.now() - timedelta(minutes=10, seconds=30))

    answer, home = await desk.get("/readyz"), await desk.get("/desk")
    health, mail = words_of(await desk.get("/desk/health")), words_of(await desk.get("/desk/mail"))
    await turn.release()

    assert answer.text.splitlines()[2] == "worker has not worked for 10 minutes"
    assert 'href="/desk/health"' in home.text
    assert "Automatic tasks have not run for 10 minutes" in health
    assert "Everything is working" not in health
    assert mail

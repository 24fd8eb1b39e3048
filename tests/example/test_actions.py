"""The example: full of life, never mailed, and gone without a trace but for what became somebody's own."""

from datetime import timedelta

import pytest

from events_app import clock
from events_app.clashes.reading import clashes_of
from events_app.database import rows
from events_app.directory.models import Organization, Venue
from events_app.events.models.event import Event
from events_app.example.actions import removing
from events_app.example.actions.showing import NotEmpty, show
from events_app.example.models import ExampleRow
from events_app.mail import outbox
from events_app.mail.models import Letter
from events_app.mailings.actions.announcing import concerned_by
from events_app.registrations.models import Registration
from events_app.registrations.posting import COURIER
from tests import make
from tests.make import House

pytestmark = pytest.mark.anyio


async def shown(house: House, **said: int | bool) -> None:
    await show(**said, act=house.office.at(clock.now()))  # type: ignore[arg-type]


async def removed(house: House) -> list[str]:
    stayed = await removing.remove(act=house.office.at(clock.now()))
    return [part.name["en"] for part in stayed]


async def counted(slug: str) -> dict[str, int]:
    event = await Event.get(slug=slug)
    found: dict[str, int] = {}
    for status in await Registration.filter(event_id=event.id).values_list("status", flat=True):
        found[str(status)] = found.get(str(status), 0) + 1
    return found


async def test_it_has_sixty_people_in_every_state(house: House) -> None:
    await shown(house)

    assert await Registration.all().count() == 60
    assert await counted("small-roundtable") == {"confirmed": 3, "waitlisted": 4}
    assert (await counted("legal-clinic"))["pending"] >= 10
    assert (await counted("research-launch"))["cancelled"] == 1
    assert await Event.filter(status="draft").count() == 1
    assert await Event.filter(ends_at__lt=clock.now()).count() == 1


async def test_twelve_side_events_have_exactly_one_clash(house: House) -> None:
    await shown(house, people=0)

    assert await Event.exclude(conference_id=None).count() == 12
    doubtful = {
        event.slug
        for event in await Event.exclude(status="draft")
        if any(each.others and each.is_strong for each in await clashes_of(event.id, now=clock.now()))
    }
    assert doubtful == {"research-launch", "mapping-with-care"}


async def test_nobody_holds_an_old_time_of_the_event_that_moved(house: House) -> None:
    await shown(house)
    moved = await Event.get(slug="property-and-return").select_related("room__venue")

    assert moved.starts_wall[11:] == "14:00"
    assert (await concerned_by(moved)).material == 0
    assert await Letter.filter(event_id=moved.id, kind="mailings.changed").count() == 8


@pytest.mark.parametrize("with_trouble", [False, True])
async def test_no_email_of_it_is_ever_sent(house: House, with_trouble: bool) -> None:
    await shown(house, with_trouble=with_trouble)

    letters = await Letter.all()
    assert len(letters) > 80
    assert [letter.due_at for letter in letters if letter.due_at is not None] == []
    assert {letter.state for letter in letters} & {"queued", "sending"} == set()
    assert ({letter.state for letter in letters} == {"sent"}) is not with_trouble


async def test_every_email_of_it_says_what_was_said(house: House) -> None:
    await shown(house, with_trouble=True)

    for letter in await Letter.all():
        read = await outbox.read(letter.id, house.vault, COURIER)
        assert read.subject, letter.kind
        assert read.to_address.endswith("@example.org")


async def test_it_is_never_shown_where_an_event_is(house: House) -> None:
    await make.event(house.vault, now=clock.now())

    with pytest.raises(NotEmpty):
        await shown(house)

    assert await Event.all().count() == 1


async def test_it_never_comes_twice(house: House) -> None:
    await shown(house, people=0)

    with pytest.raises(NotEmpty):
        await shown(house)

    assert await Event.all().count() == 14


async def test_nothing_of_it_is_left(house: House) -> None:
    await shown(house)

    assert await removed(house) == []

    for table in (
        "event",
        "registration",
        "letter",
        "organization",
        "venue",
        "room",
        "conference",
        "question",
    ):
        (found,) = await rows(f'SELECT COUNT(*) AS "number" FROM "{table}"')
        assert found["number"] == 0, table
    assert not await removing.is_shown()


async def test_it_can_be_shown_again(house: House) -> None:
    await shown(house)
    await removed(house)

    await shown(house)

    assert await Registration.all().count() == 60


async def test_what_was_given_another_name_never_goes(house: House) -> None:
    await shown(house)
    mine = await Event.get(slug="small-roundtable")
    await Event.filter(id=mine.id).update(title={"en": "Our own round table"})
    await Organization.filter(slug="cedar-archive").update(name={"en": "Our own name"})

    stayed = await removed(house)

    assert "Our own round table" in stayed
    assert "Our own name" in stayed
    assert await Registration.filter(event_id=mine.id).count() == 7
    assert await Event.all().count() == 1


async def test_what_an_own_event_uses_never_goes(house: House) -> None:
    await shown(house, people=0)
    room = await (await Venue.get(city="Brussels")).rooms.all().first()  # type: ignore[attr-defined]
    own = await make.event(house.vault, slug="ours", now=clock.now(), room_id=room.id, place={})

    stayed = await removed(house)

    assert set(stayed) == {"Hotel Linden", "Cedar Archive for Human Rights"}
    assert [event.id for event in await Event.all()] == [own.id]
    assert not await ExampleRow.exists()


async def test_whoever_registered_since_is_counted_before_they_go(house: House) -> None:
    await shown(house)
    event = await Event.get(slug="youth-assembly")
    await make.registered(event, 1, 2, office=house.office, now=clock.now() + timedelta(minutes=1))

    newcomers = {part.name["en"]: part.newcomers for part in await removing.parts() if part.newcomers}

    assert newcomers == {"Youth assembly: what we ask for": 2}

"""Words that were opened for a search: known for the next one, true after every change, and gone with who searched."""

import asyncio
import uuid
from dataclasses import replace
from typing import Any

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.people.reading import LASTS, MOST_PEOPLE, Known, OpenedWords
from events_app.people.search import SORTED_AT_ONCE, Lens, Query, _Sifted, find_ids
from events_app.questions.answers import answer_matches
from events_app.registrations.actions import forgetting
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from events_app.registrations.posting import reveal_person, seal_person
from events_app.vault import Reader
from tests import make
from tests.make import House

pytestmark = pytest.mark.anyio
with_database = pytest.mark.usefixtures("database")

RIMA = Reader("organizer", "rima")
ASKED: tuple[dict[str, Any], ...] = ({}, {"sort": "name"}, {"status": "waitlisted"}, {"sort": "line"})
EVENT, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


class Looks:
    """One organizer at one event's list; counts whom the searches open."""

    def __init__(self, event: Event, office: Office, known: Known | None) -> None:
        self.event, self.office, self.known = event, office, known
        self.opened = 0

    def opens(self, row: Registration) -> Person:
        self.opened += 1
        return reveal_person(row, vault=self.office.vault, reader=RIMA)

    async def find(self, words: str, **asked: Any) -> int:
        """How many are found."""
        lens = Lens(self.opens, answer_matches, self.known)
        return len(await find_ids(self.event.id, replace(Query(words=words), **asked), lens=lens))


async def three(office: Office) -> tuple[Event, list[Registration]]:
    event = await make.event(office.vault, capacity_in_person=9)
    return event, await make.registered(event, "Amal", "Basel", "Celine", office=office)


@with_database
async def test_a_second_search_opens_nobody(office: Office) -> None:
    event, _rows = await three(office)
    looks = Looks(event, office, {})

    assert [await looks.find(words) for words in ("amal", "example basel", "", "nobody")] == [1, 1, 3, 0]
    assert looks.opened == 3


@with_database
async def test_searches_that_overtake_each_other_never_open_anybody_twice(office: Office) -> None:
    """As somebody types: the next search begins before the one before has opened everybody."""
    event, _rows = await three(office)
    await make.registered(event, *range(60), office=office)
    looks = Looks(event, office, {})

    await asyncio.gather(*(looks.find("guest") for _ in range(3)))

    assert looks.opened == 63


async def test_of_many_who_fit_the_first_are_the_first_of_all() -> None:
    keys = [(number * 7919 % 1009, number) for number in range(3 * SORTED_AT_ONCE + 7)]
    fit = _Sifted()
    for key in keys:
        fit.add(key, uuid.UUID(int=key[1]))

    in_order = [uuid.UUID(int=key[1]) for key in sorted(keys)]
    assert (len(fit), await fit.first(60)) == (len(keys), in_order[:60])
    assert await fit.first(len(fit)) == in_order


@with_database
async def test_whom_somebody_renames_is_never_found_by_the_name_before(office: Office) -> None:
    event, rows = await three(office)
    looks = Looks(event, office, {})
    await looks.find("amal")
    person = reveal_person(rows[0], vault=office.vault, reader=RIMA)
    seal_person(rows[0], replace(person, name="Zoe", address="zoe@example.org"), vault=office.vault)
    await rows[0].save(update_fields=["person"])

    assert [await looks.find("amal"), await looks.find("zoe")] == [0, 1]
    assert looks.opened == 4


@with_database
async def test_whoever_is_erased_or_new_is_never_answered_from_memory(office: Office) -> None:
    event, rows = await three(office)
    looks = Looks(event, office, {})
    await looks.find("amal")
    await forgetting.erase(rows[0].id, act=office.at(make.NOW))
    await make.registered(event, "Dina", office=office)

    assert [await looks.find("amal"), await looks.find("dina")] == [0, 1]
    assert "amal" not in "".join(text for _stamp, text in (looks.known or {}).values())


@with_database
async def test_a_list_whose_names_may_not_be_kept_is_opened_each_time(office: Office) -> None:
    event, _rows = await three(office)
    looks = Looks(event, office, None)

    assert [await looks.find("amal"), await looks.find("amal")] == [1, 1]
    assert looks.opened == 6


@with_database
async def test_what_is_found_is_the_same_with_and_without_what_is_known(office: Office) -> None:
    event, rows = await three(office)
    await Registration.filter(id=rows[1].id).update(status="waitlisted", waitlist_order=4)
    known, unknown = Looks(event, office, {}), Looks(event, office, None)

    for words in ("", "a", "l e", "guest", "bas"):
        for asked in ASKED:
            assert await known.find(words, **asked) == await unknown.find(words, **asked)


async def test_two_organizers_never_share_what_was_opened() -> None:
    words = OpenedWords()
    words.of("rima", EVENT)[str(OTHER)] = (b"1", "amal")

    assert words.of("omar", EVENT) == {}
    assert words.of("rima", OTHER) == {}
    assert words.of("rima", EVENT) == {str(OTHER): (b"1", "amal")}


async def test_some_minutes_without_a_search_forget_the_words_and_those_of_nobody_else() -> None:
    now = 0.0
    words = OpenedWords(lambda: now)
    words.of("rima", EVENT)[str(OTHER)] = (b"1", "amal")
    words.of("omar", EVENT)[str(OTHER)] = (b"1", "amal")
    now = LASTS - 1
    words.of("omar", EVENT)
    now = LASTS + 1
    words.forget_unused()

    assert words.of("omar", EVENT) == {str(OTHER): (b"1", "amal")}
    assert words.of("rima", EVENT) == {}


async def test_memory_holds_no_more_people_than_it_may() -> None:
    words = OpenedWords()
    for number in range(3):
        many = {str(uuid.uuid4()): (b"1", "amal") for _ in range(MOST_PEOPLE // 2)}
        words.of(str(number), EVENT).update(many)

    assert [len(words.of(str(number), EVENT)) > 0 for number in (2, 1, 0)] == [True, True, False]


async def test_signing_out_forgets_the_words(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, "Amal", office=house.office)
    path = f"/desk/events/{event.id}/registrations"
    assert "Amal" in (await desk.get(f"{path}?q=amal")).text
    kept = house.app.state.house.kept_words
    held = dict(kept._lists)
    await desk.post("/desk/sign-out")

    assert [next(iter(each.known.values()))[1] for each in held.values()] == ["amal\namal@example.org"]
    assert kept._lists == {}

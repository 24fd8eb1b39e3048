"""The address of an event's page: made from the title, or drawn where it may say nothing of it."""

import re
import uuid
from typing import Any

import pytest

from events_app.events.actions import copying, editing
from events_app.events.models.event import Event
from tests import make

pytestmark = pytest.mark.anyio

DRAWN = re.compile(r"[a-z2-7]{16}")
SECRET = {"title_en": "Secret dinner", "title_ar": "", "visibility": "unlisted"}


async def saved(house: make.House, event: Event | None, **typed: Any) -> Event:
    """The event as the desk's form made or changed it."""
    desk = await house.desk()
    path = f"/desk/events/{event.id}/edit" if event else "/desk/events/new"
    form = make.form(**typed) | ({"revision": str((await Event.get(id=event.id)).revision)} if event else {})
    answer = await desk.post(path, **form)
    assert answer.status_code == 303, make.words_of(answer)
    return await Event.get(id=answer.headers["location"].rpartition("/")[2])


async def test_the_address_of_an_unlisted_event_never_says_its_title(house: make.House) -> None:
    await make.organization()

    event = await saved(house, None, **SECRET)

    assert DRAWN.fullmatch(event.slug)


async def test_an_address_that_was_typed_is_taken_and_one_of_a_public_event_is_made_of_its_title(
    house: make.House,
) -> None:
    await make.organization()

    assert (await saved(house, None, **SECRET, slug="our-own")).slug == "our-own"
    assert (await saved(house, None, **(SECRET | {"visibility": "public"}))).slug == "secret-dinner"


async def test_a_draft_that_becomes_unlisted_gets_an_address_that_says_nothing(house: make.House) -> None:
    await make.organization()
    event = await saved(house, None, **(SECRET | {"visibility": "public"}))

    hidden = await saved(house, event, **SECRET, slug=event.slug)
    again = await saved(house, hidden, **SECRET, slug=hidden.slug)

    assert DRAWN.fullmatch(hidden.slug)
    assert again.slug == hidden.slug


async def test_a_draft_that_somebody_knows_and_a_published_event_keep_their_address(
    house: make.House,
) -> None:
    known = await make.event(house.vault, slug="secret-dinner")
    await make.registered(known, "Amal", office=house.office)
    draft = await make.draft(house.vault, slug="quiet-dinner")
    facts = make.facts(visibility="unlisted", slug="quiet-dinner")

    kept = await editing.change_event(
        draft.id,
        facts,
        revision=draft.revision,
        act=house.office.at(make.NOW),
        follow=editing.nobody_follows,
        is_known=True,
    )
    hidden = await saved(house, known, **SECRET, slug="secret-dinner")

    assert (kept.slug, hidden.slug, hidden.visibility) == ("quiet-dinner", "secret-dinner", "unlisted")


async def test_a_copy_of_an_unlisted_event_is_not_guessed_from_it(house: make.House) -> None:
    event = await make.draft(house.vault, slug="secret-dinner", visibility="unlisted")

    copy = await copying.copy_event(event.id, follow=followed_by_nobody, act=house.office.at(make.NOW))

    assert DRAWN.fullmatch(copy.slug)


async def followed_by_nobody(original_id: Any, copy_id: Any) -> None:
    """For an event without questions."""


async def test_an_address_of_eighty_letters_may_be_wished_for_twice(house: make.House) -> None:
    await make.organization()
    long = "a" * 80

    first, second = await saved(house, None, slug=long), await saved(house, None, slug=long)

    assert (first.slug, second.slug) == (long, "a" * 75 + "-2")
    assert (await saved(house, second, slug=second.slug)).slug == second.slug


async def test_the_form_says_what_becomes_of_the_address(house: make.House) -> None:
    event = await make.draft(house.vault)

    page = make.words_of(await (await house.desk()).get(f"/desk/events/{event.id}/edit/rules"))

    assert "a random address is used that says nothing of the title" in page


async def test_a_copy_never_keeps_the_address_of_its_original(house: make.House) -> None:
    event = await make.event(house.vault, slug="chosen-by-hand-4")

    async def follow(original_id: uuid.UUID, copy_id: uuid.UUID) -> None: ...

    copy = await copying.copy_event(event.id, act=house.office.at(make.NOW), follow=follow)
    first = copy.slug
    in_arabic = await saved(house, copy, slug=copy.slug, title_ar="اسم آخر")
    renamed = await saved(house, copy, slug=copy.slug, title_en="Film night")
    again = await saved(house, renamed, slug=renamed.slug, title_en="Film evening", title_ar="")
    chosen = await saved(house, again, slug="films", title_en="Films at last")
    kept = await saved(house, chosen, slug="films", title_en="No films")

    assert [first, in_arabic.slug] == ["round-table", "round-table"]
    assert [each.slug for each in (renamed, again, chosen, kept)] == [
        "film-night", "film-evening", "films", "films",
    ]  # fmt: skip


async def test_the_address_of_a_published_event_never_follows_its_title(house: make.House) -> None:
    event = await make.event(house.vault)

    changed = await saved(house, event, slug=event.slug, title_en="Film night")

    assert (changed.title["en"], changed.slug) == ("Film night", "round-table")

"""The life of an event, its opening, and the address made of its title."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.events.rules import MAY_BECOME, EventCannotBecome, Opening, Status, check_life, opening
from events_app.texts import is_slug, slug_of

pytestmark = pytest.mark.engine_free

NOW = datetime(2035, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
moments = st.integers(-48, 48).map(lambda hours: NOW + hours * HOUR)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wanted", Status)
def test_the_act_asks_the_table(status: Status, wanted: Status) -> None:
    if wanted in MAY_BECOME[status]:
        check_life(status, wanted)
    else:
        with pytest.raises(EventCannotBecome):
            check_life(status, wanted)


def test_a_draft_is_never_called_off_and_nothing_becomes_what_it_is() -> None:
    assert MAY_BECOME[Status.DRAFT] == {Status.PUBLISHED}
    assert all(status not in MAY_BECOME[status] for status in Status)


@given(moments, moments, st.none() | moments, st.none() | moments, st.sampled_from(Status))
def test_the_door_is_open_exactly_between_its_edges(
    now: datetime, ends_at: datetime, opens_at: datetime | None, closes_at: datetime | None, status: Status
) -> None:
    found = opening(status=status, now=now, ends_at=ends_at, opens_at=opens_at, closes_at=closes_at)

    is_open = (
        status == Status.PUBLISHED
        and now < ends_at
        and (opens_at is None or opens_at <= now)
        and (closes_at is None or now < closes_at)
    )
    assert (found == Opening.OPEN) == is_open
    assert (found == Opening.DRAFT) == (status == Status.DRAFT)
    assert (found == Opening.CANCELLED) == (status == Status.CANCELLED)
    assert (found == Opening.PAST) == (status == Status.PUBLISHED and now >= ends_at)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Detained & Missing: what next?", "detained-missing-what-next"),
        ("  Été à Genève ", "ete-a-geneve"),
        ("طاولة مستديرة", "tawla-mstdyra"),
        ("2035", "2035"),
        ("", "event"),
        ("???", "event"),
        ("日本", "event"),
        ("a" * 100, "a" * 60),
        ("x" * 59 + " yyy", "x" * 59),
    ],
)
def test_an_address_is_made_of_the_title(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@given(st.text())
def test_every_title_has_an_address_that_stays_itself(title: str) -> None:
    slug = slug_of(title)

    assert is_slug(slug)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert slug_of(slug) == slug


@pytest.mark.parametrize("text", ["", "A", "a/b", "a\n", "ä", "a" * 81, "a b", "\0", "a."])
def test_what_is_no_address_is_not_asked_for(text: str) -> None:
    assert not is_slug(text)

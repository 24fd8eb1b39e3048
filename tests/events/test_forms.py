"""Times cannot lie: what a wall clock cannot say is refused beside the field, all at once, with what was typed kept."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData
from wtforms.validators import ValidationError

from events_app import i18n
from events_app.calendar.zones import zones
from events_app.directory.forms.times import read_wall_time
from events_app.events.forms.event import Choices, event_form
from events_app.events.rules import EventFacts
from tests import make

pytestmark = pytest.mark.engine_free

NOTHING = Choices([], [])
FIRST = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def languages() -> None:
    i18n.load_languages(make.LANGUAGES)


def typed(**said: Any) -> Any:
    """The form as it came in, judged."""
    i18n.load_languages(make.LANGUAGES)
    posted = {**make.form(shows_places="exact"), **said}
    pairs = [
        (key, value)
        for key, values in posted.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    form = event_form(FormData(pairs), choices=NOTHING)
    form.validate()
    return form


def facts(**said: Any) -> EventFacts:
    form = typed(**said)
    assert form.errors == {}
    read: EventFacts = form.facts
    return read


def errors(field: str, **said: Any) -> list[str]:
    return [str(error) for error in typed(**said)[field].errors]


def test_what_is_typed_becomes_facts() -> None:
    read = facts(
        capacity_in_person="12", spoken=["en", "ar"], track_en=" Justice ", track_ar="", keeps_waitlist="y"
    )

    assert read.title == {"en": "Round table", "ar": "طاولة مستديرة"}
    assert (read.starts_wall, read.ends_wall, read.zone) == (make.STARTS, make.ENDS, make.ZONE)
    assert read.starts_at == datetime(2035, 5, 12, 11, 0, tzinfo=UTC)
    assert (read.slug, read.capacity_in_person, read.capacity_online) == ("", 12, None)  # an address is made
    assert (read.languages, read.track, read.keeps_waitlist) == (["en", "ar"], {"en": "Justice"}, True)
    assert (read.offers_in_person, read.offers_online) == (True, False)


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("13:00", "13:00"), ("9:05", "09:05"), ("9.05", "09:05"), ("00:00", "00:00"), ("23:59", "23:59"),
        ("١٣:٣٠", "13:30"), ("۱۳:۳۰", "13:30"), (" 13:00 ", "13:00"), ("\u200f١٣:٠٠", "13:00"), ("٠٩٫٣٠", "09:30"),
        ("13", "13:00"), ("09", "09:00"), ("0", "00:00"), ("12", "12:00"), ("1300", "13:00"), ("9h30", "09:30"),
        ("1 pm", "13:00"), ("1pm", "13:00"), ("1:30pm", "13:30"), ("1.30 P.M.", "13:30"), ("9 AM", "09:00"),
        ("12 am", "00:00"), ("12 pm", "12:00"), ("13:00 PM", "13:00"), ("noon", "12:00"), ("midnight", "00:00"),
        ("at 7 in the evening", "19:00"), ("1 o'clock pm", "13:00"),
        ("١ ظهرًا", "13:00"), ("1 ظهراً", "13:00"), ("١٢:٣٠ ظهرا", "12:30"), ("٩ صباحا", "09:00"), ("3 م", "15:00"),
        ("١:٠٠ م", "13:00"), ("1:00 ص", "01:00"), ("الساعة ٣ عصراً", "15:00"), ("٧ مساءً", "19:00"), ("٣ ب.ظ", "15:00"),
        ("١١ ليلًا", "23:00"), ("٤ فجرًا", "04:00"), ("الظهر", "12:00"), ("منتصف الليل", "00:00"),
    ],
)  # fmt: skip
def test_a_time_is_read_as_people_write_it(time: str, read: str) -> None:
    assert read_wall_time(time) == read


@pytest.mark.parametrize(
    ("time", "one", "other"),
    [
        ("1", "01:00", "13:00"), ("٩", "09:00", "21:00"), ("11", "11:00", "23:00"),
        ("١٢ مساءً", "00:00", "12:00"), ("٥ ليلا", "05:00", "17:00"),
    ],
)  # fmt: skip
def test_an_hour_that_may_be_in_the_morning_or_in_the_evening_is_not_guessed(
    time: str, one: str, other: str
) -> None:
    with pytest.raises(ValidationError, match=f"{time}\u2069?” may be {one} or {other}"):
        read_wall_time(time)


@pytest.mark.parametrize(
    "time",
    [
        "", "24:00", "13:60", "13:0", "-1:00", "13:00:00", "930", "13 am", "0 pm", "9 ظهرا", "13 م ص", "pm", "soon",
        "1 pm 2 pm", "25 pm",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(time: str) -> None:
    with pytest.raises(ValidationError, match="such as 13:00 or 1 pm"):
        read_wall_time(time)


@given(st.text(max_size=12))
def test_no_text_becomes_a_wrong_time(text: str) -> None:
    try:
        read = read_wall_time(text)
    except ValidationError:
        return
    assert 0 <= int(read[:2]) < 24
    assert 0 <= int(read[3:]) < 60
    assert read[2] == ":"


def test_a_time_is_shown_back_on_the_clock_of_24_hours() -> None:
    form = typed(starts_time="١ ظهرًا", ends_time="2:30pm", title_en="", title_ar="")

    assert (form.starts_time.data, form.ends_time.data) == ("13:00", "14:30")


def test_what_is_no_time_is_refused_beside_the_field_and_stays_typed() -> None:
    form = typed(starts_time="13:00 AM")

    assert list(form.errors) == ["starts_time"]
    assert "“13:00 AM”" in form.starts_time.errors[0]
    assert form.starts_time.data == "13:00 AM"


def test_an_hour_that_the_clocks_leave_out_is_refused() -> None:
    (said,) = errors("starts_time", starts_on="2035-03-25", starts_time="02:30", ends_time="04:00")

    assert "there is no" in said
    assert "02:00" in said
    assert "03:00" in said


def test_an_hour_that_comes_twice_is_asked_about_and_the_choice_is_taken() -> None:
    when = {"starts_on": "2035-10-28", "starts_time": "02:30", "ends_time": "04:00"}
    form = typed(**when)

    assert "comes twice" in form.starts_time.errors[0]
    assert [value for value, _label in form.starts_fold.choices] == ["0", "1"]
    first, second = (facts(**when, starts_fold=fold) for fold in ("0", "1"))
    assert first.starts_at == datetime(2035, 10, 28, 0, 30, tzinfo=UTC)
    assert second.starts_at == datetime(2035, 10, 28, 1, 30, tzinfo=UTC)
    assert (first.starts_fold, second.starts_fold) == (0, 1)


def test_an_end_that_comes_twice_is_asked_about_too() -> None:
    form = typed(starts_on="2035-10-28", starts_time="01:00", ends_time="02:30")

    assert "comes twice" in form.ends_time.errors[0]
    assert facts(starts_on="2035-10-28", starts_time="01:00", ends_time="02:30", ends_fold="1").ends_fold == 1


@pytest.mark.parametrize("fold", ["1", "7", "-1", "x", "²", "0" * 50])
def test_a_choice_for_an_hour_that_comes_once_means_nothing(fold: str) -> None:
    read = facts(starts_fold=fold, ends_fold=fold)

    assert (read.starts_fold, read.ends_fold) == (0, 0)


@pytest.mark.parametrize("ends", ["12:00", "13:00"])
def test_an_event_does_not_end_before_it_starts(ends: str) -> None:
    assert "before it starts" in errors("ends_time", ends_time=ends)[0]


def test_an_event_may_run_past_midnight_with_its_last_day() -> None:
    read = facts(starts_time="22:00", ends_time="01:00", ends_on="2035-05-13")

    assert (read.ends_wall, read.ends_at - read.starts_at) == (
        "2035-05-13T01:00",
        read.ends_at - read.starts_at,
    )
    assert (read.ends_at - read.starts_at).total_seconds() == 3 * 3600


def test_an_end_is_judged_by_its_instant_and_not_by_its_wall() -> None:
    """From 02:30 (the first) to 02:15 (the second) are 45 minutes."""
    when = {"starts_on": "2035-10-28", "starts_time": "02:30", "starts_fold": "0"}
    read = facts(**when, ends_time="02:15", ends_fold="1")

    assert (read.ends_at - read.starts_at).total_seconds() == 45 * 60


def test_nothing_lasts_longer_than_a_month() -> None:
    assert "longer than a month" in errors("ends_on", ends_on="2035-07-12")[0]


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
@pytest.mark.parametrize("field", ["starts_on", "ends_on"])
def test_a_year_that_is_a_slip_is_refused(field: str, day: str) -> None:
    assert errors(field, **{field: day}) == ["Please check the year."]


@pytest.mark.parametrize(
    "zone", ["", "CET+1", "Nowhere/City", "../../etc/passwd", "CET", "UTC", "US/Pacific", "\0"]
)
def test_a_zone_is_always_set_and_real(zone: str) -> None:
    assert errors("zone", zone=zone) != []


@given(
    st.sampled_from(sorted(zones())),
    st.integers(0, 8 * 366 * 24 * 12).map(lambda fives: FIRST + timedelta(minutes=5 * fives)),
    st.integers(1, 3000),
    st.sampled_from(["", "0", "1"]),
)
def test_whatever_is_taken_is_true(zone: str, wall: datetime, minutes: int, fold: str) -> None:
    ends = wall + timedelta(minutes=minutes)
    said = {
        "zone": zone, "starts_on": f"{wall:%Y-%m-%d}", "starts_time": f"{wall:%H:%M}",
        "ends_on": f"{ends:%Y-%m-%d}", "ends_time": f"{ends:%H:%M}", "starts_fold": fold, "ends_fold": fold,
    }  # fmt: skip
    form = typed(**said)
    if form.errors:
        assert set(form.errors) <= {"starts_time", "ends_time", "zone"}
        return
    read = form.facts
    shown = read.starts_at.astimezone(ZoneInfo(zone))
    assert shown.strftime("%Y-%m-%dT%H:%M") == read.starts_wall == f"{wall:%Y-%m-%dT%H:%M}"
    assert read.starts_at < read.ends_at


@pytest.mark.parametrize(
    "moment",
    [
        "2035-05-01T10:00", "2035-05-01 10:00", "٢٠٣٥-٠٥-٠١ ١٠:٠٠", "2035-05-01T10:00:00", "1.5.2035 10:00",
        "2035-05-01 10 am", "٢٠٣٥-٠٥-٠١ ١٠ صباحًا", "1.5.2035T10.00",
    ],
)  # fmt: skip
def test_a_deadline_is_on_the_events_own_wall(moment: str) -> None:
    assert facts(closes=moment).closes_at == datetime(2035, 5, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment",
    [
        "tomorrow",
        "2035-05-01",
        "2035-05-01T25:00",
        "2035-05-01 9",
        "3/4/2035 10:00",
        "2035-05-01T10:00+02:00",
        "0001-01-01T00:00",
        "9999-01-01T00:00",
    ],
)
@pytest.mark.parametrize("field", ["opens", "closes"])
def test_a_deadline_that_cannot_be_read_is_refused_and_kept(field: str, moment: str) -> None:
    form = typed(**{field: moment})

    assert form[field].errors == [
        f"“{moment}” is not a date and a time. Please write it such as 2026-05-12 13:00."
    ]
    assert form[field].data == moment


def test_registration_does_not_close_before_it_opens() -> None:
    said = errors("closes", opens="2035-05-02T10:00", closes="2035-05-01T10:00")

    assert said == ["Registration would close before it opens."]


def test_all_errors_are_found_at_once() -> None:
    form = typed(
        title_en="", title_ar="", starts_time="25:00", ends_time="", starts_on="", modes=[], capacity_in_person="many",
        join_link="javascript:alert(1)", slug="Not A Slug", visibility="secret", closes="x", summary_en="x" * 401,
    )  # fmt: skip

    assert set(form.errors) == {
        "title_en", "starts_time", "ends_time", "starts_on", "modes", "capacity_in_person", "join_link", "slug",
        "visibility", "closes", "summary_en",
    }  # fmt: skip


@pytest.mark.parametrize(
    "title", [{"title_en": "", "title_ar": "عنوان"}, {"title_en": "Title", "title_ar": ""}]
)
def test_a_title_in_one_language_is_enough(title: dict[str, str]) -> None:
    assert list(facts(**title).title.values()) == [each for each in title.values() if each]


@pytest.mark.parametrize("number", ["-1", "100001", "1.5", "١.٥", "1e3"])
def test_a_number_of_places_is_a_whole_one(number: str) -> None:
    assert errors("capacity_in_person", capacity_in_person=number) != []


def test_places_may_be_typed_in_arabic_digits_or_left_open() -> None:
    assert facts(capacity_in_person="١٢").capacity_in_person == 12
    assert facts(capacity_in_person="").capacity_in_person is None
    assert facts(capacity_in_person="0").capacity_in_person == 0


def test_an_error_is_said_in_the_readers_language() -> None:
    with i18n.use_language("ar"):
        assert "\u206813:00 AM\u2069" in errors("starts_time", starts_time="13:00 AM")[0]
        assert errors("starts_time", starts_time="1") != errors("starts_time", starts_time="25:00")


fields = st.sampled_from(
    [*make.form(), "opens", "closes", "slug", "starts_fold", "ends_on", "join_link", "spoken"]
)


@given(st.dictionaries(fields, st.text(max_size=30), max_size=6))
def test_nothing_that_is_typed_breaks_the_form(said: dict[str, str]) -> None:
    form = typed(**said)

    assert form.errors or form.facts.starts_at < form.facts.ends_at

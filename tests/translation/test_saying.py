"""Dates, hours and cities as each language says them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from events_app import i18n
from events_app.calendar.zones import zone

pytestmark = pytest.mark.engine_free

MONTHS = [
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _languages() -> Iterator[None]:
    i18n.load_languages(("en", "ar"))
    with i18n.use_language("ar"):
        yield


def test_a_date_is_weekday_day_month_and_year() -> None:
    day = date(2026, 5, 12)

    assert (i18n.say_date(day), i18n.say_date(day, "en")) == ("الثلاثاء 12 أيار 2026", "Tuesday 12 May 2026")


def test_months_are_those_of_the_levant() -> None:
    days = [date(2026, month, 1) for month in range(1, 13)]

    assert [i18n.say_month(day) for day in days] == MONTHS
    assert [i18n.say_date(day).split(" ", 2)[2] for day in days] == [f"{month} 2026" for month in MONTHS]
    assert i18n.say_short_date(date(2026, 5, 12)) == "الثلاثاء 12 أيار"


@pytest.mark.parametrize(
    ("last", "said", "in_english"),
    [
        (date(2027, 1, 3), "الأحد 3 كانون الثاني 2027", "Sunday 3 January 2027"),
        (date(2027, 1, 4), "من 3 إلى 4 كانون الثاني 2027", "3 to 4 January 2027"),
        (date(2027, 2, 1), "من 3 كانون الثاني إلى 1 شباط 2027", "3 January to 1 February 2027"),
        (
            date(2028, 1, 3),
            "من 3 كانون الثاني 2027 إلى 3 كانون الثاني 2028",
            "3 January 2027 to 3 January 2028",
        ),
    ],
)
def test_what_two_days_share_is_said_once(last: date, said: str, in_english: str) -> None:
    first = date(2027, 1, 3)

    assert i18n.say_days(first, last).replace("\u00a0", " ") == said
    with i18n.use_language("en"):
        assert i18n.say_days(first, last) == in_english


def test_hours_are_those_of_the_24_hour_clock_in_western_digits() -> None:
    moments = [datetime(2026, 5, 12, hour, 5, tzinfo=UTC) for hour in (0, 9, 12, 13, 23)]

    assert [i18n.say_time(moment) for moment in moments] == ["00:05", "09:05", "12:05", "13:05", "23:05"]


def test_a_range_of_hours_says_from_and_to_in_arabic() -> None:
    sentence = "%(start)s–%(end)s"

    assert i18n.translate(sentence, start="13:00", end="14:30") == "من\u00a013:00 إلى\u00a014:30"


def test_cities_zones_and_languages_have_their_names() -> None:
    there = datetime(2026, 7, 1, 12, tzinfo=zone("Asia/Kolkata"))

    assert [i18n.say_city(key) for key in ("Europe/Brussels", "Asia/Damascus")] == ["بروكسل", "دمشق"]
    assert i18n.say_city("Asia/Hebron", "ar") == "الخليل"
    renamed = ("Asia/Kolkata", "Asia/Calcutta", "America/Argentina/Buenos_Aires")
    assert [i18n.say_city(key) for key in renamed] == ["كالكتا", "كالكتا", "بوينوس أيرس"]
    assert [i18n.say_city(key, "en") for key in renamed] == ["Kolkata", "Kolkata", "Buenos Aires"]
    assert i18n.say_offset(there) == "UTC+5:30"
    assert i18n.say_offset(there.astimezone(zone("America/Bogota"))) == "UTC−5"
    assert [i18n.name_of_language(code, "ar") for code in ("ar", "en")] == ["العربية", "الإنجليزية"]
    assert [i18n.direction(code) for code in ("ar", "en")] == ["rtl", "ltr"]

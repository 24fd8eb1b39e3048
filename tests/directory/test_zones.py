"""A zone is a city that people know, in their own words; nothing is guessed, nothing stored changes unasked."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.datastructures import FormData

from events_app import i18n
from events_app.calendar import cities
from events_app.conferences.forms import conference_form
from events_app.directory.rules import CITIES
from tests import make

pytestmark = pytest.mark.engine_free


@pytest.fixture(autouse=True)
def languages() -> Iterator[None]:
    i18n.load_languages(make.LANGUAGES)
    with i18n.use_language("en"):
        yield


def zone_field(typed: str, stored: str = "") -> Any:
    conference: Any = None
    form = conference_form(FormData([("zone", typed)]), conference=conference)
    field: Any = form["zone"]
    if stored:
        field.process(FormData([("zone", typed)]), data=stored)
    form.validate()
    return field


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Beirut", "Asia/Beirut"), ("بيروت", "Asia/Beirut"), ("Asia/Beirut", "Asia/Beirut"),
        ("  BEIRUT ", "Asia/Beirut"), ("asia/beirut", "Asia/Beirut"), ("Beirut (UTC+2)", "Asia/Beirut"),
        ("Geneva", "Europe/Zurich"), ("جنيف", "Europe/Zurich"), ("geneve", "Europe/Zurich"),
        ("The Hague", "Europe/Amsterdam"), ("لاهاي", "Europe/Amsterdam"), ("Bonn", "Europe/Berlin"),
        ("new york", "America/New_York"), ("نيويورك", "America/New_York"), ("شرم الشيخ", "Africa/Cairo"),
        ("Strasbourg", "Europe/Paris"), ("رام الله", "Asia/Hebron"), ("غزة", "Asia/Gaza"), ("غزه", "Asia/Gaza"),
        ("الدوحة", "Asia/Qatar"), ("Amman", "Asia/Amman"),
        ("اسطنبول", "Europe/Istanbul"), ("إسطنبول", "Europe/Istanbul"),
        ("تونس", "Africa/Tunis"), ("Kyiv", "Europe/Kyiv"), ("Kiev", "Europe/Kyiv"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("Tripoli (Lebanon)", "Asia/Beirut"), ("طرابلس، ليبيا", "Africa/Tripoli"), ("لبنان", "Asia/Beirut"),
        ("Germany", "Europe/Berlin"), ("Asia/Calcutta", "Asia/Calcutta"), ("São Paulo", "America/Sao_Paulo"),
    ],
)  # fmt: skip
def test_a_city_is_understood_in_each_language(typed: str, zone: str) -> None:
    field = zone_field(typed)

    assert (field.data, list(field.errors)) == (zone, [])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Jeneva", "We do not know the city “Jeneva”. Did you mean: Geneva?"),
        ("Berut", "We do not know the city “Berut”. Did you mean: Beirut?"),
        ("Nowhere", "We do not know the city “Nowhere”. Please write a large city on the same clock."),
        ("UTC+2", "We do not know the city “UTC+2”. Please write a large city on the same clock."),
        ("Tripoli", "“Tripoli” may be several: Tripoli (Libya), Tripoli (Lebanon). Please write one of them."),
        ("Palestine", "“Palestine” may be several: Palestine (Gaza), Palestine (Hebron). Please write one of them."),
        ("Spain", "“Spain” may be several: Madrid, Canary. Please write one of them."),
        ("  ", "Please write the time zone: a large city there, such as Brussels."),
        ("x" * 81, "We do not know the city"),
    ],
)  # fmt: skip
def test_what_is_no_city_or_several_is_never_guessed(typed: str, said: str) -> None:
    field = zone_field(typed)

    assert len(field.errors) == 1
    assert str(field.errors[0]).startswith(said)
    assert field._value() == typed


def test_near_cities_and_what_was_typed_are_said_in_the_readers_language() -> None:
    with i18n.use_language("ar"):
        (said,) = zone_field("Jeneva").errors

    assert "\u2068Jeneva\u2069" in said
    assert "جنيف" in said


@pytest.mark.parametrize("language", make.LANGUAGES)
def test_no_zone_becomes_another_by_being_shown_and_saved(language: str) -> None:
    with i18n.use_language(language):
        for zone in cities.known_zones().values():
            shown = cities.in_words(zone)
            assert zone_field(shown, stored=zone).data == zone
            assert cities.cities_called(shown)[0].zone == zone


def test_a_zone_is_shown_in_the_words_of_its_reader() -> None:
    assert cities.in_words("Asia/Beirut") == "Beirut"
    assert cities.in_words("Africa/Tripoli") == "Tripoli (Libya)"
    with i18n.use_language("ar"):
        assert cities.in_words("Asia/Beirut") == "بيروت"


@pytest.mark.parametrize("language", make.LANGUAGES)
def test_nothing_is_suggested_that_would_be_refused(language: str) -> None:
    with i18n.use_language(language):
        suggested = cities.suggested(language)

        assert [zone for _name, _other, zone in suggested[:5]] == list(CITIES)
        assert len({name for name, _other, _zone in suggested}) == len(suggested) < 200
        for name, _other, zone in suggested:
            assert zone_field(name).data == zone

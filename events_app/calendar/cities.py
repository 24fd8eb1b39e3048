"""Time zones by the cities in which people live and meet, in each language of the site: Beirut, بيروت, Geneva."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from events_app.calendar.zones import zone, zones
from events_app.folding import plain
from events_app.i18n import current_language, languages, locale_of, say_city

SOURCE_AND_ARABIC: Final = ("en", "ar")
MOST_NEAR = 3


@dataclass(frozen=True)
class City:
    """One city: its names in English and Arabic where they are our own, else Unicode's for its zone."""

    zone: str
    country: str
    own_names: tuple[str, ...] = ()
    other_spellings: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        if not self.own_names:
            return say_city(self.zone, language)
        return self.own_names[SOURCE_AND_ARABIC.index(language) if language in SOURCE_AND_ARABIC else 0]

    def name_with_country(self, language: str) -> str:
        """'Tripoli (Libya)': what tells it from another of its name."""
        country = locale_of(language).territories.get(self.country, "")
        return f"{self.name(language)} ({country or say_city(self.zone, language)})"


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("cities.toml").read_text("utf-8"))


@cache
def _of_the_table() -> tuple[City, ...]:
    return tuple(
        City(zone, country, (english, arabic), tuple(others))
        for english, arabic, zone, country, *others in _table()["cities"]
    )


@cache
def _of_the_zones() -> Mapping[str, City]:
    """Each zone that people choose, by its key: one for each country and clock, as IANA lists them."""
    listed = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in listed.splitlines() if line and not line.startswith("#")]
    spellings = _table()["spellings"]
    return {key: City(key, country, (), tuple(spellings.get(key, ()))) for country, _where, key, *_ in rows}


@cache
def known_zones() -> Mapping[str, str]:
    """Every IANA name that may be typed, by its folded form; abbreviations and offsets are none."""
    keys = [key for key in zones() if "/" in key and not key.startswith(("Etc/", "SystemV/", "US/"))]
    return {key.casefold(): key for key in keys}


@lru_cache(maxsize=8)
def _index(codes: tuple[str, ...]) -> Mapping[str, tuple[City, ...]]:
    """Cities by each name that may be typed, folded: alone, and with the country."""
    found: dict[str, dict[City, None]] = {}
    for city in (*_of_the_zones().values(), *_of_the_table()):
        for name in _names(city, codes):
            found.setdefault(plain(name), {})[city] = None
    return {name: tuple(cities) for name, cities in found.items()}


def _names(city: City, codes: Sequence[str]) -> Iterator[str]:
    yield from city.other_spellings
    if not city.own_names:
        yield city.zone.rsplit("/", 1)[-1]
    for code in codes:
        yield city.name(code)
        yield city.name_with_country(code)


@lru_cache(maxsize=8)
def _countries(codes: tuple[str, ...]) -> Mapping[str, str]:
    """The codes of countries by their folded names."""
    names = [
        (plain(name), country) for code in codes for country, name in locale_of(code).territories.items()
    ]
    return dict(names)


def _cities_of(country: str) -> Iterator[City]:
    """One city for each clock of a country, the usual ones first."""
    usual = _table()["suggested"]
    there = [city for city in _of_the_zones().values() if city.country == country]
    by_clock: dict[tuple[timedelta | None, ...], City] = {}
    for city in sorted(there, key=lambda each: each.zone not in usual):
        months = (datetime(2027, month, 1, tzinfo=zone(city.zone)) for month in range(1, 13))
        by_clock.setdefault(tuple(each.utcoffset() for each in months), city)
    yield from by_clock.values()


def _codes() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*SOURCE_AND_ARABIC, *languages())))


def cities_called(typed: str) -> tuple[City, ...]:
    """The cities, one for each zone, that somebody may mean by a name in any language of the site, or by a country.

    Case, accents, vowel signs and hamza do not count; "Beirut (UTC+2)", as it is shown, is Beirut.
    """
    if key := known_zones().get(typed.strip().casefold()):
        return (_of_the_zones().get(key) or City(key, ""),)
    without_offset = typed.partition("(UTC")[0]
    words = plain(without_offset)
    found = _index(_codes()).get(words) or tuple(_cities_of(_countries(_codes()).get(words, "")))
    return tuple({city.zone: city for city in found}.values())


def near(typed: str) -> list[str]:
    """Names, in the reader's language, that are nearly what was typed."""
    code, index = current_language(), _index(_codes())
    alike = get_close_matches(plain(typed[:60]), index, n=2 * MOST_NEAR, cutoff=0.7)
    named = [city.name(code) for name in alike for city in index[name][:1]]
    return list(dict.fromkeys(named))[:MOST_NEAR]


def in_words(key: str) -> str:
    """How a zone is shown to be changed: its city where that is read back as the same zone, else its IANA name."""
    city = City(key, _of_the_zones()[key].country if key in _of_the_zones() else "")
    code = current_language()
    for said in (city.name(code), city.name_with_country(code)):
        if [each.zone for each in cities_called(said)] == [key]:
            return said
    return key


@lru_cache(maxsize=32)
def suggested(code: str) -> tuple[tuple[str, str, str], ...]:
    """Cities to choose from: (name in that language, its name in the other one, zone); the usual ones first."""
    usual = [_of_the_zones()[key] for key in _table()["suggested"]]
    other = next(each for each in SOURCE_AND_ARABIC if each != code)
    told = [(city.name(code), city.name(other), city.zone) for city in (*usual, *_of_the_table())]
    return tuple(each for each in told if len(cities_called(each[0])) == 1)

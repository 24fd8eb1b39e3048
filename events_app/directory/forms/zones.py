"""The time zone as people say it: a city, in any language of the site; its data is the IANA name."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import StringField

from events_app import clock
from events_app.calendar import cities
from events_app.calendar.cities import City
from events_app.calendar.zones import zone, zones
from events_app.directions import isolated
from events_app.i18n import N_, current_language, say_offset, translate
from events_app.web.forms import at_most, required, tidy_line

MOST_TYPED = 80
MOST_ASKED = 6


class ZoneField(StringField):
    """One line that takes "Beirut", "بيروت" or "Asia/Beirut", suggests cities, and shows the zone as its city."""

    def __init__(self, label: Any = None, **given: Any) -> None:
        needed = required(N_("Please write the time zone: a large city there, such as Brussels."))
        super().__init__(label, [needed, at_most(MOST_TYPED)], **given)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = tidy_line(str(valuelist[0])) if valuelist else ""
        self.data = ""
        if typed:
            self.data = read_zone(typed, stored=self.object_data)

    def _value(self) -> str:
        if self.data:
            return self.in_words()
        return str(self.raw_data[0]) if self.raw_data else ""

    def in_words(self) -> str:
        """The zone as its reader calls it; "" where there is none."""
        return cities.in_words(self.data) if self.data else ""

    @property
    def on_the_clock(self) -> str:
        """'UTC+2': how far its clocks are from UTC today; "" where there is no zone."""
        return say_offset(clock.now().astimezone(zone(self.data))) if self.data in zones() else ""

    @property
    def suggestions(self) -> Sequence[tuple[str, str, str]]:
        return cities.suggested(current_language())

    @property
    def attributes(self) -> Mapping[str, str]:
        return {"list": f"{self.id}-cities", "autocomplete": "off", "spellcheck": "false"}


def read_zone(typed: str, *, stored: str | None = None) -> str:
    """The IANA name of what somebody typed. Refuses (ValueError, as WTForms wants it) what is no city we know, with
    those that are nearly so, and what may be several. `stored` is the zone it was filled from, kept if it is meant."""
    if stored and typed in {stored, cities.in_words(stored)}:
        return stored
    found = cities.cities_called(typed[:MOST_TYPED])
    if len(found) == 1:
        return found[0].zone
    said = isolated(typed[:MOST_TYPED])
    if found:
        sentence = N_("“%(typed)s” may be several: %(cities)s. Please write one of them.")
        raise ValueError(translate(sentence, typed=said, cities=_joined(_told_apart(found))))
    if near := cities.near(typed):
        sentence = N_("We do not know the city “%(typed)s”. Did you mean: %(cities)s?")
        raise ValueError(translate(sentence, typed=said, cities=_joined(near)))
    sentence = N_("We do not know the city “%(typed)s”. Please write a large city on the same clock.")
    raise ValueError(translate(sentence, typed=said))


def _told_apart(found: Sequence[City]) -> list[str]:
    """Cities as they can be written: the name alone where that says which is meant, else with the country."""
    code = current_language()
    names = [
        city.name(code) if len(cities.cities_called(city.name(code))) == 1 else city.name_with_country(code)
        for city in found[:MOST_ASKED]
    ]
    return [*names, "…"] if len(found) > MOST_ASKED else names


def _joined(names: Sequence[str]) -> str:
    return translate(N_(", ")).join(isolated(name) for name in names)

"""Times as an organizer types them: the wall clock, its zone, and refusals of what no clock shows."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from wtforms import DateField, StringField
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.calendar.hours import hours_meant
from events_app.calendar.zones import TimeDoesNotExist, TimeIsAmbiguous, instant
from events_app.calendar.zones import zone as zone_of
from events_app.directions import isolated
from events_app.errors import Refusal
from events_app.i18n import N_, say_city, say_date, translate
from events_app.texts import days_meant, visible, western_digits
from events_app.web.forms import tidy_line

YEARS = range(2000, 2100)
MOST_TYPED = 40
"""Characters of what was typed as a time: nobody needs more."""


def read_wall_time(typed: str | None) -> str:
    """'9:30', '1 pm' or '١ ظهرًا' as 'HH:MM'. Refuses (ValidationError) what is no time, and what may be two."""
    text = tidy_line(typed)[:MOST_TYPED]
    meant = [f"{each:%H:%M}" for each in hours_meant(text)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        may_be = N_("“%(typed)s” may be %(one)s or %(other)s. Please write which of the two.")
        raise ValidationError(translate(may_be, typed=isolated(text), one=meant[0], other=meant[1]))
    if not text:
        raise ValidationError(translate(N_("Please write the time, such as 13:00 or 1 pm.")))
    sentence = N_("“%(typed)s” is not a time of day. Please write it such as 13:00 or 1 pm.")
    raise ValidationError(translate(sentence, typed=isolated(text)))


def plausible(form: Any, day: Field) -> None:
    """A day whose year is no slip of the finger, such as 0206 or 20266."""
    if day.data and day.data.year not in YEARS:
        raise ValidationError(translate(N_("Please check the year.")))


class DayField(DateField):
    """A day as browsers send it, or as it is typed where they offer no calendar: ٢٠٢٧-٠١-١٤, 14.1.2027."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        typed = tidy_line(str(valuelist[0]))
        if typed:
            self.data = None
            self.data = read_typed_day(typed)


def read_typed_day(typed: str) -> date:
    """Refuses (ValueError, as WTForms wants it) what is no date, and one that may mean two, in words that help."""
    meant = days_meant(typed)
    if len(meant) == 1:
        return meant[0]
    if meant:
        one, other = meant
        may_be = N_("“%(typed)s” may be %(one)s or %(other)s. Please write it as %(first)s or %(second)s.")
        said = {"one": say_date(one), "other": say_date(other), "first": f"{one}", "second": f"{other}"}
        raise ValueError(translate(may_be, typed=isolated(typed), **said))
    raise ValueError(translate(N_("Please write the date as year, month and day, such as 2027-01-14.")))


class WallTimeField(StringField):
    """A time of day as people write it; its data, and what is shown back, is 'HH:MM'."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        if self.data:
            self.data = read_wall_time(self.data)


class WallMomentField(StringField):
    """A date and a time of day, as browsers send `datetime-local` or as it is typed; its data is 'YYYY-MM-DDTHH:MM'."""

    def pre_validate(self, form: Any) -> None:
        text = tidy_line(self.data)
        if not visible(text).strip():
            self.data = ""  # nothing but spaces or marks of direction was typed
            return
        moment = _read_moment(western_digits(text))
        if moment is None or moment.year not in YEARS:
            sentence = N_("“%(typed)s” is not a date and a time. Please write it such as 2026-05-12 13:00.")
            raise ValidationError(translate(sentence, typed=isolated(text[:MOST_TYPED])))
        self.data = moment.strftime("%Y-%m-%dT%H:%M")


def _read_moment(text: str) -> datetime | None:
    """'2026-05-12T13:00', seconds or none; an offset would say another wall than this event's."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        return _read_typed_moment(text)
    return moment if moment.tzinfo is None and re.search("[T ]", text) else None


def _read_typed_moment(text: str) -> datetime | None:
    """'14.1.2027 9:30' or '14 1 2027 1 pm', where it is plain which day and which hour are meant."""
    found = re.match(r"\d+([-./ ])\d+\1\d+(?=[T ])", text[:MOST_TYPED])
    if not found:
        return None
    days, hours = days_meant(found[0]), hours_meant(text[found.end() + 1 : MOST_TYPED])
    return datetime.combine(days[0], hours[0]) if len(days) == len(hours) == 1 else None


def moment_of(wall: str | None, zone: str) -> datetime | None:
    """A deadline's instant; inside a repeated hour the first one, inside a gap the moment the clocks jump to."""
    if not wall:
        return None
    return datetime.fromisoformat(wall).replace(tzinfo=zone_of(zone)).astimezone(UTC)


def as_wall(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(zone_of(zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


def read_instant(day: date, time_of_day: Field, fold: Any, zone: str) -> datetime | None:
    """The instant (UTC) of a day and a typed time, or an error beside the field where the wall clock cannot say so.

    `fold` is a radio field: it asks which of the two where an hour comes twice.
    """
    wall = datetime.fromisoformat(f"{day:%Y-%m-%d}T{time_of_day.data}")
    chosen = int(fold.data) if fold.data in {"0", "1"} else None
    try:
        moment = instant(wall, zone)
        fold.data = None  # this hour comes once, whatever was chosen for another day
        return moment
    except TimeIsAmbiguous as refusal:
        if chosen is not None:
            return instant(wall, zone, chosen)
        fold.choices = [
            ("0", translate(N_("The first one (%(offset)s)"), offset=refusal.values["first"])),
            ("1", translate(N_("The second one (%(offset)s)"), offset=refusal.values["second"])),
        ]
        blame(time_of_day, worded(refusal))
    except TimeDoesNotExist as refusal:
        blame(time_of_day, worded(refusal))
    return None


def worded(refusal: Refusal) -> str:
    """The refusal of a wall time, its day and zone as people say them."""
    said = {name: str(value) for name, value in refusal.values.items()}
    said |= {"day": say_date(date.fromisoformat(said["day"])), "zone": say_city(said["zone"])}
    return translate(refusal.sentence, **said)


def blame(blamed: Field, sentence: str) -> None:
    blamed.errors = [*blamed.errors, sentence]

"""The desk's form for a copy: title, day, hours, address; and on which other days it is repeated."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from wtforms import IntegerField, RadioField, SelectMultipleField, StringField

from events_app.calendar.zones import whole_days
from events_app.calendar.zones import zone as zone_of
from events_app.copies.rules import MOST, Hours, How, on_days_of_the_week, order_of_week, weekly
from events_app.directory.forms.times import (
    MOST_TYPED,
    DayField,
    WallTimeField,
    blame,
    plausible,
    read_instant,
)
from events_app.events.actions.copying import Anew
from events_app.events.forms.fields import a_page_address
from events_app.events.models.event import Event
from events_app.events.rules import Visibility
from events_app.i18n import L_, N_, current_language, languages, locale_of, say_weekday, translate
from events_app.web.forms import Form, at_most, number_between, optional, required, tidy_line
from events_app.web.texts import text_fields, texts_typed

A_MONDAY = date(2027, 1, 4)


class CopyFields(Form):
    """What does not depend on the site's languages."""

    starts_on = DayField(L_("Date"), [required(N_("Please choose the date.")), plausible])
    starts_time = WallTimeField(
        L_("Starts at"),
        [required(N_("Please write when it starts, such as 13:00."))],
        render_kw={"maxlength": MOST_TYPED},
    )
    ends_time = WallTimeField(
        L_("Ends at"),
        [required(N_("Please write when it ends, such as 14:30."))],
        render_kw={"maxlength": MOST_TYPED},
    )
    starts_fold = RadioField(L_("Which hour does it start in?"), [optional()], validate_choice=False)
    ends_fold = RadioField(L_("Which hour does it end in?"), [optional()], validate_choice=False)
    slug = StringField(
        L_("Address of the page"),
        [optional(), at_most(80), a_page_address],
        filters=[tidy_line],
        render_kw={"dir": "ltr"},
    )
    how = RadioField(L_("How often?"), [required()], default=How.ONCE.value)
    times = IntegerField(
        L_("How many times, with the first"),
        [optional(), number_between(1, MOST)],
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST},
    )
    weekdays = SelectMultipleField(L_("On these days of the week"))
    until = DayField(L_("Until"), [optional(), plausible])

    event: Event

    @property
    def is_repeated(self) -> bool:
        return self.how.data in (How.WEEKLY, How.DAYS)

    @property
    def hours(self) -> Hours:
        event = self.event
        nights = (event.ends.date() - event.starts.date()).days
        starts, ends = (str(each.data) for each in (self.starts_time, self.ends_time))
        return Hours(starts, ends, nights, event.zone, all_day=event.all_day)

    def validate(self, extra_validators: Any = None) -> bool:
        if self.event.all_day:
            self.starts_time.data, self.ends_time.data = "00:00", "23:59"
        super().validate(extra_validators)
        hours = self.hours
        typed = not (self.starts_time.errors or self.ends_time.errors)
        if typed and not hours.nights and hours.ends <= hours.starts:
            blame(self.ends_time, translate(N_("It would end before it starts.")))
        if self.is_repeated and not self.starts_on.errors:
            self._check_repetition()
        return not self.errors

    def _check_repetition(self) -> None:
        if self.how.data == How.WEEKLY:
            if not self.times.data and not self.times.errors:
                blame(self.times, translate(N_("Please write how many times.")))
            return
        if not self.weekdays.data:
            blame(self.weekdays, translate(N_("Please choose at least one day.")))
        if self.until.errors or not self.weekdays.data:
            return
        if not self.until.data:
            blame(self.until, translate(N_("Please choose the last day.")))
            return
        days = self.days
        if not days:
            blame(self.until, translate(N_("None of these days comes between the first date and the last.")))
        elif len(days) > MOST:
            blame(
                self.until,
                translate(N_("At most 60 dates can be created at once. Please choose an earlier day.")),
            )

    @property
    def days(self) -> list[date]:
        """The days of a repetition."""
        first = self.starts_on.data
        assert first is not None  # the form has checked it
        if self.how.data == How.WEEKLY:
            return weekly(first, self.times.data or 1)
        return on_days_of_the_week(
            first, self.until.data or first, {int(day) for day in self.weekdays.data or ()}
        )

    def moments(self) -> tuple[datetime, datetime] | None:
        """Of a single copy, as instants; with an error beside the field where the wall clock cannot say so."""
        first, hours = self.starts_on.data, self.hours
        assert first is not None
        last = first + timedelta(days=hours.nights)
        if hours.all_day:
            return whole_days(first, last, hours.zone)
        starts = read_instant(first, self.starts_time, self.starts_fold, hours.zone)
        ends = read_instant(last, self.ends_time, self.ends_fold, hours.zone)
        return (starts, ends) if starts and ends else None

    def anew(self, moments: tuple[datetime, datetime], *, dated: bool = False) -> Anew:
        """What the copy says otherwise. `dated`: its address is made of the title and the day."""
        title = texts_typed(self, "title")
        day = moments[0].astimezone(zone_of(self.event.zone)).date() if dated else None
        return Anew(title, *moments, slug="" if dated else self.slug.data or "", dated=day)


@cache
def _form_class(codes: tuple[str, ...]) -> type[CopyFields]:
    needed = N_("Please give the event a title in at least one language.")
    return type("CopyForm", (CopyFields,), {**text_fields(L_("Title"), "title", 200, needed=needed)})


def copy_form(typed: Any = None, *, event: Event, slug: str = "") -> CopyFields:
    """`slug`: a free address, as it would be made of the title."""
    data: dict[str, Any] = {f"title_{code}": text for code, text in event.title.items()}
    data |= {"starts_time": event.starts_wall[11:], "ends_time": event.ends_wall[11:]}
    data["slug"] = slug if event.visibility == Visibility.PUBLIC else ""
    form = _form_class(languages())(typed, data=data)
    form.event = event
    form.how.choices = [
        (How.ONCE.value, translate(N_("Once"))),
        (How.WEEKLY.value, translate(N_("Every week"))),
        (How.DAYS.value, translate(N_("On chosen days of the week"))),
    ]
    form.weekdays.choices = weekday_choices()
    for needed in (form.times, form.weekdays, form.until):
        needed.flags.either = True  # they are wanted as soon as they are in sight
    for fold in (form.starts_fold, form.ends_fold):
        fold.choices = []
    return form


def weekday_choices() -> Sequence[tuple[str, str]]:
    """The days of the week, as the reader's language begins it (CLDR)."""
    first = locale_of(current_language()).first_week_day
    return [(f"{day}", say_weekday(A_MONDAY + timedelta(days=day))) for day in order_of_week(first)]

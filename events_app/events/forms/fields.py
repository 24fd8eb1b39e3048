"""The fields of an event's form that do not depend on the site's languages. Times cannot lie here."""

import uuid
from datetime import datetime
from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    URLField,
)
from wtforms.fields.core import Field
from wtforms.validators import ValidationError

from events_app.calendar.zones import whole_days
from events_app.calendar.zones import zone as zone_of
from events_app.directory.forms.times import (
    MOST_TYPED,
    DayField,
    WallMomentField,
    WallTimeField,
    blame,
    moment_of,
    plausible,
    read_instant,
)
from events_app.directory.forms.zones import ZoneField
from events_app.events.rules import LONGEST, EventFacts, Mode, ShowsPlaces
from events_app.i18n import (
    L_,
    N_,
    translate,
)
from events_app.texts import is_slug
from events_app.web.forms import (
    Form,
    a_web_address,
    at_most,
    number_between,
    optional,
    required,
    tidy_line,
    tidy_web_address,
)
from events_app.web.texts import texts_typed

SPOKEN = ("en", "ar", "fr", "tr", "ku", "ckb", "de", "es", "ru", "fa", "uk")
"""Languages an event may be held in, beside those of the site."""


def a_page_address(form: Any, field: Field) -> None:
    """What comes behind /events/ in the address of a page."""
    if field.data and not (is_slug(field.data) and all(field.data.split("-"))):
        raise ValidationError(
            translate(N_("Only small Latin letters, digits and hyphens, such as research-launch."))
        )


class EventFields(Form):
    """The fields that do not depend on the site's languages; `event_form` adds the others."""

    slug = StringField(
        L_("Address of the page"),
        [optional(), at_most(80), a_page_address],
        filters=[tidy_line],
        description=L_(
            "If you leave this empty, it is made from the title, or chosen at random for an event that "
            "only people with the link find. It cannot change once the event is published."
        ),
        render_kw={"dir": "ltr"},
    )
    conference = SelectField(
        L_("Part of"), description=L_("The conference this event is part of, if there is one.")
    )
    starts_on = DayField(L_("Date"), [required(N_("Please choose the date.")), plausible])
    starts_time = WallTimeField(
        L_("Starts at"),
        [required(N_("Please write when it starts, such as 13:00."))],
        description=L_("Such as 13:00 or 1 pm"),
        render_kw={"maxlength": MOST_TYPED},
    )
    ends_time = WallTimeField(
        L_("Ends at"),
        [required(N_("Please write when it ends, such as 14:30."))],
        description=L_("Such as 14:30 or 2:30 pm"),
        render_kw={"maxlength": MOST_TYPED},
    )
    ends_on = DayField(L_("Last day, if it is another one"), [optional(), plausible])
    all_day = BooleanField(
        L_("It lasts whole days"), description=L_("Then you need no hours, and calendars show days.")
    )
    blocks_time = SelectField(L_("In people's calendars"))
    zone = ZoneField(
        L_("Time zone"),
        description=L_("The hours are the time of this city."),
    )
    starts_fold = RadioField(L_("Which hour does it start in?"), [optional()], validate_choice=False)
    ends_fold = RadioField(L_("Which hour does it end in?"), [optional()], validate_choice=False)
    room = SelectField(L_("Room"))
    modes = SelectMultipleField(
        L_("How can people take part?"), [required(N_("Please choose at least one way of taking part."))]
    )
    capacity_in_person = IntegerField(
        L_("Seats in person"),
        [optional(), number_between(0, 100_000)],
        description=L_("If you leave this empty: no limit."),
        render_kw={"inputmode": "numeric", "min": 0},
    )
    capacity_online = IntegerField(
        L_("Seats online"),
        [optional(), number_between(0, 100_000)],
        description=L_("If you leave this empty: no limit."),
        render_kw={"inputmode": "numeric", "min": 0},
    )
    keeps_waitlist = BooleanField(L_("Keep a waiting list when it is full"))
    offers_places = BooleanField(
        L_("Ask people on the waiting list first whether they still want the seat"),
        description=L_("Otherwise a free seat is theirs at once, and they can give it back with one click."),
    )
    offer_hours = IntegerField(
        L_("Hours they have to answer"),
        [optional(), number_between(1, 336)],
        render_kw={"inputmode": "numeric", "min": 1},
    )
    needs_approval = BooleanField(
        L_("I approve each registration"),
        description=L_("Nobody has a seat before you approve. An email tells people that they have to wait."),
    )
    invitation_only = BooleanField(
        L_("Only with an invitation"),
        description=L_("The form opens only with a code or a personal link that you send."),
    )
    confirms_address = BooleanField(
        L_("People confirm their email address first"),
        description=L_(
            "Until they do, the seat is held for them. If they do not, it goes to the next person."
        ),
    )
    confirm_hours = IntegerField(
        L_("Hours they have to confirm"),
        [optional(), number_between(1, 336)],
        render_kw={"inputmode": "numeric", "min": 1},
    )
    shows_places = RadioField(L_("Show how many seats are left on the public page"), [required()])
    most_guests = IntegerField(
        L_("Colleagues a person may bring"),
        [optional(), number_between(0, 20)],
        description=L_("Each gets a seat and, with an email address, an email of their own."),
        render_kw={"inputmode": "numeric", "min": 0},
    )
    sends_holds = BooleanField(
        L_("Put a tentative entry into the calendars of people who wait"),
        description=L_("It is confirmed when they get a seat, and removed if they do not."),
    )
    join_link = URLField(
        L_("Online link"),
        [optional(), at_most(1000), a_web_address],
        filters=[tidy_web_address],
        description=L_("Kept secret: it is never on the public page, in a feed or in an invitation."),
        render_kw={"dir": "ltr"},
    )
    spoken = SelectMultipleField(L_("Languages of the event"), [])
    visibility = RadioField(
        L_("Who finds the page?"),
        [required()],
        description=L_(
            "For people with the link, a random address is used that says nothing of the title. A "
            "published event keeps the address it has."
        ),
    )
    opens = WallMomentField(
        L_("Registration opens"),
        [optional()],
        description=L_("If you leave this empty: as soon as the event is published."),
        render_kw={"type": "datetime-local", "dir": "ltr"},
    )
    closes = WallMomentField(
        L_("Registration closes"),
        [optional()],
        description=L_("If you leave this empty: when the event ends."),
        render_kw={"type": "datetime-local", "dir": "ltr"},
    )

    facts: EventFacts

    def validate(self, extra_validators: Any = None) -> bool:
        """All errors at once; when there are none, `facts` holds what was said."""
        if self.all_day.data:  # then nobody is asked for hours
            self.starts_time.data, self.ends_time.data = "00:00", "23:59"
        right = bool(super().validate(extra_validators))
        moments = self._moments() if self._times_are_typed() else None
        opens, closes = self.opens.data or "", self.closes.data or ""
        if opens and closes and closes <= opens and not (self.opens.errors or self.closes.errors):
            blame(self.closes, translate(N_("Registration would close before it opens.")))
        if not right or moments is None or self.errors:
            return False
        self.facts = self._read_facts(*moments)
        return True

    def _times_are_typed(self) -> bool:
        needed = (self.starts_on, self.starts_time, self.ends_time, self.zone)
        return all(typed.data and not typed.errors for typed in needed) and not self.ends_on.errors

    def _moments(self) -> tuple[datetime, datetime] | None:
        """Start and end as instants (UTC), with an error beside the field where the wall clock cannot say so."""
        first, last, zone = self.starts_on.data, self.ends_on.data or self.starts_on.data, str(self.zone.data)
        assert first is not None  # the form has just checked it
        assert last is not None
        if self.all_day.data:
            starts, ends = whole_days(first, last, zone)
        else:
            begins = read_instant(first, self.starts_time, self.starts_fold, zone)
            finishes = read_instant(last, self.ends_time, self.ends_fold, zone)
            if begins is None or finishes is None:
                return None
            starts, ends = begins, finishes
        if ends <= starts:
            self._say_that_it_ends_too_early()
            return None
        if ends - starts > LONGEST:
            blame(self.ends_on, translate(N_("That is longer than a month. Please check the dates.")))
            return None
        return starts, ends

    def _say_that_it_ends_too_early(self) -> None:
        if self.all_day.data:
            blame(self.ends_on, translate(N_("The last day is before the first.")))
            return
        sentence = N_("It would end before it starts. If it runs past midnight, fill in the last day.")
        blame(self.ends_time, translate(sentence))

    def _read_facts(self, starts_at: datetime, ends_at: datetime) -> EventFacts:
        zone = str(self.zone.data)
        starts, ends = (moment.astimezone(zone_of(zone)) for moment in (starts_at, ends_at))
        modes = set(self.modes.data or ())
        texts = {name: texts_typed(self, name) for name in TEXTS}
        return EventFacts(
            slug=self.slug.data or "",
            **texts,
            starts_wall=f"{starts:%Y-%m-%dT%H:%M}",
            ends_wall=f"{ends:%Y-%m-%dT%H:%M}",
            starts_fold=starts.fold,
            ends_fold=ends.fold,
            starts_at=starts_at,
            ends_at=ends_at,
            zone=zone,
            all_day=bool(self.all_day.data),
            blocks_time=self.blocks_time.data or "",
            conference_id=uuid.UUID(self.conference.data) if self.conference.data else None,
            room_id=uuid.UUID(self.room.data) if self.room.data else None,
            languages=list(self.spoken.data or ()),
            offers_in_person=Mode.IN_PERSON in modes,
            offers_online=Mode.ONLINE in modes,
            capacity_in_person=self.capacity_in_person.data,
            capacity_online=self.capacity_online.data,
            keeps_waitlist=bool(self.keeps_waitlist.data),
            offers_places=bool(self.offers_places.data),
            offer_hours=self.offer_hours.data or 24,
            needs_approval=bool(self.needs_approval.data),
            invitation_only=bool(self.invitation_only.data),
            confirms_address=bool(self.confirms_address.data),
            confirm_hours=self.confirm_hours.data or 24,
            shows_places=self.shows_places.data or ShowsPlaces.EXACT.value,
            most_guests=self.most_guests.data or 0,
            deletion_days=30 if self["deletion_days"].data is None else self["deletion_days"].data,
            sends_holds=bool(self.sends_holds.data),
            opens_at=moment_of(self.opens.data, zone),
            closes_at=moment_of(self.closes.data, zone),
            visibility=self.visibility.data,
            join_link=self.join_link.data or "",
        )


OWN_TEXTS = ("title", "summary", "description", "track", "place", "interpretation", "accessibility")


TEXTS = (*OWN_TEXTS, "consent")
"""An event's texts, one for each language; the consent text has a table of its own."""

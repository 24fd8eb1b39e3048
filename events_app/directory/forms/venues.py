"""The desk's form for a venue and its rooms."""

from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
)

from events_app.directory.forms.zones import ZoneField
from events_app.directory.models import Venue
from events_app.directory.rules import RoomFacts
from events_app.i18n import L_, N_, languages
from events_app.web.forms import (
    Form,
    at_most,
    number_between,
    optional,
    tidy_line,
)
from events_app.web.rows import field_of
from events_app.web.texts import text_fields, texts_typed


@cache
def _venue_class(codes: tuple[str, ...]) -> type[Form]:
    room = type(
        "RoomForm",
        (Form,),
        {
            "row": HiddenField(),
            **text_fields(L_("Room"), "name", 160),
            "seats": IntegerField(L_("Seats"), [optional(), number_between(1, 100_000)]),
            "step_free": BooleanField(L_("Step-free")),
        },
    )
    members = {
        **text_fields(L_("Name"), "name", 160, needed=N_("Please write the venue's name.")),
        **text_fields(L_("Street and number"), "address", 300),
        "city": StringField(L_("City"), [at_most(120)], filters=[tidy_line]),
        "zone": ZoneField(L_("Time zone")),
        **text_fields(L_("Accessibility"), "accessibility", 600, long=True),
        "rooms": FieldList(FormField(room), L_("Rooms")),
    }
    return type("VenueForm", (Form,), members)


def venue_form(typed: Any = None, *, venue: Venue | None = None, rooms: list[Any] | None = None) -> Form:
    data: dict[str, Any] = {}
    if venue:
        data = {"city": venue.city, "zone": venue.zone}
        for name in ("name", "address", "accessibility"):
            data |= {f"{name}_{code}": text for code, text in getattr(venue, name).items()}
    data["rooms"] = [
        {"row": str(room.id), "seats": room.seats, "step_free": room.step_free}
        | {f"name_{code}": text for code, text in room.name.items()}
        for room in rooms or []
    ]
    return _venue_class(languages())(typed, data=data)


def venue_values(form: Form) -> dict[str, Any]:
    texts = {name: texts_typed(form, name) for name in ("name", "address", "accessibility")}
    return {**texts, "city": form["city"].data or "", "zone": form["zone"].data}


def room_facts(form: Form) -> list[RoomFacts]:
    """The rows that say something, and those of known rooms whose name was cleared."""
    rows = [entry.form for entry in field_of(form, "rooms").entries]
    return [
        RoomFacts(
            row["row"].data or "", texts_typed(row, "name"), row["seats"].data, bool(row["step_free"].data)
        )
        for row in rows
        if row["row"].data or texts_typed(row, "name")
    ]

"""The parts of an event's form that are changed and saved by themselves; what is not in sight stays as it is stored."""

from collections.abc import Container, Iterator
from typing import Any, Final

from starlette.datastructures import FormData
from wtforms import BooleanField
from wtforms.fields.core import Field

from events_app.i18n import languages
from events_app.web import seen
from events_app.web.forms import Form

SECTIONS: Final = {
    "texts": (
        "title", "summary", "description", "conference", "track", "spoken", "interpretation", "accessibility",
    ),
    "place": (
        "starts_on", "starts_time", "ends_time", "ends_on", "all_day", "blocks_time", "zone",
        "starts_fold", "ends_fold", "modes", "place", "room", "join_link", "capacity_in_person", "capacity_online",
        "keeps_waitlist", "offers_places", "offer_hours",
    ),
    "rules": (
        "visibility", "opens", "closes", "needs_approval", "invitation_only", "consent", "deletion_days",
        "tells_deletion", "most_guests", "confirms_address", "confirm_hours", "sends_holds", "shows_places", "slug",
    ),
}  # fmt: skip
"""Where each field of the form stands; a text stands there in all its languages."""


def plain_name(name: str) -> str:
    """What a text is called without its language: 'title' of 'title_ar'."""
    base, _, code = name.rpartition("_")
    return base if code in languages() else name


def section_of(name: str) -> str:
    """The section of the field of this name: 'title_ar' stands where 'title' does."""
    return next(section for section, names in SECTIONS.items() if plain_name(name) in names)


def fields_of(form: Form, section: str) -> list[Field]:
    return [field for field in form if section_of(field.short_name) == section]


def mark_of(form: Form, section: str) -> str:
    """A mark of what a section says: what is saved beside it meanwhile is no conflict."""
    return seen.mark_of(fields_of(form, section))


def completed(typed: FormData, stored: Form, section: str) -> FormData:
    """What was typed into a section, with all the rest of the form as a browser would send it back unchanged."""
    return completed_beside(typed, stored, SECTIONS[section])


def completed_beside(typed: FormData, stored: Form, in_sight: Container[str]) -> FormData:
    """What was typed into the fields in sight, with all others as the stored form has them."""
    rest = [
        (field.short_name, value)
        for field in stored
        if plain_name(field.short_name) not in in_sight
        for value in _sent(field)
    ]
    return FormData([*typed.multi_items(), *rest])


def _sent(field: Any) -> Iterator[str]:
    if isinstance(field, BooleanField):
        yield from ["y"] if field.data else []
    elif isinstance(field.data, list):
        yield from field.data
    elif field.data is not None:
        yield str(field.data)

"""Where each page of the desk stands: its entry of the main navigation, and inside an event its tab and section.

One table for all of it; tests/organizing/test_wayfinding.py finds every desk route in it. Rooms to come have their
places: the team is a line of the page of settings, the door and the report are sections of the tab "day", the grid of a
programme is a page of its conference. None is shown before its page is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from events_app.i18n import N_


@dataclass(frozen=True)
class Place:
    """Where a page stands. `tab` and `section` only inside an event."""

    main: str = ""
    tab: str = ""
    section: str = ""


@dataclass(frozen=True)
class Way:
    """A link of a navigation: `key` is what a Place calls it, `path` where it leads, inside an event from there on."""

    key: str
    label: str
    path: str
    ways: tuple["Way", ...] = ()


MAIN: Final = (
    Way("home", N_("Home"), "/desk"),
    Way("conferences", N_("Conferences"), "/desk/conferences"),
    Way("events", N_("Events"), "/desk/events"),
    Way("people", N_("People"), "/desk/people"),
    Way("settings", N_("Settings"), "/desk/settings"),
)

TABS: Final = (
    Way("overview", N_("Overview"), ""),
    Way("details", N_("Details"), "/edit/texts", (
        Way("texts", N_("Texts"), "/edit/texts"),
        Way("place", N_("Time and place"), "/edit/place"),
        Way("rules", N_("Registration rules"), "/edit/rules"),
        Way("programme", N_("Programme"), "/programme"),
        Way("pictures", N_("Pictures"), "/pictures"),
        Way("questions", N_("Questions"), "/questions"),
    )),
    Way("people", N_("People"), "/registrations", (
        Way("list", N_("Registrations"), "/registrations"),
        Way("new", N_("Add a person"), "/registrations/new"),
        Way("invitations", N_("Invitations and reserved seats"), "/invitations"),
        Way("import", N_("Import a list"), "/import"),
        Way("duplicates", N_("Possible duplicates"), "/duplicates"),
        Way("export", N_("Export"), "/export"),
    )),
    Way("emails", N_("Emails"), "/letters", (
        Way("log", N_("Log"), "/letters"),
        Way("write", N_("Email people"), "/write"),
        Way("automatic", N_("Automatic"), "/reminders"),
        Way("changes", N_("Changes"), "/changes"),
    )),
    Way("day", N_("Day & after"), "/day", (
        Way("before", N_("The day"), "/day"),
        Way("print", N_("List to print"), "/registrations/print"),
        Way("data", N_("Personal data kept"), "/data"),
    )),
)  # fmt: skip

FORGOTTEN: Final = (Way("overview", N_("Overview"), ""), Way("day", N_("Personal data kept"), "/data"))
"""The tabs of an event whose people are deleted: nothing else is left to see."""

AT_THE_DESK: Final[Mapping[str, Place]] = {
    "": Place("home"),
    "conferences": Place("conferences"),
    "events": Place("events"),
    "letters": Place("events", "emails", "log"),
    "people": Place("people"),
    "settings": Place("settings"),
    "organizations": Place("settings"),
    "venues": Place("settings"),
    "mail": Place("settings"),
    "notices": Place("settings"),
    "held": Place("settings"),
    "health": Place("settings"),
    "example": Place("settings"),
    "text-preview": Place("events"),
    "sign-in": Place(),
    "sign-out": Place(),
    "welcome": Place(),
}
"""By what comes after /desk."""

IN_AN_EVENT: Final[Mapping[str, Place]] = {
    section: Place("events", tab, key)
    for tab, sections in {
        "overview": {
            "": "", "publication": "", "deletion": "", "withdrawal": "", "cancellation": "", "copies": "",
        },
        "details": {
            "edit": "all", "edit/texts": "texts", "edit/place": "place", "edit/rules": "rules",
            "programme": "programme", "pictures": "pictures", "questions": "questions", "preview": "texts",
            "typing": "",
        },
        "people": {
            "registrations": "list", "views": "list", "registrations/new": "new",
            "invitations": "invitations", "quotas": "invitations", "import": "import", "imports": "import",
            "duplicates": "duplicates",
            "export": "export", "registrations.csv": "export", "registrations.xlsx": "export",
        },
        "emails": {"letters": "log", "write": "write", "reminders": "automatic", "changes": "changes"},
        "day": {"day": "before", "registrations/print": "print", "data": "data"},
    }.items()
    for section, key in sections.items()
}  # fmt: skip
"""By what comes after the event's own address."""


@lru_cache(maxsize=1024)
def place_of(path: str) -> Place:
    """Where the page at this path stands; nowhere, if it is none of the desk's."""
    top, _, rest = path.strip("/").partition("/")
    if top != "desk":
        return Place()
    first, _, inside = rest.partition("/")
    parts = inside.split("/")
    if first != "events" or parts[0] in ("", "new"):
        return AT_THE_DESK.get(first, Place())
    section = "/".join(parts[1:3])
    return IN_AN_EVENT.get(section) or IN_AN_EVENT.get(parts[1] if len(parts) > 1 else "", Place("events"))

"""What may be in trouble, in words: what happens by itself, a row that cannot be opened, and signs of the site."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from events_app.i18n import L_
from events_app.vault import KeyringBusy, KeysExposed, KeysLost, NoKey, SealBroken, VaultClosed

JOBS: Final = {
    "lapse": L_("Offers, unconfirmed addresses and cancellations whose time is over"),
    "shadows": L_("Seats held while addresses are confirmed"),
    "places": L_("Counting the seats that pages show"),
    "new places": L_("Counting the seats of new events"),
    "links": L_("Answers to people who ask for their link"),
    "remind": L_("Reminders"),
    "imports": L_("Importing lists, and undoing imports"),
    "mailings": L_("Emails to many people"),
    "rounds": L_("Cancelled events, changes and deletion days: notifying everybody of an event"),
    "drafts": L_("Deleting uploaded lists"),
    "notices": L_("Emails to organizers about their events"),
    "deletion": L_("Deletion days: telling of them, and forgetting"),
    "forget": L_("Deleting answers and emails whose time is over"),
    "site": L_("Looking after this site itself"),
    "zones": L_("Checking whether the rules of a time zone changed"),
    "rows": L_("Trying again with people who could not be opened"),
}
"""What the caretaker does, by the name of the job."""

ROW: Final = "row"
"""Somebody whose sealed data cannot be opened; the subject is the registration's id."""

LASTING: Final = timedelta(hours=1)
"""What has failed for so long is told by email."""

PAUSES: Final = (15.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds until what failed is tried again; the last one is repeated."""

ABOUT_ONE: Final = (SealBroken, ValueError, LookupError, TypeError)
"""What a row says that was damaged."""

ABOUT_ALL: Final = (KeyringBusy, KeysExposed, KeysLost, NoKey, VaultClosed)
"""Refusals to open one row that say nothing about the row: no other of its event would open either."""

SIGNS: Final = {
    "disk": L_("The disk is nearly full"),
    "backup": L_("There is no recent backup"),
    "mail": L_("No email has been sent for an hour or more"),
    "keys": L_("The key files are not as they should be"),
    "forwarded": L_("A reverse proxy is not named in the settings"),
}
"""What the site itself shows, before it becomes trouble."""

HELP: Final[Mapping[str, str]] = {
    "lapse": L_("Seats whose time is over are not passed on to whoever waits."),
    "shadows": L_("Some seats stay held for longer than they should."),
    "places": L_("Pages may show an old number of seats left. Registering still counts exactly."),
    "new places": L_("Pages may show an old number of seats left. Registering still counts exactly."),
    "links": L_("Whoever asked for the link to their own page waits for it."),
    "remind": L_("People are reminded later than you chose, or not at all."),
    "imports": L_("An import has stopped. Nothing of the list is lost."),
    "mailings": L_(
        "An email to many people has stopped. It goes on where it stopped, and nobody gets it twice."
    ),
    "rounds": L_("Not everybody at an event has been notified yet. It goes on where it stopped."),
    "drafts": L_("An uploaded list is kept for longer than its 15 minutes."),
    "notices": L_("Organizers hear of their events later than they chose."),
    "deletion": L_("People's data may be kept past their deletion day."),
    "forget": L_("Answers and emails may be kept for longer than promised."),
    "site": L_("This page may miss something."),
    "zones": L_("If a country has changed its clocks, the time of an event may be wrong."),
    "rows": L_("Whoever could not be opened stays on this list."),
    ROW: L_("Everybody else gets their emails. Put their data back from a backup, or delete it."),
    "disk": L_("When it is full, nobody can register. Please tell your administrator."),
    "backup": L_("Please tell your administrator: python3 run.py backup."),
    "mail": L_("No email is lost. The page Email delivery says what the mail server said."),
    "keys": L_("The app may not start again. Please tell your administrator now: the folder of the keys."),
    "forwarded": L_("All visitors look like one. Please tell your administrator: server.trusted_proxies."),
}
"""What it means for people, or what to do about it."""

NAMES: Final[Mapping[str, str]] = {**JOBS, **SIGNS, ROW: L_("People who cannot be opened")}


def is_about_the_row(error: Exception) -> bool:
    """Whether others of the event may well open: a seal that is broken, or what it holds makes no sense. A keyring that
    is busy, or a file that cannot be read just now, says nothing about anybody."""
    return isinstance(error, ABOUT_ONE) and not isinstance(error, ABOUT_ALL)

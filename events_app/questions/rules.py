"""What is true of questions whatever they are stored in: their kinds, and how typed answers are read."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from events_app.i18n import (
    L_,
)
from events_app.texts import Texts, days_meant, visible, western_digits

Answers = Mapping[str, Any]
"""What somebody answered, by the question's id as text. Values by kind: text, long, phone: the words; choice: its
key; choices, languages: a list of keys or codes; yes_no: true or false; number: a number; date: YYYY-MM-DD; country:
ISO 3166-1 alpha-2. A question without an answer is not there."""


class Kind(StrEnum):
    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    COUNTRY = "country"
    LANGUAGES = "languages"


KIND_NAMES: Final[Mapping[str, str]] = {
    Kind.TEXT: L_("Short text"),
    Kind.LONG: L_("Long text"),
    Kind.CHOICE: L_("One of several choices"),
    Kind.CHOICES: L_("Several choices"),
    Kind.YES_NO: L_("Yes or no"),
    Kind.NUMBER: L_("Number"),
    Kind.DATE: L_("Date"),
    Kind.PHONE: L_("Phone number"),
    Kind.COUNTRY: L_("Country"),
    Kind.LANGUAGES: L_("Languages"),
}


HAS_CHOICES: Final = frozenset({Kind.CHOICE, Kind.CHOICES})


DECIDES: Final = HAS_CHOICES | {Kind.YES_NO}
"""Kinds whose answer may decide whether another question is asked."""


YES, NO, NO_ANSWER = "yes", "no", "-"


def read_number(text: str) -> str | None:
    """'12', '-3', '2,5', '2٫5' as Python writes it. Three digits after a mark could be thousands or thousandths, so
    they are not read (None), like everything that is no number."""
    plain = text.replace("٫", ".").replace(",", ".").replace("−", "-").removeprefix("+")
    return plain if re.fullmatch(r"-?\d{1,12}(\.(\d{1,2}|\d{4,6}))?", plain, re.ASCII) else None


def number_of(text: str) -> int | float | None:
    """The number that somebody may have typed, in any digits; None where `read_number` reads none."""
    said = read_number(western_digits(text))
    return None if said is None else float(said) if "." in said else int(said)


def read_day(text: str) -> str | None:
    """A date of these centuries as YYYY-MM-DD; None for what is none, or may be two."""
    meant = days_meant(text)
    return meant[0].isoformat() if len(meant) == 1 and 1900 <= meant[0].year < 2200 else None


def read_phone(text: str) -> str | None:
    """A number of at most 15 digits (ITU-T E.164) without spaces; 00 before a country is its plus."""
    plain = re.sub(r"[\s()./\-–\u2010-\u2012]", "", western_digits(visible(text)).replace("＋", "+"))
    plain = re.sub(r"^(\d{5,15})\+$", r"+\1", plain)  # as it looks where Arabic text had turned it around
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    return plain if re.fullmatch(r"\+?\d{5,15}", plain, re.ASCII) else None


@dataclass(frozen=True)
class QuestionFacts:
    """A question as an organizer means it. `choices`: [{"key": "c1", "text": Texts}], in their order."""

    kind: str
    label: Texts
    help: Texts = field(default_factory=dict)
    purpose: Texts = field(default_factory=dict)
    choices: Sequence[Mapping[str, Any]] = ()
    required: bool = False
    only_mode: str = ""
    when_question_id: uuid.UUID | None = None
    when_values: Sequence[str] = ()
    audience: str = "organizers"
    keep_days: int = 30

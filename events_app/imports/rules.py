"""What is true of imported lists whatever they are stored in."""

from dataclasses import dataclass

from events_app.registrations.rules import Applicant


@dataclass(frozen=True)
class Candidate:
    """Somebody on a list; `number` is the row's."""

    number: int
    applicant: Applicant

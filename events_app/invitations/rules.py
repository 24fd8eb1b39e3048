"""What is true of invitations and quotas whatever they are stored in."""

from dataclasses import dataclass

MOST_IN_A_BATCH = 500


@dataclass(frozen=True)
class QuotaFacts:
    id: str
    name: str
    mode: str
    places: int


@dataclass(frozen=True)
class Invitee:
    """Whom an invitation is for; without an address it is a bare code for the organizers to give out."""

    name: str = ""
    address: str = ""
    language: str = ""

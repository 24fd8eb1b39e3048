"""E-mail addresses: what one is, and its one spelling. Whoever reads, keeps, compares or writes one asks here."""

import re
from dataclasses import dataclass
from typing import Final

import idna
from email_validator import EmailNotValidError, validate_email

from events_app.errors import Invalid
from events_app.i18n import N_

LONGEST: Final = 254
"""Characters of an address that mail servers take (RFC 5321 section 4.5.3.1.3, less the brackets)."""


class NotAnAddress(Invalid):
    sentence = N_("This does not look like an e-mail address.")


class AddressOutOfReach(Invalid):
    """An address of letters beyond ASCII before its @ (RFC 6531), which few mail servers take."""

    sentence = N_("Our mail server cannot write to this address yet. Is there another?")


@dataclass(frozen=True)
class Address:
    """An address that a letter can be sent to.

    `ascii` has its domain as servers know it (A-labels, RFC 5891): it is stored, indexed, compared and written to.
    `shown` has it in its own letters, for people: salma@bücher.example.
    """

    ascii: str
    shown: str


def read_address(text: str) -> Address:
    """What was typed, as an address (RFC 5321); white space around it does not matter, nothing is looked up.

    Refuses `NotAnAddress`, `AddressOutOfReach`.
    """
    if len(text) > 4 * LONGEST:  # before anything is made of it
        raise NotAnAddress()
    try:
        found = validate_email(text.strip(), check_deliverability=False, strict=True)
    except EmailNotValidError:
        raise NotAnAddress() from None
    if found.ascii_email is None or "=?" in found.normalized:
        raise AddressOutOfReach()
    return Address(found.ascii_email, found.normalized)


def spelling_of(text: str) -> str:
    """The one spelling by which an address is found again; what is none stays as it is, and finds nobody."""
    try:
        return read_address(text).ascii
    except Invalid:
        return text


def shown(text: str) -> str:
    """An address that was kept, in letters that people read."""
    if "@xn--" not in text and ".xn--" not in text:
        return text
    try:
        return read_address(text).shown
    except Invalid:
        return text


def in_both_spellings(text: str) -> str:
    """An address that was kept, for finding a part of it: also as people see it, where that is another."""
    seen = shown(text)
    return text if seen == text else f"{text}\n{seen}"


def holds_address(text: str) -> bool:
    """Whether somewhere in a text there is what looks like an address; only for guessing what a column holds."""
    return bool(re.search(r"[^\s@]@[^\s@]+\.", text))


_ATOM: Final = r"[^\s@<>()\[\]\\,;:\".]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_WRITTEN: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


def written(text: str) -> str:
    """One bare address with its domain in A-labels, for whatever is put into a header or a calendar.

    Says nothing of whether letters reach it (`events@localhost` may stand in a setting); it holds nothing that
    could end a line, begin another address, or need quoting. Refuses `NotAnAddress`.
    """
    local, at, domain = text.rpartition("@")
    try:
        domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise NotAnAddress() from None
    plain = f"{local}{at}{domain}"
    if len(plain) > LONGEST or not plain.isprintable() or not _WRITTEN.fullmatch(plain):
        raise NotAnAddress()
    return plain

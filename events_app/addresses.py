"""E-mail addresses: what one is, and its one spelling. Whoever reads, keeps, compares or writes one asks here."""

import re
from dataclasses import dataclass
from typing import Final

import idna
from email_validator import EmailNotValidError, validate_email

from events_app.errors import Invalid
from events_app.i18n import N_
from events_app.texts import normalized, visible

LONGEST: Final = 254
"""Characters of an address that mail servers take (RFC 5321 section 4.5.3.1.3, less the brackets)."""


class NotAnAddress(Invalid):
    sentence = N_("This does not look like an email address.")


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

    @property
    def compared(self) -> str:
        """What is the same for all its spellings: case does not count, nor how its letters are put together. Nothing
        is specific to a provider. Only for comparing: a letter goes to `ascii`."""
        return _plain(self.ascii)

    @property
    def earlier(self) -> "Address":
        """As a version before there was one spelling kept and compared it: in its own letters."""
        return Address(self.shown, self.shown)


def read_address(text: str) -> Address:
    """What was typed, as an address (RFC 5321); nothing is looked up. White space around it does not matter, nor what
    shows nothing: a soft hyphen that came with a copied page.

    Refuses `NotAnAddress`, `AddressOutOfReach`.
    """
    if len(text) > 4 * LONGEST:  # before anything is made of it
        raise NotAnAddress()
    try:
        found = validate_email(_seen(text), check_deliverability=False, strict=True)
    except EmailNotValidError:
        raise NotAnAddress() from None
    if found.ascii_email is None or "=?" in found.normalized:
        raise AddressOutOfReach()
    return Address(found.ascii_email, found.normalized)


def kept(text: str) -> Address:
    """An address that was kept before, or that somebody says is theirs; what is none stays as it is, and finds
    nobody."""
    if len(text) > 4 * LONGEST:
        return Address(text, text)
    plain = normalized("NFC", _seen(text))
    if plain.isascii() and "xn--" not in plain:  # nearly all of them
        return Address(plain, plain)
    try:
        return read_address(plain)
    except Invalid:
        return Address(plain, plain)


def is_address(text: str) -> bool:
    """Whether a letter can be sent to it."""
    try:
        read_address(text)
    except Invalid:
        return False
    return True


def _seen(text: str) -> str:
    return visible(text).strip()


def are_one(one: str, other: str) -> bool:
    """Whether two texts are spellings of one address."""
    return kept(one).compared == kept(other).compared


def mailbox_of(text: str) -> Address:
    """One spelling for all that many providers take to one mailbox: without dots, and without what stands behind a +,
    before the @. Only for counting what goes there; two people whose addresses differ by a dot share a limit."""
    local, at, domain = kept(text).ascii.rpartition("@")
    plain = local.partition("+")[0].replace(".", "")
    return Address(f"{plain}{at}{domain}", f"{plain}{at}{domain}")


def _plain(text: str) -> str:
    return normalized("NFC", normalized("NFC", text.strip()).lower())


def shown(text: str) -> str:
    """An address that was kept, in letters that people read."""
    return kept(text).shown if "xn--" in text else text


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
    if len(text) > LONGEST:
        raise NotAnAddress()
    local, at, domain = text.rpartition("@")
    try:
        domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise NotAnAddress() from None
    plain = f"{local}{at}{domain}"
    if len(plain) > LONGEST or not plain.isprintable() or not _WRITTEN.fullmatch(plain):
        raise NotAnAddress()
    return plain

"""What one value of settings.toml may look like: checks that give a sentence, or None when all is well."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from events_app.addresses import NotAnAddress, written


class WrongSetting(Exception):
    """A setting that is unknown, wrong or unsafe: its "section.key", one sentence, where it was written."""

    def __init__(self, key: str, message: str, place: str = "") -> None:
        super().__init__(": ".join(filter(None, (place, key, message))))
        self.key = key
        self.message = message
        self.place = place


@dataclass(frozen=True)
class Secret:
    """A text that never shows itself by accident: only `reveal()` gives it, repr and str are masked."""

    _text: str = field(default="", repr=False)

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(****)" if self._text else "Secret()"


ANY_LANGUAGE = ""
"""The key of a text that was given once, for all languages."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only ("localhost", 127.0.0.0/8, ::1)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def web_address(value: str) -> str | None:
    """Empty, or scheme, host and port of a site without a path."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return f"{value!r} is not a web address"
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        return f"{value!r} is not a web address; write it like https://events.example.org"
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        return f"{value!r} must be only scheme, host and port, like https://events.example.org"
    return None


def mail_address(value: str) -> str | None:
    """Empty, or an address that may stand in a header."""
    try:
        return None if not value or written(value).isascii() else f"{value!r} must be ASCII before its @"
    except NotAnAddress:
        return f"{value!r} is not an email address"


def language(value: str) -> str | None:
    """An ISO 639 code; whether the site has a catalogue for it is known to i18n."""
    return (
        None if re.fullmatch(r"[a-z]{2,3}", value) else f"{value!r} is not a language code such as en or ar"
    )


def languages(values: tuple[str, ...]) -> str | None:
    if not values or len(set(values)) != len(values):
        return "needs at least one language, and each only once"
    return next((wrong for value in values if (wrong := language(value))), None)


def networks(values: tuple[str, ...]) -> str | None:
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            return f"{value!r} is not an address or network such as 10.0.0.5 or 10.0.0.0/8"
    return None


def host_names(values: tuple[str, ...]) -> str | None:
    """Names as they stand in a Host header, without scheme and port."""
    for value in values:
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", value):
            return (
                f"{value!r} is not the name of a host such as events.example.org, without https:// and port"
            )
    return None


def contact(value: str) -> str | None:
    """Empty, an e-mail address, or an https address."""
    if value.startswith("https://") and re.fullmatch(r"https://[!-~]+", value):
        return None
    return f"{value!r} is neither an email address nor an https:// one" if mail_address(value) else None


def said_somehow(value: Mapping[str, str]) -> str | None:
    """At least one text, each under a language code or under ANY_LANGUAGE."""
    if not value or not all(text.strip() for text in value.values()):
        return "must not be empty"
    return next((wrong for code in value if code != ANY_LANGUAGE and (wrong := language(code))), None)


def not_empty(value: str) -> str | None:
    return None if value else "must not be empty"


def database_url(value: str) -> str | None:
    """Empty, sqlite:PATH or postgresql://...; the sentence never shows the value: it may hold a password."""
    if not value or re.match(r"sqlite:.|postgres(ql)?://.", value):
        return None
    return "write sqlite:PATH or postgresql://USER:PASSWORD@HOST/NAME"


def between(least: int, most: int) -> Callable[[int], str | None]:
    return lambda value: None if least <= value <= most else f"{value} is not between {least} and {most}"


def one_of(*choices: str) -> Callable[[str], str | None]:
    return lambda value: (
        None if value in choices else f"{value!r} is none of: {', '.join(filter(None, choices))}"
    )

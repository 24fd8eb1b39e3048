"""The settings there are, one frozen dataclass a section; docs/settings.md has a heading for each key."""

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from events_app.settings.values import (
    Secret,
    WrongSetting,
    between,
    contact,
    database_url,
    host_names,
    is_loopback,
    language,
    languages,
    mail_address,
    networks,
    not_empty,
    one_of,
    said_somehow,
    web_address,
)


def setting(
    default: object, check: Callable[[Any], str | None] | None = None, *, secret: bool = False
) -> Any:
    """One key: its default, the check of its value; a secret may come from a file and is left out of repr."""
    given = {"default_factory": default.copy} if isinstance(default, dict) else {"default": default}
    return field(**given, repr=not secret, metadata={"check": check, "secret": secret})


SITE_NAMES = {"en": "Side events", "ar": "فعاليات جانبية"}


@dataclass(frozen=True)
class Site:
    base_url: str = setting("", web_address)
    name: Mapping[str, str] = setting(SITE_NAMES, said_somehow)
    languages: tuple[str, ...] = setting(("en", "ar"), languages)
    default_language: str = setting("en", language)
    other_hosts: tuple[str, ...] = setting((), host_names)
    security_contact: str = setting("", contact)

    @property
    def is_loopback(self) -> bool:
        """Whether the site's own address means this machine only."""
        return is_loopback(urlsplit(self.base_url).hostname or "")


@dataclass(frozen=True)
class Server:
    host: str = setting("127.0.0.1", not_empty)
    port: int = setting(8000, between(1, 65535))
    workers: int = setting(1, between(1, 64))
    trusted_proxies: tuple[str, ...] = setting((), networks)
    max_body_kib: int = setting(256, between(16, 65536))


@dataclass(frozen=True)
class Database:
    url: str = setting("", database_url, secret=True)


@dataclass(frozen=True)
class Mail:
    host: str = setting("")
    port: int = setting(587, between(1, 65535))
    username: str = setting("")
    password: Secret = setting(Secret(), secret=True)
    security: str = setting("", one_of("", "starttls", "tls", "none"))
    sender_address: str = setting("", mail_address)
    sender_name: str = setting("")
    reply_to: str = setting("", mail_address)
    connections: int = setting(2, between(1, 50))
    per_minute: int = setting(0, between(0, 100_000))
    dkim_selector: str = setting("")
    dkim_key: str = setting("")


@dataclass(frozen=True)
class Inbound:
    address: str = setting("", mail_address)
    host: str = setting("")
    port: int = setting(8024, between(1, 65535))
    protocol: str = setting("lmtp", one_of("lmtp", "smtp"))
    authserv_id: str = setting("")
    forward_to: str = setting("", mail_address)

    @property
    def is_open(self) -> bool:
        """Whether answers of calendars can reach us."""
        return bool(self.address and self.host)


@dataclass(frozen=True)
class Storage:
    directory: Path = setting(Path("var"))


@dataclass(frozen=True)
class Accounts:
    session_hours: int = setting(12, between(1, 720))
    idle_minutes: int = setting(60, between(1, 1440))


@dataclass(frozen=True)
class Settings:
    """Everything the operator chooses. Made by `load_settings`, which fills in what was left empty."""

    site: Site = field(default_factory=Site)
    server: Server = field(default_factory=Server)
    database: Database = field(default_factory=Database)
    mail: Mail = field(default_factory=Mail)
    inbound: Inbound = field(default_factory=Inbound)
    storage: Storage = field(default_factory=Storage)
    accounts: Accounts = field(default_factory=Accounts)

    @property
    def is_published(self) -> bool:
        """Whether anybody but this machine is meant to reach the site."""
        return not (self.site.is_loopback and is_loopback(self.server.host))

    def refuse_unsafe(self) -> None:
        """Refuses (WrongSetting) to publish without an https base URL, a sender, a guarded password."""
        if not self.is_published:
            return
        if not self.site.is_loopback and not self.site.base_url.startswith("https://"):
            raise WrongSetting("site.base_url", "publishing needs the address people use, an https:// one")
        if not self.mail.sender_address:
            raise WrongSetting("mail.sender_address", "publishing needs the address that letters come from")
        if self.mail.password and self.mail.security == "none" and not is_loopback(self.mail.host):
            raise WrongSetting(
                "mail.security", "the password would travel in the clear; choose starttls or tls"
            )


SECTIONS: dict[str, type[Any]] = {
    "site": Site,
    "server": Server,
    "database": Database,
    "mail": Mail,
    "inbound": Inbound,
    "storage": Storage,
    "accounts": Accounts,
}

ENTRIES: dict[str, "Field[Any]"] = {
    f"{name}.{entry.name}": entry for name, section in SECTIONS.items() for entry in fields(section)
}


def known_keys() -> tuple[str, ...]:
    """Every "section.key" there is, in the order of settings.toml."""
    return tuple(ENTRIES)

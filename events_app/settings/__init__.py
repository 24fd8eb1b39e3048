"""settings.toml, then the environment, into one frozen Settings; or a refusal to start that names the key."""

from events_app.settings.reading import load_settings
from events_app.settings.sections import (
    Accounts,
    Database,
    Inbound,
    Mail,
    Server,
    Settings,
    Site,
    Storage,
    known_keys,
)
from events_app.settings.values import Secret, WrongSetting, is_loopback

__all__ = [
    "Accounts",
    "Database",
    "Inbound",
    "Mail",
    "Secret",
    "Server",
    "Settings",
    "Site",
    "Storage",
    "WrongSetting",
    "is_loopback",
    "known_keys",
    "load_settings",
]

"""Personal data encrypted at rest: keys, sealed blobs and blind indexes. It knows bytes, not registrations."""

from events_app.vault.deletions import Deletion
from events_app.vault.readers import Reader, ReadingRefused, ReadRule
from events_app.vault.refusals import (
    DeletionsUnreadable,
    KeyringBusy,
    KeysExposed,
    KeysLost,
    NoKey,
    SealBroken,
    VaultClosed,
)
from events_app.vault.rules import Json
from events_app.vault.vault import Vault

__all__ = [
    "Deletion",
    "DeletionsUnreadable",
    "Json",
    "KeyringBusy",
    "KeysExposed",
    "KeysLost",
    "NoKey",
    "ReadRule",
    "Reader",
    "ReadingRefused",
    "SealBroken",
    "Vault",
    "VaultClosed",
]

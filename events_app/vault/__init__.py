"""Personal data encrypted at rest: keys, sealed blobs and blind indexes. It knows bytes, not registrations.

Each name is read with its module when somebody first asks for it: a worker that opens a long list needs the seals, and
neither the keyring nor what that brings along.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
else:

    def __getattr__(name: str) -> Any:
        for module in ("rules", "readers", "refusals", "deletions", "vault") if name in __all__ else ():
            found = import_module(f"events_app.vault.{module}")
            if hasattr(found, name):
                globals()[name] = getattr(found, name)
                return globals()[name]
        raise AttributeError(name)


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

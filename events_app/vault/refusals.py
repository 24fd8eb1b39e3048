"""Errors of the vault, each with the sentence that says what to do."""

from events_app.errors import Conflict, NotFound
from events_app.i18n import N_


class SealBroken(Conflict):
    """The blob was changed, cut, or belongs to another place."""

    sentence = N_("This information was changed or moved outside the app and cannot be opened.")


class NoKey(NotFound):
    """There is no key for this scope: never made, or forgotten on purpose."""

    sentence = N_("This information cannot be opened any more: its key is gone.")


class KeyringBusy(Conflict):
    """Another process kept the keyring busy for too long."""

    sentence = N_("The keys are in use by another process. Please try again.")


class KeysExposed(Conflict):
    """A key file can be read or written by others on this machine."""

    sentence = N_(
        "%(path)s can be opened by other users of this machine (mode %(mode)s). "
        "Run: chmod 600 %(path)s - what others may have copied meanwhile stays open to them, if they have the data too."
    )


class KeysLost(Conflict):
    """The keyring holds wrapped keys, and the master key that opens them is missing or damaged."""

    sentence = N_(
        "%(path)s is missing, damaged, or does not fit the keyring beside it: "
        "personal data cannot be opened. Put both files back from the same backup."
    )


class VaultClosed(Conflict):
    """The vault was asked before it was opened."""

    sentence = N_("The key store is not open.")


class DeletionsUnreadable(Conflict):
    """The list of deletions was changed by something else than this app."""

    sentence = N_(
        "Line %(number)s of %(path)s, the list of deletions, cannot be read. Put the list back as it was."
    )

"""What an operator is told when data and keys do not fit, or an archive cannot be put back; in the terminal only."""

from events_app.errors import Conflict


class KeysMissing(Conflict):
    """The data has no keys beside it."""

    sentence = (
        "The database holds data, and its keys are missing: %(path)s should hold master.key and keyring.db. "
        "Put that folder back from the backup of this installation, or name the right one in storage.directory. "
        "No new keys were made."
    )


class NeverStarted(Conflict):
    """A server of the app was started past run.py, which looks at data and keys first."""

    sentence = "There are no keys in %(path)s. Start with python3 run.py, which makes them when it may."


class KeysOfAnother(Conflict):
    """The mark of the data is not the keyring's, or what was sealed does not open."""

    sentence = (
        "The keys in %(path)s do not belong to this database. Put back the keys of the same installation, or name the "
        "right database in database.url. Nothing was changed."
    )


class EventsWithoutKeys(Conflict):
    """The keyring is older than some of the events."""

    sentence = (
        "The keys of %(number)s of the events in the database are missing in %(path)s: it is older than they are. Put "
        "back the newest copy of the keys. Nothing was changed."
    )


class RestoreUnfinished(Conflict):
    """A restore was stopped half-way."""

    sentence = (
        "A restore into this database was stopped before it was complete. Empty the database, move %(path)s away, and "
        "run the restore again."
    )

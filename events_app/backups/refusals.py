"""What an operator is told when data and keys do not fit, or an archive cannot be put back; in the terminal only."""

from events_app.errors import Conflict, Invalid


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
        "back the newest copy of the keys. If there is none, python3 run.py forget-lost gives up what nobody can read "
        "any more. Nothing was changed."
    )


class RestoreUnfinished(Conflict):
    """A restore was stopped half-way."""

    sentence = (
        "A restore into this database was stopped before it was complete. Empty the database, move %(path)s away, and "
        "run the restore again."
    )


class OtherVersion(Conflict):
    """The database is not of this program's version."""

    sentence = (
        "The database is not of this version of the program: back up with the version that serves it, or start this "
        "one first (python3 run.py migrate)."
    )


class NoFolder(Conflict):
    """A backup goes into a folder that is there."""

    sentence = "%(path)s is no folder to write to. Make it, or mount the disk, and try again."


class FileIsThere(Conflict):
    """A backup never writes over anything."""

    sentence = "%(path)s is there already, and a backup never writes over a file."


class NoArchive(Invalid):
    """The file is not there, cannot be read, or is something else."""

    sentence = "%(path)s cannot be read as an archive that run.py backup made."


class ArchiveDamaged(Invalid):
    """The archive is cut off or was changed."""

    sentence = "%(path)s is damaged or was cut off. Take another copy of it. Nothing was restored."


class ArchiveOfOtherPart(Invalid):
    """The two archives were named the wrong way round, or one of them twice."""

    sentence = (
        "%(path)s is the archive of the %(part)s, where that of the %(wanted)s is needed: "
        "run.py restore DATA KEYS. Nothing was restored."
    )


class ArchiveTooNew(Conflict):
    """A newer version of the program made the archive."""

    sentence = "%(path)s was made by a newer version of this program. Restore it with that one. Nothing was restored."


class WrongKeys(Conflict):
    """The keys do not open the data."""

    sentence = (
        "The keys in %(keys)s do not open the data in %(data)s: they belong to another installation, or are older than "
        "the data. Nothing was restored."
    )


class DatabaseNotEmpty(Conflict):
    """There is something in the database already."""

    sentence = (
        "The database of database.url is not empty, and a restore never writes into one that is in use. Name a new "
        "database, or move the old one away. Nothing was restored."
    )


class KeysThere(Conflict):
    """There are keys already where the restored ones should lie."""

    sentence = (
        "%(path)s is not empty, and a restore never writes over keys. Move that folder away, or name another "
        "storage.directory. Nothing was restored."
    )


class NothingHeld(Conflict):
    """There was no restore, or letters leave already."""

    sentence = "Nothing is on hold: emails are sent as they are created."


class NoList(Invalid):
    """The list of deletions that was named is not there."""

    sentence = "There is no list of deletions at %(path)s. Nothing was restored."

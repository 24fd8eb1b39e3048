"""Refusals: the expected ways of saying no, each a class named as it is said. And what a log may tell of the others."""

import logging
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from events_app.directions import isolated
from events_app.i18n import N_, translate


class Refusal(Exception):
    """An expected "no": one English sentence with %(name)s blanks, and the values that fill them.

    A room subclasses one of the six kinds below and gives it a `sentence` (marked with `N_` for translation). The page
    translates the sentence and fills in `values`; `str(refusal)` is the English sentence, filled in.
    """

    sentence: ClassVar[str] = "This is not possible."

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values

    def __str__(self) -> str:
        return self.sentence % self.values

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by class and values, so that a refusal survives the way back from another process."""
        return (_again, (type(self), self.values))


def say(refusal: Refusal) -> str:
    """The refusal in the language now spoken."""
    said = {
        name: isolated(value) if isinstance(value, str) else value for name, value in refusal.values.items()
    }
    return translate(refusal.sentence, **said)


def _again(kind: type[Refusal], values: dict[str, object]) -> Refusal:
    return kind(**values)


class NotFound(Refusal):
    """There is no such thing, or none that this person may know of."""

    sentence = "There is nothing here."


class Gone(Refusal):
    """There was such a thing; it is no more, and that is as it should be."""

    sentence = "This is no longer there."


class Forbidden(Refusal):
    """The person is known and may not do this."""

    sentence = "You may not do this."


class Conflict(Refusal):
    """It was possible once, or may be later, but not as things stand."""

    sentence = "This is not possible right now."


class Invalid(Refusal):
    """What was typed cannot be taken as it is."""

    sentence = "What was sent cannot be read."


class TooMany(Refusal):
    """Too often in too short a time."""

    sentence = "Too many attempts. Please wait a little and try again."


class RecordWithoutValues(logging.LogRecord):
    """A line of a log that tells of an exception its types and places, never its message.

    A message may quote what somebody typed ("Key (name)=(...) already exists"), and a log is kept in the clear.
    """

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        if self.exc_info and self.exc_info[1]:
            self.exc_text = "".join(_told(self.exc_info[1]))


def _told(error: BaseException) -> Iterator[str]:
    """As Python writes a traceback, the cause first, without the messages."""
    if earlier := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        yield from _told(earlier)
        yield "\nThen:\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"
    for part in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _told(part)


def log_no_values() -> None:
    """From now on every logger of this process writes such records."""
    logging.setLogRecordFactory(RecordWithoutValues)


def set_up_log() -> None:
    """What each process does first: from INFO on, a line says how bad it is and who says it, and never a value."""
    log_no_values()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("tortoise").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(Seldom())


def silence(name: str) -> None:
    """Nothing that a library writes under this name is logged. Not by `disabled`: whoever sets up logs after us, as
    uvicorn does, takes that back for every logger there is."""
    logging.getLogger(name).addFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False


class Seldom(logging.Filter):
    """Lets the same warning through once a minute, and then says how often it was left out: the server warns of every
    request that is none, and no stranger fills a disk with that."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._until = dict[str, float]()
        self._left_out = Counter[str]()

    def filter(self, record: logging.LogRecord) -> bool:
        words, now = str(record.msg), self._clock()
        if record.levelno != logging.WARNING:
            return True
        if now < self._until.get(words, 0):
            self._left_out[words] += 1
            return False
        self._until[words] = now + 60
        if number := self._left_out.pop(words, 0):
            record.msg = f"{words} (and {number} times more before)"
        return True


class NoSuchPage(NotFound):
    """The one 404: an unknown address and a draft's address say the same."""

    sentence = N_("There is no page at this address.")

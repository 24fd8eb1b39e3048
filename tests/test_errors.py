"""What a log may tell of an exception."""

import io
import logging
import traceback
from collections.abc import Iterator

import pytest

from events_app.errors import Seldom, log_no_values

pytestmark = pytest.mark.engine_free


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a logger writes while its records are made without values."""
    written, usual = io.StringIO(), logging.getLogRecordFactory()
    handler = logging.StreamHandler(written)
    logger = logging.getLogger("tests.errors")
    logger.addHandler(handler)
    log_no_values()
    yield written
    logging.setLogRecordFactory(usual)
    logger.removeHandler(handler)


def break_down(name: str) -> None:
    try:
        int(name)
    except ValueError as error:
        raise ExceptionGroup(f"all of {name}", [KeyError(name)]) from error


def test_a_log_tells_types_and_places_of_an_exception_and_no_value(log: io.StringIO) -> None:
    name = f"Zeryn{'thia'}"
    with pytest.raises(ExceptionGroup, match=name) as broken:
        break_down(name)
    error = (broken.type, broken.value, broken.tb)
    assert name in "".join(traceback.format_exception(*error))

    logging.getLogger("tests.errors").error("it broke", exc_info=error)

    said = log.getvalue()
    assert said.startswith("it broke\n")
    assert name not in said
    assert [line for line in said.splitlines() if line.startswith("builtins.")] == [
        "builtins.ValueError",
        "builtins.ExceptionGroup",
        "builtins.KeyError",
    ]
    assert said.count(", in break_down\n") == 2


def test_a_warning_that_strangers_cause_never_fills_the_log() -> None:
    now = 0.0
    seldom = Seldom(clock=lambda: now)

    def said(words: str, level: int = logging.WARNING) -> str:
        record = logging.LogRecord("uvicorn.error", level, "", 0, words, (), None)
        return record.getMessage() if seldom.filter(record) else ""

    at_once = [said("Invalid HTTP request received.") for _each in range(1000)]
    others = [
        said("Unsupported upgrade request."),
        said("Broken", logging.ERROR),
        said("Broken", logging.ERROR),
    ]
    now = 61.0
    later = [said("Invalid HTTP request received.") for _each in range(2)]

    assert [each for each in at_once if each] == ["Invalid HTTP request received."]
    assert others == ["Unsupported upgrade request.", "Broken", "Broken"]
    assert later == ["Invalid HTTP request received. (and 999 times more before)", ""]

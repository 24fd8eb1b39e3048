"""The clock: how rows hold a moment."""

from datetime import UTC, datetime

import pytest

from events_app.clock import milliseconds

pytestmark = pytest.mark.engine_free


def test_time_in_rows_is_whole_milliseconds() -> None:
    assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 999, tzinfo=UTC)) == 1000

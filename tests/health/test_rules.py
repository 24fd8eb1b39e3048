"""What may be in trouble has a name in words."""

import pytest

from events_app.caretaker import JOBS
from events_app.health import rules

pytestmark = pytest.mark.engine_free


def test_no_trouble_is_named_without_saying_what_it_means() -> None:
    assert rules.HELP.keys() == rules.NAMES.keys()


def test_every_job_has_a_name_in_words() -> None:
    names = [job.name for job in JOBS]

    assert set(names) == rules.JOBS.keys()
    assert len(set(names)) == len(names)

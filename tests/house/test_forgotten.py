"""What whoever adds something easily forgets (CONTRIBUTING.md says where each belongs), and nothing else would say."""

from pathlib import Path

import pytest

from events_app.mailings.emails import TEST
from events_app.work import COMPOSERS, MODELS

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.house, pytest.mark.engine_free]


def letters() -> list[Path]:
    return sorted(path for path in (ROOT / "templates/mail").glob("*/*") if path.is_dir())


def test_every_letter_is_written_three_times() -> None:
    halves = {
        letter.relative_to(ROOT).as_posix(): missing
        for letter in letters()
        if (missing := {"subject.txt", "body.txt", "body.html"} - {path.name for path in letter.iterdir()})
    }

    assert not halves, f"{halves}: a letter is its subject, its text and its HTML."


def test_every_letter_about_an_event_has_a_name_in_the_log() -> None:
    log = (ROOT / "templates/parts/states.html").read_text("utf-8")
    kinds = {f"{letter.parent.name}.{letter.name}" for letter in letters()} - {TEST}

    nameless = [kind for kind in sorted(kinds) if f'"{kind}"' not in log]
    assert not nameless, (
        f"Organizers would read {nameless} in the log: name it in letter_kind of parts/states.html."
    )


def test_every_room_with_letters_has_a_composer() -> None:
    assert {letter.parent.name for letter in letters()} == COMPOSERS.keys()


def test_every_table_is_opened_with_the_database() -> None:
    with_tables = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "events_app").rglob("*.py")
        if "(Model):" in path.read_text("utf-8")
    }

    assert with_tables == set(MODELS), "MODELS of events_app/work.py names the modules that hold tables."

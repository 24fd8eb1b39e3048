"""A start that finds a folder it cannot use says so in one sentence; and a link for one person is in no log."""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from events_app.commands import FIRST_LINK, show_first_link
from events_app.opening import files_in_words
from events_app.settings import WrongSetting

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.engine_free


def started(*words: str, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "events_app.commands", *(words or ["migrate"])],
        cwd=ROOT,
        env=os.environ | {f"EVENTS_{name}": value for name, value in settings.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_folder_that_is_no_folder_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    code, said = started(STORAGE__DIRECTORY=str(tmp_path / "taken"))

    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith(f"storage.directory: {tmp_path}/taken")
    assert "is no folder" in said


def test_a_file_that_is_no_database_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"no database at all " * 1000)

    code, said = started(STORAGE__DIRECTORY=str(tmp_path), DATABASE__URL=f"sqlite:{tmp_path}/events.db")

    assert (code, said.count("\n")) == (2, 1)
    assert "the file of the database, or of the keys, cannot be used: file is not a database" in said


def test_a_port_that_is_taken_never_shows_a_link_that_leads_elsewhere(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = started(
            "serve",
            STORAGE__DIRECTORY=str(tmp_path / "new"),
            SERVER__PORT=str(port),
            SERVER__HOST="127.0.0.1",
        )

    assert (code, said.count("\n")) == (2, 1)
    assert f"we cannot listen at 127.0.0.1, port {port}" in said
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, f"/srv/events belongs to another user, or is closed to us (user {os.geteuid()})"),
        (errno.EROFS, "/srv/events lies on a disk that may only be read"),
        (errno.ENOSPC, "/srv/events lies on a disk that is full"),
        (errno.EIO, "/srv/events cannot be used: Input/output error"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said_in_words(number: int, said: str) -> None:
    with pytest.raises(WrongSetting) as refused, files_in_words():
        raise OSError(number, os.strerror(number), "/srv/events")

    assert str(refused.value) == f"storage.directory: {said}"


def test_the_first_link_is_in_no_log_of_a_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FIRST_LINK).write_text("an older one")

    show_first_link("http://127.0.0.1:8000/desk/welcome/SECRET", tmp_path)

    file = tmp_path / FIRST_LINK
    assert file.read_text() == "http://127.0.0.1:8000/desk/welcome/SECRET\n"
    assert file.stat().st_mode & 0o777 == 0o600
    said = capsys.readouterr().out
    assert "SECRET" not in said
    assert str(file) in said

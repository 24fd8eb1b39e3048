"""run.py: what a start finds, repairs and becomes. No network: locks here are empty, or name nothing."""

import ast
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import run
from events_app import VERSION

pytestmark = pytest.mark.engine_free

FAKE_PYTHON = '#!/bin/sh\necho "$PYTHONPATH|$*"\n'
COMMANDS = "import sys\nprint('reached', *sys.argv[1:])\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with run.py, empty locks and a commands module that says it was reached."""
    (tmp_path / "run.py").write_bytes((run.ROOT / "run.py").read_bytes())
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    (tmp_path / "dev.lock").write_text("# nothing more\n")
    (tmp_path / "events_app").mkdir()
    (tmp_path / "events_app/commands.py").write_text(COMMANDS)
    return tmp_path


def start(checkout: Path, *words: str, **environ: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(checkout / "run.py"), *words],
        env={name: text for name, text in os.environ.items() if name != "PYTHONPATH"} | environ,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(checkout: Path, *words: str, **environ: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error of one start."""
    process = start(checkout, *words, **environ)
    out, err = process.communicate(timeout=100)
    return process.returncode, out, err


def put_fake_venv(checkout: Path) -> Path:
    """A stamped .venv whose Python only tells how it was called."""
    venv = checkout / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python").write_text(FAKE_PYTHON)
    (venv / "bin/python").chmod(0o755)
    stamp = {"python": run.interpreter(venv)}
    stamp |= {name: run.digest(checkout / name) for name in ("requirements.lock", "dev.lock")}
    (venv / "stamp.json").write_text(json.dumps(stamp))
    return venv


@pytest.mark.parametrize(
    ("words", "becomes"),
    [
        ([], "-P -m events_app.commands serve"),
        (["--empty"], "-P -m events_app.commands serve --empty"),
        (["demo", "--port", "8001"], "-P -m events_app.commands demo --port 8001"),
        (["organizer", "rana@example.org"], "-P -m events_app.commands organizer rana@example.org"),
        (["test", "-k", "mail"], "-P {root}/tests/everything.py -k mail"),
        (["check", "types"], "-P {root}/tests/check.py types"),
    ],
)
def test_a_stamped_venv_becomes_the_verb_at_once(checkout: Path, words: list[str], becomes: str) -> None:
    put_fake_venv(checkout)

    assert said(checkout, *words) == (0, f"{checkout}|{becomes.format(root=checkout)}\n", "")


def test_an_unknown_verb_is_refused_with_the_nearest(checkout: Path) -> None:
    told = "There is no verb 'migrat'; did you mean migrate?\n"

    assert said(checkout, "migrat") == (1, "", told)
    assert not (checkout / ".venv").exists()


def test_help_names_every_verb(checkout: Path) -> None:
    status, out, _ = said(checkout, "--help")

    assert status == 0
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  ")] == list(run.VERBS)


@pytest.mark.parametrize("word", ["-V", "--version", "version"])
def test_the_version_is_said_before_anything_is_installed(checkout: Path, word: str) -> None:
    package = run.ROOT / "events_app/__init__.py"
    (checkout / "events_app/__init__.py").write_bytes(package.read_bytes())

    assert said(checkout, word) == (0, f"Events {VERSION}\n", "")
    assert not (checkout / ".venv").exists()


def test_a_stamp_holds_for_one_lock_and_one_python(checkout: Path) -> None:
    venv, lock = put_fake_venv(checkout), checkout / "requirements.lock"

    assert run.is_stamped(venv, lock)
    lock.write_text("other==1\n")
    assert not run.is_stamped(venv, lock)
    assert run.is_stamped(venv, checkout / "dev.lock")
    (venv / "bin/python").unlink()
    assert not run.is_stamped(venv, checkout / "dev.lock")


def test_a_venv_is_spoilt_when_unfinished_or_without_a_python_or_of_another_python(checkout: Path) -> None:
    venv = put_fake_venv(checkout)
    assert not run.is_spoilt(venv)

    (venv / "unfinished").touch()
    assert run.is_spoilt(venv)

    (venv / "unfinished").unlink()
    (venv / "stamp.json").write_text(json.dumps({"python": "/usr/bin/python3.9"}))
    assert run.is_spoilt(venv)

    (venv / "stamp.json").write_text("{half a")
    (venv / "bin/python").write_text("#!/bin/sh\nexit 1\n")
    assert run.is_spoilt(venv)
    assert not run.is_spoilt(checkout / "nothing-yet")


def test_a_stale_half_venv_is_repaired(checkout: Path) -> None:
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/unfinished").touch()
    (checkout / ".venv/left-over").touch()

    status, out, err = said(checkout, "migrate")

    assert (status, out) == (0, "reached migrate\n"), err
    assert not (checkout / ".venv/left-over").exists()
    assert not (checkout / ".venv/unfinished").exists()
    assert said(checkout, "migrate") == (0, "reached migrate\n", "")


def test_an_install_that_fails_says_so_and_the_next_start_goes_on(checkout: Path) -> None:
    lock = checkout / "requirements.lock"
    lock.write_text(f"--no-index\nnowhere-to-be-found==1 --hash=sha256:{'0' * 64}\n")

    status, out, err = said(checkout, "migrate")
    assert (status, out) == (1, "")
    assert "nowhere-to-be-found" in err
    assert err.endswith(
        "Could not install requirements.lock; the reason stands above. Mend it and run this again.\n"
    )

    lock.write_text("# nothing\n")
    assert said(checkout, "migrate")[:2] == (0, "reached migrate\n")


def test_two_starts_at_once_install_once(checkout: Path) -> None:
    both = [start(checkout, "migrate"), start(checkout, "worker")]
    told = [process.communicate(timeout=100) for process in both]

    assert [out for out, _ in told] == ["reached migrate\n", "reached worker\n"]
    assert sum(err.count("Installing what") for _, err in told) == 1


def test_a_uv_that_does_not_answer_is_not_used(checkout: Path) -> None:
    folder = checkout / "bin"
    folder.mkdir()
    (folder / "uv").write_text("#!/bin/sh\nexit 127\n")
    (folder / "uv").chmod(0o755)

    status, out, err = said(checkout, "migrate", PATH=f"{folder}:/usr/bin:/bin")

    assert (status, out) == (0, "reached migrate\n"), err
    assert (checkout / ".venv/bin/pip").exists()


def call(code: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", f"import os, run; {code}"],
        env=os.environ | {"PYTHONPATH": str(run.ROOT)} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def put_fake_apt(folder: Path) -> None:
    (folder / "apt-get").write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\n')
    (folder / "apt-get").chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install system packages")
def test_root_installs_what_the_system_lacks(tmp_path: Path) -> None:
    put_fake_apt(tmp_path)

    done = call("run.install_system_packages('python3.11-venv')", PATH=f"{tmp_path}:/usr/bin:/bin")

    assert done.returncode == 0
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["-q update", "-q install -y --no-install-recommends python3.11-venv"]


def test_others_are_told_the_one_command() -> None:
    someone = "os.geteuid() or os.seteuid(65534); "

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        put_fake_apt(Path(folder))
        done = call(
            someone + "run.install_system_packages('python3.11-venv')", PATH=f"{folder}:/usr/bin:/bin"
        )

        assert done.returncode == 1
        assert done.stderr.endswith("  sudo apt-get install python3.11-venv\n\n")
        assert not (Path(folder) / "calls").exists()


def test_a_system_without_apt_is_told_what_is_missing(tmp_path: Path) -> None:
    done = call("run.install_system_packages('chromium')", PATH=str(tmp_path))

    assert done.returncode == 1
    told = "Missing on this system: chromium (as Debian names it). Install it and run this again.\n"
    assert done.stderr == told


def test_an_older_python_reads_as_far_as_the_sentence_that_refuses_it() -> None:
    tree = ast.parse((run.ROOT / "run.py").read_text(), feature_version=(3, 8))

    kinds = [type(statement) for statement in tree.body]
    assert kinds.index(ast.If) < kinds.index(ast.FunctionDef)

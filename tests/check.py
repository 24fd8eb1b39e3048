"""Looks the house over without starting it: style, types, layers, templates, catalogues, what is written about it."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from run import ROOT


@dataclass(frozen=True)
class Check:
    """name: what is looked at. words: what Python is given. trouble: what a failure means, and what helps."""

    name: str
    words: tuple[str, ...]
    trouble: str


@dataclass(frozen=True)
class Outcome:
    """seconds: how long it took. said: everything that was printed."""

    check: Check
    passed: bool
    seconds: float
    said: str


PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint()"
DOCUMENTS = ("tests/house", "tests/gallery/test_documents.py", "tests/journeys/test_hands.py")
CATALOGUES = (
    "tests/translation/test_arabic.py", "tests/translation/test_catalogues.py",
    "tests/translation/test_plain_words.py",
)  # fmt: skip
CHECKS = (  # the longest first
    Check("types", ("-m", "mypy", "--no-error-summary"), "mypy found types that do not fit"),
    Check("documents", (*PYTEST, *DOCUMENTS), "the house is at odds with what is written about it"),
    Check("catalogues", (*PYTEST, *CATALOGUES), "a translation is missing or wrong: python3 run.py messages"),
    Check(
        "layers",
        ("-c", LINT_IMPORTS, "--no-cache", "--no-logo"),
        "a module imports upwards, or stands in no layer of pyproject.toml",
    ),
    Check(
        "templates", ("-m", "djlint", "templates", "--lint", "--quiet"), "djlint found a slip in a template"
    ),
    Check("style", ("-m", "ruff", "check", "--output-format", "concise", "."), "ruff found a slip in Python"),
    Check("format", ("-m", "ruff", "format", "--check", "."), "not formatted: .venv/bin/ruff format ."),
)


def main(words: Sequence[str], *, root: Path = ROOT) -> int:
    """The exit status. With words only the checks of these names; as many at once as there are cores."""
    if unknown := set(words) - {check.name for check in CHECKS}:
        sys.exit(
            f"There is no check {min(unknown)!r}; there are {', '.join(check.name for check in CHECKS)}."
        )
    chosen = [check for check in CHECKS if not words or check.name in words]
    begun = time.monotonic()
    print(f"\n== check: {', '.join(check.name for check in chosen)}", flush=True)
    with ThreadPoolExecutor(os.cpu_count() or 2) as several:
        outcomes = list(several.map(lambda check: run(check, root), chosen))
    for outcome in outcomes:
        show(outcome)
    print(closing_line(outcomes, time.monotonic() - begun), flush=True)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def run(check: Check, root: Path) -> Outcome:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, *check.words],
        cwd=root,
        env=without_settings() | {"PYTHONPATH": str(root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(check, done.returncode == 0, time.monotonic() - begun, done.stdout)


def without_settings() -> dict[str, str]:
    """This environment, but for the person's own settings of the app."""
    return {name: text for name, text in os.environ.items() if not name.startswith("EVENTS_")}


def show(outcome: Outcome) -> None:
    if not outcome.passed:
        print(f"\n-- {outcome.check.name}\n{outcome.said.strip()}\n")
    print(f"{outcome.check.name:10} {'ok' if outcome.passed else 'FAILED':6} {outcome.seconds:5.1f} s")


def closing_line(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Each failing check in plain words."""
    failed = [f"{outcome.check.name} ({outcome.check.trouble})" for outcome in outcomes if not outcome.passed]
    if failed:
        return f"Checks FAILED: {'; '.join(failed)}. {seconds:.0f} s."
    return f"All {len(outcomes)} checks passed in {seconds:.0f} s."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

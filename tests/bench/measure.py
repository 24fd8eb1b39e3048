"""Measures the house beside what the machine can do at best: `run.py bench [--quick | --big] [PART ...]`."""

import argparse
import importlib
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

from tests.bench.scale import QUICK, Scale
from tests.bench.stage import Stage
from tests.bench.table import Row, heading, lines_of, summary_of

PARTS = (
    "pages",
    "registrations",
    "race",
    "loaded",
    "exports",
    "lists",
    "patience",
    "feeds",
    "letters",
    "starts",
    "guesses",
)

APART = ("strangers", "failover", "chaos")
"""Measured only when they are named: they take minutes, or end what they measure, again and again."""


class Part(Protocol):
    """A module of this folder."""

    TITLE: str

    def measure(self, stage: Stage, scale: Scale) -> Iterator[Row]: ...


def part_named(name: str) -> Part:
    return cast(Part, importlib.import_module(f"tests.bench.{name}"))


def main(words: list[str]) -> None:
    """Print the table, part by part. Read the ratios: the machine may be busy, and then it is busy for both."""
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"one or more of: {', '.join(PARTS)}; else all; or {', '.join(APART)}",
    )
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes: a look whether everything is measured"
    )
    parser.add_argument("--minutes", type=float, default=10, help="how long chaos lasts (10)")
    parser.add_argument(
        "--big", action="store_true", help="lists of 100,000 people (exports, lists, patience)"
    )
    wants = parser.parse_args(words)
    if unknown := [part for part in wants.parts if part not in PARTS + APART]:
        parser.error(f"there is no part {unknown[0]!r}; the parts are: {', '.join(PARTS + APART)}")
    scale = replace(QUICK if wants.quick else Scale(), minutes=wants.minutes)
    if wants.big:
        scale = replace(scale, people=100_000, rounds=1)
    print_parts(wants.parts or PARTS, scale)


def print_parts(parts: "list[str] | tuple[str, ...]", scale: Scale) -> list[Row]:
    """Measure the parts one after another; every row of the table, in order."""
    begun, rows = time.monotonic(), []
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load}")
    print(heading(), flush=True)
    with tempfile.TemporaryDirectory(prefix="events-bench-") as folder:
        for name in parts:
            part = part_named(name)
            measured = list(part.measure(Stage(Path(folder)), scale))
            print("\n".join(lines_of(part.TITLE, measured)), flush=True)
            rows += measured
    print("\n".join(summary_of(rows)))
    print(f"It took {time.monotonic() - begun:.0f} seconds.")
    return rows

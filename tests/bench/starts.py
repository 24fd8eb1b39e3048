"""The start: from exec to the first page, memory at rest, and how many packages it takes."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from tests.bench import meter
from tests.bench.client import Visitor
from tests.bench.scale import Scale
from tests.bench.stage import ROOT, Served, Stage
from tests.bench.table import Row, Sample, at_most, interleaved

TITLE = "Start"
PAGE = "/events/research-launch"
MOST_MEGABYTES = 80
MOST_PACKAGES = 60


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder = stage.seeded()
    ours, beside = interleaved(
        scale.starts, _start(lambda: stage.house(folder)), _start(lambda: stage.minimal(size=1))
    )
    than = "the least app"
    yield Row("exec to the first page", ours["seconds"], beside["seconds"], "s", than, at_most(3))
    yield Row("memory at rest (PSS)", ours["memory"], beside["memory"], "MB", than)
    yield Row("memory at rest (PSS)", ours["memory"], MOST_MEGABYTES, "MB", "the limit", at_most(1))
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    packages = len(re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==", lock, re.MULTILINE))
    yield Row("packages at run time", packages, MOST_PACKAGES, "", "the limit", at_most(1))


def _start(served: Callable[[], AbstractContextManager[Served]]) -> Callable[[], Sample]:
    def act() -> Sample:
        begun = time.perf_counter()
        with served() as server, Visitor(server.port) as visitor:
            if visitor.get(PAGE).status != 200:
                raise RuntimeError("the first page did not come")
            return {"seconds": time.perf_counter() - begun, "memory": meter.pss(server.pid)}

    return act

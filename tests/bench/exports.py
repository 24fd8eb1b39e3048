"""The list taken out as CSV and XLSX: time beside plain rows, memory over idle, and what a visitor waits meanwhile."""

import threading
import time
from collections.abc import Iterator
from itertools import islice
from statistics import median, quantiles

from tests.bench import meter
from tests.bench.client import Visitor, request_for, waits
from tests.bench.scale import Scale
from tests.bench.seeding import CROWD
from tests.bench.stage import Served, Stage, event_id_of, sign_in, told_by
from tests.bench.table import Row, Sample, at_most, interleaved

TITLE = "Exports"
PAGE = "/events/research-launch"
MOST_MEGABYTES = 40
KINDS = {"csv": ("raw sqlite3 and csv, plain text", 4.0), "xlsx": ("a hand-written stream, plain text", 3.0)}


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder = stage.seeded(people=scale.people)
    plain = stage.new_folder() / "plain.db"
    told_by("tests.bench.baselines", "people", plain, scale.people)
    with stage.house(folder) as house:
        cookie, sheets = sign_in(house), f"/desk/events/{event_id_of(folder, CROWD)}/registrations"
        for kind, (than, goal) in KINDS.items():
            path = f"{sheets}.{kind}"
            ours, beside = interleaved(
                scale.rounds,
                lambda path=path: _taken_out(house, path, cookie),  # type: ignore[misc]
                lambda kind=kind: told_by("tests.bench.baselines", kind, plain),  # type: ignore[misc]
            )
            what = f"{kind.upper()} of {scale.people:,} people"
            yield Row(f"{what}: CPU", ours["cpu"], beside["cpu"], "s", than, at_most(goal))
            yield Row(f"{what}: seconds", ours["seconds"], beside["seconds"], "s", than)
            yield Row(
                f"{what}: memory over idle", ours["memory"], MOST_MEGABYTES, "MB", "the limit", at_most(1)
            )
            yield from _meanwhile(house, path, cookie, kind)


def _taken_out(house: Served, path: str, cookie: str) -> Sample:
    before, idle, begun = house.cpu(), meter.rss(house.pid), time.perf_counter()
    meter.forget_peak(house.pid)
    with Visitor(house.port, cookie=cookie) as visitor:
        size = sum(map(len, visitor.stream(path)))
    if not size:
        raise RuntimeError("the export was empty")
    return {
        "cpu": house.cpu() - before,
        "seconds": time.perf_counter() - begun,
        "memory": meter.peak(house.pid) - idle,
    }


def _meanwhile(house: Served, path: str, cookie: str, kind: str) -> Iterator[Row]:
    """A visitor looks at a kept page every few milliseconds, at rest and while the export is on its way."""
    visits = waits(house.port, request_for(PAGE), between=0.002)
    next(visits)
    rest = list(islice(visits, 100))
    download = threading.Thread(target=_taken_out, args=(house, path, cookie))
    download.start()
    busy = [next(visits)]
    while download.is_alive():
        busy.append(next(visits))
    download.join()
    visits.close()
    than = "at rest"
    what = f"a page during the {kind.upper()}"
    yield Row(f"{what}: median", 1e3 * median(busy), 1e3 * median(rest), "ms", than, at_most(2))
    yield Row(f"{what}: 95th percentile", 1e3 * _p95(busy), 1e3 * _p95(rest), "ms", than)


def _p95(numbers: list[float]) -> float:
    return quantiles(numbers, n=20)[-1] if len(numbers) > 1 else numbers[0]

"""How long nobody is registered when the database's primary dies, and when it falls silent. Run when it is named."""

import asyncio
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from events_app.database import close_database
from tests import make
from tests.bench.scale import Scale
from tests.bench.stage import Stage
from tests.bench.table import Row, at_most, not_measured
from tests.postgresql import WHEEL
from tests.registrations.failing import two_storms
from tests.standby import Cluster, a_cluster

TITLE = "Failover of PostgreSQL"
ALLOWED = 3.0  # seconds


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    if importlib.util.find_spec(WHEEL) is None:
        yield not_measured("failover", f"{WHEEL} is not installed")
        return
    with a_cluster() as cluster:
        gaps = asyncio.run(_gaps(cluster, stage.new_folder()))
    for what, gap in zip(("the primary is killed", "the primary falls silent"), gaps, strict=True):
        yield Row(f"{what}: longest time without an answer", gap, ALLOWED, "s", "allowed", at_most(1))


async def _gaps(cluster: Cluster, folder: Path) -> list[float]:
    """Of all processes the longest pause, for each of the two."""
    office = make.office(folder)
    storms = await two_storms(cluster, office, folder)
    await close_database()
    office.vault.close()
    return [max(float(one["gap"]) for one in said) for _, said in storms]

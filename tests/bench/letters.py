"""Letters end to end: from rows in the outbox to the mail server, beside connections that only send prepared bytes."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench.scale import Scale
from tests.bench.stage import Stage, told_by
from tests.bench.table import Row, at_least, interleaved

TITLE = "Letters"
CONNECTIONS = 8
BYTES = 17_000  # what a confirmation with its invitation has: 16 kB in English, 19 in Arabic


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder = stage.seeded()
    with stage.mail_server("aiosmtpd") as port:
        yield from _compared(folder, port, "a server in Python", scale, judged=True)
    with stage.mail_server("bare") as port:
        yield from _compared(folder, port, "a server that does nothing", scale, judged=False)


def _compared(folder: Path, port: int, server: str, scale: Scale, *, judged: bool) -> Iterator[Row]:
    ours, eight, one = interleaved(
        scale.rounds,
        lambda: told_by("tests.bench.acts", "letters", folder, scale.letters, CONNECTIONS, port),
        lambda: told_by("tests.bench.baselines", "smtp", port, scale.letters, CONNECTIONS, BYTES),
        lambda: told_by("tests.bench.baselines", "smtp", port, scale.letters, 1, BYTES),
    )
    prepared = "with prepared bytes"
    goal = at_least(0.8) if judged else None
    what = f"letters to {server}"
    yield Row(
        f"{what}: a second", ours["rate"], eight["rate"], "/s", f"eight kept connections {prepared}", goal
    )
    yield Row(f"{what}: a second", ours["rate"], one["rate"], "/s", f"one kept connection {prepared}")
    yield Row(
        f"{what}: CPU each", 1e3 * ours["cpu"], 1e3 * eight["cpu"], "ms", f"eight connections {prepared}"
    )

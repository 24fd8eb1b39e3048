"""A complete registration (form, post, receipt, and the letter it owes), and the act alone."""

import re
import time
from collections.abc import Callable, Iterator
from itertools import count

from tests.bench import sink
from tests.bench.client import Visitor
from tests.bench.scale import Scale
from tests.bench.stage import Served, Stage, told_by, wait_for_letters
from tests.bench.table import Row, Sample, at_least, at_most, interleaved

TITLE = "Registration"
PATH = "/events/research-launch/register"
PRETIX = 71 / 1.4
"""Complete free registrations a second, the least app's over pretix's, on one machine (notes on performance)."""

_numbers = count(1)
Fields = Callable[[int], dict[str, str]]


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    yield from _whole(stage, scale)
    yield from _act_alone(stage, scale)


def _whole(stage: Stage, scale: Scale) -> Iterator[Row]:
    with (
        stage.mail_server() as mail_port,
        stage.minimal(size=1) as minimal,
        stage.house(stage.seeded(), mail_port=mail_port) as house,
    ):

        def ours() -> Sample:
            sink.forget(mail_port)
            return _registered(
                house, fields_of, scale, then=lambda: wait_for_letters(mail_port, scale.registrations)
            )

        def beside() -> Sample:
            return _registered(minimal, _least, scale, then=lambda: None)

        ours(), beside()  # a warm-up
        mine, least = interleaved(scale.rounds, ours, beside)
    than = "the least app, without a letter"
    yield Row("registration, with its letter sent: CPU", mine["cpu"], least["cpu"], "ms", than, at_most(3))
    yield Row(
        "registration, without waiting for the letter: a second", mine["rate"], least["rate"], "/s", than
    )
    pretix = least["rate"] / PRETIX
    yield Row("the same beside pretix", mine["rate"], pretix, "/s", "reckoned from the notes", at_least(25))


def _registered(server: Served, fields: Fields, scale: Scale, *, then: Callable[[], None]) -> Sample:
    """One person after another, each a browser of their own. The processor time includes what happens `then`."""
    before, begun = server.cpu(), time.perf_counter()
    for _ in range(scale.registrations):
        register_one(server, fields(next(_numbers)))
    seconds = time.perf_counter() - begun
    then()
    return {
        "cpu": 1e3 * (server.cpu() - before) / scale.registrations,
        "rate": scale.registrations / seconds,
    }


def register_one(server: Served, fields: dict[str, str]) -> None:
    with Visitor(server.port) as visitor:
        form = visitor.get(PATH)
        posted = visitor.post(PATH, hidden_fields(form.body.decode()) | fields)
        receipt = visitor.get(posted.headers.get("location", PATH))
    if (form.status, posted.status, receipt.status) != (200, 303, 200):
        raise RuntimeError(f"a registration was answered {form.status}, {posted.status}, {receipt.status}")


def hidden_fields(page: str) -> dict[str, str]:
    """What a browser sends along without anybody typing it."""
    tags = (dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", page))
    return {tag["name"]: tag.get("value", "") for tag in tags if tag.get("type") == "hidden"}


def fields_of(number: int) -> dict[str, str]:
    return _least(number) | {"consent": "y"}


def _least(number: int) -> dict[str, str]:
    return {
        "name": f"Nour Khalil {number}",
        "address": f"guest{number}@example.org",
        "mode": "in_person",
        "language": "en" if number % 3 else "ar",
        "needs": "",
    }


def _act_alone(stage: Stage, scale: Scale) -> Iterator[Row]:
    folder, plain = stage.seeded(), stage.new_folder() / "plain.db"
    mine, bare = interleaved(
        scale.rounds,
        lambda: told_by("tests.bench.acts", "register", folder, scale.acts, 1),
        lambda: told_by("tests.bench.baselines", "insert", plain, scale.acts),
    )
    than = "a bare INSERT and COMMIT (sqlite3)"
    yield Row("the act alone, one by one: seconds each", mine["each"] * 1e3, bare["each"] * 1e3, "ms", than)
    yield Row("the act alone: CPU each", mine["cpu"] * 1e3, bare["cpu"] * 1e3, "ms", than)

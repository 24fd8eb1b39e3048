"""What strangers can do to others: slow clients of every kind, silent connections, and requests made to cost much."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from statistics import quantiles
from threading import Event, Thread
from typing import Final

from tests.bench import meter
from tests.bench.client import HOST, Visitor, request_for, waits
from tests.bench.scale import Scale
from tests.bench.seeding import CROWD
from tests.bench.slow import KINDS, Slow, seconds_held
from tests.bench.stage import Served, Stage
from tests.bench.table import Row, at_most, not_measured
from tests.mail.smtp import free_port

TITLE = "What strangers can do to others"
A_WHILE: Final = 12.0  # seconds for which connections are held
MARKS: Final = "\u0301\u0327\u05b0\u064b"
_networks = count(1)


def measure(stage: Stage, scale: Scale) -> Iterator[Row]:
    mail_port = free_port()
    inbound = {
        "EVENTS_INBOUND__ADDRESS": "events@example.org",
        "EVENTS_INBOUND__HOST": HOST,
        "EVENTS_INBOUND__PORT": str(mail_port),
        "EVENTS_INBOUND__AUTHSERV_ID": "mx",
        "EVENTS_INBOUND__FORWARD_TO": "help@example.org",
    }
    with stage.house(stage.seeded(people=10), environ=inbound) as house:
        for each in requests(mail_port):
            yield from _cost(house, each, tries=scale.rounds)
        if scale.slow:
            yield from _slow(house, scale.slow)
            for connections in (1_000, 10_000):
                yield from _silent(house, connections)
        else:
            yield not_measured("slow clients and silent connections", "they take a minute", at_most(1))


@dataclass(frozen=True)
class Hostile:
    """What is said on one connection; `port` is another than the house's for mail."""

    what: str
    said: bytes
    port: int = 0


def requests(mail_port: int) -> Iterator[Hostile]:
    """Every shape that once stopped the house, at ten times the size or at the most that is let in."""
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    chunked = b"POST /desk/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    yield Hostile("600 MB of header fields", head + 60 * (b"a" * 98 + b": b\r\n") + 600 * _MEGABYTE)
    yield Hostile("one header field of 600 MB", head + b"a: " + 600 * _MEGABYTE)
    yield Hostile("trailers of 600 MB", chunked + b"a: b\r\n" * 1000 + 600 * _MEGABYTE)
    yield Hostile("100,000 requests at once", (head + b"\r\n") * 100_000)
    yield Hostile("chunks of one byte", chunked[:-3] + b"1\r\na\r\n" * 100_000)
    yield Hostile("a cookie of 30 KB of backslashes", head + b'Cookie: a="' + b"\\" * 30_000 + b'"\r\n\r\n')
    for name in (b"Accept-Language", b"Accept-Encoding", b"If-None-Match", b"Content-Type"):
        yield Hostile(f"{name.decode()} of 30 KB", head + name + b": " + b"a;q=0.1," * 3_700 + b"\r\n\r\n")
    ranges = b"GET /static/css/house.css HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=0-0"
    yield Hostile(
        "5,000 ranges of a file",
        ranges + b"".join(b",%d-%d" % (n, n) for n in range(2, 10_000, 2)) + b"\r\n\r\n",
    )
    yield Hostile(
        "an address of 8 KB", b"GET /?" + b"%41=&" * 1_600 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    )
    for path in ("/desk/sign-in", f"/events/{CROWD}/mine", f"/events/{CROWD}/register"):
        for what, body in _forms():
            yield Hostile(f"{what} to {path.rpartition('/')[2]}", _posted(path, body))
    yield Hostile("80 MB to a form of the desk", _posted("/desk/events/new", b"a=" + 80 * _MEGABYTE))
    yield Hostile(
        "parts without end",
        _posted("/desk/sign-in", b"--b\r\n\r\n\r\n" * 24_000, kind="multipart/form-data; boundary=b"),
    )
    slow_alphabet = (
        b'--b\r\nContent-Disposition: form-data; name="address"\r\n\r\n' + b"a-a" * 80_000 + b"\r\n--b--"
    )
    yield Hostile(
        "a form in punycode",
        _posted("/desk/sign-in", slow_alphabet, kind="multipart/form-data; boundary=b; charset=punycode"),
    )
    for what, mail in _mails():
        yield Hostile(f"mail: {what}", _lmtp(mail), mail_port)


_MEGABYTE: Final = b"x" * 1_000_000


def _forms() -> Iterator[tuple[str, bytes]]:
    most = 255 * 1024
    tower = ("a" + MARKS * 16_000).encode()
    yield (
        "four fields of marks",
        b"&".join(
            name + b"=" + tower[: most // 4 - 30] for name in (b"address", b"name", b"passphrase", b"code")
        ),
    )
    yield "a field of 2.5 MB of marks", b"address=" + tower * 20
    yield "a field of percent signs", b"address=" + b"%" * (most - 10)
    yield "a field of Arabic ligatures", b"address=" + ("\ufdfa" * (most // 3 - 10)).encode()
    yield "100,000 fields", b"a=&" * 85_000
    yield "a field of at signs", b"address=" + b"@." * (most // 2 - 10) + b"&code=" + b"?code=" * 10


def _mails() -> Iterator[tuple[str, bytes]]:
    yield (
        "comments without end",
        b"From: a@example.org\r\nAuthentication-Results: mx; " + b"((((((((((((((\r\n " * 15_000,
    )
    yield (
        "2.2 MB of it",
        b"From: a@example.org\r\nAuthentication-Results: mx; " + b"((((((((((((((\r\n " * 130_000,
    )
    yield (
        "parts in parts",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(3_000)
        ),
    )
    yield (
        "tags that never end",
        b"From: a@example.org\r\nContent-Type: text/html\r\n\r\n" + (b"<a" * 400 + b"\r\n") * 310,
    )
    yield (
        "a parameter of semicolons",
        b'Content-Type: text/plain; a="' + (b";" * 900 + b"\r\n ") * 9 + b"\r\n\r\nx",
    )


def _posted(path: str, body: bytes, *, kind: str = "application/x-www-form-urlencoded") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _lmtp(mail: bytes) -> bytes:
    return (
        b"LHLO mx\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<events@example.org>\r\nDATA\r\n"
        + mail
        + b"\r\n.\r\nQUIT\r\n"
    )


def _cost(house: Served, hostile: Hostile, *, tries: int) -> Iterator[Row]:
    """How long somebody else waits at most, and how much memory it takes; the best of some tries. Where the machine is
    busy itself, a wait longer than all that the server has done meanwhile is the machine's."""
    stalls, sizes = [], []
    for _each in range(tries):
        with watched(house) as watch:
            before, cpu = meter.rss(house.pid), house.cpu()
            meter.forget_peak(house.pid)
            _say(hostile.port or house.port, hostile.said)
            sizes.append(max(0.0, meter.peak(house.pid) - before))
        stalls.append(min(max(watch.waits, default=0.0), house.cpu() - cpu))
    yield Row(
        f"{hostile.what}: others wait", 1e3 * min(stalls), 100.0, "ms", "a tenth of a second", at_most(1)
    )
    yield Row(f"{hostile.what}: memory", min(sizes), 20.0, "MiB", "20 MiB", at_most(1))


def _say(port: int, said: bytes) -> None:
    """From a network of its own, because places are limited; until the server has answered or hung up."""
    number = next(_networks)
    source = f"127.{number // 250 % 250 + 1}.{number % 250 + 1}.9"
    with socket.create_connection((HOST, port), timeout=10, source_address=(source, 0)) as connection:
        with suppress(OSError):
            connection.sendall(said)
        with suppress(OSError):
            connection.settimeout(2)
            while connection.recv(65_536):
                pass


@dataclass
class Watch:
    """What a visitor who asks all the time has waited, in seconds."""

    waits: list[float] = field(default_factory=list)
    failures: int = 0

    def late(self) -> float:
        """The wait that one of twenty exceeds."""
        return quantiles(self.waits, n=20)[-1] if len(self.waits) > 1 else 0.0


@contextmanager
def watched(house: Served) -> Iterator[Watch]:
    """Somebody on a kept connection asks whether the server answers, again and again."""
    asks = waits(house.port, request_for("/healthz"), between=0.002)
    next(asks)
    with _beside(lambda watch: watch.waits.append(next(asks))) as watch:
        yield watch
    asks.close()


@contextmanager
def honest(house: Served) -> Iterator[Watch]:
    """New visitors all the time: each connects, opens a page and goes."""

    def visit(watch: Watch) -> None:
        begun = time.perf_counter()
        try:
            with Visitor(house.port) as visitor:
                answered = visitor.get(f"/events/{CROWD}").status == 200
        except OSError:
            answered = False
        watch.waits.append(time.perf_counter() - begun)
        watch.failures += not answered
        time.sleep(0.05)

    with _beside(visit) as watch:
        yield watch


@contextmanager
def _beside(act: Callable[[Watch], None]) -> Iterator[Watch]:
    watch, enough = Watch(), Event()

    def go_on() -> None:
        while not enough.is_set():
            act(watch)

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield watch
    finally:
        enough.set()
        thread.join()


def _slow(house: Served, number: int) -> Iterator[Row]:
    """All kinds at once."""
    before = meter.rss(house.pid)
    meter.forget_peak(house.pid)
    with honest(house) as watch:
        held = _elsewhere(house.port, [Slow(kind, number) for kind in KINDS], 45)
    for kind in KINDS:
        yield Row(
            f"{number} slow clients ({kind}): the last is dropped after",
            held[kind],
            30.0,
            "s",
            "thirty seconds",
            at_most(1),
        )
    yield from _met(watch, f"{len(KINDS)} times {number} slow clients")
    yield Row("all of them: memory", meter.peak(house.pid) - before, None, "MiB", "")


def _elsewhere(port: int, crowds: list[Slow], patience: float) -> dict[str, float]:
    """In a process of their own: they must not hold up the visitor who is measured."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(seconds_held, port, crowds, patience=patience).result()


def _silent(house: Served, number: int) -> Iterator[Row]:
    """Connections that say nothing, and come again in the next second when they are dropped."""
    with honest(house) as watch:
        _elsewhere(house.port, [Slow("silent", number, comes_again=number <= 1_000)], A_WHILE)
    yield from _met(watch, f"{number:,} silent connections")


def _met(watch: Watch, beside: str) -> Iterator[Row]:
    yield Row(
        f"{beside}: 95 of 100 visitors wait at most",
        1e3 * watch.late(),
        250.0,
        "ms",
        "a quarter second",
        at_most(1),
    )
    yield Row(f"{beside}: visitors who got no answer", float(watch.failures), 1.0, "", "none", at_most(0))

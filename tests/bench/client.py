"""Visitors: a crowd on raw sockets that costs less than the servers it measures, and one who fills in a form."""

import http.client
import selectors
import socket
import time
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds for one answer
_HEAD_END = b"\r\n\r\n"
_networks = count(1)


def request_for(path: str, **headers: str) -> bytes:
    """A GET as it travels. Header names are written with underscores: if_none_match."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


class _Caller:
    """One kept connection with one request under way."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._missing = 0
        self._head = b""

    def ask(self) -> None:
        self.socket.sendall(self._request)
        self._head, self._missing = b"", -1

    def hear(self) -> bool:
        """Take what has arrived; whether the answer is complete."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server hung up")
        if self._missing < 0:
            self._head += piece
            end = self._head.find(_HEAD_END)
            if end < 0:
                return False
            self._missing = _length(self._head[:end]) - (len(self._head) - end - len(_HEAD_END))
        else:
            self._missing -= len(piece)
        return self._missing == 0


def hammer(port: int, request: bytes, *, requests: int, connections: int = 8) -> float:
    """So many answers over kept connections, each asking again as soon as it has its answer; the seconds."""
    callers = [_Caller(port, request) for _ in range(min(connections, requests))]
    left, begun = requests - len(callers), time.perf_counter()
    with selectors.DefaultSelector() as ready:
        for caller in callers:
            ready.register(caller.socket, selectors.EVENT_READ, caller)
            caller.ask()
        under_way = len(callers)
        while under_way:
            for key, _ in ready.select(PATIENCE):
                if not key.data.hear():
                    continue
                if left:
                    left -= 1
                    key.data.ask()
                else:
                    under_way -= 1
    seconds = time.perf_counter() - begun
    for caller in callers:
        caller.socket.close()
    return seconds


def waits(port: int, request: bytes, *, between: float = 0.0) -> Generator[float, None, None]:
    """One visitor, one request after another for as long as it is asked: the seconds each answer took."""
    caller = _Caller(port, request)
    try:
        while True:
            begun = time.perf_counter()
            caller.ask()
            while not caller.hear():
                pass
            yield time.perf_counter() - begun
            time.sleep(between)
    finally:
        caller.socket.close()


def _length(head: bytes) -> int:
    """Of an answer to GET with a known length. Anything but 200 and 304 is no measurement."""
    status = head[9:12]
    if status == b"304":
        return 0
    if status != b"200":
        raise RuntimeError(f"the server said {status.decode()}")
    at = head.lower().find(b"content-length: ")
    return int(head[at + 16 :].split(b"\r\n", 1)[0])


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Visitor:
    """One browser: one kept connection, from a network of its own (127.x.y.1), because places are limited."""

    def __init__(self, port: int, *, cookie: str = "") -> None:
        number = next(_networks)
        source = f"127.{number // 250 % 250 + 1}.{number % 250 + 1}.1"
        self._connection = http.client.HTTPConnection(
            HOST, port, timeout=PATIENCE, source_address=(source, 0)
        )
        self._cookie = cookie

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *trouble: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        return self._ask("POST", path, urlencode(fields).encode())

    def stream(self, path: str) -> Iterable[bytes]:
        """The answer's pieces as they come; none is kept."""
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        response = self._connection.getresponse()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        while piece := response.read(65_536):
            yield piece

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        headers = {"Cookie": self._cookie} if self._cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        told: dict[str, str] = {}
        for name, value in response.getheaders():  # several of one name stand on lines of their own
            told[name.lower()] = "\n".join(filter(None, (told.get(name.lower()), value)))
        return Answer(response.status, told, response.read())

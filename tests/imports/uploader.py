"""A house in a process of its own that is given a large list, and tells which files it opened in its private TMPDIR.

`python -m tests.imports.uploader URL FOLDER HOW`: HOW is "house", or "starlette" to read the same body as
Starlette does by itself, which shows that the watch sees what it should.
"""

import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from events_app.imports.models import ImportDraft
from tests import make

PEOPLE = "".join(f"Guest {number},guest{number}@example.org,{'x' * 500}\n" for number in range(6_000))
LIST = f"Name,E-mail,Notes\n{PEOPLE}".encode()
opened: list[str] = []


def watch(event: str, said: Iterable[Any]) -> None:
    """Python tells of every file before it opens it, also of those that never get a name (PEP 578)."""
    if event == "open" and str(next(iter(said))).startswith(os.environ["TMPDIR"]):
        opened.append(event)


async def in_house(url: str, folder: Path) -> int:
    async with make.house(url, folder) as house:
        event = await make.event(house.vault)
        desk = await house.desk()
        answer = await desk.client.post(
            f"/desk/events/{event.id}/import",
            data={"form_token": desk.form_token, "pasted": ""},
            files={"file": ("list.csv", LIST, "text/csv")},
        )
        for path in ("", "/check"):
            await desk.get(answer.headers["location"] + path)
        assert await ImportDraft.all().count() == 1
        return answer.status_code


async def at_starlette() -> int:
    async def take(request: Request) -> Response:
        async with request.form() as form:
            return PlainTextResponse(str(len(form)))

    app = Starlette(routes=[Route("/", take, methods=["POST"])])
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=make.BASE) as client:
        answer = await client.post("/", files={"file": ("list.csv", LIST, "text/csv")})
        return answer.status_code


if __name__ == "__main__":
    sys.addaudithook(watch)
    _me, url, folder, how = sys.argv
    status = asyncio.run(in_house(url, Path(folder)) if how == "house" else at_starlette())
    print(status, len(opened))

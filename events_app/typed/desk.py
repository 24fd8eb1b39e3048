"""At the desk: what is typed is kept, offered back and thrown away, and a text is shown as it will look."""

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from events_app import clock
from events_app.house import act_of, house_of, reader_of
from events_app.i18n import languages
from events_app.rendering import MOST_MARKDOWN, macro
from events_app.typed import actions
from events_app.typed.rules import page_of, said_ago
from events_app.web.forms import typed_into
from events_app.web.limits import Limit
from events_app.web.responses import see_other

Handler = Callable[[Request], Awaitable[Response]]

KEEPS: Final = Limit(300, seconds=600)
PREVIEWS: Final = Limit(600, seconds=600)
"""Of one organizer: somebody who types without a pause keeps 150 times in ten minutes."""


@dataclass(frozen=True)
class Typed:
    """What a page with such a form knows: `ago` says that something is kept and since when, '' otherwise; `goes_on`,
    that it is in the form now."""

    event_id: uuid.UUID
    page: str
    ago: str = ""
    goes_on: bool = False

    @property
    def here(self) -> str:
        return f"/desk/events/{self.event_id}/{self.page}"

    @property
    def kept_at(self) -> str:
        return f"/desk/events/{self.event_id}/typing?page={self.page}"

    @property
    def thrown_away_at(self) -> str:
        return f"/desk/events/{self.event_id}/typing/deletion?page={self.page}"


def keeping(handler: Handler) -> Handler:
    """Of this form what is typed is kept; saved (the answer leads onward), it is forgotten. Inside `for_organizers`."""

    @wraps(handler)
    async def kept(request: Request) -> Response:
        event_id = request.path_params["event_id"]
        page = request.url.path.removeprefix(f"/desk/events/{event_id}/")
        form = _form_of(request, page)
        request.state.typed = Typed(event_id, page)
        if request.method == "POST":
            answer = await handler(request)
            if answer.status_code == 303:
                await actions.discard(form)
            return answer
        now = clock.now()
        row = await actions.find(form, now=now)
        if row is not None:
            typed = None
            if "continue" in request.query_params:
                typed = actions.reveal(row, vault=house_of(request).vault, reader=reader_of(request))
            ago = said_ago(actions.age_of(row, now=now))
            request.state.typed = Typed(event_id, page, ago, goes_on=typed is not None)
            request.state.typed_before = FormData(list(typed)) if typed is not None else None
        return await handler(request)

    return kept


def typed_before(request: Request) -> FormData | None:
    """What was kept of this form, where its organizer wants to go on with it."""
    found: FormData | None = getattr(request.state, "typed_before", None)
    return found


def _form_of(request: Request, page: str) -> actions.Form:
    return actions.Form(request.path_params["event_id"], uuid.UUID(request.state.organizer.id), page)


async def keep(request: Request) -> Response:
    """POST by the script, while somebody types."""
    form = _form_of(request, page_of(request.query_params.get("page", "")))
    KEEPS.count(request.state.organizer.id, now=time.monotonic())
    typed = await typed_into(request)
    said = [(name, value) for name, value in typed.multi_items() if isinstance(value, str)]
    await actions.keep(form, [each for each in said if each[0] != "form_token"], act=act_of(request))
    return Response(status_code=204)


async def throw_away(request: Request) -> Response:
    form = _form_of(request, page_of(request.query_params.get("page", "")))
    await actions.discard(form)
    return see_other(f"/desk/events/{form.event_id}/{form.page}")


async def preview(request: Request) -> Response:
    """POST by the script: a text as it will look, rendered as on the page."""
    PREVIEWS.count(request.state.organizer.id, now=time.monotonic())
    typed = await typed_into(request)
    code = str(typed.get("language", ""))
    text = str(typed.get("text", ""))[:MOST_MARKDOWN]
    said = {code if code in languages() else languages()[0]: text}
    return HTMLResponse(str(macro("parts/texts.html", "written")(said)))

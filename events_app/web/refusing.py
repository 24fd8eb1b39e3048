"""Refusals in the person's language, with the status of their kind; and what is said when something broke."""

import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from tortoise.exceptions import DoesNotExist

from events_app import i18n
from events_app.database import DatabaseTrouble, NoRoom, OutcomeUnknown, cause_of, has_no_room
from events_app.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NoSuchPage,
    NotFound,
    Refusal,
    TooMany,
    say,
)
from events_app.web.responses import page
from events_app.web.security import (
    HEADERS,
    INSIST_ON_HTTPS,
    FromElsewhere,
    TooLarge,
)
from events_app.web.site import site_of

log = logging.getLogger(__name__)

STATUS_OF: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (Gone, 410),
    (Forbidden, 403),
    (TooMany, 429),
    (TooLarge, 413),
    (Invalid, 422),
    (Conflict, 409),
    (Refusal, 400),
)
"""Which answer each kind of refusal is; the first that fits."""


async def say_no(request: Request, refusal: Exception) -> Response:
    """A refusal in the person's language, with the status of its kind."""
    assert isinstance(refusal, Refusal)
    status = next(status for kind, status in STATUS_OF if isinstance(refusal, kind))
    sentence = say(refusal)
    return page(request, "web/refusal.html", status=status, code=status, sentence=sentence)


async def say_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await say_no(request, NoSuchPage())
    sentence = {405: i18n.N_("This page does not take what was sent to it.")}.get(
        error.status_code, i18n.N_("We could not read what was sent.")
    )
    response = page(
        request,
        "web/refusal.html",
        status=error.status_code,
        code=error.status_code,
        sentence=i18n.translate(sentence),
    )
    response.headers.update(error.headers or {})
    return response


class Vanished(Gone):
    """What a page was about has been removed by somebody else since it was looked at."""

    sentence = i18n.N_("What this was about is not there any more: somebody else has just removed it.")


async def say_vanished(request: Request, error: Exception) -> Response:
    """A row that was there a moment ago is gone (Tortoise's DoesNotExist): 410 in words."""
    return await say_no(request, Vanished())


async def say_trouble(request: Request, error: Exception) -> Response:
    """The database or the disk cannot take anything just now: 503, and one line in the log with the cause. Whatever
    else it is goes on to `say_sorry`."""
    if not isinstance(error, DatabaseTrouble) and not has_no_room(error):
        raise error
    _note(error)
    is_full = isinstance(error, NoRoom) or has_no_room(error)
    if isinstance(error, OutcomeUnknown):
        sentence = i18n.N_(
            "We lost our database at the very moment of saving, and cannot say whether this was saved. Please open the "
            "page again and look, before you try once more."
        )
    elif is_full:
        sentence = i18n.N_(
            "Our disk is full, so nothing was saved. The administrator of this site has to make room first."
        )
    else:
        sentence = i18n.N_(
            "We cannot reach our database just now. Nothing was saved; please try again in a moment."
        )
    response = page(request, "web/refusal.html", status=503, code=503, sentence=i18n.translate(sentence))
    if not is_full and not isinstance(error, OutcomeUnknown):
        response.headers["retry-after"] = str(RETRY_AFTER)
    return response


TROUBLES: Final[Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]]] = {
    DatabaseTrouble: say_trouble,
    sqlite3.OperationalError: say_trouble,
    OSError: say_trouble,
    DoesNotExist: say_vanished,
}
"""What may come of it: the database's own, the keyring's, and a file's; and a row that is gone meanwhile."""
RETRY_AFTER: Final = 10
"""Seconds: longer than a database takes to come back, or to go over to its standby."""
NOTED_EVERY: Final = 60.0
_noted: dict[str, float] = {}


def _note(error: Exception) -> None:
    """One line a minute for each cause, however many ask."""
    cause = cause_of(error)
    if time.monotonic() - _noted.get(cause, -NOTED_EVERY) >= NOTED_EVERY:
        _noted[cause] = time.monotonic()
        log.warning("answered with 503: %s", cause)


async def say_sorry(request: Request, error: Exception) -> Response:
    """Something is broken on our side. The log gets the exception's type and place, never a value."""
    sentence = i18n.N_("Something broke on our side. Nothing of yours was lost; please try again.")
    response = page(request, "web/refusal.html", status=500, code=500, sentence=i18n.translate(sentence))
    # This answer is made outside the guards.
    response.headers.update({**HEADERS, "cache-control": "no-store"})
    if site_of(request).base_url.startswith("https://"):
        response.headers["strict-transport-security"] = INSIST_ON_HTTPS
    return response


async def refuse_foreign(scope: Scope, receive: Receive, send: Send) -> None:
    response = await say_no(Request(scope, receive), FromElsewhere())
    await response(scope, receive, send)


async def refuse_unknown(scope: Scope, receive: Receive, send: Send) -> None:
    response = await say_no(Request(scope, receive), NoSuchPage())
    await response(scope, receive, send)

"""Refusals in the person's language, with the status of their kind; and what is said when something broke."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from events_app import i18n
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

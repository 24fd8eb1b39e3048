"""The guard that every desk page stands behind: who is signed in, and what was typed when the session had ended."""

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.accounts import actions, tries
from events_app.accounts.forms import SignInForm
from events_app.accounts.models import Session
from events_app.errors import Forbidden
from events_app.house import house_of
from events_app.i18n import N_
from events_app.web.cookies import cookie_in
from events_app.web.forms import media_type_of, typed_into
from events_app.web.responses import asked_by_script, page, see_other
from events_app.web.security import take_larger
from events_app.web.site import site_of

Handler = Callable[[Request], Awaitable[Response]]


class FormExpired(Forbidden):
    """The form's token is not this session's: it was opened before the sign-in, or elsewhere."""

    sentence = N_(
        "This page was open for too long. Please go back, reload it and try again; nothing was changed."
    )


def session_cookie(request: Request) -> str:
    """The cookie's name; over https the browser itself holds it to this host and to encryption (`__Host-`)."""
    return "__Host-desk" if site_of(request).base_url.startswith("https://") else "desk"


def device_cookie(request: Request) -> str:
    """The name of the cookie by which a browser is known; held like that of the session."""
    return f"{session_cookie(request)}-device"


async def is_known_device(request: Request) -> bool:
    """Whether any organizer came in with this browser before."""
    device = cookie_in(request.headers, device_cookie(request))
    return await tries.is_known_device(house_of(request).vault, device, now=clock.now())


def for_organizers(handler: Handler) -> Handler:
    """Let only signed-in organizers pass, and only posts that carry their session's form token."""

    @wraps(handler)
    async def guarded(request: Request) -> Response:
        # A script that looks again is no use of the session; one that posts is: somebody types.
        session = await _session_in(request, is_use=request.method == "POST" or not asked_by_script(request))
        if session is not None or await is_known_device(request):
            take_larger(request)
        if session is None:
            kept = await _held_from(request)
            if kept is None:
                return see_other(_way_in(request))
            return page(
                request,
                "accounts/sign_in.html",
                status=403,
                form=SignInForm(),
                refusal="",
                kept=kept,
                onward=kept.path,
            )
        vault = house_of(request).vault
        organizer = session.organizer
        request.state.organizer = SignedIn(str(organizer.id), actions.name_of(vault, organizer))
        request.state.form_token = session.form_token
        try:
            if request.method == "POST":
                given = str((await typed_into(request, files=1)).get("form_token", ""))
                if not hmac.compare_digest(given.encode(), session.form_token.encode()):
                    kept = await _held_from(request)
                    if kept is None:
                        raise FormExpired()
                    return page(request, "accounts/onward.html", status=403, kept=kept)
            return await handler(request)
        finally:
            await request.close()  # the file of a logo or a list

    return guarded


async def is_organizer(request: Request) -> bool:
    """Whether an organizer is signed in, for what others see too, but not all of it."""
    return await _session_in(request, is_use=False) is not None


async def _session_in(request: Request, *, is_use: bool) -> Session | None:
    token = cookie_in(request.headers, session_cookie(request))
    idle = house_of(request).session_idle
    return await actions.find_session(token, now=clock.now(), idle=idle, is_use=is_use) if token else None


@dataclass(frozen=True)
class HeldForm:
    """A desk form that was sent after the session had ended. The page that asks to sign in carries it, so that nothing
    typed is lost and nothing of it is stored here; it is sent again with a press of its own, never by itself."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def typed(self) -> str:
        """As one hidden field carries it; percent-encoded it would travel at four times the length."""
        return json.dumps(self.fields, ensure_ascii=False)


async def _held_from(request: Request) -> HeldForm | None:
    """The form of a request that has no session or another one's token; None for what no page of the desk sends."""
    if request.method != "POST" or media_type_of(request) != "application/x-www-form-urlencoded":
        return None
    typed = await typed_into(request)
    if not typed.get("form_token"):
        return None
    fields = tuple((name, str(value)) for name, value in typed.multi_items() if name != "form_token")
    return _held(request.url.path, fields)


def held_in(path: str, typed: str) -> HeldForm | None:
    """The form that a page carried on as `typed`; None for what none of ours would say."""
    try:
        fields = tuple((str(name), str(value)) for name, value in json.loads(typed))
    except (ValueError, TypeError, RecursionError):
        return None
    return _held(path, fields)


def _held(path: str, fields: tuple[tuple[str, str], ...]) -> HeldForm | None:
    return HeldForm(path, fields) if _onward(path) and fields else None


def _onward(path: str) -> str:
    """The path, if it is one of the desk's own pages: nobody is led elsewhere by a link to the sign-in page."""
    is_ours = re.fullmatch(r"/desk(/[\w-]+)+", path, re.ASCII) and path not in {
        "/desk/sign-out",
        "/desk/sign-in",
    }
    return path if is_ours else ""


def _way_in(request: Request) -> str:
    """To the sign-in page, which leads on to the page that was asked for; without its query, which may hold a name."""
    onward = _onward(request.url.path) if request.method == "GET" else ""
    return f"/desk/sign-in?{urlencode({'onward': onward})}" if onward else "/desk/sign-in"


@dataclass(frozen=True)
class SignedIn:
    """Who sits at the desk in this request."""

    id: str
    name: str

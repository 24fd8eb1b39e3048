"""Coming to the desk: the one-time link, sign-in, sign-out, and the guard that every desk page stands behind."""

import hmac
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from wtforms import EmailField, PasswordField, StringField

from events_app import clock
from events_app.accounts import actions
from events_app.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from events_app.i18n import L_, N_, translate
from events_app.vault import Vault
from events_app.web.forms import (
    MOST_IN_A_FIELD,
    Form,
    an_address,
    at_most,
    media_type_of,
    required,
    tidy_line,
    typed_into,
)
from events_app.web.limits import Limit
from events_app.web.responses import asked_by_script, page, see_other
from events_app.web.site import site_of

Handler = Callable[[Request], Awaitable[Response]]
sign_in_limit = Limit(40, seconds=3600)


class FormExpired(Forbidden):
    """The form's token is not this session's: it was opened before the sign-in, or elsewhere."""

    sentence = N_(
        "This page was open for too long. Please go back, reload it and try again; nothing was changed."
    )


@dataclass(frozen=True)
class SignedIn:
    """Who sits at the desk in this request."""

    id: str
    name: str


def session_cookie(request: Request) -> str:
    """The cookie's name; over https the browser itself holds it to this host and to encryption (`__Host-`)."""
    return "__Host-desk" if site_of(request).base_url.startswith("https://") else "desk"


def for_organizers(handler: Handler) -> Handler:
    """Let only signed-in organizers pass, and only posts that carry their session's form token."""

    @wraps(handler)
    async def guarded(request: Request) -> Response:
        token = request.cookies.get(session_cookie(request), "")
        idle: timedelta = request.app.state.session_idle
        is_use = not asked_by_script(request)
        found = actions.find_session(token, now=clock.now(), idle=idle, is_use=is_use) if token else None
        session = await found if found else None
        if session is None:
            kept = await _kept_from(request)
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
        vault: Vault = request.app.state.vault
        organizer = session.organizer
        request.state.organizer = SignedIn(str(organizer.id), actions.name_of(vault, organizer))
        request.state.form_token = session.form_token
        try:
            if request.method == "POST":
                given = str((await typed_into(request, files=1)).get("form_token", ""))
                if not hmac.compare_digest(given.encode(), session.form_token.encode()):
                    kept = await _kept_from(request)
                    if kept is None:
                        raise FormExpired()
                    return page(request, "accounts/onward.html", status=403, kept=kept)
            return await handler(request)
        finally:
            await request.close()  # the file of a logo or a list

    return guarded


@dataclass(frozen=True)
class Kept:
    """A desk form that was sent after the session had ended. The page that asks to sign in carries it, so that nothing
    typed is lost and nothing of it is stored here; it is sent again with a press of its own, never by itself."""

    path: str
    typed: str

    @property
    def fields(self) -> list[tuple[str, str]]:
        return parse_qsl(self.typed, keep_blank_values=True)


async def _kept_from(request: Request) -> Kept | None:
    """The form of a request that has no session or another one's token; None for what no page of the desk sends."""
    if request.method != "POST" or media_type_of(request) != "application/x-www-form-urlencoded":
        return None
    typed = await typed_into(request)
    if not typed.get("form_token"):
        return None
    fields = [(name, str(value)) for name, value in typed.multi_items() if name != "form_token"]
    return _kept(request.url.path, urlencode(fields))


def _kept(path: str, typed: str) -> Kept | None:
    return Kept(path, typed) if _onward(path) and 0 < len(typed) <= MOST_IN_A_FIELD else None


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


class SignInForm(Form):
    address = EmailField(
        L_("E-mail"),
        [required(N_("Please type your e-mail address."))],
        filters=[tidy_line],
        render_kw={"autocomplete": "username"},
    )
    passphrase = PasswordField(
        L_("Passphrase"),
        [required(N_("Please type your passphrase."))],
        render_kw={"autocomplete": "current-password"},
    )


class AccountForm(Form):
    name = StringField(
        L_("Your name"),
        [required(N_("Please tell us a name we may use.")), at_most(120)],
        filters=[tidy_line],
        render_kw={"autocomplete": "name"},
    )
    address = EmailField(
        L_("Your e-mail"),
        [required(N_("Please type your e-mail address.")), at_most(254), an_address],
        filters=[tidy_line],
        render_kw={"autocomplete": "username"},
    )
    passphrase = PasswordField(
        L_("Passphrase"),
        [required(N_("Please choose a passphrase."))],
        description=L_(
            "At least 12 characters. Four or five words that only you would put together are good."
        ),
        render_kw={"autocomplete": "new-password"},
    )


async def sign_in_page(request: Request) -> Response:
    onward = _onward(request.query_params.get("onward", ""))
    return page(request, "accounts/sign_in.html", form=SignInForm(), refusal="", onward=onward)


async def sign_in(request: Request) -> Response:
    sign_in_limit.knock(request, now=time.monotonic())
    typed = await typed_into(request)
    form, onward = SignInForm(typed), _onward(str(typed.get("onward", "")))
    kept = _kept(onward, str(typed.get("kept", "")))
    stays = {"form": form, "kept": kept, "onward": onward}
    if not form.validate():
        return page(request, "accounts/sign_in.html", status=422, refusal="", **stays)
    try:
        token = await _sign_in(request, form.address.data or "", form.passphrase.data or "")
    except (Forbidden, NotFound, TooMany) as refusal:
        sentence = translate(refusal.sentence, **refusal.values)
        status = 429 if isinstance(refusal, TooMany) else 403
        return page(request, "accounts/sign_in.html", status=status, refusal=sentence, **stays)
    session = await actions.find_session(token, now=clock.now()) if kept else None
    if session is None:
        return _with_session(request, see_other(onward or "/desk"), token)
    request.state.form_token = session.form_token
    return _with_session(request, page(request, "accounts/onward.html", kept=kept), token)


async def sign_out(request: Request) -> Response:
    await actions.sign_out(request.cookies.get(session_cookie(request), ""))
    response = see_other("/desk/sign-in")
    response.delete_cookie(session_cookie(request), path="/")
    # Not "cookies": that would forget the chosen language too.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def welcome(request: Request) -> Response:
    """The one-time link: opening it changes nothing, so that a mail scanner cannot use it up."""
    vault: Vault = request.app.state.vault
    invitation = await actions.open_link(vault, request.path_params["token"], now=clock.now())
    form = AccountForm(data={"address": invitation.address, "name": invitation.name})
    return page(request, "accounts/welcome.html", form=form, refusal="")


async def accept(request: Request) -> Response:
    vault: Vault = request.app.state.vault
    token = request.path_params["token"]
    await actions.open_link(vault, token, now=clock.now())
    form = AccountForm(await typed_into(request))
    if not form.validate():
        return page(request, "accounts/welcome.html", status=422, form=form, refusal="")
    name, address, passphrase = (typed.data or "" for typed in (form.name, form.address, form.passphrase))
    try:
        await actions.accept(vault, token, name, address, passphrase, now=clock.now())
    except (Invalid, Conflict) as refusal:
        form.passphrase.errors = [translate(refusal.sentence, **refusal.values)]
        return page(request, "accounts/welcome.html", status=422, form=form, refusal="")
    session = await _sign_in(request, address, passphrase)
    return _with_session(request, see_other("/desk"), session)


async def _sign_in(request: Request, address: str, passphrase: str) -> str:
    lasts: timedelta = request.app.state.session_lasts
    return await actions.sign_in(request.app.state.vault, address, passphrase, now=clock.now(), lasts=lasts)


def _with_session(request: Request, response: Response, token: str) -> Response:
    https = site_of(request).base_url.startswith("https://")
    response.set_cookie(session_cookie(request), token, path="/", httponly=True, secure=https, samesite="lax")
    return response


routes = [
    Route("/desk/sign-in", sign_in_page, methods=["GET"]),
    Route("/desk/sign-in", sign_in, methods=["POST"]),
    Route("/desk/sign-out", for_organizers(sign_out), methods=["POST"]),
    Route("/desk/welcome/{token}", welcome, methods=["GET"]),
    Route("/desk/welcome/{token}", accept, methods=["POST"]),
]

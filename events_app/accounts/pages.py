"""Coming to the desk: the one-time link, sign-in, sign-out."""

import time

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.accounts import actions, rules
from events_app.accounts.forms import AccountForm, SignInForm
from events_app.accounts.guard import _onward, device_cookie, held_in, is_known_device, session_cookie
from events_app.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, say
from events_app.house import house_of
from events_app.web.cookies import cookie_in
from events_app.web.forms import (
    typed_into,
)
from events_app.web.limits import Limit
from events_app.web.responses import page, see_other
from events_app.web.security import take_larger
from events_app.web.site import site_of

sign_in_limit = Limit(40, seconds=3600)


async def sign_in_page(request: Request) -> Response:
    onward = _onward(request.query_params.get("onward", ""))
    return page(request, "accounts/sign_in.html", form=SignInForm(), refusal="", onward=onward)


async def sign_in(request: Request) -> Response:
    device = cookie_in(request.headers, device_cookie(request))
    if await is_known_device(request):
        take_larger(request)
    else:
        sign_in_limit.knock(request, now=time.monotonic())
    typed = await typed_into(request)
    form, onward = SignInForm(typed), _onward(str(typed.get("onward", "")))
    kept = held_in(onward, str(typed.get("kept", "")))
    stays = {"form": form, "kept": kept, "onward": onward}
    if not form.validate():
        return page(request, "accounts/sign_in.html", status=422, refusal="", **stays)
    try:
        came_in = await _sign_in(request, form.address.data or "", form.passphrase.data or "", device)
    except (Forbidden, NotFound, TooMany) as refusal:
        sentence = say(refusal)
        status = 429 if isinstance(refusal, TooMany) else 403
        return page(request, "accounts/sign_in.html", status=status, refusal=sentence, **stays)
    await actions.sign_out(cookie_in(request.headers, session_cookie(request)))  # the browser forgets it now
    session = await actions.find_session(came_in.session, now=clock.now()) if kept else None
    if session is None:
        return _with_cookies(request, see_other(onward or "/desk"), came_in)
    request.state.form_token = session.form_token
    return _with_cookies(request, page(request, "accounts/onward.html", kept=kept), came_in)


async def sign_out(request: Request) -> Response:
    house_of(request).kept_words.forget(request.state.organizer.id)
    await actions.sign_out(cookie_in(request.headers, session_cookie(request)))
    response = see_other("/desk/sign-in")
    response.delete_cookie(session_cookie(request), path="/")
    # Not "cookies": that would forget the chosen language too.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def welcome(request: Request) -> Response:
    """The one-time link: opening it changes nothing, so that a mail scanner cannot use it up."""
    vault = house_of(request).vault
    invitation = await actions.open_link(vault, request.path_params["token"], now=clock.now())
    form = AccountForm(data={"address": invitation.address, "name": invitation.name})
    return page(request, "accounts/welcome.html", form=form, refusal="")


async def accept(request: Request) -> Response:
    vault = house_of(request).vault
    token = request.path_params["token"]
    await actions.open_link(vault, token, now=clock.now())
    form = AccountForm(await typed_into(request))
    if not form.validate():
        return page(request, "accounts/welcome.html", status=422, form=form, refusal="")
    name, address, passphrase = (typed.data or "" for typed in (form.name, form.address, form.passphrase))
    device, lasts = cookie_in(request.headers, device_cookie(request)), house_of(request).session_lasts
    try:
        came_in = await actions.accept(
            vault, token, name, address, passphrase, device=device, now=clock.now(), lasts=lasts
        )
    except (Invalid, Conflict) as refusal:
        form.passphrase.errors = [say(refusal)]
        return page(request, "accounts/welcome.html", status=422, form=form, refusal="")
    await actions.sign_out(cookie_in(request.headers, session_cookie(request)))
    return _with_cookies(request, see_other("/desk"), came_in)


async def _sign_in(request: Request, address: str, passphrase: str, device: str) -> actions.CameIn:
    house = house_of(request)
    return await actions.sign_in(
        house.vault, address, passphrase, device=device, now=clock.now(), lasts=house.session_lasts
    )


def _with_cookies(request: Request, response: Response, came_in: actions.CameIn) -> Response:
    https = site_of(request).base_url.startswith("https://")
    lasts = int(rules.DEVICE_LASTS.total_seconds())
    cookies = ((session_cookie, came_in.session, None), (device_cookie, came_in.device, lasts))
    for name, value, age in cookies:
        response.set_cookie(
            name(request), value, max_age=age, path="/", httponly=True, secure=https, samesite="lax"
        )
    return response

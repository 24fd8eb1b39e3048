"""What programs that come by are told: where a search engine need not look, and whom to tell of a weakness."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from events_app import clock
from events_app.errors import NoSuchPage
from events_app.web.site import site_of

ROBOTS = "User-agent: *\nDisallow: /desk\nDisallow: /registrations/\nDisallow: /my/\n"
"""What opens with a link of one's own, or behind the sign-in, is for nobody's index. Pages of unlisted events say so
themselves (noindex): named here they would be known."""

GOOD_FOR = timedelta(days=180)


async def robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS, headers={"Cache-Control": "public, max-age=3600"})


async def security(request: Request) -> Response:
    """Whom to tell of a weakness (RFC 9116); there is no such page where the operator named nobody."""
    site = site_of(request)
    if not site.security_contact:
        raise NoSuchPage()
    contact = site.security_contact
    day = clock.now() + GOOD_FOR
    lines = (
        f"Contact: {contact if contact.startswith('https://') else f'mailto:{contact}'}",
        f"Expires: {day:%Y-%m-%d}T00:00:00Z",
        f"Preferred-Languages: {', '.join(site.languages)}",
        f"Canonical: {site.url('/.well-known/security.txt')}",
    )
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": "public, max-age=3600"})

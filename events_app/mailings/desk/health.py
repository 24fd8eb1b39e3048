"""The desk's page on how the mail is: is the courier awake, what waits, and a letter to oneself."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.accounts.models import Organizer
from events_app.acts import Act
from events_app.database import one_transaction
from events_app.house import act_of, house_of, office_of, reader_of
from events_app.i18n import N_, current_language, translate
from events_app.installation import held_since
from events_app.mail import outbox
from events_app.mailings.emails import TEST
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, page, see_other

AWAKE_WITHIN = timedelta(seconds=30)


async def show(request: Request) -> Response:
    settings = house_of(request).mail
    courier = house_of(request).courier
    now = clock.now()
    health = await outbox.health()
    looked_at = courier.looked_at if courier else None
    return page(
        request,
        "mailings/health.html",
        health=health,
        held_since=await held_since(),
        sends=bool(settings.host),
        sender=settings.sender_address,
        domain=settings.sender_address.rpartition("@")[2],
        relay=settings.host,
        signs=bool(settings.dkim_selector),
        selector=settings.dkim_selector,
        per_minute=settings.per_minute,
        has_courier=courier is not None,
        is_worked=courier is not None or await house_of(request).is_worked(),
        seconds=int((now - looked_at).total_seconds()) if looked_at else None,
        is_awake=looked_at is not None and now - looked_at < AWAKE_WITHIN,
        oldest_minutes=_minutes_since(health.oldest_due, now),
    )


def _minutes_since(due: int | None, now: datetime) -> int | None:
    return None if due is None else max(0, int(now.timestamp() - due / 1000) // 60)


async def test_letter(request: Request) -> Response:
    """POST: a letter to the organizer who asks, by the same way as all others."""
    await typed_into(request)
    organizer = await Organizer.get(id=request.state.organizer.id)
    office = office_of(request)
    reader = reader_of(request)
    person = office.vault.reveal("site", organizer.person_context, organizer.person, reader)
    await _post_test(str(person["address"]), act=act_of(request))
    flash = Flash("success", translate(N_("A test email is on its way to your own address.")))
    return see_other("/desk/mail", flash=flash)


@one_transaction
async def _post_test(address: str, *, act: Act) -> None:
    await outbox.post(
        TEST,
        vault=act.vault,
        scope="site",
        about=outbox.About(),
        facts={
            "to_address": address,
            "language": current_language(),
            "site_name": act.site.name(),
            "site_url": act.site.base_url,
        },
        now=act.now,
    )

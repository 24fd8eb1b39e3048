"""Writing to organizers: an email in their language; and once a day at most of what goes wrong on the site itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from events_app.accounts.models import SITE
from events_app.acts import Act
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.health.actions.guarding import Guard
from events_app.health.actions.telling import address_of
from events_app.health.models import Trouble
from events_app.health.rules import LASTING, SIGNS
from events_app.mail import outbox
from events_app.notices.models import NoticeChoice

A_DAY: Final = timedelta(days=1)
A_WEEK: Final = timedelta(days=7)


async def post(letter: str, choice: NoticeChoice, said: Mapping[str, Any], *, act: Act) -> None:
    """To the organizer, sealed under the site's key; events' own outboxes do not show it."""
    organizer, language = choice.organizer, language_of(choice, act=act)
    address = address_of(organizer, act=act)
    if not address:
        return
    facts: dict[str, Any] = {
        "to_address": address,
        "language": language,
        "site_name": act.site.name(language),
        "site_url": act.site.base_url,
        "choice_url": act.site.url("/desk/notices"),
        **said,
    }
    await outbox.post(
        f"notices.{letter}", vault=act.vault, scope=SITE, about=outbox.About(), facts=facts, now=act.now
    )


def language_of(choice: NoticeChoice, *, act: Act) -> str:
    return choice.language if choice.language in act.site.languages else act.site.default_language


async def tell_of_troubles(*, guard: Guard, act: Act) -> int:
    """Write to whoever asked for it, of what the site shows and of what fails for a while; says to how many. Of
    what they were told already they hear again after a week."""
    lasting = milliseconds(act.now - LASTING)
    troubles = [each for each in await Trouble.all() if each.job in SIGNS or each.since <= lasting]
    if not troubles:
        return 0
    newest, told = max(each.since for each in troubles), 0
    wants = NoticeChoice.filter(hears_of_site=True, organizer__active=True)
    for choice in await wants.select_related("organizer").order_by("organizer_id"):
        if _is_due(choice.site_told_at, newest, act.now):
            jobs = sorted({each.job for each in troubles})
            one = partial(_tell_one, choice, jobs, act=act)
            told += await guard.attempt("site", one, subject=choice.organizer_id) or 0
    return told


def _is_due(told_at: int | None, newest: int, now: datetime) -> bool:
    """Something new a day after the last time, or anything after a week. A clock that was set back puts nothing off."""
    if told_at is None or told_at > milliseconds(now):
        return True
    since = timedelta(milliseconds=milliseconds(now) - told_at)
    return since >= A_WEEK or (since >= A_DAY and newest > told_at)


@one_transaction
async def _tell_one(choice: NoticeChoice, jobs: list[str], *, act: Act) -> int:
    """Of two processes the second one finds it done."""
    before = NoticeChoice.filter(number=choice.number, site_told_at=choice.site_told_at)
    if choice.site_told_at is None:
        before = NoticeChoice.filter(number=choice.number, site_told_at__isnull=True)
    if not await before.update(site_told_at=milliseconds(act.now)):
        return 0
    await post("trouble", choice, {"troubles": jobs, "url": act.site.url("/desk/health")}, act=act)
    return 1

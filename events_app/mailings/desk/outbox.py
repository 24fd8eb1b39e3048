"""The desk's log of an event's letters, and one letter as it was or will be sent."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from events_app import clock
from events_app.accounts.models import SITE
from events_app.addresses import in_both_spellings, is_address, kept
from events_app.errors import NoSuchPage
from events_app.events.models.event import Event
from events_app.folding import folded
from events_app.house import house_of, office_of, reader_of
from events_app.i18n import N_, ngettext, translate
from events_app.mail import again, outbox
from events_app.mail.models import Letter
from events_app.mail.rules import State
from events_app.registrations.actions.changing import try_again
from events_app.vault import NoKey, Reader, SealBroken, Vault
from events_app.web.forms import number_in, typed_into
from events_app.web.responses import Flash, long_page, page, see_other

PAGE_ROWS = 50

OPENED_AT_ONCE, MOST_OPENED = 250, 2_500
"""Letters that a search opens at once, and in all before it says how far it came."""


@dataclass(frozen=True)
class Row:
    """One letter of the log, opened for the page: for whom, and when it was written ('' and None once it is empty)."""

    letter: Letter
    name: str = ""
    address: str = ""
    posted_at: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """What the log is asked for: an event's letters or those about none, in which states, and whose."""

    event: Event | None
    states: tuple[State, ...]
    words: str
    before: int | None

    def fits(self, row: Row) -> bool:
        text = folded(f"{row.name}\n{in_both_spellings(row.address)}")
        return all(folded(word) in text for word in self.words.split())


async def letters(request: Request) -> Response:
    """The event's outbox, newest first."""
    return await _log(request, await Event.find(request.path_params["event_id"]))


async def letters_about_none(request: Request) -> Response:
    """The letters that are about no event: tests, notices, mail that was sent on."""
    return await _log(request, None)


async def _log(request: Request, event: Event | None) -> Response:
    state = request.query_params.get("state", "")
    states = (state,) if state in get_args(State) else ()
    before = number_in(request.query_params.get("before", ""), 0) or None
    words = request.query_params.get("q", "").strip()[:200]
    asked = Asked(event, states, words, before)  # type: ignore[arg-type]
    rows, more = await _rows(asked, office_of(request).vault, reader_of(request))
    return await long_page(
        request,
        "mailings/outbox.html",
        event=event,
        rows=rows,
        counts=await outbox.counts_of(event.id if event else None),
        state=states[0] if states else "",
        words=words,
        stop=await outbox.stop_of_mail() if house_of(request).mail.host else None,
        more=more,
        is_partly_searched=bool(words and more and len(rows) < PAGE_ROWS),
    )


async def _rows(asked: Asked, vault: Vault, reader: Reader) -> tuple[list[Row], int]:
    """A page of rows, and where to go on (0: there are no more). Searching opens letter by letter, the newest first,
    until the page is full or `MOST_OPENED` have been opened; a whole address is looked up by its blind index."""
    found: list[Row] = []
    before, scope = asked.before, str(asked.event.id) if asked.event else SITE
    index = vault.blind_index(scope, kept(asked.words)) if is_address(asked.words) else None
    for _ in range(MOST_OPENED // OPENED_AT_ONCE):
        letters = await outbox.letters_of(
            asked.event.id if asked.event else None,
            states=asked.states,
            address_index=index,
            before=before,
            limit=OPENED_AT_ONCE if asked.words else PAGE_ROWS,
        )
        for row in await _opened(letters, vault, reader):
            before = row.letter.number
            if not asked.words or asked.fits(row):
                found.append(row)
                if len(found) == PAGE_ROWS:
                    return found, before
        if len(letters) < OPENED_AT_ONCE:
            return found, 0
        await asyncio.sleep(0)
    return found, before or 0


async def _opened(letters: Sequence[Letter], vault: Vault, reader: Reader) -> list[Row]:
    """The rows of these letters; where the keys are gone, or an erased person's letter still waits, nobody's name."""
    try:
        facts = await outbox.facts_of(letters, vault, reader)
    except (NoKey, SealBroken):
        facts = {}
    return [_row(letter, facts.get(letter.number, {})) for letter in letters]


def _row(letter: Letter, facts: Mapping[str, Any]) -> Row:
    said = str(facts.get("posted_at") or facts.get("stamp") or "")
    return Row(
        letter,
        str(facts.get("name", "")),
        str(facts.get("to_address", "")),
        datetime.fromisoformat(said) if said else None,
    )


async def letter(request: Request) -> Response:
    """One letter as it was or will be sent: its text, its HTML (in a frame that can do nothing), its attachments."""
    opened = await _open_letter(request)
    event = await Event.find(opened.letter.event_id) if opened.letter.event_id else None
    return page(request, "mailings/letter.html", opened=opened, event=event)


async def letter_html(request: Request) -> Response:
    """The letter's HTML by itself, under a policy that lets nothing in it run or load."""
    opened = await _open_letter(request)
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return Response(opened.html, media_type="text/html", headers=headers)


async def letter_attachment(request: Request) -> Response:
    opened = await _open_letter(request)
    number = request.path_params["number"]
    if number >= len(opened.attachments):
        raise NoSuchPage()
    part = opened.attachments[number]
    headers = {"Content-Disposition": f'attachment; filename="{part.name or "part"}"'}
    return Response(part.data, media_type=part.content_type, headers=headers)


async def _open_letter(request: Request) -> outbox.OpenLetter:
    reader = reader_of(request)
    return await outbox.read(request.path_params["letter_id"], office_of(request).vault, reader)


async def send_again(request: Request) -> Response:
    await typed_into(request)
    opened = await _open_letter(request)
    await try_again([opened.letter.thread] if opened.letter.thread else [])
    await again.retry(opened.letter.id, now=clock.now())
    flash = Flash("success", translate(N_("The email is on its way again.")))
    return see_other(f"/desk/letters/{opened.letter.id}", flash=flash)


async def ask_again(request: Request) -> Response:
    """How many refused and kept letters would be sent again, of the event or of the whole site, and a button."""
    event = await _event_of(request)
    return page(
        request,
        "mailings/again.html",
        event=event,
        number=len(await again.sendable(event.id if event else None, over_of=_over_of)),
        sends=bool(house_of(request).mail.host),
    )


async def send_all_again(request: Request) -> Response:
    await typed_into(request)
    event = await _event_of(request)
    event_id = event.id if event else None
    number = await again.send_again(event_id, over_of=_over_of, hope=try_again, now=clock.now())
    sentence = ngettext("%(n)s email is on its way again.", "%(n)s emails are on their way again.", number)
    onward = f"/desk/events/{event.id}/letters" if event else "/desk/mail"
    return see_other(onward, flash=Flash("success", sentence))


async def _event_of(request: Request) -> Event | None:
    event_id = request.path_params.get("event_id")
    return await Event.find(event_id) if event_id else None


async def _over_of(event_ids: Collection[UUID]) -> set[UUID]:
    over = Event.filter(id__in=list(event_ids), ends_at__lte=clock.now()).only("id")
    return {event.id for event in await over} if event_ids else set()

"""The example's emails: written out as they would have been, with an outcome, and never sent to anybody."""

from collections.abc import Mapping
from typing import Any, Final

from events_app.acts import Act
from events_app.example.models import ExampleRow
from events_app.mail.message import build
from events_app.mail.models import Letter
from events_app.mail.outbox import facts_of
from events_app.registrations.models import Registration
from events_app.tokens import new_token
from events_app.work import COMPOSERS

OUTCOMES: Final[Mapping[int, Mapping[str, Any]]] = {
    5: {"state": "refused", "last_error": "550 5.1.1 user unknown", "attempts": 1},
    11: {"state": "unsure", "doubts": 1, "when_unsure": "ask", "attempts": 1, "last_error": "timeout"},
    17: {"state": "kept"},
    23: {"state": "withheld", "last_error": "UnsafeHeader"},
}
"""What became of some, by their place in the order of posting."""


async def write_as_if_sent(*, with_trouble: bool, act: Act) -> None:
    """Inside the transaction that makes the example: no courier has seen these letters, and none will take them."""
    events = await ExampleRow.filter(kind="event").values_list("id", flat=True)
    letters = await Letter.filter(event_id__in=list(events), state="queued").order_by("number")
    opened = await facts_of(letters, act.vault, act.by)
    for number, letter in enumerate(letters):
        outcome = OUTCOMES.get(number, {}) if with_trouble else {}
        await _written(letter, opened[letter.number], outcome, act=act)


async def _written(letter: Letter, facts: Mapping[str, Any], outcome: Mapping[str, Any], *, act: Act) -> None:
    sender = act.site.sender
    composed = COMPOSERS[letter.kind_today.partition(".")[0]](letter.kind_today, facts)
    letter.message_id = f"<{new_token()}@{sender.rpartition('@')[2]}>"
    raw = build(composed, sender_address=sender, message_id=letter.message_id, date=act.now)
    letter.message = act.vault.seal_bytes(letter.scope, letter.message_context, raw)
    letter.due_at, letter.tried_day, letter.sent_day = None, letter.posted_day, letter.posted_day
    letter.update_from_dict({"state": "sent", **outcome})
    if letter.state != "sent":
        letter.sent_day = None
    await letter.save()
    if letter.state == "refused":
        await Registration.filter(id=letter.thread).update(undeliverable=True)

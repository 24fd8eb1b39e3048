"""The table of letters, which is the queue of outgoing mail."""

import uuid

from tortoise import fields
from tortoise.models import Model

from events_app.mail.rules import called_today

OPEN_COLUMNS = (
    "number", "id", "scope", "event_id", "thread", "address_index", "replaces", "kind", "state", "when_unsure",
    "doubts", "message_id", "attempts", "due_at", "lease_by", "last_error", "posted_day", "tried_day", "sent_day",
    "words",
)  # fmt: skip
"""All but the sealed ones, which are long: what a list of letters reads."""


class Letter(Model):
    """One letter to one person. Who it goes to and what it says lie in the vault's blobs only.

    number: the order of posting. id: what links and the vault's contexts name; it carries no time. scope:
    whose keys seal it (an event's id, or "site"). event_id: whose outbox shows it. thread: what it is
    about, such as a registration; letters of one thread to one address leave strictly in order. address_index:
    the vault's blind index of the address in the letter's scope; NULL when nobody is left to write to, or the
    letter is older than the column. replaces: a newer letter of the same thread with the same word supersedes
    this one while it was never tried. facts: what the
    composer needs, sealed and never changed. message: the composed bytes, sealed, there before the first
    DATA and never changed after; message_id likewise. due_at: unix milliseconds. When the courier may next
    touch this row: the time of the next try, or the end of the lease held by `lease_by`. NULL when the
    courier is done with it, so a finished row keeps no minute. doubts: how often it is not known whether a
    try arrived. Not forgotten when a later try succeeds. when_unsure: "again" sends a letter in doubt once
    more by itself, with the same Message-ID; "ask" leaves it to a person. last_error: codes and plain
    words, never an address or a name. words: "kept"; "last" or "once" where its person was erased while
    it was on its way, so that whoever finishes it empties it ("once": it is not tried again); "gone": facts and
    message are empty, and it is never sent again.
    """

    number = fields.BigIntField(primary_key=True, generated=True)
    id = fields.UUIDField(unique=True, default=uuid.uuid4)
    scope = fields.CharField(max_length=64)
    event_id = fields.UUIDField(null=True)
    thread = fields.UUIDField(null=True)
    address_index = fields.BinaryField(null=True)
    replaces = fields.CharField(max_length=64, null=True)
    kind = fields.CharField(max_length=64)
    state = fields.CharField(max_length=16, default="queued")
    when_unsure = fields.CharField(max_length=8, default="again")
    doubts = fields.IntField(default=0)
    facts = fields.BinaryField()
    message = fields.BinaryField(null=True)
    message_id = fields.CharField(max_length=320, null=True)
    attempts = fields.IntField(default=0)
    due_at = fields.BigIntField(null=True)
    lease_by = fields.CharField(max_length=64, null=True)
    last_error = fields.CharField(max_length=200, default="")
    posted_day = fields.DateField()
    tried_day = fields.DateField(null=True)
    sent_day = fields.DateField(null=True)
    words = fields.CharField(max_length=8, default="kept")

    class Meta:
        table = "letter"

    @property
    def is_open(self) -> bool:
        """Whether anybody may still read it: not once its person was erased, even while it waits to leave."""
        return self.words == "kept"

    @property
    def kind_today(self) -> str:
        """Its kind, by the room that this belongs to now."""
        return called_today(self.kind)

    @property
    def facts_context(self) -> str:
        """Binds the sealed facts to this row."""
        return facts_context(self.id)

    @property
    def message_context(self) -> str:
        """Binds the sealed message to this row."""
        return message_context(self.id)


class MailStop(Model):
    """One row while a courier may not send: the mail server is away, or refuses us; none while all is well.

    id: "courier", whichever it is. reason: as `standing.Stop` says it. words: codes and plain words. since, until:
    unix milliseconds.
    """

    id = fields.CharField(max_length=16, primary_key=True)
    reason = fields.CharField(max_length=16)
    words = fields.CharField(max_length=200)
    since = fields.BigIntField()
    until = fields.BigIntField()

    class Meta:
        table = "mail_stop"


def facts_context(letter_id: uuid.UUID) -> str:
    return f"letter.facts:{letter_id}"


def message_context(letter_id: uuid.UUID) -> str:
    return f"letter.message:{letter_id}"

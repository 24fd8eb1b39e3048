"""The tables of organizers, their sessions and their one-time links, and the questions asked of them."""

import uuid
from datetime import date, datetime

from tortoise import fields
from tortoise.models import Model

from events_app.accounts.rules import is_alive
from events_app.tokens import digest
from events_app.vault import Vault

SITE = "site"
"""The vault's scope for people who belong to no event."""


class Organizer(Model):
    """One person behind the desk. `person` holds {name, address}, sealed; `address_index` finds it again."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    address_index = fields.BinaryField()
    person = fields.BinaryField()
    passphrase_hash = fields.CharField(max_length=200)
    created_day: date = fields.DateField()
    active = fields.BooleanField(default=True)

    class Meta:
        table = "organizer"

    @property
    def person_context(self) -> str:
        """Binds the sealed person to this row."""
        return f"organizer.person:{self.id}"

    @staticmethod
    async def find_by_index(address_index: bytes) -> "Organizer | None":
        """The organizer with that address, also one who is not active any more."""
        return await Organizer.get_or_none(address_index=address_index)


class Session(Model):
    """One browser at the desk; only the digest of its cookie is kept.

    seen_at: rounded down to 5 minutes. expires_at: the end, however busy the session is. form_token: what a
    form of this session must carry.
    """

    digest = fields.BinaryField(primary_key=True)
    organizer: fields.ForeignKeyRelation[Organizer] = fields.ForeignKeyField(
        "house.Organizer", on_delete=fields.CASCADE
    )
    organizer_id: uuid.UUID
    created_at: datetime = fields.DatetimeField()
    seen_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    form_token = fields.CharField(max_length=64)

    class Meta:
        table = "session"

    @staticmethod
    async def find(token: str) -> "Session | None":
        """The session of that cookie with its organizer, unless the organizer is not active any more."""
        found = Session.filter(digest=digest(token), organizer__active=True)
        return await found.select_related("organizer").first()


class KnownDevice(Model):
    """One browser in which an organizer came in before, by the mark of its cookie (`device_mark`); several organizers
    may share one. It opens nothing: the tries that are made in it are counted by themselves. used_on: the last time.
    """

    number = fields.BigIntField(primary_key=True, generated=True)
    mark = fields.BinaryField()
    organizer: fields.ForeignKeyRelation[Organizer] = fields.ForeignKeyField(
        "house.Organizer", on_delete=fields.CASCADE
    )
    organizer_id: uuid.UUID
    used_on: date = fields.DateField()

    class Meta:
        table = "known_device"
        unique_together = (("mark", "organizer_id"),)
        indexes = (("organizer_id",),)


class OneTimeLink(Model):
    """A link that lets one person make an account, or a new passphrase, once.

    kind: "first" (the house has no organizer yet) or "organizer". address: whom it was made for, sealed, gone
    once the link was used; a first link is for nobody in particular.
    """

    digest = fields.BinaryField(primary_key=True)
    kind = fields.CharField(max_length=16)
    address = fields.BinaryField(null=True)
    expires_at: datetime = fields.DatetimeField()
    used_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "one_time_link"

    @property
    def address_context(self) -> str:
        """Binds the sealed address to this row."""
        return address_context(self.digest)

    @staticmethod
    async def find(token: str, *, now: datetime) -> "OneTimeLink | None":
        """The link of that token while it works."""
        found = await OneTimeLink.get_or_none(digest=digest(token), used_at__isnull=True)
        return found if found is not None and is_alive(found.expires_at, now=now) else None


class SignInTries(Model):
    """How often somebody tried to sign in within an hour (counted since 1970): by blind index of the address, by mark
    of a known device, or in all."""

    subject = fields.BinaryField(primary_key=True)
    hour = fields.BigIntField()
    tries = fields.IntField()

    class Meta:
        table = "sign_in_tries"


def address_context(link_digest: bytes) -> str:
    return f"one_time_link.address:{link_digest.hex()}"


def device_mark(vault: Vault, cookie: str) -> bytes:
    """What a row keeps of a device's cookie: its HMAC under the site's index key."""
    return vault.code_index(SITE, f"device {cookie}")

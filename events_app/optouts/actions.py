"""Opting out of letters to many, taking it back, and asking who did."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from events_app.accounts.models import SITE
from events_app.acts import Act
from events_app.addresses import kept
from events_app.database import one_transaction, rows
from events_app.events.models.event import Event
from events_app.optouts.models import OptOut
from events_app.vault import Vault


@dataclass(frozen=True)
class OptedOut:
    """Who of one event wants no letters to many: `address in opted_out`."""

    event_id: uuid.UUID
    organizations: Sequence[uuid.UUID]
    marks: frozenset[bytes]
    vault: Vault

    def __contains__(self, address: str) -> bool:
        if not self.marks or not address:
            return False
        return not self.marks.isdisjoint(
            _marks_of(address, self.event_id, self.organizations, vault=self.vault)
        )


async def opted_out_of(event: Event, *, vault: Vault) -> OptedOut:
    """Who must not be written to about this event, by what they asked of it or of its hosts."""
    organizations = [host.organization_id for host in await event.hosts()]
    asked = OptOut.filter(Q(event_id=event.id) | Q(organization_id__in=organizations))
    return OptedOut(event.id, organizations, await _said_in(asked), vault)


async def opted_out_among(addresses: Iterable[str], event: Event, *, vault: Vault) -> OptedOut:
    """The same of these few, for what goes in batches under the event's claim: nobody else's mark is read."""
    organizations = [host.organization_id for host in await event.hosts()]
    theirs = [_marks_of(each, event.id, organizations, vault=vault) for each in addresses if each]
    asked = OptOut.filter(mark__in=[mark for marks in theirs for mark in marks])
    return OptedOut(event.id, organizations, await _said_in(asked) if theirs else frozenset(), vault)


async def _said_in(asked: QuerySet[OptOut]) -> frozenset[bytes]:
    return frozenset([bytes(mark) for mark in await asked.values_list("mark", flat=True)])


async def has_opted_out(event_id: uuid.UUID, address: str, *, vault: Vault) -> bool:
    """The same of one address: nobody else's mark is read, however many there are."""
    if not address:
        return False
    hosts = [uuid.UUID(str(each["organization_id"])) for each in await rows(_HOSTS, event_id)]
    return await OptOut.filter(mark__in=_marks_of(address, event_id, hosts, vault=vault)).exists()


_HOSTS = 'SELECT "organization_id" FROM "event_host" WHERE "event_id" = $1'


@one_transaction
async def opt_out(event: Event, address: str, *, organization_id: uuid.UUID | None = None, act: Act) -> None:
    """No more letters to many about this event; with `organization_id` none of that organization either.

    Confirmations, changes and cancellations still come. Asking twice is asking once.
    """
    mark = _mark(event.id, address, vault=act.vault)
    wanted = [OptOut(event_id=event.id, mark=mark, made_on=act.now.date())]
    if organization_id:
        mark = _mark_of(organization_id, address, vault=act.vault)
        wanted.append(OptOut(organization_id=organization_id, mark=mark, made_on=act.now.date()))
    await OptOut.bulk_create(wanted, ignore_conflicts=True)


@one_transaction
async def opt_in(event: Event, address: str, *, act: Act) -> None:
    """Take it back, of the event and of its hosts."""
    hosts = [host.organization_id for host in await event.hosts()]
    await OptOut.filter(mark__in=_marks_of(address, event.id, hosts, vault=act.vault)).delete()


def _marks_of(
    address: str, event_id: uuid.UUID, organizations: Sequence[uuid.UUID], *, vault: Vault
) -> list[bytes]:
    """Whichever of these stands in the table, the address has opted out."""
    own = _mark(event_id, address, vault=vault)
    return [own, *(_mark_of(each, address, vault=vault) for each in organizations)]


def _mark(event_id: uuid.UUID, address: str, *, vault: Vault) -> bytes:
    return vault.code_index(str(event_id), f"no letters:{kept(address).compared}")


def _mark_of(organization_id: uuid.UUID, address: str, *, vault: Vault) -> bytes:
    return vault.code_index(SITE, f"no letters:{organization_id}:{kept(address).compared}")

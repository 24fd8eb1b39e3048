"""What a letter will need to know, frozen where the fact is written."""

import base64
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from events_app.acts import Act, Office
from events_app.events.models.event import Event, EventHost
from events_app.events.models.where import is_step_free, place_of
from events_app.events.rules import NOT_YET_TOLD
from events_app.i18n import choose
from events_app.registrations.models import Registration
from events_app.tokens import new_token
from events_app.vault import Json, NoKey, Vault
from events_app.web.site import Site

Facts = dict[str, Json]


DEFAULT_COLOUR = "#0b5653"


@dataclass(frozen=True)
class Person:
    """What the vault keeps of somebody: the only place where a registration has a name."""

    name: str
    address: str
    needs: str
    token: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    next_address: Mapping[str, Any] = field(default_factory=dict)
    """An address the person wants to move to, until it is confirmed: {address, code, until}."""

    def as_json(self) -> Facts:
        return {
            "name": self.name,
            "address": self.address,
            "needs": self.needs,
            "token": self.token,
            "answers": dict(self.answers),
            "next_address": dict(self.next_address),
        }


NOBODY = Person(name="", address="", needs="", token="")
"""Who somebody is whose data cannot be opened."""


def person_of(opened: Mapping[str, Any]) -> Person:
    return Person(
        opened["name"],
        opened["address"],
        opened.get("needs", ""),
        opened["token"],
        opened.get("answers") or {},
        opened.get("next_address") or {},
    )


def uid_of(registration_id: uuid.UUID, site: Site) -> str:
    """The UID of a registration's calendar entry for its whole life (RFC 5545, 3.8.4.7)."""
    return f"reg-{registration_id.hex}@{site.host}"


def event_facts(event: Event, hosts: list[EventHost], *, language: str, site: Site) -> Facts:
    """What a letter says of the event, in one language, as it stands now."""
    host_names = [choose(host.organization.name, language) for host in hosts]
    return {
        "title": choose(event.title, language),
        "summary": choose(event.summary, language),
        "place": place_of(event, language),
        "accessibility": choose(event.accessibility, language),
        "step_free": is_step_free(event),
        "starts_wall": event.starts_wall,
        "ends_wall": event.ends_wall,
        "starts_fold": event.starts_fold,
        "ends_fold": event.ends_fold,
        "ends_at": event.ends_at.astimezone(UTC).isoformat(),
        "zone": event.zone,
        "all_day": event.all_day,
        "blocks_time": event.takes_time,
        "changed": event.changed_at.astimezone(UTC).isoformat(),
        "hosts": list(host_names),
        "colour": hosts[0].organization.colour if hosts and hosts[0].organization.colour else DEFAULT_COLOUR,
        "logo": hosts[0].organization.id.hex if hosts and hosts[0].organization.logo_type else "",
        "url": site.url(f"/events/{event.slug}"),
        "mine_url": site.url(f"/events/{event.slug}/mine"),
        "unlisted": event.visibility != "public",
        "track": choose(event.track, language),
        "offer_hours": event.offer_hours if event.offers_places else 0,
        "deletion_day": "" if event.deletion_day == NOT_YET_TOLD else event.deletion_day.isoformat(),
    }


def letter_facts(
    registration: Registration, person: Person, event: Facts, *, office: Office, now: datetime
) -> Facts:
    """Everything a letter about this registration will ever need. What happens later does not change it."""
    site, scope = office.site, str(registration.event_id)
    return {
        **calendar_facts(registration, event, language=registration.language, site=site, stamp=now),
        "to_address": person.address,
        "name": person.name,
        "status": registration.status,
        "is_over": now >= datetime.fromisoformat(str(event["ends_at"])),
        "answer": registration.answer,
        "invited": registration.invited,
        "return_path": registration.organizer_address if "+r-" in registration.organizer_address else "",
        "site_url": site.base_url,
        "own_url": site.url(f"/registrations/{person.token}"),
        "way_url": f"{event['url']}/own/{key_of(WAY_BACK, registration.id, scope=scope, vault=office.vault)}",
        "stop_url": stop_url(str(event["url"]), registration.id, scope=scope, vault=office.vault),
    }


def stop_url(page: str, row_id: uuid.UUID, *, scope: str, vault: Vault) -> str:
    """Where a letter's reader says that they want no more; the row is theirs, `page` the event's address."""
    return f"{page}/letters/{key_of(NO_LETTERS, row_id, scope=scope, vault=vault)}"


def calendar_facts(
    registration: Registration, event: Facts, *, language: str, site: Site, stamp: datetime
) -> Facts:
    """What the person's calendar entry says wherever it comes from (letter, file, personal calendar); no name is in it.

    `stamp` is the moment of this version (DTSTAMP)."""
    return {
        "language": language,
        "mode": registration.mode,
        "hold": registration.invited and registration.status in {"pending", "waitlisted"},
        "uid": uid_of(registration.id, site),
        "sequence": registration.sequence,
        "stamp": stamp.astimezone(UTC).isoformat(),
        "created": datetime.combine(registration.registered_on, datetime.min.time(), UTC).isoformat(),
        "organizer_address": registration.organizer_address,
        "organizer_name": registration.organizer_name,
        "site_name": site.name(language),
        "event": event,
    }


WAY_BACK = "way back"
"""The only power of the link in letters with a calendar part: our mailing the personal link to its person."""

NO_LETTERS = "no letters"
"""The only power of the link in letters to many: its person gets no more of them."""

_ID, _PROOF = 32, 24
"""Characters of a key: the row's id, and 120 bits that only the event's key can make."""


def key_of(purpose: str, row_id: uuid.UUID, *, scope: str, vault: Vault) -> str:
    """The last piece of a link that can do one thing for one row. Nothing is stored for it."""
    proof = base64.b32encode(vault.code_index(scope, f"{purpose}:{row_id}")[:15]).decode().lower()
    return f"{row_id.hex}{proof}"


def row_of_key(purpose: str, key: str, *, scope: str, vault: Vault) -> uuid.UUID | None:
    """The row that such a link is about; None for one that we never made."""
    try:
        row_id = uuid.UUID(key[:_ID])
    except ValueError:
        return None
    try:
        made = key_of(purpose, row_id, scope=scope, vault=vault)
    except NoKey:
        return None
    return row_id if hmac.compare_digest(made.encode(), key.encode()) else None


def organizer_address(site: Site) -> str:
    """The ORGANIZER's address of a new invitation, the same for its whole life.

    Where answers can reach us it carries an unguessable token (130 bits), by which an answer finds its registration.
    """
    if not site.reply_address:
        return site.sender
    local, _at, domain = site.reply_address.partition("@")
    return f"{local}+r-{new_token()[:26]}@{domain}".lower()


async def organizer_name(event: Event, language: str, *, act: Act) -> str:
    """The ORGANIZER's CN of a new invitation: its first host. It is kept, so that it never changes for this UID."""
    hosts = await event.hosts()
    return (choose(hosts[0].organization.name, language) if hosts else act.site.name(language))[:200]

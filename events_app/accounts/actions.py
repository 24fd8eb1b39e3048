"""What is done with accounts: invite, accept, sign in and out. One verb, one transaction."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from events_app.accounts import rules, tries
from events_app.accounts.models import (
    SITE,
    OneTimeLink,
    Organizer,
    Session,
    address_context,
)
from events_app.accounts.passphrases import fits, hash_passphrase, is_outdated
from events_app.addresses import are_one, kept, read_address
from events_app.database import one_transaction
from events_app.errors import Invalid
from events_app.tokens import digest, new_token
from events_app.vault import Json, Reader, Vault


@dataclass(frozen=True)
class AccountLink:
    """Whom a one-time link is for: empty for the first organizer, with a name where the address is known."""

    kind: str
    address: str = ""
    name: str = ""


@dataclass(frozen=True)
class CameIn:
    """Somebody who is inside: the cookie of their session, and the one by which this browser is known from now on."""

    organizer: Organizer
    session: str
    device: str


async def invite_first(vault: Vault, *, now: datetime) -> str | None:
    """The token of a link that makes the first organizer; None when there is one. Older ones end here."""
    vault.make_keys(SITE)
    return await _invite_first(now)


@one_transaction
async def _invite_first(now: datetime) -> str | None:
    await OneTimeLink.filter(kind="first").delete()
    if await Organizer.exists():
        return None
    token = new_token()
    await OneTimeLink.create(digest=digest(token), kind="first", expires_at=now + rules.LINK_LASTS)
    return token


async def invite(vault: Vault, address: str, *, now: datetime) -> str:
    """The token of a link for this address: to a new account, or to a new passphrase for the one it has.

    Refuses `AddressUnreadable`.
    """
    address = _read(address)
    vault.make_keys(SITE)
    token = new_token()
    sealed = vault.seal(SITE, address_context(digest(token)), {"address": address})
    await _invite(token, sealed, now)
    return token


def _read(address: str) -> str:
    try:
        return read_address(address).ascii
    except Invalid:
        raise rules.AddressUnreadable(address=address.strip()) from None


@one_transaction
async def _invite(token: str, sealed: bytes, now: datetime) -> None:
    await OneTimeLink.filter(expires_at__lte=now).delete()
    await OneTimeLink.create(
        digest=digest(token), kind="organizer", address=sealed, expires_at=now + rules.LINK_LASTS
    )


async def open_link(vault: Vault, token: str, *, now: datetime) -> AccountLink:
    """Whom the link is for. Opening changes nothing: mail scanners open links. Refuses `LinkDoesNotWork`."""
    link = await OneTimeLink.find(token, now=now)
    if link is None:
        raise rules.LinkDoesNotWork()
    if link.address is None:
        return AccountLink(link.kind)
    reader = Reader("own link", link.digest.hex())
    address = str(vault.reveal(SITE, link.address_context, link.address, reader)["address"])
    organizer = await Organizer.find_by_index(vault.blind_index(SITE, kept(address)))
    return AccountLink(link.kind, address, name_of(vault, organizer) if organizer else "")


async def accept(
    vault: Vault,
    token: str,
    name: str,
    address: str,
    passphrase: str,
    *,
    device: str = "",
    now: datetime,
    lasts: timedelta = rules.SESSION_LASTS,
) -> CameIn:
    """Use up a link, and come in: the account of its address exists afterwards, with this name and passphrase.

    An account that was there before keeps its id and loses its sessions and known devices. No number of tries keeps
    anybody out who has a link. Refuses `LinkDoesNotWork`, `LinkForAnotherAddress`, and what `rules.refuse_weak`
    refuses.
    """
    invitation = await open_link(vault, token, now=now)
    if invitation.address and not are_one(invitation.address, address):
        raise rules.LinkForAnotherAddress()
    address = _read(address)
    rules.refuse_weak(passphrase, name=name, address=address)
    hashed = await hash_passphrase(passphrase)  # slow, so before the transaction
    return await _accept(
        vault, token, {"name": name, "address": address}, hashed, Entry(device, now, now + lasts)
    )


@dataclass(frozen=True)
class Entry:
    """With which device's cookie ('' for none) somebody comes in, when, and until when."""

    device: str
    now: datetime
    end: datetime


@one_transaction
async def _accept(vault: Vault, token: str, person: dict[str, Json], hashed: str, entry: Entry) -> CameIn:
    now = entry.now
    unused = OneTimeLink.filter(digest=digest(token), used_at__isnull=True, expires_at__gt=now)
    if await unused.update(used_at=now, address=None) != 1:
        raise rules.LinkDoesNotWork()
    link = await OneTimeLink.get(digest=digest(token))
    if link.kind == "first" and await Organizer.exists():
        raise rules.LinkDoesNotWork()
    index = vault.blind_index(SITE, kept(str(person["address"])))
    organizer = await Organizer.find_by_index(index) or Organizer(address_index=index, created_day=now.date())
    organizer.person = vault.seal(SITE, organizer.person_context, person)
    organizer.passphrase_hash = hashed
    organizer.active = True
    await organizer.save()
    await _end_sessions(organizer.id)
    return await _let_in(vault, organizer, entry)


async def sign_in(
    vault: Vault,
    address: str,
    passphrase: str,
    *,
    device: str = "",
    now: datetime,
    lasts: timedelta = rules.SESSION_LASTS,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> CameIn:
    """Come in with a passphrase, perhaps in a browser where this organizer came in before (`device`: its cookie).

    An unknown address costs the same work and gets the same `SignInRefused` as a wrong passphrase. After 10 failures
    for one address within an hour strangers are refused (`SignInTooOften`). A known device never is: after 10 of its
    own it waits each time, one try after the other. After 200 in all, strangers wait (`rules.pause_after`), with
    nothing of the house in hand.
    """
    index = vault.blind_index(SITE, kept(address))
    known = await tries.known_mark(vault, device, index, now=now)
    pause = await tries.count(index, known, now=now)
    if pause:
        async with tries.one_at_a_time(known) if known is not None else nullcontext():
            await wait(pause)
    organizer = await Organizer.find_by_index(index)
    hashed = organizer.passphrase_hash if organizer is not None and organizer.active else None
    if not await fits(passphrase, hashed, is_known=known is not None) or organizer is None or hashed is None:
        raise rules.SignInRefused()
    organizer.passphrase_hash = await hash_passphrase(passphrase) if is_outdated(hashed) else hashed
    return await _begin_session(vault, organizer, hashed, Entry(device, now, now + lasts), known)


@one_transaction
async def _begin_session(
    vault: Vault, organizer: Organizer, hashed: str, entry: Entry, known: bytes | None
) -> CameIn:
    """A session, unless the passphrase was changed while it was being checked."""
    same = Organizer.filter(id=organizer.id, passphrase_hash=hashed, active=True)
    if await same.update(passphrase_hash=organizer.passphrase_hash) != 1:
        raise rules.SignInRefused()
    if known is None:
        await tries.take_back_one()
    return await _let_in(vault, organizer, entry)


async def _let_in(vault: Vault, organizer: Organizer, entry: Entry) -> CameIn:
    """The session, and the browser that is known from now on; what failed before is forgotten."""
    device = await tries.know(vault, entry.device, organizer, now=entry.now)
    await Session.filter(expires_at__lte=entry.now).delete()
    token = new_token()
    await Session.create(
        digest=digest(token),
        organizer_id=organizer.id,
        created_at=entry.now,
        seen_at=rules.rounded(entry.now),
        expires_at=entry.end,
        form_token=new_token(),
    )
    return CameIn(organizer, token, device)


async def find_session(
    token: str, *, now: datetime, idle: timedelta = rules.IDLE, is_use: bool = True
) -> Session | None:
    """The session of that cookie, with its organizer; None when it is over or never was.

    It is noted as seen, unless no use is made of it: a page that looks again by itself keeps no session alive.
    """
    session = await Session.find(token)
    if session is None or not rules.is_alive(session.expires_at, now=now):
        return None
    if rules.is_idle(session.seen_at, now=now, idle=idle):
        return None
    if is_use and now - session.seen_at >= rules.ROUNDED_TO:
        await _see(session.digest, rules.rounded(now))
    return session


@one_transaction
async def _see(session_digest: bytes, seen_at: datetime) -> None:
    await Session.filter(digest=session_digest).update(seen_at=seen_at)


@one_transaction
async def sign_out(token: str) -> None:
    """End the session of that cookie; nothing happens when there is none."""
    await Session.filter(digest=digest(token)).delete()


@one_transaction
async def sign_out_everywhere(organizer_id: uuid.UUID) -> int:
    """End all sessions of an organizer, and know none of their browsers any more; says how many sessions there were."""
    return await _end_sessions(organizer_id)


async def _end_sessions(organizer_id: uuid.UUID) -> int:
    await tries.forget_devices(organizer_id)
    return await Session.filter(organizer_id=organizer_id).delete()


def name_of(vault: Vault, organizer: Organizer) -> str:
    """The organizer's name, for the organizer; '' where it cannot be opened, which keeps nobody from the desk."""
    reader, lost = Reader("organizer", str(organizer.id)), {"name": ""}
    return str(vault.reveal(SITE, organizer.person_context, organizer.person, reader, instead=lost)["name"])

"""How often somebody may try to sign in, and the browsers in which somebody came in before, who are counted apart."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from events_app.accounts import rules
from events_app.accounts.models import KnownDevice, Organizer, SignInTries, device_mark
from events_app.database import one_transaction
from events_app.tokens import new_token
from events_app.vault import Vault

EVERYBODY = b"everybody"


async def is_known_device(vault: Vault, device: str, *, now: datetime) -> bool:
    """Whether any organizer came in with this device's cookie before."""
    return bool(device) and await _devices(device_mark(vault, device), now).exists()


async def known_mark(vault: Vault, device: str, index: bytes, *, now: datetime) -> bytes | None:
    """The mark of the device, if the organizer of that address came in with it before."""
    if not device:
        return None
    mark = device_mark(vault, device)
    theirs = _devices(mark, now).filter(organizer__address_index=index, organizer__active=True)
    return mark if await theirs.exists() else None


def _devices(mark: bytes, now: datetime) -> QuerySet[KnownDevice]:
    return KnownDevice.filter(mark=mark, used_on__gte=now.date() - rules.DEVICE_LASTS)


@one_transaction
async def count(index: bytes, known: bytes | None, *, now: datetime) -> float:
    """Count before looking, so that a hundred tries at once are a hundred; seconds to wait before it is looked at. A
    refused one is not counted."""
    hour = rules.hour_of(now)
    await SignInTries.filter(hour__not=hour).delete()
    if known is not None:
        return 0.0 if await _counts(known, hour, rules.TRIES_PER_DEVICE) else rules.SLOW_DEVICE
    if not await _counts(index, hour, rules.TRIES_PER_ADDRESS):
        raise rules.SignInTooOften()
    await _counts(EVERYBODY, hour, None)
    return rules.pause_after((await SignInTries.get(subject=EVERYBODY)).tries)


@asynccontextmanager
async def one_at_a_time(known: bytes) -> AsyncIterator[None]:
    """For a browser whose tries are slow: while one of this process waits, others are refused (`SignInTooOften`)."""
    if known in _slow:
        raise rules.SignInTooOften()
    _slow.add(known)
    try:
        yield
    finally:
        _slow.discard(known)


_slow: set[bytes] = set()


async def _counts(subject: bytes, hour: int, most: int | None) -> bool:
    """One try more of that subject; False, and it is not counted, if there were `most`."""
    first = SignInTries(subject=subject, hour=hour, tries=0)
    await SignInTries.bulk_create([first], ignore_conflicts=True)
    within = SignInTries.filter(subject=subject, tries__lt=2**30 if most is None else most)
    return bool(await within.update(tries=F("tries") + 1))


async def take_back_one() -> None:
    """A stranger's try that succeeded was none, in the count of all."""
    await SignInTries.filter(subject=EVERYBODY, tries__gt=0).update(tries=F("tries") - 1)


async def know(vault: Vault, device: str, organizer: Organizer, *, now: datetime) -> str:
    """Know this browser from now on, by its cookie or a new one, which is returned; what failed before is forgotten."""
    cookie = device if await is_known_device(vault, device, now=now) else new_token()
    mark, today = device_mark(vault, cookie), now.date()
    await KnownDevice.filter(used_on__lt=today - rules.DEVICE_LASTS).delete()
    if not await KnownDevice.filter(mark=mark, organizer_id=organizer.id).update(used_on=today):
        await KnownDevice.create(mark=mark, organizer_id=organizer.id, used_on=today)
    await SignInTries.filter(subject__in=[organizer.address_index, mark]).delete()
    return cookie


async def forget_devices(organizer_id: uuid.UUID) -> None:
    """No browser of that organizer is known any more."""
    await KnownDevice.filter(organizer_id=organizer_id).delete()

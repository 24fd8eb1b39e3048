"""Hashing passphrases: argon2id in two threads of its own, so that memory stays bounded and the loop free.

Strangers have one of the two: however many there are, nobody whom the house knows stands behind them.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from events_app.accounts.rules import prepared

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's floor: 19 MiB and two passes, some 40 ms."""

_thread_of_the_known = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2-known")
_thread_of_strangers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2-strangers")

_NOBODY = _hasher.hash("nobody has this passphrase")


async def hash_passphrase(passphrase: str) -> str:
    """What a row keeps of a passphrase: argon2id with its parameters and salt (RFC 9106)."""
    return await asyncio.get_running_loop().run_in_executor(
        _thread_of_the_known, _hasher.hash, prepared(passphrase)
    )


async def fits(passphrase: str, kept: str | None, *, is_known: bool = False) -> bool:
    """Whether it is the passphrase of that hash. Without a hash the answer is no after the same work. `is_known`: it is
    typed in a browser where its person came in before."""
    loop = asyncio.get_running_loop()
    thread = _thread_of_the_known if is_known else _thread_of_strangers
    right = await loop.run_in_executor(thread, _verify, prepared(passphrase), kept or _NOBODY)
    return right and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than those of today."""
    return _hasher.check_needs_rehash(kept)


def _verify(passphrase: bytes, kept: str) -> bool:
    try:
        return _hasher.verify(kept, passphrase)
    except (VerificationError, InvalidHashError):
        return False

"""Passphrases are kept as argon2id, and checked with the same work for nobody."""

import pytest
from argon2 import PasswordHasher

from events_app.accounts.passphrases import fits, hash_passphrase, is_outdated

pytestmark = [pytest.mark.anyio, pytest.mark.engine_free]


async def test_a_hash_names_its_parameters_and_has_its_own_salt() -> None:
    kept = await hash_passphrase("seven lanterns")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert kept != await hash_passphrase("seven lanterns")
    assert not is_outdated(kept)


async def test_only_the_passphrase_fits() -> None:
    kept = await hash_passphrase("seven lanterns")

    assert await fits("seven lanterns", kept)
    assert not await fits("Seven lanterns", kept)


async def test_nothing_fits_nobody() -> None:
    assert not await fits("nobody has this passphrase", None)
    assert not await fits("seven lanterns", "no hash at all")


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("seven lanterns"))

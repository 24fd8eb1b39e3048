"""Encryption of one blob: 0x01, a nonce of 12 bytes, AES-256-GCM; and keys wrapped by keys the same way."""

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from events_app.vault.refusals import SealBroken
from events_app.vault.rules import Json, unpack, unpad

KEY_BYTES = 32
NONCE_BYTES = 12
FORM = b"\x01"
"""The first byte of every blob names the form, so that a later form can live beside it (ASVS 5.0, 11.2.2)."""


def seal_with(cipher: AESGCM, data: bytes, *, bound: bytes) -> bytes:
    """`0x01 | nonce | ciphertext and tag`: 29 bytes longer than `data`, tied to `bound` (NIST SP 800-38D).

    The nonce is random; one key stays far below the 2**32 messages that allows.
    """
    nonce = os.urandom(NONCE_BYTES)
    return FORM + nonce + cipher.encrypt(nonce, data, bound)


def open_with(cipher: AESGCM, blob: bytes, *, bound: bytes) -> bytes:
    """What `seal_with` was given. Refuses `SealBroken` for another form, another place, or a changed bit."""
    if blob[:1] != FORM:
        raise SealBroken()
    try:
        return cipher.decrypt(blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :], bound)
    except (InvalidTag, ValueError):
        raise SealBroken() from None


def open_value(
    cipher: AESGCM, blob: bytes, *, bound: bytes, instead: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """The value in a sealed blob; `instead`, where it is given, of one that was changed. Else refuses `SealBroken`."""
    try:
        return unpack(unpad(open_with(cipher, blob, bound=bound)))
    except SealBroken:
        if instead is None:
            raise
        return dict(instead)


def derive(master: bytes, *, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, out of the master key (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(master)

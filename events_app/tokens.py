"""Bearer secrets for links, cookies and forms: random to make, stored only as a digest."""

import base64
import hashlib
import secrets

TOKEN_BYTES = 24
"""192 bits; OWASP ASVS 5.0, 11.5.1 asks for 128, and UUIDs do not count."""


def new_token() -> str:
    """A fresh secret of 192 random bits: 39 characters of a-z and 2-7, safe in a URL."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode("ascii").rstrip("=").lower()


def digest(token: str) -> bytes:
    """What a row keeps of a token: its SHA-256, 32 bytes. Any text has one; a mistyped link finds nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()

"""DKIM: what is signed can be checked with the public key, and nothing of it can be changed unseen."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from events_app.mail.dkim import Signer, UnreadableKey, relaxed_body, relaxed_header

pytestmark = pytest.mark.engine_free

MESSAGE = (
    b"From: Events <events@example.org>\r\nTo: guest@example.org\r\nSubject: =?utf-8?b?2KrYo9mD2YrYrw==?=\r\n"
    b"Message-ID: <1@example.org>\r\nContent-Type: text/plain\r\n\r\nHello  there \r\n\r\n\r\n"
)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def check(message: bytes, key: rsa.RSAPrivateKey) -> bool:
    """A verifier of its own, after RFC 6376, 6.1: the body's hash, then the signature over the named headers."""
    head, _empty, body = message.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head)
    signature = next(line for line in lines if line.lower().startswith(b"dkim-signature:"))
    tags = dict(
        part.strip().split("=", 1)
        for part in signature.partition(b":")[2].decode().split(";")
        if part.strip()
    )
    tags = {name.strip(): re.sub(r"\s", "", value) for name, value in tags.items()}
    if base64.b64decode(tags["bh"]) != hashlib.sha256(relaxed_body(body)).digest():
        return False
    left, data = [line for line in lines if line is not signature], b""
    for name in tags["h"].split(":"):
        found = next((line for line in reversed(left) if line.lower().startswith(name.encode() + b":")), None)
        if found is not None:
            left.remove(found)
            data += relaxed_header(name, found.partition(b":")[2]) + b"\r\n"
    bare = re.sub(rb"(\bb=)[A-Za-z0-9+/=\s]*$", rb"\1", signature.partition(b":")[2])
    data += relaxed_header("dkim-signature", bare)
    try:
        key.public_key().verify(base64.b64decode(tags["b"]), data, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def test_a_signed_letter_checks_out(key: rsa.RSAPrivateKey) -> None:
    signed = Signer("example.org", "events", key).sign(MESSAGE)

    assert signed.endswith(MESSAGE)
    assert check(signed, key)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Hello", b"Hallo"),
        (b"Subject: =?", b"Subject: x=?"),
        (b"To: guest@", b"To: other@"),
        (b"From: Events", b"From: Evil <evil@example.net>\r\nFrom: Events"),
    ],
)
def test_a_letter_that_was_changed_does_not(key: rsa.RSAPrivateKey, before: bytes, after: bytes) -> None:
    signed = Signer("example.org", "events", key).sign(MESSAGE)

    assert not check(signed.replace(before, after, 1), key)


def test_white_space_that_relays_change_does_not_matter(key: rsa.RSAPrivateKey) -> None:
    signed = Signer("example.org", "events", key).sign(MESSAGE)

    assert check(signed.replace(b"Hello  there \r\n\r\n\r\n", b"Hello there\r\n"), key)


def test_the_canonical_form_is_the_one_of_the_rfc() -> None:
    assert relaxed_header("b", b" Y\t\r\n\tZ  ") == b"b:Y Z"
    assert relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n") == b" C\r\nD E\r\n"


def test_a_key_file_is_rsa_or_ed25519_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    signed = Signer.read(path, domain="example.org", selector="s").sign(MESSAGE)
    path.write_text("no key")

    assert b"a=ed25519-sha256" in signed
    with pytest.raises(UnreadableKey):
        Signer.read(path, domain="example.org", selector="s")

"""DKIM: what is signed can be checked with the public key, and nothing of it can be changed unseen."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from events_app.mail.dkim import Signer, UnreadableKey, relaxed_body, relaxed_header
from tests.mail import canonical

pytestmark = pytest.mark.engine_free

PublicKey = rsa.RSAPublicKey | Ed25519PublicKey

MESSAGE = (
    b"From: Events <events@example.org>\r\nTo: guest@example.org\r\nSubject: =?utf-8?b?2KrYo9mD2YrYrw==?=\r\n"
    b"Message-ID: <1@example.org>\r\nContent-Type: text/plain\r\n\r\nHello  there \r\n\r\n\r\n"
)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def check(message: bytes, key: PublicKey) -> bool:
    """A verifier of its own, after RFC 6376, 6.1: the body's hash, then the signature over the named headers.

    It makes the canonical form by `tests.mail.canonical`, not by ours: what both get wrong alike would not show.
    """
    head, _empty, body = message.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head)
    signature = next(line for line in lines if line.lower().startswith(b"dkim-signature:"))
    tags = dict(
        part.strip().split("=", 1)
        for part in signature.partition(b":")[2].decode().split(";")
        if part.strip()
    )
    tags = {name.strip(): re.sub(r"\s", "", value) for name, value in tags.items()}
    if base64.b64decode(tags["bh"]) != hashlib.sha256(canonical.body(body)).digest():
        return False
    left, data = [line for line in lines if line is not signature], b""
    for name in tags["h"].split(":"):
        found = next((line for line in reversed(left) if line.lower().startswith(name.encode() + b":")), None)
        if found is not None:
            left.remove(found)
            data += canonical.header(found + b"\r\n")
    bare = re.sub(rb"(\bb=)[A-Za-z0-9+/=\s]*$", rb"\1", signature)
    data += canonical.header(bare).removesuffix(b"\r\n")
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(base64.b64decode(tags["b"]), data, padding.PKCS1v15(), SHA256())
        else:
            key.verify(base64.b64decode(tags["b"]), hashlib.sha256(data).digest())  # RFC 8463, 3
    except InvalidSignature:
        return False
    return True


def test_a_signed_letter_checks_out(key: rsa.RSAPrivateKey) -> None:
    signed = Signer("example.org", "events", key).sign(MESSAGE)

    assert signed.endswith(MESSAGE)
    assert check(signed, key.public_key())


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

    assert not check(signed.replace(before, after, 1), key.public_key())


def test_white_space_that_relays_change_does_not_matter(key: rsa.RSAPrivateKey) -> None:
    signed = Signer("example.org", "events", key).sign(MESSAGE)

    assert check(signed.replace(b"Hello  there \r\n\r\n\r\n", b"Hello there\r\n"), key.public_key())


FIELDS = [(b"A: X\r\n", b"a:X\r\n"), (b"B : Y\t\r\n\tZ  \r\n", b"b:Y Z\r\n")]
BODY, RELAXED_BODY = b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"
"""The example of RFC 6376, section 3.4.5."""


def ours(field: bytes) -> bytes:
    name, _colon, value = field.partition(b":")
    return relaxed_header(name.decode("ascii").strip().lower(), value) + b"\r\n"


def test_the_canonical_form_is_the_one_of_the_rfc() -> None:
    for form in (ours, canonical.header):
        assert [form(field) for field, _ in FIELDS] == [relaxed for _, relaxed in FIELDS]
    for body_form in (relaxed_body, canonical.body):
        assert body_form(BODY) == RELAXED_BODY
        assert base64.b64encode(hashlib.sha256(body_form(b"")).digest()) == NO_BODY


NO_BODY = b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""What RFC 6376 gives for an empty body (3.4.4)."""

PIECES = [
    b" ",
    b"\t",
    b"\r\n",
    b"\r\n ",
    b"\r\n\t",
    b"\r",
    b"\n",
    b"\x0b",
    b"\x0c",
    b"a",
    b"B:",
    b".",
    b"\xd8\xb3",
    b"=",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_ours_is_the_canonical_form_of_any_header_and_body(text: bytes) -> None:
    assert ours(b"Subject: " + text + b"\r\n") == canonical.header(b"Subject: " + text + b"\r\n")
    assert relaxed_body(text) == canonical.body(text)


OF_THE_RFC = b"""DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
THEIR_KEY = Ed25519PublicKey.from_public_bytes(
    base64.b64decode("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
)


def test_the_verifier_of_these_tests_takes_the_signed_letter_of_the_rfc_and_no_other() -> None:
    """RFC 8463, appendix A.3: somebody else's signature, so that the verifier is not only true to ours."""
    assert check(OF_THE_RFC, THEIR_KEY)
    assert not check(OF_THE_RFC.replace(b"hungry", b"angry"), THEIR_KEY)
    assert not check(OF_THE_RFC.replace(b"dinner", b"supper"), THEIR_KEY)


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

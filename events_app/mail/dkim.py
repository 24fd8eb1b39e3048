"""DKIM signing of letters (RFC 6376, relaxed/relaxed), for operators whose relay does not sign.

No package: the one that is kept up has no wheel, and the signing half of the RFC is these few lines. The tests hold
them against a second canonical form, and the verifier of the tests against the signed letter of RFC 8463.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from events_app.settings import Mail

SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references",
    "mime-version", "content-type", "auto-submitted",
    "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
"""Headers that are signed where they are present. `from` is signed once more than present, so that nobody adds one."""


class UnreadableKey(ValueError):
    """The key file holds no RSA or Ed25519 private key in PEM."""


@dataclass(frozen=True)
class Signer:
    """Signs for one domain and selector; the public key stands in DNS at SELECTOR._domainkey.DOMAIN."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @staticmethod
    def read(path: Path, *, domain: str, selector: str) -> "Signer":
        """The signer of a PEM file. Refuses `UnreadableKey`."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError):
            raise UnreadableKey(str(path)) from None
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise UnreadableKey(str(path))
        return Signer(domain, selector, key)

    def sign(self, message: bytes) -> bytes:
        """The message with a DKIM-Signature before it. `message` has CRLF line ends and is sent as it is."""
        head, _empty, body = message.partition(b"\r\n\r\n")
        headers = [_split(line) for line in re.split(rb"\r\n(?![ \t])", head)]
        named = [name for name in SIGNED if any(each[0] == name for each in headers)]
        algorithm = "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"
        digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
        value = (
            f" v=1; a={algorithm}; c=relaxed/relaxed; d={self.domain}; s={self.selector};\r\n"
            f"\th={':'.join([*named, 'from'])};\r\n\tbh={digest};\r\n\tb="
        )
        signed = b"".join(relaxed_header(name, value_of(headers, name)) + b"\r\n" for name in named)
        signed += relaxed_header("dkim-signature", value.encode())
        signature = base64.b64encode(self._signature(signed)).decode()
        folded = "\r\n\t ".join(signature[at : at + 70] for at in range(0, len(signature), 70))
        return b"DKIM-Signature:" + value.encode() + folded.encode() + b"\r\n" + message

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), SHA256())
        return self.key.sign(hashlib.sha256(data).digest())  # RFC 8463, 3


def _split(line: bytes) -> tuple[str, bytes]:
    name, _colon, value = line.partition(b":")
    return name.decode("ascii").strip().lower(), value


def value_of(headers: list[tuple[str, bytes]], name: str) -> bytes:
    """The last header of that name: our letters have each once."""
    return next(value for found, value in reversed(headers) if found == name)


def relaxed_header(name: str, value: bytes) -> bytes:
    """RFC 6376, 3.4.2: unfolded, runs of white space one space, none at the ends; white space is space and tab."""
    return name.encode() + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376, 3.4.4: white space at line ends gone, runs one space, empty lines at the end gone."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"\r\n".join(lines) + b"\r\n" if lines else b""


def signer_of(settings: Mail) -> Signer | None:
    """What signs the letters, where the settings name a selector and a key. Refuses `UnreadableKey`."""
    if not (settings.dkim_selector and settings.dkim_key and settings.sender_address):
        return None
    domain = settings.sender_address.rpartition("@")[2]
    return Signer.read(Path(settings.dkim_key), domain=domain, selector=settings.dkim_selector)

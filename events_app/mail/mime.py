"""MIME: header lines and body parts, so written that no value becomes a header of its own.

Python's own e-mail package is not used for writing. Up to 3.11.7 and 3.12.1 it decodes
`=?utf-8?q?=0ABcc:_x?=` in a header value and folds the result into a live header (CVE-2024-6923); here
nothing is ever decoded, and every value is either plain ASCII of a checked alphabet or encoded by us. It is
also some thirty times quicker.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from events_app.addresses import NotAnAddress, written
from events_app.errors import Invalid
from events_app.i18n import N_

LINE = b"\r\n"
_LINE_LENGTH = 76
"""Characters of a line of a header, of which an encoded word is 75 at most (RFC 2047 section 2)."""
_FRAME = len("=?utf-8?b?" + "?=")

_IDENTIFIER = re.compile(r"<[A-Za-z0-9._-]{1,100}@[A-Za-z0-9._-]{1,253}>")


class UnsafeHeader(Invalid):
    """A value that must not stand in a mail header; `header` names the line, the value is told to nobody."""

    sentence = N_("The line “%(header)s” of this email cannot be written safely.")


def checked(header: str, value: str) -> str:
    """The value itself, if it may stand in a header.

    Refuses (UnsafeHeader) control characters, line and paragraph separators (U+0085, U+2028, U+2029), lone
    surrogates and anything that looks like an encoded word.
    """
    if "=?" in value or not (
        value.isprintable()  # what most values are; it means more than none of these, and is quicker to tell
        or all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in value)
    ):
        raise UnsafeHeader(header=header)
    return value


def address(header: str, value: str) -> str:
    """One bare address in ASCII: `someone@example.org`, the domain in its A-label form (RFC 5891).

    Refuses (UnsafeHeader) lists, display names, quoted and non-ASCII local parts, and more than 254
    characters.
    """
    try:
        plain = written(checked(header, value))
    except NotAnAddress:
        raise UnsafeHeader(header=header) from None
    if not plain.isascii():
        raise UnsafeHeader(header=header)
    return plain


def identifier(header: str, value: str) -> str:
    """A Message-ID of the kind we make (RFC 5322 section 3.6.4); refuses any other with UnsafeHeader."""
    if not _IDENTIFIER.fullmatch(value):
        raise UnsafeHeader(header=header)
    return value


def words(header: str, value: str) -> str:
    """Unstructured text (a subject): ASCII as it is, folded between words; else in encoded words (RFC 2047)."""
    plain = " ".join(checked(header, value).split(" ")).strip()
    return _readable(plain, begins=len(header) + 2) or _encoded_words(plain, begins=len(header) + 2)


def mailbox(header: str, name: str, spec: str) -> str:
    """`"Name" <address>`, or the bare address when there is no name (RFC 5322 section 3.4)."""
    plain, bare = checked(header, name).strip(), address(header, spec)
    if not plain:
        return bare
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    said = _readable(f'"{quoted}"', begins=len(header) + 2)
    return f"{said or _encoded_words(plain, begins=len(header) + 2)}\r\n <{bare}>"


def _readable(text: str, *, begins: int) -> str:
    """ASCII text in lines of at most 76 characters, the first of which begins after so many others (RFC 5322, 2.2.3);
    '' for text that is not ASCII, or has a word too long for a line."""
    if begins + len(text) <= _LINE_LENGTH and text.isascii():
        return text
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and begins + len(longer) > _LINE_LENGTH:
            lines.append(line)
            line, begins = word, 1
        else:
            line = longer
        if begins + len(line) > _LINE_LENGTH or not text.isascii():
            return ""
    return "\r\n ".join([*lines, line])


@lru_cache(maxsize=256)
def _encoded_words(text: str, *, begins: int) -> str:
    """Base64 words of whole characters, folded: no character is cut in two (RFC 2047 section 5)."""
    pieces, piece = [], b""
    most = _bytes_after(begins)
    for character in text:
        encoded = character.encode()
        if len(piece) + len(encoded) > most:
            pieces.append(piece)
            piece, most = b"", _bytes_after(1)
        piece += encoded
    pieces.append(piece)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(each).decode('ascii')}?=" for each in pieces)


def _bytes_after(begins: int) -> int:
    """UTF-8 bytes that fit into one encoded word on a line that begins so."""
    return (_LINE_LENGTH - begins - _FRAME) // 4 * 3


def text_part(subtype: str, text: str) -> bytes:
    """A text part in UTF-8: quoted-printable, or base64 where that is shorter (Arabic)."""
    body = "\r\n".join(text.splitlines()).encode() + LINE
    quoted = binascii.b2a_qp(body, istext=True)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\n"
    if len(quoted) <= len(body) * 4 // 3:
        return _part(head + "Content-Transfer-Encoding: quoted-printable", quoted)
    return _part(head + "Content-Transfer-Encoding: base64", _base64(body))


def bytes_parts(heads: Iterable[str], body: bytes) -> list[bytes]:
    """The same bytes under each of these heads. They arrive exactly as they are, CRLF included: always base64."""
    encoded = _base64(body)
    return [_part(head + "\r\nContent-Transfer-Encoding: base64", encoded) for head in heads]


@lru_cache(maxsize=16)
def inline_picture(body: bytes, name: str) -> bytes:
    """A PNG that the HTML beside it names as `cid:name`. Many letters show the same one, so it is kept."""
    head = (
        f"Content-Type: image/png\r\nContent-ID: <{name}>\r\n"
        'Content-Disposition: inline; filename="logo.png"\r\nContent-Transfer-Encoding: base64'
    )
    return _part(head, _base64(body))


def joined(boundary: str, parts: list[bytes]) -> bytes:
    """The body of a multipart. All parts are quoted-printable or base64, so `--=_` cannot stand in one."""
    mark = b"--" + boundary.encode("ascii")
    return b"".join(mark + LINE + part + LINE for part in parts) + mark + b"--" + LINE


def part(head: str, body: bytes) -> bytes:
    """A part whose body is in parts itself, and therefore has no encoding of its own."""
    return _part(head, body)


def _part(head: str, body: bytes) -> bytes:
    return head.encode("ascii") + LINE + LINE + body


def _base64(body: bytes) -> bytes:
    """In lines of 76 characters (RFC 2045 section 6.8)."""
    encoded = base64.b64encode(body)
    return b"".join(encoded[start : start + 76] + LINE for start in range(0, len(encoded), 76))

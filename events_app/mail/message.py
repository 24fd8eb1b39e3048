"""One e-mail message, from what a letter says to the bytes that travel, and back for whoever looks at it."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime

from events_app.i18n import direction
from events_app.mail import mime
from events_app.mail.mime import UnsafeHeader

__all__ = [
    "Attachment",
    "Composed",
    "LogoOf",
    "UnsafeHeader",
    "build",
    "header_names",
    "read_back",
    "recipient_of",
]

_ALWAYS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress")
_URL = re.compile(r"https?://[!-;=?-~]{1,800}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, kw_only=True)
class Composed:
    """What a letter says, before it is bytes.

    to_address: the one person it goes to. to_name: what the letter calls them; it never stands in a header.
    calendar, method: an iTIP object with CRLF line ends, and the METHOD it states (REQUEST, CANCEL,
    PUBLISH); both or neither. sender_name: the words beside the sending address, from the organizers.
    in_reply_to: the Message-ID of the letter this one continues. unsubscribe_url: where a program that POSTs
    `List-Unsubscribe=One-Click` ends such letters for this address (RFC 8058); '' where they cannot be ended.
    logo_of: the id of the organization whose logo stands above it, where the HTML says `LOGO`; logo: that picture, a
    PNG, put in by the courier. Without it the HTML says the picture's other words instead.
    """

    to_address: str
    to_name: str = ""
    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    method: str | None = None
    reply_to: str = ""
    sender_name: str = ""
    language: str = "en"
    in_reply_to: str = ""
    unsubscribe_url: str = ""
    logo_of: str = ""
    logo: bytes = b""


LogoOf = Callable[[str], Awaitable[bytes]]
"""The logo of an organization for the head of a letter, as a small PNG; b"" where there is none."""


async def no_logo(_organization_id: str) -> bytes:
    """For a courier whose letters are nobody's in particular."""
    return b""


def build(composed: Composed, *, sender_address: str, message_id: str, date: datetime) -> bytes:
    """The letter's bytes, with CRLF line ends, all ASCII. The same arguments give the same bytes.

    Text and HTML are alternatives, the HTML together with its logo (RFC 2387); a calendar object is a third
    alternative and, the same bytes again, an attachment named invite.ics: every calendar program tried understands
    this shape. date: aware. Refuses (UnsafeHeader) whatever could add or change a header. Source: RFC 5322, 2045-2047,
    6047, 3834.
    """
    headers = _headers(composed, sender_address=sender_address, message_id=message_id, date=date)
    seed = hashlib.sha256(message_id.encode("ascii")).hexdigest()[:24]
    content_type, body = _body(composed, seed, domain=sender_address.rpartition("@")[2])
    headers += [("MIME-Version", "1.0"), ("Content-Type", content_type)]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
    _prove(head, expected=header_names(composed))
    return head + mime.LINE + body


def header_names(composed: Composed) -> tuple[str, ...]:
    """Exactly the headers that this letter has, each once, in order."""
    optional = [
        ("Reply-To", composed.reply_to),
        ("In-Reply-To", composed.in_reply_to),
        ("References", composed.in_reply_to),
        *_unsubscribing(composed.unsubscribe_url),
    ]
    present = tuple(name for name, value in optional if value)
    return (*_ALWAYS, *present, "Content-Language", "MIME-Version", "Content-Type")


def recipient_of(message: bytes) -> str:
    """The address that a letter built here goes to."""
    head = message.partition(b"\r\n\r\n")[0].decode("ascii")
    return next(line[4:] for line in head.split("\r\n") if line.startswith("To: "))


def _headers(
    composed: Composed, *, sender_address: str, message_id: str, date: datetime
) -> list[tuple[str, str]]:
    if not _LANGUAGE.fullmatch(composed.language):
        raise UnsafeHeader(header="Content-Language")
    headers = [
        ("From", mime.mailbox("From", composed.sender_name, sender_address)),
        ("To", mime.address("To", composed.to_address)),
        ("Subject", mime.words("Subject", _marked(composed.subject, composed.language))),
        ("Date", format_datetime(date)),
        ("Message-ID", mime.identifier("Message-ID", message_id)),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ]
    if composed.reply_to:
        headers.append(("Reply-To", mime.address("Reply-To", composed.reply_to)))
    if composed.in_reply_to:
        first = mime.identifier("In-Reply-To", composed.in_reply_to)
        headers += [("In-Reply-To", first), ("References", first)]
    headers += _unsubscribing(composed.unsubscribe_url)
    return [*headers, ("Content-Language", composed.language)]


def _unsubscribing(url: str) -> list[tuple[str, str]]:
    """RFC 2369, 3.2, and RFC 8058, 3.1, which asks for HTTPS: without it a person still finds the page."""
    if not url:
        return []
    if not _URL.fullmatch(url):
        raise UnsafeHeader(header="List-Unsubscribe")
    one_click = (
        [("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if url.startswith("https://") else []
    )
    return [("List-Unsubscribe", f"<{url}>"), *one_click]


_RLM = "\u200f"


def _marked(subject: str, language: str) -> str:
    """A subject of a right-to-left language between right-to-left marks: mail programs show it in a line of their own
    direction, where the closing mark of a quotation would jump to the wrong side. The words stay as they are."""
    return f"{_RLM}{subject}{_RLM}" if direction(language) == "rtl" else subject


LOGO = "cid:logo"
"""Where the HTML shows the logo; the letter's own name for it is put in here (RFC 2392)."""

_PICTURE = re.compile(rf'<img [^<>]*src="{LOGO}"[^<>]*>')
_OTHER_WORDS = re.compile(r'alt="([^"]*)"')


def _html_part(composed: Composed, seed: str, *, domain: str) -> bytes:
    if not composed.logo:
        return mime.text_part("html", _PICTURE.sub(_other_words, composed.html))
    name = f"logo.{hashlib.sha256(composed.logo).hexdigest()[:16]}@{domain}"
    page = mime.text_part("html", composed.html.replace(LOGO, f"cid:{name}"))
    boundary = f"=_r{seed}"
    return mime.part(
        f'Content-Type: multipart/related; type="text/html";\r\n boundary="{boundary}"',
        mime.joined(boundary, [page, mime.inline_picture(composed.logo, name)]),
    )


def _other_words(picture: re.Match[str]) -> str:
    words = _OTHER_WORDS.search(picture[0])
    return f"<bdi>{words[1]}</bdi>" if words else ""


def _body(composed: Composed, seed: str, *, domain: str) -> tuple[str, bytes]:
    """The content type of the whole letter, and its body."""
    parts = [mime.text_part("plain", composed.text), _html_part(composed, seed, domain=domain)]
    inner = f"=_a{seed}"
    alternative = f'multipart/alternative; boundary="{inner}"'
    if composed.calendar is None:
        return alternative, mime.joined(inner, parts)
    method = _stated_method(composed.calendar, composed.method)
    kind = f"text/calendar; charset=utf-8; method={method}; component=VEVENT"
    attachment = 'Content-Type: application/ics\r\nContent-Disposition: attachment; filename="invite.ics"'
    shown, attached = mime.bytes_parts((f"Content-Type: {kind}", attachment), composed.calendar)
    whole = [
        f"Content-Type: {alternative}\r\n\r\n".encode("ascii") + mime.joined(inner, [*parts, shown]),
        attached,
    ]
    outer = f"=_m{seed}"
    return f'multipart/mixed; boundary="{outer}"', mime.joined(outer, whole)


def _stated_method(calendar: bytes, method: str | None) -> str:
    """The method, if the calendar object states the same one: Outlook refuses a letter where they differ."""
    if method is None or not method.isalpha() or b"\r\nMETHOD:" + method.encode() + b"\r\n" not in calendar:
        raise ValueError("the calendar object states another method than the letter")
    if calendar.count(b"\n") != calendar.count(b"\r\n"):
        raise ValueError("the calendar object has line ends other than CRLF")
    return method


def _prove(head: bytes, *, expected: tuple[str, ...]) -> None:
    """Look at the finished bytes once more: these headers and no others, whatever the code above believed."""
    lines = head.decode("ascii").split("\r\n")[:-1]
    names = tuple(line.partition(":")[0] for line in lines if not line.startswith(" "))
    if names != expected or any(
        "\r" in line or "\n" in line or len(line) > 998 or not line.strip() for line in lines
    ):
        raise UnsafeHeader(header="?")


@dataclass(frozen=True)
class Attachment:
    """A part of a letter that is neither its text nor its HTML, nor a picture in it: name ("" for none), content type,
    bytes."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Said:
    """What the bytes of a letter say."""

    to_address: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def _with_pictures(html: str, pictures: Mapping[str, str]) -> str:
    """The page with its pictures in itself, because outside of its letter nothing else has them."""
    for name, data in pictures.items():
        html = html.replace(name, data)
    return html


def read_back(raw: bytes) -> Said:
    """A letter built here, as a person may see it."""
    message = message_from_bytes(raw, policy=default)
    texts = {"text/plain": "", "text/html": ""}
    attachments, pictures = [], dict[str, str]()
    for part in message.walk():
        if part.is_multipart() or not isinstance(part, EmailMessage):
            continue
        kind, data = part.get_content_type(), part.get_payload(decode=True)
        body = data if isinstance(data, bytes) else b""
        if kind in texts:
            texts[kind] = body.decode("utf-8").replace("\r\n", "\n")
        elif name := str(part.get("Content-ID", "")):
            pictures[f"cid:{name.strip('<>')}"] = (
                f"data:{kind};base64,{base64.b64encode(body).decode('ascii')}"
            )
        else:
            attachments.append(Attachment(part.get_filename() or "", kind, body))
    return Said(
        str(message["To"]),
        str(message["Subject"]).strip(_RLM),
        texts["text/plain"],
        _with_pictures(texts["text/html"], pictures),
        tuple(attachments),
    )

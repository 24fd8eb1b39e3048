"""Reading inbound mail: its bytes in, one frozen statement of what it is out. Pure, and silent about any nonsense.

A calendar's answer is read for its method, UID, attendee, answer, SEQUENCE and DTSTAMP, and for nothing else: summary,
times and description of foreign mail are never looked at.
"""

import codecs
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum
from typing import Final

from flufl.bounce import all_failures

from events_app.errors import silence
from events_app.mail.rules import (
    MOST_OF_A_FIELD,
    content_lines,
    is_about_address,
    is_too_much,
    of_the_event,
    results_in,
    status_in,
)
from events_app.texts import text_of_html

silence("flufl.bounce")  # it quotes what it cannot read

LARGEST: Final = 256 * 1024
"""Bytes; nobody's calendar answers with more."""

MOST_LETTERS: Final = 10_000
"""Of what a human wrote, so much is sent on."""

ANSWERS: Final = frozenset({"ACCEPTED", "TENTATIVE", "DECLINED"})


class MailKind(StrEnum):
    REPLY = "reply"
    COUNTER = "counter"
    REFRESH = "refresh"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    HUMAN = "human"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Arrived:
    """One mail, as far as it concerns us.

    `sender` is the From address, `message_id` what an answer to it may name ('' where that cannot be
    said safely), `is_proven` whether our own mail server vouches for it. `attendee` and `answer`
    (PARTSTAT) come from a calendar part; `stamp` is its DTSTAMP (UTC). `failed` are the addresses of which a delivery
    report says never. `subject` and `text` are a human's; `attached` names what else was in their mail.
    """

    kind: MailKind
    sender: str = ""
    message_id: str = ""
    is_proven: bool = False
    uid: str = ""
    attendee: str = ""
    answer: str = ""
    sequence: int = 0
    stamp: datetime | None = None
    failed: frozenset[str] = frozenset()
    subject: str = ""
    text: str = ""
    attached: tuple[str, ...] = ()


def read(raw: bytes, *, return_path: str | None, authserv_id: str) -> Arrived:
    """What a mail is. Never raises, whatever the bytes.

    `return_path` is the envelope's sender, '' for a bounce's. Only Authentication-Results that begin with
    `authserv_id` count (RFC 8601, 5): others may come from the sender.
    """
    if len(raw) > LARGEST:
        return Arrived(MailKind.TOO_LARGE)
    if is_too_much(raw):
        return Arrived(MailKind.UNREADABLE)
    try:
        message = message_from_bytes(raw)
        arrived = _read(message, return_path=return_path, authserv_id=authserv_id)
        return replace(arrived, message_id=_message_id(message))
    except Exception:  # noqa: BLE001 - foreign bytes may break any parser; none of that is our business
        return Arrived(MailKind.UNREADABLE)


def _read(message: Message, *, return_path: str | None, authserv_id: str) -> Arrived:
    sender = _sender(message)
    calendars = [] if message.get_content_type() == "multipart/report" else _answers(message)
    if not calendars and (message.get_content_type() == "multipart/report" or return_path == ""):
        return Arrived(MailKind.BOUNCE, sender, failed=_failed(message))
    if calendars:
        is_proven = bool(sender) and _is_proven(message, sender, authserv_id)
        return _calendar_answer(calendars, sender, is_proven=is_proven)
    if _is_automatic(message):
        return Arrived(MailKind.AUTOMATIC, sender)
    return _human(message, sender)


def _message_id(message: Message) -> str:
    said = _field(message, "Message-ID").strip()
    return said if re.fullmatch(r"<[A-Za-z0-9._-]{1,100}@[A-Za-z0-9._-]{1,253}>", said) else ""


def _field(message: Message, name: str) -> str:
    """A header field, if it is there and no longer than one that somebody means."""
    said = str(message.get(name, ""))
    return said if len(said) <= MOST_OF_A_FIELD else ""


def _sender(message: Message) -> str:
    found = getaddresses([_field(message, "From")]) if len(message.get_all("From", [])) == 1 else []
    return found[0][1].strip().lower() if len(found) == 1 else ""


def _answers(message: Message) -> list[str]:
    """The different calendar answers of a mail: the same bytes inline and attached are one. A calendar of another
    method, such as our own invitation sent along, is an attachment like others."""
    return [text for text in _calendars(message) if _METHOD.search(text)]


_METHOD: Final = re.compile(
    r"^METHOD[^:\n]*:[ \t]*(REPLY|COUNTER|REFRESH)[ \t]*$", re.MULTILINE | re.IGNORECASE
)


def _calendars(message: Message) -> list[str]:
    texts = dict[str, None]()
    for part in message.walk():
        name = (part.get_filename() or "").lower()
        if part.get_content_type() in {"text/calendar", "application/ics"} or name.endswith(".ics"):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                texts[payload.decode("utf-8", "replace").replace("\r\n", "\n").strip()] = None
    return list(texts)


def _calendar_answer(calendars: list[str], sender: str, *, is_proven: bool) -> Arrived:
    """The one answer in a mail. Two different calendars, or two events, are nobody's answer."""
    if len(calendars) != 1:
        return Arrived(MailKind.UNREADABLE, sender)
    lines = content_lines(calendars[0])
    methods = [value.upper() for name, _parameters, value in lines if name == "METHOD"]
    events = [value.upper() for name, _parameters, value in lines if name == "BEGIN"].count("VEVENT")
    if len(methods) != 1 or events != 1:
        return Arrived(MailKind.UNREADABLE, sender)
    kind = {"REPLY": MailKind.REPLY, "COUNTER": MailKind.COUNTER, "REFRESH": MailKind.REFRESH}.get(
        methods[0], MailKind.UNREADABLE
    )
    inside = of_the_event(lines)
    attendees = [(parameters, value) for name, parameters, value in inside if name == "ATTENDEE"]
    if len(attendees) != 1:
        return Arrived(MailKind.UNREADABLE, sender)
    parameters, address = attendees[0]
    answer = parameters.get("PARTSTAT", "").upper()
    if kind == MailKind.REPLY and answer not in ANSWERS:
        return Arrived(MailKind.UNREADABLE, sender)
    values = {name: value for name, _parameters, value in inside}
    sequence = values.get("SEQUENCE", "0").strip()
    return Arrived(
        kind,
        sender,
        is_proven=is_proven,
        uid=values.get("UID", "").strip(),
        attendee=address.strip().lower().removeprefix("mailto:"),
        answer=answer,
        sequence=int(sequence) if re.fullmatch(r"\d{1,6}", sequence) else 0,
        stamp=_moment(values.get("DTSTAMP", "")),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_proven(message: Message, sender: str, authserv_id: str) -> bool:
    """Whether our own mail server says that the mail is from whom it says: DMARC passed, or Google signed it.

    Google sends its users' answers itself, signed by google.com, so DMARC may fail for their domains.
    """
    if not authserv_id:
        return False
    domain = sender.rpartition("@")[2]
    for header in message.get_all("Authentication-Results", [])[:MOST_VOUCHERS]:
        (server, *_version), *results = (
            each or [""] for each in results_in(str(header)[:MOST_OF_A_FIELD].lower())
        )
        if server != authserv_id.lower():
            continue
        for method, *properties in results:
            by_dmarc = method == "dmarc=pass" and f"header.from={domain}" in properties
            by_google = method == "dkim=pass" and not _GOOGLES.isdisjoint(properties)
            if by_dmarc or by_google:
                return True
    return False


_GOOGLES: Final = frozenset({"header.d=google.com", "header.i=@google.com"})
MOST_VOUCHERS: Final = 10
"""Authentication-Results that are looked at: our own server's stand on top of those that came with the mail."""


def _is_automatic(message: Message) -> bool:
    """RFC 3834, 2: out of office and the like."""
    submitted = _field(message, "Auto-Submitted").strip().lower() or "no"
    precedence = _field(message, "Precedence").strip().lower()
    return (
        submitted != "no" or precedence in {"bulk", "auto_reply", "junk", "list"} or "X-Autoreply" in message
    )


def _failed(message: Message) -> frozenset[str]:
    """The addresses of which a delivery report says never, in whatever form its server writes one."""
    try:
        _temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - a report that nobody can read says nothing
        return frozenset()
    failed = {each.decode("utf-8", "replace").strip().lower() for each in permanent}
    return frozenset(failed - _refused_for_another_reason(message))


def _refused_for_another_reason(message: Message) -> set[str]:
    """Whom a delivery report (RFC 3464, 2.3) names with a status that is not about the address: a server that is away,
    a letter that is taken for spam."""
    found = set[str]()
    for part in message.walk():
        for recipient in ("Final-Recipient", "Original-Recipient"):
            status, address = str(part.get("Status", "")), str(part.get(recipient, "")).rpartition(";")[2]
            what = status_in(status) or (0, 0)  # 5.0.0 says no more than never
            if status and not (status.startswith("5.") and (what[0] == 0 or is_about_address(what))):
                found.add(address.strip().strip("<>").lower())
    return found


def _human(message: Message, sender: str) -> Arrived:
    """What somebody wrote by hand: the plain text, or else the HTML as text, shortened."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    texts = [part for part in parts if part.get_content_maintype() == "text" and not part.get_filename()]
    plain = next((part for part in texts if part.get_content_type() == "text/plain" and _said_in(part)), None)
    html = next((part for part in texts if part.get_content_type() == "text/html"), None)
    text = _said_in(plain) if plain else text_of_html(_said_in(html)) if html else ""
    others = (part for part in parts if part not in (plain, html) and part.get_content_type() != "text/html")
    attached = tuple(
        " ".join((part.get_filename() or part.get_content_type()).split())[:100] for part in others
    )
    return Arrived(
        MailKind.HUMAN, sender, subject=_subject(message), text=text[:MOST_LETTERS], attached=attached[:20]
    )


def _said_in(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        charset = codecs.lookup(part.get_content_charset() or "utf-8").name
    except LookupError:
        charset = "utf-8"
    return payload.decode("utf-8" if charset in _OF_HOST_NAMES else charset, "replace").strip()


_OF_HOST_NAMES: Final = frozenset({"idna", "punycode"})
"""Alphabets that nobody writes in, and whose readers take the square of a text's length."""


def _subject(message: Message) -> str:
    """The subject on one line, its encoded words read (RFC 2047)."""
    try:
        said = str(make_header(decode_header(str(message.get("Subject", ""))[:1000])))
    except (HeaderParseError, LookupError, UnicodeError):
        said = str(message.get("Subject", ""))[:1000]
    return " ".join("".join(each if each.isprintable() else " " for each in said).split())[:200]

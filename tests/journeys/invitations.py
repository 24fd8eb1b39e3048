"""The invitation in a letter, as three parsers that are not ours understand it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import vobject

from tests.mail.smtp import Received
from tests.node import tools

READERS = ("icaljs", "ts-ics", "vobject")


@dataclass(frozen=True)
class Invitation:
    """What a calendar program makes of it; starts and ends in UTC."""

    method: str
    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    summary: str
    attendee: str


def calendar_of(letter: Received) -> bytes:
    """The calendar part inside multipart/alternative, which must be the same bytes as the attached invite.ics."""
    body = letter.message
    alternatives = [part for part in body.walk() if part.get_content_type() == "multipart/alternative"]
    (alternative,) = alternatives
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    files = {part.get_filename(): part for part in body.walk() if part.get_filename()}
    (inline,) = [part for part in alternative.walk() if part.get_content_type() == "text/calendar"]
    content: Any = inline.get_payload(decode=True)
    assert content == files["invite.ics"].get_payload(decode=True)
    assert f"METHOD:{inline.get_param('method')}\r\n".encode() in content
    return bytes(content)


def understood(content: bytes) -> Invitation:
    """The one invitation that all three readers see; fails where they disagree."""
    seen = {reader: _read(reader, content) for reader in READERS}
    first, *others = seen.values()
    assert all(other == first for other in others), seen
    return first


def _read(reader: str, content: bytes) -> Invitation:
    if reader == "vobject":
        return _read_with_vobject(content)
    (((told),),) = tools.run("read.mjs", reader, data=[content.decode()])
    return Invitation(
        method=told["method"],
        uid=told["uid"],
        sequence=told["sequence"],
        starts=datetime.fromisoformat(told["start"]).astimezone(UTC),
        ends=datetime.fromisoformat(told["end"]).astimezone(UTC),
        summary=told["summary"],
        attendee=told["attendee"].removeprefix("mailto:"),
    )


def _read_with_vobject(content: bytes) -> Invitation:
    whole: Any = vobject.readOne(content.decode())
    return Invitation(
        method=whole.method.value,
        uid=whole.vevent.uid.value,
        sequence=int(whole.vevent.sequence.value),
        starts=whole.vevent.dtstart.value.astimezone(UTC),
        ends=whole.vevent.dtend.value.astimezone(UTC),
        summary=whole.vevent.summary.value,
        attendee=whole.vevent.attendee.value.removeprefix("mailto:"),
    )

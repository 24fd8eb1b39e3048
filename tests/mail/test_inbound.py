"""Foreign mail: whatever the bytes, reading them says what they are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.mail.inbound import LARGEST, Arrived, MailKind, read

pytestmark = pytest.mark.engine_free

REPLY = (
    b"From: Guest <Guest@Example.org>\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VTIMEZONE\r\nTZID:(UTC+01:00) x\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
    b"UID:reg-1@ho\r\n st\r\nDTSTAMP:20350101T100000Z\r\nSEQUENCE:2\r\nSUMMARY:Accepted: x\r\n"
    b'ATTENDEE;CN="A: B; C";PARTSTAT=TENTATIVE:MAILTO:guest@example.org\r\nBEGIN:VALARM\r\nUID:other\r\nEND:VALARM\r\n'
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_a_reply_is_read_for_what_it_answers_and_nothing_else() -> None:
    assert read(REPLY, return_path="guest@example.org", authserv_id="") == Arrived(
        MailKind.REPLY,
        "guest@example.org",
        uid="reg-1@host",
        attendee="guest@example.org",
        answer="TENTATIVE",
        sequence=2,
        stamp=datetime(2035, 1, 1, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"x" * (LARGEST + 1), MailKind.TOO_LARGE),
        (REPLY.replace(b"METHOD:REPLY", b"METHOD:REQUEST"), MailKind.HUMAN),
        (REPLY.replace(b"TENTATIVE", b"MAYBE"), MailKind.UNREADABLE),
        (
            REPLY.replace(b"END:VCALENDAR", b"BEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR"),
            MailKind.UNREADABLE,
        ),
        (REPLY.replace(b"METHOD:REPLY", b"METHOD:COUNTER"), MailKind.COUNTER),
        (REPLY.replace(b"METHOD:REPLY", b"METHOD:REFRESH"), MailKind.REFRESH),
        (b"From: a@example.org\r\nAuto-Submitted: auto-replied\r\n\r\nAway", MailKind.AUTOMATIC),
        (b"From: a@example.org\r\n\r\nHello", MailKind.HUMAN),
    ],
)
def test_every_kind_of_mail_has_its_name(raw: bytes, kind: MailKind) -> None:
    assert read(raw, return_path="a@example.org", authserv_id="mx").kind == kind


def test_mail_with_an_empty_return_path_is_a_bounce() -> None:
    assert read(b"From: a@example.org\r\n\r\nHello", return_path="", authserv_id="mx").kind == MailKind.BOUNCE


def test_only_our_own_servers_word_counts() -> None:
    ours = b"Authentication-Results: mx.example.org; dmarc=pass (p=none) header.from=example.org\r\n"
    theirs = ours.replace(b"mx.example.org", b"mx.example.net")

    proofs = [
        read(head + REPLY, return_path="x", authserv_id="mx.example.org") for head in (ours, theirs, b"")
    ]

    assert [each.is_proven for each in proofs] == [True, False, False]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert read(raw, return_path="a@example.org", authserv_id="mx").kind in MailKind


@given(st.integers(0, len(REPLY)), st.binary(max_size=30))
def test_no_damage_to_a_reply_breaks_the_reader(at: int, noise: bytes) -> None:
    assert (
        read(REPLY[:at] + noise + REPLY[at:], return_path="a@example.org", authserv_id="mx").kind in MailKind
    )

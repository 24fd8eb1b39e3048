"""Foreign mail: whatever the bytes, reading them says what they are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.mail.inbound import LARGEST, MOST_LETTERS, Arrived, MailKind, read
from events_app.mail.rules import split_unquoted

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


@pytest.mark.parametrize(
    "said",
    [
        'spf=fail smtp.mailfrom="a;dmarc=pass header.from=example.org;b"',
        'spf=fail smtp.mailfrom="a\\";dmarc=pass header.from=example.org;b"',
        'spf=fail smtp.mailfrom="a; dmarc=pass header.from=example.org; b"@example.net',
        "spf=fail (a;dmarc=pass header.from=example.org;b)",
        "spf=fail (a (b) ;dmarc=pass header.from=example.org;b)",
        "spf=fail (a \\) ;dmarc=pass header.from=example.org;b)",
        'spf=fail smtp.mailfrom=(" "a;dmarc=pass header.from=example.org;b"',
        "spf=fail smtp.mailfrom= dmarc=pass header.from=example.org",
        'spf=fail smtp.mailfrom="a;dmarc=pass header.from=example.org',
        "spf=fail (a;dmarc=pass header.from=example.org",
        "dmarc=fail header.from=example.org",
        "dmarc=pass header.from=example.net",
        "dmarc=pass (header.from=example.org)",
        'dmarc=pass reason="x header.from=example.org"',
        "dmarc=passed header.from=example.org",
        "x-dmarc=pass header.from=example.org",
        "dkim=pass header.d=google.com.example.net",
    ],
)
def test_a_forged_result_never_proves_a_mail(said: str) -> None:
    head = f"Authentication-Results: mx.example.org; {said}\r\n".encode()

    assert not read(head + REPLY, return_path="x", authserv_id="mx.example.org").is_proven


@pytest.mark.parametrize(
    "said",
    [
        "mx.example.org; dmarc=pass header.from=example.org",
        "mx.example.org 1; spf=none smtp.mailfrom=x; dmarc=pass (p=none; sp=(q)) header.from=example.org",
        "MX.example.org (ours); DMARC=pass\r\n policy.x=y\r\n header.from=Example.org",
        'mx.example.org; dmarc = pass reason="a;b \\"c" header.from = "example.org"',
        "mx.example.org;dkim=pass header.i=@google.com;dmarc=fail header.from=example.org",
    ],
)
def test_what_our_server_says_is_read_in_every_form_that_it_may_have(said: str) -> None:
    head = f"Authentication-Results: {said}\r\n".encode()

    assert read(head + REPLY, return_path="x", authserv_id="mx.example.org").is_proven


@pytest.mark.parametrize(
    "raw",
    [
        b"Authentication-Results: mx; " + 14_000 * b"(((((((((((((((\r\n ",
        b"From: a@example.org\r\n" + 60_000 * b"a:\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + 30_000 * b"--b\r\n\r\n",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(99)
        ),
        b'Content-Type: text/plain; a="' + 200 * (900 * b";" + b"\r\n "),
        b"Subject: x\r\n\r\n" + 100_000 * b"\r\n",
    ],
)
def test_mail_that_costs_more_than_any_honest_one_is_never_read(raw: bytes) -> None:
    assert len(raw) < LARGEST
    assert read(raw, return_path="", authserv_id="mx") == Arrived(MailKind.UNREADABLE)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ('ATTENDEE;CN="a;b";X=1', ["ATTENDEE", 'CN="a;b"', "X=1"]),
        ('a";b', ['a";b']),
        ("", [""]),
        (";", ["", ""]),
    ],
)
def test_a_text_is_never_split_within_quotation_marks(text: str, pieces: list[str]) -> None:
    assert split_unquoted(text, ";") == pieces


@pytest.mark.parametrize("charset", ["punycode", "idna", "no-such"])
def test_a_slow_alphabet_is_never_read(charset: str) -> None:
    raw = (
        f"From: a@example.org\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
        + b"a-b" * 80_000
    )

    assert read(raw, return_path="x", authserv_id="mx").text == ("a-b" * 80_000)[:MOST_LETTERS]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert read(raw, return_path="a@example.org", authserv_id="mx").kind in MailKind


@given(st.integers(0, len(REPLY)), st.binary(max_size=30))
def test_no_damage_to_a_reply_breaks_the_reader(at: int, noise: bytes) -> None:
    assert (
        read(REPLY[:at] + noise + REPLY[at:], return_path="a@example.org", authserv_id="mx").kind in MailKind
    )

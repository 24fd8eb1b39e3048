"""The bytes of a letter: the tree of parts, every header, and nobody else's headers."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events_app.mail.message import Composed, UnsafeHeader, build, header_names, read_back, recipient_of

pytestmark = pytest.mark.engine_free

INVITE = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nDESCRIPTION:caf\xc3\xa9\r\nEND:VCALENDAR\r\n"
MESSAGE_ID = "<abcdefghijklmnopqrstuvwxyz234567abcdefg@events.example.org>"
WHEN = datetime(2026, 11, 22, 16, 5, tzinfo=UTC)


def draft(**changes: object) -> Composed:
    words: dict[str, object] = {
        "to_address": "guest@example.org",
        "subject": "Your seat is confirmed",
        "text": "See you there.\n",
        "html": "<p>See you there.</p>",
    }
    return Composed(**(words | changes))  # type: ignore[arg-type]


def built(of: Composed) -> bytes:
    return build(of, sender_address="events@example.org", message_id=MESSAGE_ID, date=WHEN)


def parsed(raw: bytes) -> EmailMessage:
    letter = message_from_bytes(raw, policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def parts(letter: EmailMessage) -> list[EmailMessage]:
    return [part for part in letter.iter_parts() if isinstance(part, EmailMessage)]


def test_an_invitation_has_the_tree_that_calendar_programs_understand() -> None:
    letter = parsed(built(draft(calendar=INVITE, method="REQUEST")))

    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert letter.defects == []


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
WITH_LOGO = {
    "html": '<p><img class="logo" src="cid:logo" height="52" alt="Olive &amp; Grove"></p>',
    "logo": PNG,
}


def test_a_logo_never_comes_between_a_calendar_program_and_its_part() -> None:
    """The shape of invitations with pictures by Yahoo and Exchange: the calendar stays the last alternative."""
    plain = parsed(built(draft(calendar=INVITE, method="REQUEST")))
    letter = parsed(built(draft(calendar=INVITE, method="REQUEST", **WITH_LOGO)))

    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/calendar",
        "application/ics",
    ]
    assert [
        part.as_bytes(policy=SMTP) for part in letter.walk() if part.get_content_type() == "text/calendar"
    ] == [part.as_bytes(policy=SMTP) for part in plain.walk() if part.get_content_type() == "text/calendar"]
    assert parts(parts(letter)[0])[-1].get_content_type() == "text/calendar"
    assert [each.defects for each in letter.walk()] == [[]] * 8


def test_a_logo_is_named_by_its_page_and_is_no_attachment() -> None:
    raw = built(draft(**WITH_LOGO))
    related = parts(parsed(raw))[1]
    page, picture = parts(related)

    name = str(picture["Content-ID"]).strip("<>")
    assert f'src="cid:{name}"' in page.get_content()
    assert (picture.get_content(), picture.get_content_disposition()) == (PNG, "inline")
    assert name.endswith("@example.org")
    assert related.get_param("type") == "text/html"
    said = read_back(raw)
    assert (said.attachments, "data:image/png;base64,iVBOR" in said.html) == ((), True)


def test_a_letter_whose_logo_is_gone_says_whose_it_is_instead() -> None:
    letter = parsed(built(draft(**{**WITH_LOGO, "logo": b""})))

    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert parts(letter)[1].get_content().strip() == "<p><bdi>Olive &amp; Grove</bdi></p>"


def test_the_same_logo_makes_the_same_letter_and_short_lines() -> None:
    raw = built(draft(**WITH_LOGO))

    assert raw == built(draft(**WITH_LOGO))
    assert max(map(len, raw.split(b"\r\n"))) <= 76
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_the_calendar_part_says_its_method_and_has_no_disposition() -> None:
    raw = built(draft(calendar=INVITE, method="REQUEST"))
    alternative, attachment = parts(parsed(raw))
    calendar = parts(alternative)[2]

    assert (
        raw.count(b"\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST; component=VEVENT\r\n")
        == 1
    )
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar["Content-Disposition"] is None
    assert attachment["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert attachment["Content-Transfer-Encoding"] == "base64"


def test_both_calendar_parts_hold_the_very_same_bytes() -> None:
    alternative, attachment = parts(parsed(built(draft(calendar=INVITE, method="REQUEST"))))

    assert parts(alternative)[2].get_payload(decode=True) == INVITE
    assert attachment.get_payload(decode=True) == INVITE


def test_a_letter_without_a_calendar_is_two_alternatives() -> None:
    letter = parsed(built(draft()))

    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_every_header_is_there_once_and_says_what_it_should() -> None:
    letter = parsed(
        built(draft(reply_to="desk@example.org", sender_name="Side events", in_reply_to=MESSAGE_ID))
    )
    boundary = letter.get_boundary()

    assert [(name, str(value)) for name, value in letter.items()] == [
        ("From", "Side events <events@example.org>"),
        ("To", "guest@example.org"),
        ("Subject", "Your seat is confirmed"),
        ("Date", "Sun, 22 Nov 2026 16:05:00 +0000"),
        ("Message-ID", MESSAGE_ID),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Reply-To", "desk@example.org"),
        ("In-Reply-To", MESSAGE_ID),
        ("References", MESSAGE_ID),
        ("Content-Language", "en"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    ]


def test_the_name_of_the_person_stands_in_no_header() -> None:
    assert b"Canary" not in built(draft(to_name="Canary Name"))


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert built(draft()) == built(draft())


def test_all_lines_end_in_crlf_and_are_short_ascii() -> None:
    raw = built(
        draft(subject="حدث جانبي " * 20, sender_name="منظمة " * 20, text="نص\n" * 50, html="<p>é</p>" * 99)
    )

    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 90


def test_the_courier_reads_the_recipient_from_the_letter_itself() -> None:
    assert recipient_of(built(draft(to_address="someone@bücher.example"))) == "someone@xn--bcher-kva.example"


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200))
@example("Ünïcödé " * 12)
@example('Quotes " and \\ backslashes')
@example("a" * 59 + "é")
def test_any_printable_subject_and_sender_name_arrives_as_typed(words: str) -> None:
    if "=?" in words:
        return
    letter = parsed(built(draft(subject=words, sender_name=words)))

    assert "".join(str(letter["Subject"]).split()) == "".join(words.split())
    name = letter["From"].addresses[0].display_name
    assert "".join(name.split()) == "".join(words.split())


@given(st.text(max_size=300), st.text(max_size=300))
@example("line\n.dot\n..two\n--=_a\n=3D", "<p>\r\n</p>")
@example("", "")
def test_any_text_arrives_line_by_line(text: str, html: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in text + html):
        return
    plain, rich = parts(parsed(built(draft(text=text, html=html))))

    assert plain.get_payload(decode=True) == ("\r\n".join(text.splitlines()) + "\r\n").encode()
    assert rich.get_payload(decode=True) == ("\r\n".join(html.splitlines()) + "\r\n").encode()


CONTROLS = [
    "\r\n",
    "\n",
    "\r",
    "\x00",
    "\x0b",
    "\x85",
    "\u2028",
    "\u2029",
    "=?utf-8?q?Hi=0ABcc:_x?=",
    "\ud800",
]


@pytest.mark.parametrize("bad", CONTROLS)
@pytest.mark.parametrize(
    "field", ["to_address", "subject", "reply_to", "sender_name", "language", "in_reply_to"]
)
def test_nothing_that_could_become_a_header_is_written(field: str, bad: str) -> None:
    value = {"to_address": f"guest{bad}Bcc: x@example.org", "reply_to": f"desk@example.org{bad}"}.get(
        field, f"a{bad}b"
    )

    with pytest.raises(UnsafeHeader):
        built(draft(**{field: value}))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "guest",
        "b@x.example, e@x.example",
        "b@x.example e@x.example",
        "Name <b@x.example>",
        '"quoted local"@x.example',
        "b@x.example>",
        "b@[127.0.0.1]",
        "b@-x.example",
        "b@x..example",
        ".b@x.example",
        "بريد@example.org",
        "=?utf-8?q?b?=@example.org",
        "b" * 250 + "@example.org",
    ],
)
def test_an_address_that_is_not_one_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(UnsafeHeader):
        built(draft(to_address=typed))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
@example("=?utf-8?q?Hi=0ABcc:_x?=", "a@example.org\nBcc: b", "=?utf-8?b?SGkKQmNjOiB4?=")
def test_whatever_is_typed_the_headers_are_the_expected_ones_or_there_is_no_letter(
    subject: str, address: str, name: str
) -> None:
    typed = draft(subject=subject, to_address=address, sender_name=name)
    try:
        raw = built(typed)
    except UnsafeHeader:
        return
    letter = parsed(raw)

    assert tuple(letter.keys()) == header_names(typed)
    assert tuple(parsed(letter.as_bytes(policy=SMTP)).keys()) == header_names(typed)
    assert recipient_of(raw) == str(letter["To"])


def test_a_calendar_of_another_method_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="another method"):
        built(draft(calendar=INVITE, method="CANCEL"))
    with pytest.raises(ValueError, match="another method"):
        built(draft(calendar=INVITE))


def test_a_calendar_that_lost_its_line_ends_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="line ends"):
        built(draft(calendar=INVITE.replace(b"END:VCALENDAR\r\n", b"END:VCALENDAR\n"), method="REQUEST"))


def test_a_letter_to_nobody_we_could_write_to_says_which_line_but_not_the_value() -> None:
    with pytest.raises(UnsafeHeader) as refusal:
        built(draft(to_address="canary\n@example.org"))

    assert refusal.value.values == {"header": "To"}
    assert str(refusal.value) == "The line “To” of this email cannot be written safely."


LONG = "Registration confirmed: The duty to remember and the right to forget, a conversation about archives"


def lines_of(raw: bytes) -> list[str]:
    return raw.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def test_a_long_subject_in_ascii_is_never_encoded() -> None:
    raw = built(
        draft(
            subject=LONG,
            sender_name="The International Federation of Archives and Libraries for Human Rights",
        )
    )

    assert parsed(raw)["Subject"] == LONG
    assert parsed(raw)["From"].addresses[0].display_name.endswith("for Human Rights")
    assert "=?" not in raw.partition(b"\r\n\r\n")[0].decode()
    assert max(map(len, lines_of(raw))) <= 76


@pytest.mark.parametrize(
    "subject", ["طاولة مستديرة حول الحق في الذاكرة " * 4, "é" * 120, "a" * 120, "é", LONG + " —"]
)
def test_no_line_with_encoded_words_is_longer_than_76(subject: str) -> None:
    raw = built(draft(subject=subject, sender_name=subject))
    lines = [line for line in lines_of(raw) if "=?" in line]

    assert parsed(raw)["Subject"].strip() == subject.strip()
    assert lines
    assert max(map(len, lines)) <= 76
    assert all(len(word) <= 75 for line in lines for word in line.split(" ") if word.startswith("=?"))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200))
def test_whatever_a_subject_says_its_lines_are_short_and_it_is_read_back(subject: str) -> None:
    plain = " ".join(subject.replace("=?", "").split())
    raw = built(draft(subject=plain))

    assert max(map(len, lines_of(raw))) <= 78
    assert " ".join(str(parsed(raw)["Subject"]).split()) == " ".join(plain.split())


def test_an_arabic_subject_stands_between_marks_and_is_read_without_them() -> None:
    raw = built(draft(subject="دعوة إلى «طاولة»", language="ar"))

    assert parsed(raw)["Subject"] == "\u200fدعوة إلى «طاولة»\u200f"
    assert read_back(raw).subject == "دعوة إلى «طاولة»"
    assert read_back(built(draft(subject="Round table"))).subject == "Round table"

"""Mail that comes back: whom it marks, whom it never marks, and what becomes of mail to our plain sender."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.mail.rules import return_path_of
from events_app.registrations.models import Registration
from events_app.replies import actions as replies
from events_app.replies.actions import Reception
from events_app.replies.rules import MOST_SENT_ON, TooMuchMail
from tests import make
from tests.replies.test_actions import calendar, mail, uid_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

ADDRESS, SENDER, HELP = "guest1@example.org", "events@example.org", "help@example.org"


@pytest.fixture
def listening(office: Office) -> Office:
    return Office(office.vault, replace(office.site, reply_address=SENDER))


@pytest.fixture
def reception(listening: Office) -> Reception:
    return Reception(listening, forward_to=HELP)


async def invited(office: Office) -> tuple[Event, Registration]:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    return event, row


def report(status: str = "5.1.1", address: str = ADDRESS, action: str = "failed") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.org\r\nContent-Type: multipart/report; report-type=delivery-status;"
        ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n--b--\r\n"
    ).encode()


QMAIL = (
    b"From: MAILER-DAEMON@mx.example.org\r\nSubject: failure notice\r\n\r\n"
    b"Hi. This is the qmail-send program at mx.example.org.\r\n"
    b"I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
    b"This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
    b"<guest1@example.org>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
    b"--- Below this line is a copy of the message.\r\n\r\nReturn-Path: <events@example.org>\r\n"
)


async def arrive(row: Registration, raw: bytes, reception: Reception, *, return_path: str = "") -> str:
    return await replies.take(row.organizer_address, raw, return_path, reception=reception, now=make.NOW)


@pytest.mark.parametrize("raw", [report("5.1.1"), report("5.2.1"), report("5.0.0"), QMAIL])
async def test_mail_that_comes_back_for_good_marks_the_person(
    listening: Office, reception: Reception, raw: bytes
) -> None:
    _event, row = await invited(listening)

    assert await arrive(row, raw, reception) == "bounced"

    await row.refresh_from_db()
    assert row.undeliverable is True


@pytest.mark.parametrize(
    "raw",
    [
        report("4.4.7"),
        report("4.2.2", action="delayed"),
        report("5.7.1"),
        report("5.6.0"),
        report("5.1.1", "somebody.else@example.org"),
        report("2.0.0", action="delivered"),
        b"From: MAILER-DAEMON@mx.example.org\r\n\r\nguest1@example.org",
        b"nonsense",
    ],
)
async def test_what_is_not_about_the_address_for_good_never_marks_the_person(
    listening: Office, reception: Reception, raw: bytes
) -> None:
    _event, row = await invited(listening)

    assert await arrive(row, raw, reception) == "dropped"

    await row.refresh_from_db()
    assert row.undeliverable is False


async def test_a_report_about_an_address_that_was_left_never_marks_the_new_one(
    listening: Office, reception: Reception
) -> None:
    _event, row = await invited(listening)

    await arrive(row, report(address="guest.earlier@example.org"), reception)

    await row.refresh_from_db()
    assert row.undeliverable is False


async def test_a_server_that_knows_no_such_address_marks_its_person_and_nobody_else(
    listening: Office,
) -> None:
    _event, row = await invited(listening)
    act = listening.at(make.NOW)

    await replies.came_back(row.id, "another@example.org", act=act)
    await row.refresh_from_db()
    assert row.undeliverable is False

    await replies.came_back(row.id, "Guest1@Example.org", act=act)
    await row.refresh_from_db()
    assert row.undeliverable is True


async def test_whoever_answers_is_not_marked_any_longer(listening: Office, reception: Reception) -> None:
    _event, row = await invited(listening)
    answers = [
        mail(calendar(uid_of(row, listening), answer="TENTATIVE")),
        f"From: {ADDRESS}\r\n\r\nI am here".encode(),
    ]
    for raw in answers:
        await Registration.filter(id=row.id).update(undeliverable=True)
        await arrive(row, raw, reception, return_path=ADDRESS)
        await row.refresh_from_db()
        assert row.undeliverable is False


async def test_a_letter_goes_back_to_its_registrations_own_address_and_comes_from_the_sender(
    listening: Office,
) -> None:
    event, row = await invited(listening)
    (post,) = await make.posted(event, listening)
    older = {key: value for key, value in post.facts.items() if key != "return_path"}

    assert return_path_of(post.facts, mailbox=SENDER) == row.organizer_address
    assert return_path_of(older, mailbox=SENDER) == row.organizer_address
    assert return_path_of(post.facts, mailbox="") == ""
    assert return_path_of(post.facts, mailbox="other@example.org") == ""
    assert return_path_of({"to_address": ADDRESS}, mailbox=SENDER) == ""


async def test_the_plain_sender_takes_reports_and_peoples_mail(reception: Reception) -> None:
    alone = replace(reception, forward_to="")

    assert await replies.is_ours(SENDER, "", reception=alone) is True
    assert await replies.is_ours(SENDER, ADDRESS, reception=alone) is False
    assert await replies.is_ours(SENDER, ADDRESS, reception=reception) is True
    assert await replies.is_ours("other@example.org", ADDRESS, reception=reception) is False


def by_hand() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Salma <{ADDRESS}>", SENDER, "هل يوجد مصعد؟"
    message.add_alternative(
        "<html><head><title>x</title><style>p {}</style></head><p>Is there a <b>lift</b>?<br>Thanks</p></html>",
        "html",
    )
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
    return message.as_bytes()


async def test_mail_to_the_plain_sender_goes_to_the_help_desk_whose_answer_goes_to_its_writer(
    reception: Reception,
) -> None:
    done = await replies.take(SENDER, by_hand(), ADDRESS, reception=reception, now=make.NOW)
    letter = await Letter.get()
    facts = reception.office.vault.reveal("site", letter.facts_context, letter.facts, make.COURIER)
    composed = make.composed(letter.kind, facts)

    assert done == "sent on"
    assert (composed.to_address, composed.reply_to, composed.subject) == (HELP, ADDRESS, "هل يوجد مصعد؟")
    assert f"{ADDRESS}\n\nIs there a lift?\nThanks\n\nAttached, and not sent on: plan.pdf" in composed.text
    assert return_path_of(facts, mailbox=SENDER) == ""


async def test_a_report_or_an_automatic_answer_to_the_plain_sender_is_never_sent_on(
    reception: Reception,
) -> None:
    away = f"From: {ADDRESS}\r\nAuto-Submitted: auto-replied\r\n\r\nAway".encode()

    done = [
        await replies.take(SENDER, raw, path, reception=reception, now=make.NOW)
        for raw, path in ((report(), ""), (away, ADDRESS))
    ]

    assert (done, await Letter.all().count()) == (["dropped", "dropped"], 0)


async def test_more_mail_than_anybody_reads_is_left_with_its_server(reception: Reception) -> None:
    await replies.take(SENDER, by_hand(), ADDRESS, reception=reception, now=make.NOW)
    one = await Letter.get()
    columns = {"scope": "site", "kind": replies.BY_HAND, "facts": one.facts, "posted_day": one.posted_day}
    await Letter.bulk_create([Letter(**columns) for _ in range(MOST_SENT_ON)])

    with pytest.raises(TooMuchMail):
        await replies.take(SENDER, by_hand(), ADDRESS, reception=reception, now=make.NOW)


async def test_what_somebody_wrote_with_our_invitation_attached_is_never_dropped(
    listening: Office, reception: Reception
) -> None:
    event, row = await invited(listening)
    ours = mail(calendar(uid_of(row, listening), method="REQUEST"), method="REQUEST", sender=ADDRESS)

    assert await arrive(row, ours, reception, return_path=ADDRESS) == "wrote"

    post = (await make.posted(event, listening))[-1]
    assert (post.kind, post.to, post.draft.reply_to, post.draft.subject) == (
        "forwarded",
        HELP,
        ADDRESS,
        "Accepted",
    )
    assert "text/calendar" in post.draft.text

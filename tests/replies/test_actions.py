"""What a calendar's answer may do, and what it may not: fifteen kinds of mail, each as it comes."""

from dataclasses import replace
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from functools import partial
from typing import Any

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.mailings.actions import announcing
from events_app.registrations import facts
from events_app.registrations.actions import leaving
from events_app.registrations.models import HistoryLine, Registration
from events_app.replies import actions as replies
from events_app.replies.actions import Reception
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

PROVEN = "mx.example.org; dmarc=pass header.from=example.org"
ADDRESS = "guest1@example.org"


@pytest.fixture
def listening(office: Office) -> Office:
    """An office that answers can reach."""
    return Office(office.vault, replace(office.site, reply_address="events@example.org"))


@pytest.fixture
def desk(listening: Office) -> Reception:
    return Reception(listening, authserv_id="mx.example.org", forward_to="help@example.org")


async def invited(office: Office, **changes: Any) -> tuple[Event, Registration]:
    event = await make.event(office.vault, **changes)
    (row,) = await make.registered(event, 1, office=office)
    return event, row


def uid_of(row: Registration, office: Office) -> str:
    return facts.uid_of(row.id, office.site)


def calendar(
    uid: str,
    *,
    answer: str = "ACCEPTED",
    method: str = "REPLY",
    attendee: str = ADDRESS,
    sequence: int = 0,
    stamp: str = "20341201T100000Z",
    organizer: str = "ORGANIZER:mailto:x@example.org\r\n",
) -> str:
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nSEQUENCE:{sequence}\r\n"
        f'DTSTAMP:{stamp}\r\n{organizer}ATTENDEE;PARTSTAT={answer};CN="A; B":mailto:{attendee}\r\n'
        "SUMMARY:Accepted: whatever\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def mail(
    *calendars: str, sender: str = ADDRESS, proof: str = "", method: str = "REPLY", **headers: str
) -> bytes:
    message = MIMEMultipart("mixed")
    message["From"], message["To"], message["Subject"] = sender, "events@example.org", "Accepted"
    if proof:
        message["Authentication-Results"] = proof
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.attach(MIMEText("Accepted", "plain"))
    for each in calendars:
        part = MIMEText(each, "calendar", "utf-8")
        part.set_param("method", method)
        message.attach(part)
    return message.as_bytes()


async def answer(row: Registration, raw: bytes, desk: Reception, *, return_path: str = ADDRESS) -> str:
    return await replies.take(row.organizer_address, raw, return_path, reception=desk, now=make.NOW)


async def history(row: Registration) -> list[str]:
    return [line.what for line in await HistoryLine.filter(registration_id=row.id).order_by("number")]


async def test_each_invitation_names_an_address_of_its_own_that_nobody_can_guess(listening: Office) -> None:
    event = await make.event(listening.vault)
    rows = await make.registered(event, 1, 2, office=listening)

    addresses = {row.organizer_address for row in rows}

    assert len(addresses) == 2
    assert all(len(each) == len("events+r-@example.org") + 26 for each in addresses)
    ours = partial(replies.is_ours, return_path=ADDRESS, reception=Reception(listening))
    assert [await ours(each) for each in (*addresses, "events+r-" + "a" * 26 + "@example.org")] == [
        True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["ACCEPTED", "TENTATIVE"])
async def test_a_yes_or_a_perhaps_sets_the_answer_and_nothing_else(
    listening: Office, desk: Reception, said: str
) -> None:
    event, row = await invited(listening)

    await answer(row, mail(calendar(uid_of(row, listening), answer=said)), desk)

    await row.refresh_from_db()
    assert (row.answer, row.status, row.seated) == (said, "confirmed", True)
    assert await make.kinds(event, listening) == ["confirmed guest1@example.org"]


async def test_a_proven_no_holds_the_seat_a_while_and_says_so(listening: Office, desk: Reception) -> None:
    event, row = await invited(listening)

    done = await answer(row, mail(calendar(uid_of(row, listening), answer="DECLINED"), proof=PROVEN), desk)

    await row.refresh_from_db()
    assert (done, row.due_for, row.seated) == ("leaving", "leaving", True)
    assert (await make.kinds(event, listening))[-1] == "declined_reply guest1@example.org"
    await leaving.stay(row.id, act=listening.at(make.NOW))


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "evil.example.net; dmarc=pass header.from=example.org",
        "mx.example.org; dmarc=fail header.from=example.org",
        "mx.example.org; dmarc=pass header.from=evil.example.net",
    ],
)
async def test_a_no_that_anybody_could_have_sent_only_asks(
    listening: Office, desk: Reception, proof: str
) -> None:
    event, row = await invited(listening)

    done = await answer(row, mail(calendar(uid_of(row, listening), answer="DECLINED"), proof=proof), desk)

    await row.refresh_from_db()
    assert (done, row.due_for, row.status, row.seated) == ("asked", "", "confirmed", True)
    assert (await make.kinds(event, listening))[-1] == "declined_reply guest1@example.org"


async def test_googles_own_signature_proves_a_no(listening: Office, desk: Reception) -> None:
    _event, row = await invited(listening)
    proof = "mx.example.org; dkim=pass header.d=google.com; dmarc=fail header.from=example.org"

    assert (
        await answer(row, mail(calendar(uid_of(row, listening), answer="DECLINED"), proof=proof), desk)
        == "leaving"
    )


async def test_a_no_in_somebody_elses_name_frees_nothing(listening: Office, desk: Reception) -> None:
    _event, row = await invited(listening)
    raw = mail(calendar(uid_of(row, listening), answer="DECLINED"), sender="other@example.org", proof=PROVEN)

    assert await answer(row, raw, desk) == "asked"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"uid": "reg-0@elsewhere"}, "not about this person"),
        ({"attendee": "stranger@example.org"}, "not about this person"),
        ({"sequence": 7}, "answered_unknown"),
    ],
)
async def test_an_answer_about_something_else_changes_nothing(
    listening: Office, desk: Reception, changes: dict[str, Any], expected: str
) -> None:
    event, row = await invited(listening)
    said: dict[str, Any] = {"uid": uid_of(row, listening), "answer": "DECLINED", **changes}

    done = await answer(row, mail(calendar(**said), proof=PROVEN), desk)

    await row.refresh_from_db()
    assert (done, row.answer, row.due_for) == (expected, "ACCEPTED", "")
    assert len(await make.kinds(event, listening)) == 1


async def test_an_answer_to_an_old_version_is_noted_and_not_taken(listening: Office, desk: Reception) -> None:
    event, row = await invited(listening)
    await make.change(event, listening, starts_wall="2035-05-12T12:00")
    await announcing.announce(event.id, act=listening.at(make.NOW))

    done = await answer(row, mail(calendar(uid_of(row, listening), sequence=0)), desk)

    await row.refresh_from_db()
    assert (done, row.answer) == ("answered_old", "NEEDS-ACTION")


async def test_exchange_names_no_organizer_and_is_heard(listening: Office, desk: Reception) -> None:
    _event, row = await invited(listening)

    done = await answer(row, mail(calendar(uid_of(row, listening), answer="TENTATIVE", organizer="")), desk)

    assert done == "answered_tentative"


async def test_an_answer_is_heard_once_and_an_older_one_not_at_all(
    listening: Office, desk: Reception
) -> None:
    _event, row = await invited(listening)
    late = mail(calendar(uid_of(row, listening), answer="TENTATIVE", stamp="20341201T120000Z"))
    early = mail(calendar(uid_of(row, listening), answer="ACCEPTED", stamp="20341201T110000Z"))

    assert [await answer(row, each, desk) for each in (late, late, early)] == [
        "answered_tentative", "heard before", "heard before",
    ]  # fmt: skip


async def test_a_yes_after_cancelling_registers_nobody(listening: Office, desk: Reception) -> None:
    event, row = await invited(listening)
    await leaving.cancel(row.id, act=listening.at(make.NOW))

    done = await answer(row, mail(calendar(uid_of(row, listening), sequence=1)), desk)

    assert done == "has no place"
    assert await Registration.filter(event_id=event.id, live=1).count() == 0


async def test_a_proposed_time_is_answered_and_changes_nothing(listening: Office, desk: Reception) -> None:
    event, row = await invited(listening)

    await answer(row, mail(calendar(uid_of(row, listening), method="COUNTER"), method="COUNTER"), desk)

    assert (await make.kinds(event, listening))[-1] == "counter guest1@example.org"


async def test_a_calendar_that_asks_again_gets_the_invitation_again(
    listening: Office, desk: Reception
) -> None:
    event, row = await invited(listening)

    await answer(row, mail(calendar(uid_of(row, listening), method="REFRESH"), method="REFRESH"), desk)

    post = (await make.posted(event, listening))[-1]
    assert (post.kind, post.draft.method, "SEQUENCE:0\r\n" in post.calendar) == ("refreshed", "REQUEST", True)


def bounce(status: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.org\r\nContent-Type: multipart/report; report-type=delivery-status;"
        ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {ADDRESS}\r\nAction: failed\r\nStatus: {status}\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(("status", "marked"), [("5.1.1", True), ("4.2.2", False)])
async def test_a_bounce_that_says_never_marks_the_person(
    listening: Office, desk: Reception, status: str, marked: bool
) -> None:
    event, row = await invited(listening)

    await answer(row, bounce(status), desk, return_path="")

    await row.refresh_from_db()
    assert row.undeliverable is marked
    assert len(await make.kinds(event, listening)) == 1


async def test_an_out_of_office_is_dropped(listening: Office, desk: Reception) -> None:
    event, row = await invited(listening)

    done = await answer(row, mail(Auto_Submitted="auto-replied"), desk)

    assert (done, len(await make.kinds(event, listening))) == ("dropped", 1)


async def test_a_humans_words_go_to_the_help_desk(listening: Office, desk: Reception) -> None:
    event, row = await invited(listening)
    message = EmailMessage()
    message["From"], message["Subject"] = ADDRESS, "A question"
    message.set_content("Is there a lift? قولوا لي")

    await answer(row, message.as_bytes(), desk)

    post = (await make.posted(event, listening))[-1]
    assert (post.kind, post.to) == ("forwarded", "help@example.org")
    assert "Is there a lift?" in post.draft.text
    assert "/registrations/" not in post.everything


async def test_too_large_two_calendars_and_nonsense_do_nothing(listening: Office, desk: Reception) -> None:
    event, row = await invited(listening)
    one, two = calendar(uid_of(row, listening), answer="DECLINED"), calendar("other@x", answer="DECLINED")
    large = mail(one, proof=PROVEN) + b"x" * 300_000

    assert [await answer(row, raw, desk) for raw in (large, mail(one, two, proof=PROVEN), mail("BEGIN:\x00"))] == [
        "dropped", "dropped", "wrote",
    ]  # fmt: skip
    assert [kind for kind in await make.kinds(event, listening) if ADDRESS in kind] == [
        f"confirmed {ADDRESS}"
    ]


async def test_mail_without_a_return_path_is_never_answered(listening: Office, desk: Reception) -> None:
    event, row = await invited(listening)

    await answer(row, mail(calendar(uid_of(row, listening), method="COUNTER")), desk, return_path="")

    assert len(await make.kinds(event, listening)) == 1


async def test_the_whole_loop_from_our_own_invitation_to_the_answer(
    listening: Office, desk: Reception
) -> None:
    event, row = await invited(listening)
    (post,) = await make.posted(event, listening)
    uid = next(line[4:] for line in post.calendar.splitlines() if line.startswith("UID:"))
    organizer = next(
        line for line in post.calendar.replace("\r\n ", "").splitlines() if line.startswith("ORGANIZER")
    )

    recipient = organizer.rpartition("mailto:")[2]
    done = await replies.take(
        recipient, mail(calendar(uid, answer="TENTATIVE")), ADDRESS, reception=desk, now=make.NOW
    )

    assert (done, recipient) == ("answered_tentative", row.organizer_address)
    assert "answered_tentative" in await history(row)

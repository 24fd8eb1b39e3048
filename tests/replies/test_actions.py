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


async def test_a_calendar_that_asks_before_a_change_is_announced_gets_the_new_time_as_a_new_version(
    listening: Office, desk: Reception
) -> None:
    event, row = await invited(listening)
    await make.change(event, listening, starts_wall="2035-05-12T10:00")

    await answer(row, mail(calendar(uid_of(row, listening), method="REFRESH"), method="REFRESH"), desk)
    await answer(row, mail(calendar(uid_of(row, listening), answer="TENTATIVE", sequence=1)), desk)

    post = (await make.posted(event, listening))[-1]
    assert ("T100000\r\n" in post.calendar, "SEQUENCE:1\r\n" in post.calendar) == (True, True)
    await row.refresh_from_db()
    assert row.answer == "TENTATIVE"


async def test_an_answer_to_the_letter_they_have_is_not_old_because_a_change_was_taken_back(
    listening: Office, desk: Reception
) -> None:
    event, row = await invited(listening)
    await make.registered(event, 2, office=listening, language="ar")
    for starts in ("2035-05-12T10:00", make.STARTS):
        await make.change(event, listening, starts_wall=starts)
    await make.change(event, listening, place={**event.place, "ar": "القاعة الكبرى"})
    await announcing.announce(event.id, act=listening.at(make.NOW))

    await answer(row, mail(calendar(uid_of(row, listening), answer="TENTATIVE")), desk)

    await row.refresh_from_db()
    assert (row.answer, row.sequence) == ("TENTATIVE", 0)


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


async def waiting_with_a_hold(office: Office) -> tuple[Event, Registration, Registration]:
    """An event for one, who has the place; and somebody who waits with a tentative entry in their calendar."""
    event = await make.event(office.vault, capacity_in_person=1, sends_holds=True)
    seated, waiting = await make.registered(event, 2, 1, office=office)
    return event, seated, waiting


async def test_a_no_to_a_tentative_entry_is_never_turned_into_a_yes(
    listening: Office, desk: Reception
) -> None:
    event, seated, waiting = await waiting_with_a_hold(listening)

    done = await answer(waiting, mail(calendar(uid_of(waiting, listening), answer="DECLINED")), desk)
    await waiting.refresh_from_db()
    held = (waiting.status, waiting.answer)
    await leaving.cancel(seated.id, act=listening.at(make.NOW))

    await waiting.refresh_from_db()
    post = (await make.posted(event, listening))[-1]
    assert (done, held) == ("answered_declined", ("waitlisted", "DECLINED"))
    assert (waiting.status, waiting.answer, post.kind) == ("confirmed", "NEEDS-ACTION", "promoted")
    assert ("PARTSTAT=NEEDS-ACTION" in post.calendar, "RSVP=TRUE" in post.calendar) == (True, True)


async def test_a_perhaps_to_a_tentative_entry_costs_nothing(listening: Office, desk: Reception) -> None:
    _event, seated, waiting = await waiting_with_a_hold(listening)
    await answer(waiting, mail(calendar(uid_of(waiting, listening), answer="TENTATIVE")), desk)

    await leaving.cancel(seated.id, act=listening.at(make.NOW))

    await waiting.refresh_from_db()
    assert (waiting.status, waiting.answer) == ("confirmed", "ACCEPTED")


@pytest.mark.parametrize("said", ["ACCEPTED", "TENTATIVE"])
async def test_a_yes_after_a_slipped_no_is_never_dropped(
    listening: Office, desk: Reception, said: str
) -> None:
    event, row = await invited(listening)
    uid = uid_of(row, listening)
    no, yes = calendar(uid, answer="DECLINED"), calendar(uid, answer=said, stamp="20341201T100100Z")
    await answer(row, mail(no, proof=PROVEN), desk)

    done = await answer(row, mail(yes, proof=PROVEN), desk)

    await row.refresh_from_db()
    assert (done, row.status, row.due_for, row.answer, row.sequence) == ("stayed", "confirmed", "", said, 0)
    post = (await make.posted(event, listening))[-1]
    assert (post.kind, f"PARTSTAT={said}" in post.calendar) == ("stayed", True)
    assert (await history(row))[-2:] == [f"answered_{said.lower()}", "stayed"]


async def test_a_yes_does_not_bring_back_whom_the_page_let_go(listening: Office, desk: Reception) -> None:
    _event, row = await invited(listening)
    await leaving.leave(row.id, act=listening.at(make.NOW))

    done = await answer(row, mail(calendar(uid_of(row, listening)), proof=PROVEN), desk)

    await row.refresh_from_db()
    assert (done, row.due_for) == ("has no place", "leaving")


@pytest.mark.parametrize("proof", [PROVEN, ""])
async def test_keeping_the_place_after_a_calendars_no_never_leaves_the_calendar_empty(
    listening: Office, desk: Reception, proof: str
) -> None:
    event, row = await invited(listening)
    await answer(row, mail(calendar(uid_of(row, listening), answer="DECLINED"), proof=proof), desk)

    await leaving.stay(row.id, act=listening.at(make.NOW))

    await row.refresh_from_db()
    post = (await make.posted(event, listening))[-1]
    assert (row.answer, row.sequence, row.due_for) == ("ACCEPTED", 1, "")
    assert (post.kind, post.draft.method) == ("stayed", "REQUEST")
    assert ("SEQUENCE:1\r\n" in post.calendar, "PARTSTAT=ACCEPTED" in post.calendar) == (True, True)


async def test_taking_back_a_cancellation_of_ones_own_page_writes_nothing(listening: Office) -> None:
    event, row = await invited(listening)
    await leaving.leave(row.id, act=listening.at(make.NOW))

    await leaving.stay(row.id, act=listening.at(make.NOW))

    assert await make.kinds(event, listening) == ["confirmed guest1@example.org"]


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ("a&b=c/d#e%f{g}@example.org", "a%26b%3Dc%2Fd%23e%25f%7Bg%7D@example.org"),
        ("a&b=c/d#e%f{g}@example.org", "a&b=c/d#e%f{g}@example.org"),
        ("rana.haddad+un@googlemail.com", "ranahaddad@gmail.com"),
        ("ranahaddad@gmail.com", "Rana.Haddad@gmail.com"),
    ],
)
async def test_an_answer_is_never_lost_by_how_its_address_is_written(
    listening: Office, desk: Reception, ours: str, said: str
) -> None:
    event = await make.event(listening.vault)
    (row,) = await make.registered(event, "Rana", office=listening, address=ours)

    done = await answer(row, mail(calendar(uid_of(row, listening), answer="TENTATIVE", attendee=said)), desk)

    assert done == "answered_tentative"


async def test_what_our_own_invitation_says_of_an_address_comes_back_to_us(
    listening: Office, desk: Reception
) -> None:
    event = await make.event(listening.vault)
    (row,) = await make.registered(event, "Rana", office=listening, address="r&d=x/y#z%1@example.org")
    (post,) = await make.posted(event, listening)
    attendee = post.calendar.partition(":mailto:")[2].partition("\r\n")[0]

    done = await answer(
        row, mail(calendar(uid_of(row, listening), answer="TENTATIVE", attendee=attendee)), desk
    )

    assert (done, "%26" in attendee) == ("answered_tentative", True)


async def test_a_gmail_address_of_somebody_else_is_nobodys_answer(listening: Office, desk: Reception) -> None:
    event = await make.event(listening.vault)
    (row,) = await make.registered(event, "Rana", office=listening, address="rana.haddad@example.org")
    raw = mail(calendar(uid_of(row, listening), attendee="ranahaddad@example.org"))

    assert await answer(row, raw, desk) == "not about this person"


async def test_without_an_inbound_mailbox_no_answer_is_asked_for(office: Office, listening: Office) -> None:
    unheard, heard = await make.event(office.vault, slug="a"), await make.event(office.vault, slug="b")
    await make.registered(unheard, 1, office=office)
    await make.registered(heard, 1, office=listening)

    letters = [(await make.posted(event, office))[0] for event in (unheard, heard)]

    assert ["RSVP" in post.calendar for post in letters] == [False, True]

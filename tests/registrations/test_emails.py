"""What letters say, and what they must not: no other person, no personal link beside a calendar part, no join link."""

import quopri
from email import message_from_bytes
from email.policy import default
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from events_app.acts import Office
from events_app.blanks import NAME
from events_app.directory.models import Room, Venue
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.i18n import use_language
from events_app.mail.message import build
from events_app.mailings import emails as mailings_emails
from events_app.mailings.actions import announcing
from events_app.mailings.emails import Content
from events_app.registrations import emails
from events_app.registrations.actions import leaving
from events_app.registrations.emails import PLAIN, LetterText, Manner
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from tests import make
from tests.make import NOW, Post

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

JOIN_LINK = "https://meet.example.org/secret-room"
KINDS = {
    "confirmed", "waitlisted", "promoted", "already", "link", "changed", "cancelled", "event_cancelled",
}  # fmt: skip


async def every_letter(office: Office, **changes: Any) -> tuple[Event, list[Post]]:
    """A life in which every letter there is gets posted, in both languages."""
    event = await make.event(office.vault, capacity_in_person=2, join_link=JOIN_LINK, **changes)
    first = await make.registered(event, "Amal", office=office)
    await make.registered(event, "Basil", office=office, language="ar")
    await make.registered(event, "Celine", "Dalal", office=office)
    await make.registered(event, "Farid", "Ghada", office=office, language="ar")
    await make.registered(event, "Basil", office=office)
    await leaving.cancel(first[0].id, act=office.at(NOW))
    await make.link_asked(event, "dalal@example.org", office=office)
    await make.change(event, office, starts_wall="2035-05-12T12:00", capacity_in_person=4)
    await announcing.announce(event.id, act=office.at(NOW))
    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))
    return event, await make.posted(event, office)


def as_sent(post: Post) -> str:
    """Everything in the bytes that go over the wire: as they are, and decoded part by part."""
    raw = build(post.draft, sender_address="events@example.org", message_id="<a@b>", date=NOW)
    found = [raw, quopri.decodestring(raw)]
    for part in message_from_bytes(raw, policy=default).walk():
        found.append("\n".join(part.values()).encode())
        payload = part.get_payload(decode=True)
        found.append(payload if isinstance(payload, bytes) else b"")
    return "\n".join(each.decode("utf-8", "replace") for each in found).replace("\r\n ", "")


async def test_this_life_posts_every_letter_there_is(office: Office) -> None:
    _event, letters = await every_letter(office)

    assert {post.kind for post in letters} == KINDS
    assert {post.draft.language for post in letters} == {"en", "ar"}


NAMES = (
    "Amal", "عمر الخالد", "Zoë \"Z\" O'Neil", "A & B <b>c</b>", "Ann.example.org", "", "=?utf-8?q?x?=", "a\u200cb",
    "%s %(name)s {{ name }}", "\ue000", "\ue001\ue000", "A\u00a0B", "x" * 200,
)  # fmt: skip


async def test_a_letter_said_to_many_is_what_its_person_alone_would_be_told(office: Office) -> None:
    """Composed once with blanks and filled in, or composed anew: not a character differs, whatever the name."""
    _event, letters = await every_letter(office)
    titled = ["A talk", "\ue000 in a title", "حديث"]

    for post in letters:
        for name, title in product(NAMES, titled):
            facts = {**post.facts, "name": name, "event": post.facts["event"] | {"title": title}}
            with use_language(str(facts["language"])):
                alone = emails._say(post.letter.kind, facts, manner_of(post.letter.kind))
            draft = make.composed(post.letter.kind, facts)
            assert (draft.subject, draft.text, draft.html) == alone, (post.kind, name)
    assert emails._form.cache_info().hits > len(letters)


WORDS = Content(
    {"en": "For {name}, {date}", "ar": "إلى {name}"},
    {
        "en": "{name}\n\nDear {name}: {page}\n\nhttps://example.org/a?b={name} «{name}» 070 123 456 {nobody} <b>\n",
        "ar": "«{name}» {time}\n{page}\n070 123 456\n\n{name}",
    },
)


@pytest.mark.parametrize("typed", ["", " \ue000", " «", " {name}{name}"])
async def test_an_organizers_words_to_many_are_what_each_of_them_alone_would_be_told(
    office: Office, typed: str
) -> None:
    event = await make.event(office.vault)
    row, other = await make.registered(event, "Amal", "Basil", office=office)
    words = Content(WORDS.subject, {code: body + typed for code, body in WORDS.body.items()})
    maker = mailings_emails.LetterMaker(event, [], words, office=office, now=NOW)

    for name, language in product((*NAMES, "«x", "Zoë»"), ("en", "ar")):
        row.language = other.language = language
        person = Person(name, "a@example.org", "", f"token{len(name)}")
        facts = maker.for_person(row, person)
        filled_in = {fact: facts[fact] for fact in facts if fact != "form"} | maker._said(facts)
        alone, draft = (make.composed("mailings.mailing", each) for each in (filled_in, facts))
        assert draft == alone, (name, language)


async def test_a_mailing_is_said_once_for_each_language_however_many_get_it(office: Office) -> None:
    event = await make.event(office.vault)
    people = await make.registered(event, *(f"Guest {number}" for number in range(6)), office=office)
    maker = mailings_emails.LetterMaker(event, [], WORDS, office=office, now=NOW)
    said_before = emails._form.cache_info().misses

    for number, row in enumerate(people):
        row.language = "en" if number % 2 else "ar"
        facts = maker.for_person(row, Person(f"Guest {number}", "a@example.org", "", f"token{number}"))
        letter = make.composed("mailings.mailing", facts)
        assert f"Guest {number}" in letter.text
        assert f"/registrations/token{number}" in letter.text

    assert emails._form.cache_info().misses - said_before == 2


async def test_a_name_never_becomes_markup_in_a_letter_whatever_is_let_through_before() -> None:
    blank = NAME
    form = LetterText(blank, blank, f"<p>{blank}</p>")

    filled = emails._filled(form, ["<b>Amal</b> & Co", "", "", ""])

    assert filled.html == "<p>&lt;b&gt;Amal&lt;/b&gt; &amp; Co</p>"
    assert filled.text == "<b>Amal</b> & Co"


def manner_of(kind: str) -> Manner:
    return {**emails.KINDS, **mailings_emails.KINDS}.get(kind, PLAIN)


async def test_a_kept_form_says_nothing_of_the_one_before(office: Office) -> None:
    """The next letter's name, link and event are its own; a changed event is told as changed."""
    _event, letters = await every_letter(office)
    facts = next(dict(post.facts) for post in letters if post.kind == "link")
    first = emails.compose("registrations.link", facts)
    second = emails.compose(
        "registrations.link",
        facts
        | {"name": "Somebody Else", "own_url": str(facts["own_url"])[:-3] + "xyz"}
        | {"event": facts["event"] | {"title": "Another title", "place": "Another place"}},
    )

    assert str(facts["name"]) in first.text
    assert str(facts["name"]) not in second.text + second.html
    assert str(facts["own_url"]) in first.html
    assert str(facts["own_url"]) not in second.text + second.html
    assert "Somebody Else" in second.html
    assert "Another title" in second.subject + second.html + second.text


async def test_no_letter_speaks_of_another_person(office: Office) -> None:
    _event, letters = await every_letter(office)

    people = {str(post.facts["name"]): post.to for post in letters}
    assert len(people) == 6
    for post in letters:
        said = as_sent(post)
        for name, address in people.items():
            if address != post.to:
                assert name.lower() not in said.lower(), (post.kind, name)


async def test_a_letter_with_a_calendar_part_holds_no_personal_link(office: Office) -> None:
    event, letters = await every_letter(office)

    tokens = {str(post.facts["own_url"]).rpartition("/")[2] for post in letters}
    with_calendar = [post for post in letters if post.draft.calendar]
    assert {post.kind for post in with_calendar} == {
        "confirmed", "promoted", "changed", "cancelled", "event_cancelled",
    }  # fmt: skip
    for post in with_calendar:
        said = as_sent(post) + post.everything
        assert not [token for token in tokens if token in said], post.kind
        assert "/registrations/" not in said
        assert f"/events/{event.slug}" in said


async def test_a_letter_of_a_kind_with_calendar_parts_holds_no_personal_link_when_it_has_none(
    office: Office,
) -> None:
    event = await make.event(office.vault, capacity_in_person=0)
    await make.registered(event, 1, office=office)
    await life.cancel_event(event.id, follow=make.follower(office), act=office.at(NOW))

    post = (await make.posted(event, office))[-1]

    assert (post.draft.calendar, "/registrations/" in post.everything) == (None, False)


async def test_no_letter_and_no_fact_holds_the_join_link(office: Office) -> None:
    _event, letters = await every_letter(office, offers_online=True)

    for post in letters:
        assert "meet.example.org" not in as_sent(post) + post.everything + repr(post.facts), post.kind


async def test_the_letters_that_may_hold_the_personal_link_do(office: Office) -> None:
    _event, letters = await every_letter(office)

    for post in letters:
        if post.kind in ("waitlisted", "already", "link"):
            assert str(post.facts["own_url"]) in post.draft.text
            assert str(post.facts["own_url"]) in post.draft.html


async def test_the_personal_link_opens_the_registration_it_was_mailed_for(office: Office) -> None:
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    await make.link_asked(event, "guest1@example.org", office=office)
    url = str((await make.posted(event, office))[-1].facts["own_url"])

    assert (await Registration.find_by_token(url.rpartition("/")[2])).id == row.id


async def test_a_letter_speaks_the_persons_language_and_reads_its_way(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, "Layla", office=office, language="ar")
    (post,) = await make.posted(event, office)

    assert post.draft.language == "ar"
    assert 'dir="rtl"' in post.draft.html
    assert "طاولة مستديرة" in post.draft.subject
    assert "المكتبة، فندق ليندن، بروكسل" in post.draft.text
    assert "طاولة مستديرة" in post.calendar


async def test_a_letter_says_what_was_true_when_it_was_posted(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.change(event, office, starts_wall="2035-05-12T11:00", title={"en": "Another name"})

    (post,) = await make.posted(event, office)

    assert "Round table" in post.draft.text
    assert "13:00" in post.draft.text
    assert "DTSTART;TZID=Europe/Brussels:20350512T130000" in post.calendar


async def test_the_same_facts_make_the_same_letter(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    assert (await make.posted(event, office))[0].draft == (await make.posted(event, office))[0].draft


async def test_who_comes_online_is_not_sent_to_the_room(office: Office) -> None:
    event = await make.event(office.vault, offers_online=True)
    await make.registered(event, 1, office=office, mode="online")

    (post,) = await make.posted(event, office)

    assert "Hotel Linden" not in post.everything
    assert "LOCATION" in post.calendar


async def room(name: str, city: str = "Brussels") -> Room:
    venue = await Venue.create(name={"en": "Hotel Linden"}, city=city, zone=make.ZONE)
    return await Room.create(venue_id=venue.id, name={"en": name})


async def test_an_event_with_a_chosen_room_and_no_written_place_names_the_room(office: Office) -> None:
    event = await make.event(office.vault, place={}, room_id=(await room("Belgium III")).id)
    await make.registered(event, 1, office=office)

    (post,) = await make.posted(event, office)

    assert "Belgium III, Hotel Linden, Brussels" in post.draft.text
    assert "Belgium III\\, Hotel Linden\\, Brussels" in post.calendar


async def test_who_moves_up_when_the_room_changes_is_told_the_new_room(office: Office) -> None:
    here, there = await room("Belgium III"), await room("Belgium IV")
    event = await make.event(office.vault, place={}, room_id=here.id, capacity_in_person=0)
    await make.registered(event, 1, office=office)

    await make.change(event, office, room_id=there.id, capacity_in_person=5)

    _waitlisted, promoted = await make.posted(event, office)
    assert "Belgium IV, Hotel Linden" in promoted.draft.text
    assert "Belgium III," not in promoted.everything


async def test_an_encoded_word_in_a_name_or_title_stays_a_word(office: Office) -> None:
    evil = "=?utf-8?q?a=0D=0ABcc:_eve@example.org?="
    event = await make.event(office.vault, title={"en": evil})
    await make.registered(event, 1, office=office, name=evil)

    (post,) = await make.posted(event, office)
    sent = build(post.draft, sender_address="events@example.org", message_id="<a@b>", date=NOW)

    assert b"\nBcc" not in sent.partition(b"\r\n\r\n")[0]
    assert "=?" not in post.draft.subject


async def test_a_cancellation_never_says_that_a_copy_of_ones_own_goes_by_itself(office: Office) -> None:
    _event, letters = await every_letter(office)

    ends = [post for post in letters if post.draft.method == "CANCEL"]

    assert {post.kind for post in ends} == {"cancelled", "event_cancelled"}
    copies = {"en": "A copy that you put there yourself", "ar": "أما النسخة التي أُضيفت إليه يدويًا"}
    assert all(copies[post.draft.language] in post.draft.text for post in ends)
    assert not any("nothing you need to do" in post.draft.text for post in ends)


FRAME = Path("templates/mail/frame.html").read_text("utf-8")


async def test_no_light_rule_stands_among_those_for_the_dark() -> None:
    dark = FRAME.partition("@media (prefers-color-scheme: dark) {")[2].partition("</style>")[0]

    rules = [line.strip() for line in dark.splitlines() if "{" in line]

    assert rules
    assert [rule for rule in rules if "!important" not in rule] == []

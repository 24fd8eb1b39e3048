"""A letter to many reaches everybody who should have it, once, alone in To:, and nobody else."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from events_app.acts import Office
from events_app.caretaker import Caretaker
from events_app.clock import now as clock_now
from events_app.database import one_transaction
from events_app.events.models.event import Event
from events_app.mail.message import build
from events_app.mail.models import Letter
from events_app.mailings import rules
from events_app.mailings.actions import writing
from events_app.mailings.actions.audience import Audience, audience_of
from events_app.mailings.emails import PLACEHOLDERS, Content, reveal_words, unknown_placeholders
from events_app.mailings.models import Mailing, MailingLine
from events_app.registrations.actions import forgetting, leaving
from events_app.registrations.facts import Person
from events_app.registrations.models import Registration
from events_app.registrations.rules import Guest
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

BOTH = Content(
    {"en": "News of {event}", "ar": "أخبار {event}"},
    {"en": "Dear {name},\n\nsee you on {date}.", "ar": "عزيزي {name}،\n\nنراكم يوم {date}."},
)


async def an_event(office: Office, **changes: Any) -> Event:
    return await make.event(office.vault, capacity_in_person=None, **changes)


async def draft(event: Event, office: Office, words: Content = BOTH) -> Mailing:
    return await writing.save_draft(event.id, words, act=office.at(NOW))


async def audience(event: Event, office: Office, query: str = "") -> Audience:
    return await audience_of(event.id, query, act=office.at(NOW))


async def start(event: Event, letter: Mailing, office: Office) -> bool:
    words = reveal_words(letter, act=office.at(NOW))
    mark = writing.mark_of(await audience(event, office, words.query), words)
    return await writing.start(event.id, letter.id, mark=mark, act=office.at(NOW))


async def send(event: Event, letter: Mailing, office: Office) -> None:
    await start(event, letter, office)
    await writing.carry_on(act=office.at(NOW))


async def mailed(event: Event, office: Office) -> list[make.Post]:
    return [post for post in await make.posted(event, office) if post.kind == "mailing"]


async def test_everybody_gets_one_letter_in_their_language(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, "Salma", office=office, language="ar")
    await make.registered(event, "Jo", office=office)

    await send(event, await draft(event, office), office)

    letters = {post.to: post.draft for post in await mailed(event, office)}
    assert letters["jo@example.org"].subject == "News of Round table"
    assert letters["salma@example.org"].subject == "أخبار طاولة مستديرة"
    assert "Dear Jo,\n\nsee you on Saturday 12 May 2035." in letters["jo@example.org"].text
    assert 'dir="rtl"' in letters["salma@example.org"].html
    assert len(letters) == 2


async def test_who_has_another_language_gets_the_one_there_is_and_is_counted(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, 1, 2, office=office, language="ar")
    await make.registered(event, 3, office=office)
    words = Content({"en": "News"}, {"en": "Hello {name}"})

    assert (await audience(event, office)).in_another_language(words) == 2
    await send(event, await draft(event, office, words), office)

    assert Counter(post.draft.language for post in await mailed(event, office)) == {"en": 3}


async def test_no_letter_names_the_addresses_of_others_in_to(office: Office) -> None:
    """gathio#178 mailed everybody's address to everybody."""
    event = await an_event(office)
    await make.registered(event, *range(1, 6), office=office)

    await send(event, await draft(event, office), office)

    for post in await mailed(event, office):
        raw = build(post.draft, sender_address="events@example.org", message_id="<1@example.org>", date=NOW)
        others = [f"guest{who}@example.org" for who in range(1, 6) if f"guest{who}@example.org" != post.to]
        assert raw.count(b"\nTo: ") == 1
        assert not [other for other in others if other.encode() in raw]
        assert b"\nCc:" not in raw
        assert b"\nBcc:" not in raw


async def test_one_click_never_queues_700_letters_for_one_person(office: Office) -> None:
    """pretalx#1111: 700 mails from one click. Here: many clicks, several at a time, and a caretaker beside them."""
    event = await an_event(office)
    await make.registered(event, *range(1, 8), office=office)
    letter = await draft(event, office)

    clicks = [start(event, letter, office) for _ in range(10)]
    started = await asyncio.gather(*clicks, return_exceptions=True)
    await asyncio.gather(*(writing.carry_on(act=office.at(NOW)) for _ in range(5)), Caretaker(office).look())

    assert Counter(started)[True] == 1
    assert Counter(post.to for post in await mailed(event, office)) == {
        f"guest{who}@example.org": 1 for who in range(1, 8)
    }
    assert (await Mailing.get(id=letter.id)).state == "sent"


async def test_what_a_dead_process_left_is_finished_by_the_caretaker_and_nobody_gets_it_twice(
    office: Office,
) -> None:
    event = await an_event(office)
    await make.registered(event, *range(1, writing.BATCH + 6), office=office)
    letter = await draft(event, office)
    await start(event, letter, office)
    await writing.post_batch(letter.id, act=office.at(NOW))
    assert len(await mailed(event, office)) == writing.BATCH

    await Caretaker(office).look()

    assert len(await mailed(event, office)) == writing.BATCH + 5
    assert set(Counter(post.to for post in await mailed(event, office)).values()) == {1}


async def test_a_batch_that_breaks_in_the_middle_leaves_no_letter(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, 1, 2, office=office)
    letter = await draft(event, office)
    await start(event, letter, office)

    @one_transaction
    async def broken() -> None:
        await writing.post_batch(letter.id, act=office.at(NOW))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()

    assert await mailed(event, office) == []
    assert await MailingLine.filter(state="waiting").count() == 2


async def test_cancelled_declined_erased_and_leaving_people_are_never_written_to(office: Office) -> None:
    event = await an_event(office)
    stays, cancelled, erased, left = await make.registered(event, 1, 2, 3, 4, office=office)
    await leaving.cancel(cancelled.id, act=office.at(NOW))
    await forgetting.erase(erased.id, act=office.at(NOW))
    await leaving.leave(left.id, act=office.at(NOW))

    found = await audience(event, office)

    assert list(found.people) == [stays.id]
    assert list((await audience(event, office, "status=cancelled")).people) == []
    assert list((await audience(event, office, f"id={cancelled.id}")).people) == []


async def test_who_cancels_between_the_click_and_their_turn_is_passed_over(office: Office) -> None:
    event = await an_event(office)
    _first, second = await make.registered(event, 1, 2, office=office)
    letter = await draft(event, office)
    await start(event, letter, office)

    await leaving.cancel(second.id, act=office.at(NOW))
    await writing.carry_on(act=office.at(NOW))

    assert [post.to for post in await mailed(event, office)] == ["guest1@example.org"]
    report = await writing.report_on(await Mailing.get(id=letter.id))
    assert report.lines == {"posted": 1, "passed_over": 1}
    assert report.letters == {"queued": 1}


async def test_an_address_that_nobody_has_confirmed_is_not_written_to(office: Office) -> None:
    event = await an_event(office, confirms_address=True)
    await make.registered(event, 1, office=office)

    assert (await audience(event, office)).people == {}


async def test_a_colleague_without_an_address_is_counted_and_not_written_to(office: Office) -> None:
    event = await an_event(office, most_guests=1)
    await make.registered(event, 1, office=office, guests=(Guest("Rana"),))

    found = await audience(event, office)

    assert (len(found.people), found.without_address) == (1, 1)


async def test_an_address_that_mail_came_back_from_is_counted_and_not_written_to(office: Office) -> None:
    event = await an_event(office)
    first, second = await make.registered(event, 1, 2, office=office)
    await Registration.filter(id=first.id).update(undeliverable=True)

    found = await audience(event, office)

    assert (list(found.people), found.bounced, found.without_address) == ([second.id], 1, 0)


async def test_a_letter_about_an_event_whose_keys_are_gone_does_not_keep_the_others(office: Office) -> None:
    gone, event = await an_event(office, slug="gone"), await an_event(office)
    for each in (gone, event):
        await make.registered(each, 1, office=office)
        await start(each, await draft(each, office), office)
    office.vault.forget(str(gone.id))

    await writing.carry_on(act=office.at(NOW))

    assert [post.to for post in await mailed(event, office)] == ["guest1@example.org"]


async def test_the_choice_of_people_is_the_lists_own(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, "Salma", office=office, language="ar")
    (jo,) = await make.registered(event, "Jo", office=office)

    assert len((await audience(event, office, "language=ar")).people) == 1
    assert list((await audience(event, office, "q=jo")).people) == [jo.id]
    assert len((await audience(event, office, "status=waitlisted")).people) == 0


async def test_nothing_is_sent_when_the_people_have_changed_since_they_were_counted(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, 1, office=office)
    letter = await draft(event, office)
    mark = writing.mark_of(await audience(event, office), BOTH)
    await make.registered(event, 2, office=office)

    with pytest.raises(rules.PeopleChanged):
        await writing.start(event.id, letter.id, mark=mark, act=office.at(NOW))

    assert await MailingLine.all().count() == 0


async def test_a_letter_that_somebody_changed_after_it_was_looked_at_is_not_sent(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, 1, office=office)
    letter = await draft(event, office)
    mark = writing.mark_of(await audience(event, office), BOTH)
    other = Content(BOTH.subject, {**BOTH.body, "en": "Something else"})
    await writing.save_draft(event.id, other, mailing_id=letter.id, act=office.at(NOW))

    with pytest.raises(rules.WordsChanged):
        await writing.start(event.id, letter.id, mark=mark, act=office.at(NOW))

    assert await MailingLine.all().count() == 0


async def test_a_letter_about_a_draft_event_is_refused(office: Office) -> None:
    event = await make.draft(office.vault)
    letter = await draft(event, office)

    with pytest.raises(rules.EventIsDraft):
        await start(event, letter, office)


async def test_a_letter_to_nobody_is_refused(office: Office) -> None:
    event = await an_event(office)
    letter = await draft(event, office)

    with pytest.raises(rules.NobodyToWriteTo):
        await start(event, letter, office)


async def test_a_letter_under_way_is_neither_changed_nor_deleted(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, 1, office=office)
    letter = await draft(event, office)
    await start(event, letter, office)

    with pytest.raises(rules.LetterUnderWay):
        await writing.save_draft(event.id, BOTH, mailing_id=letter.id, act=office.at(NOW))
    with pytest.raises(rules.LetterUnderWay):
        await writing.delete_draft(event.id, letter.id)


async def test_a_letter_of_another_event_is_not_there(office: Office) -> None:
    event, other = await an_event(office), await an_event(office, slug="other")
    letter = await draft(event, office)

    with pytest.raises(rules.NoSuchMailing):
        await writing.find_mailing(other.id, letter.id)


@pytest.mark.parametrize(
    "name",
    [
        "https://evil.example/login",
        "<a href='https://evil.example'>Click</a>",
        "evil.example",
        "Win at www.evil.example/prize",
        "[Click](https://evil.example)",
        "{page} {name} {event}",
        "%(name)s {{ own_url }}",
    ],
)
async def test_no_phishing_text_comes_in_through_a_placeholder(office: Office, name: str) -> None:
    """pretalx 2026.1.2: a link in a name was mailed to others from the organizers' own address."""
    event = await an_event(office)
    await make.registered(event, 1, office=office, name=name)

    words = Content({"en": "For {name}"}, {"en": "Dear {name}!"})
    await send(event, await draft(event, office, words), office)

    (post,) = await mailed(event, office)
    assert "evil.example" not in post.everything
    assert "Click</a>" not in post.everything
    assert "/registrations/" not in post.everything  # no placeholder inside a value was filled


async def test_only_the_organizers_own_addresses_and_the_persons_page_become_links(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, 1, office=office)
    words = Content(
        {"en": "Hello"}, {"en": "Read https://example.org/paper. Yours: {page}\n<b>bold</b> & more"}
    )

    await send(event, await draft(event, office, words), office)

    (post,) = await mailed(event, office)
    own = post.facts["own_url"]
    assert 'href="https://example.org/paper"' in post.draft.html
    assert f'href="{own}"' in post.draft.html
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in post.draft.html
    assert f"Yours: {own}\n<b>bold</b> & more" in post.draft.text


async def test_every_placeholder_says_what_it_promises(office: Office) -> None:
    event = await an_event(office)
    (row,) = await make.registered(event, "Jo", office=office)
    person = Person("Jo", "jo@example.org", "", "secret")
    text = "\n".join(f"{{{name}}}" for name in PLACEHOLDERS)

    facts = await writing.facts_for(
        event, Content({"en": "x"}, {"en": text}), row, person, act=office.at(NOW)
    )

    assert facts["body"].split("\n") == [
        "Jo",
        "Round table",
        "Saturday 12 May 2035",
        "13:00–14:30",
        "Library, Hotel Linden, Brussels",
        "http://127.0.0.1:8000/registrations/…",
    ]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Dear {name}", []),
        ("{Name} {names} { name } {}", ["{Name}", "{names}", "{ name }", "{}"]),
        ("{{name}}", []),
        ("a { b } c {\n}", ["{ b }"]),
        ("}{ {0} {name.__class__}", ["{0}", "{name.__class__}"]),
        ("{الاسم} {الإسم} {اسم} {الساعة}", ["{اسم}", "{الساعة}"]),
    ],
)
async def test_only_the_fixed_placeholders_are_known(text: str, unknown: list[str]) -> None:
    assert unknown_placeholders(text) == unknown


async def test_a_test_goes_to_its_organizer_alone_and_says_that_it_is_one(office: Office) -> None:
    event = await an_event(office)
    await make.registered(event, 1, office=office)
    rima = Person("Rima", "rima@example.org", "", "")

    await writing.send_test(event.id, BOTH, rima, language="ar", act=office.at(NOW))

    (post,) = await mailed(event, office)
    assert post.to == "rima@example.org"
    assert post.draft.subject.startswith("رسالة تجريبية") or post.draft.subject.startswith("Test")
    assert "Rima" in post.draft.text
    assert "guest" not in post.everything.lower()


async def test_a_test_never_says_that_something_is_held_of_its_organizer(office: Office) -> None:
    event = await an_event(office)

    await writing.send_test(
        event.id, BOTH, Person("Rima", "rima@example.org", "", ""), language="en", act=office.at(NOW)
    )

    (post,) = await mailed(event, office)
    for words in (post.draft.text, post.draft.html):
        assert "we keep about you" not in words
        assert "used to register" not in words
    assert "because you asked for it in the organizer area" in post.draft.html


async def test_an_idle_house_writes_nothing(office: Office) -> None:
    assert await writing.carry_on(act=office.at(clock_now())) == 0


async def test_what_was_written_lies_sealed(office: Office) -> None:
    event = await an_event(office)
    letter = await draft(event, office, Content({"en": "About Salma"}, {"en": "Salma"}, "q=salma"))

    assert b"alma" not in bytes((await Mailing.get(id=letter.id)).content)
    assert reveal_words(letter, act=office.at(NOW)).query == "q=salma"


async def test_erasing_somebody_empties_the_letter_they_had(office: Office) -> None:
    event = await an_event(office)
    (row,) = await make.registered(event, 1, office=office)
    await send(event, await draft(event, office), office)
    await Letter.filter(thread=row.id).update(state="sent", due_at=None)

    await forgetting.erase(row.id, act=office.at(NOW))

    letter = await Letter.get(thread=row.id, kind=writing.KIND)
    assert (letter.words, bytes(letter.facts), letter.message) == ("gone", b"", None)


async def test_the_letters_are_composed_from_their_facts_alone(office: Office) -> None:
    event = await an_event(office)
    (row,) = await make.registered(event, 1, office=office)
    await send(event, await draft(event, office), office)
    await Registration.filter(id=row.id).update(language="ar")

    (post,) = await mailed(event, office)

    assert make.composed(writing.KIND, post.facts).subject == "News of Round table"

"""The invented people of the gallery, and the letters they get: every status, every kind, every state of an outbox."""

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

from events_app import clock
from events_app.acts import Act, Office
from events_app.clock import milliseconds
from events_app.database import one_transaction
from events_app.events.actions import life
from events_app.events.models.event import Event
from events_app.example.actions.showing import show
from events_app.i18n import choose, current_language, use_language
from events_app.invitations import actions as inviting
from events_app.invitations import rules
from events_app.linking.pages import LINK_ASKED
from events_app.mail import outbox
from events_app.mail.models import Letter
from events_app.mailings.actions import announcing, writing
from events_app.mailings.actions.audience import audience_of
from events_app.mailings.desk.health import _post_test
from events_app.mailings.emails import Content
from events_app.personal import actions as personal
from events_app.questions.actions import asking, presets
from events_app.registrations.actions import leaving
from events_app.registrations.actions.registering import Receipt
from events_app.registrations.facts import NO_LETTERS, key_of
from events_app.registrations.models import Registration
from events_app.registrations.pages.receipt import receipt_token, sealed_piece
from events_app.registrations.posting import post_about, reveal_person
from events_app.registrations.rules import Due, Status
from events_app.settings import Settings
from events_app.vault import Reader, Vault
from events_app.work import courier_of, site_of_settings
from tests import make
from tests.gallery.events import Places, draw_logos, fill_events, fill_rooms
from tests.gallery.lists import bring_lists, wait_for_decisions
from tests.gallery.shots import KINDS, LETTERS

NAMES = (
    ("en", "Salma Haddad"), ("ar", "ليلى الحلبي"), ("en", "Jonas Verbeke"), ("ar", "نور الدين الخطيب"),
    ("en", "María Fernanda de los Ángeles Rodríguez-Villanueva"), ("ar", "سامر"), ("en", "Nour"),
    ("ar", "عبد الرحمن محمد نور الدين الأتاسي الدمشقي"), ("en", "Åsa Öberg"), ("ar", "هيفين أحمد (Hêvîn Ehmed)"),
    ("en", "Anne-Sophie van der Meulen"), ("ar", "رنا ك."),
)  # fmt: skip
NEEDS = {
    1: "أحتاج إلى مكان قريب من الباب، وأستخدم كرسيًا متحركًا.",
    4: "A seat near the front, please: I read lips.",
}


async def fill(settings: Settings, vault: Vault) -> Places:
    now = clock.now()
    office = Office(vault, site_of_settings(settings, vault))
    await show(events=3, people=0, act=office.at(now - timedelta(days=3)))
    await draw_logos()
    places = await fill_rooms(now)
    places |= await fill_events(office, now)
    places |= await fill_lists(office, now)
    places |= await write_letters(settings, office, now)
    places |= await bring_lists(office, now)
    places |= await wait_for_decisions(office, now)
    return places


async def fill_lists(office: Office, now: datetime) -> Places:
    """People in every status, on a long list and on short ones; where their own pages and receipts are."""
    launch = await Event.get(slug="research-launch")
    people = list(islice(crowd(), 60))
    for number, (language, name) in enumerate(people):
        person = {
            "name": name,
            "address": f"guest.{number}@example.org",
            "language": language,
            "mode": "online" if number % 7 == 3 else "in_person",
            "needs": NEEDS.get(number % 12, ""),
            "consent_version": launch.consent_version,
        }
        await make.registered(launch, number, office=office, now=now, **person)
    statuses: Places = {}
    for number, status in ((20, Status.PENDING), (21, Status.DECLINED)):
        found = await make.row_of(launch, f"guest.{number}@example.org", office=office)
        is_live = None if status == "declined" else 1
        await Registration.filter(id=found.id).update(status=status, live=is_live, seated=False)
        statuses[f"own_{status}"] = link_of(found, office)
        statuses[f"person_{status}"] = str(found.id)
    gone = await make.row_of(launch, "guest.22@example.org", office=office)
    await leaving.cancel(gone.id, act=office.at(now))
    first = await make.row_of(launch, "guest.0@example.org", office=office)
    online = await make.row_of(launch, "guest.3@example.org", office=office)
    own = {"own_confirmed": first, "own_cancelled": gone, "own_online": online}
    statuses |= {name: link_of(each, office) for name, each in own.items()}
    statuses["letters_key"] = key_of(NO_LETTERS, first.id, scope=str(launch.id), vault=office.vault)
    await invite_partners(launch, office, now)
    statuses |= await write_to_everybody(launch, office, now)
    statuses["my_calendar"] = await personal.add_to_feed(first, "", now=now)
    statuses |= {"person": str(first.id), "person_cancelled": str(gone.id)}
    evening = await Event.get(slug="evening-online")
    for number, address in enumerate(("nour.aziz@example.org", "n.aziz@example.net")):
        twice = {"name": "Nour Aziz", "address": address, "mode": "online", "language": ("en", "ar")[number]}
        await make.registered(evening, number, office=office, now=now, **twice)
    statuses["question"] = await ask_everything(await Event.get(slug="unlisted"))
    return {**statuses, **await with_deadlines(launch, office, now), **receipts(launch.id, office, now)}


async def with_deadlines(launch: Event, office: Office, now: datetime) -> Places:
    """People whose registration waits for them: a cancellation to take back, an address to confirm, an offer."""
    found: Places = {}
    states: tuple[tuple[int, Due, dict[str, Any]], ...] = (
        (23, Due.LEAVING, {}),
        (24, Due.ADDRESS, {"status": Status.PENDING}),
        (25, Due.OFFER, {"status": Status.WAITLISTED}),
    )
    for number, due_for, more in states:
        row = await make.row_of(launch, f"guest.{number}@example.org", office=office)
        changed: dict[str, Any] = {
            "due_for": due_for,
            "due_at": milliseconds(now + timedelta(hours=20)),
            **more,
        }
        await Registration.filter(id=row.id).update(**changed)
        found |= {f"own_{due_for}": link_of(row, office), f"person_{due_for}": str(row.id)}
    mover = await make.row_of(launch, "guest.5@example.org", office=office)
    await make.new_address_asked(mover, "new.address@example.org", office=office, now=now)
    letter = await Letter.filter(kind="registrations.new_address").first()
    assert letter is not None
    said = office.vault.reveal(letter.scope, letter.facts_context, letter.facts, make.COURIER)
    found["own_mover"], found["address_code"] = (
        mover.id.hex,
        str(said["own_url"]).rsplit("/", 1)[-1],
    )
    return found


async def ask_everything(event: Event) -> str:
    """Every ready-made question; the id of one of them."""
    added = [question for name in presets.PRESETS for question in await presets.add_preset(event.id, name)]
    await asking.retire_question(event.id, added[-1].id)
    return str(added[0].id)


async def write_to_everybody(launch: Event, office: Office, now: datetime) -> Places:
    """A letter that is being written, and one that has gone."""
    words = Content(
        {"en": "How to find the room", "ar": "الوصول إلى القاعة"},
        {
            "en": "Hello {name},\n\nthe entrance is on the courtyard, beside the café.\n\nTram 92, stop Linden.",
            "ar": "تحية طيبة {name}،\n\nالمدخل من الباحة الداخلية، قرب المقهى.\n\nالترام 92، موقف ليندن.",
        },
        "mode=online",
    )
    Reader("organizer", "gallery")
    draft = await writing.save_draft(launch.id, words, act=office.at(now))
    sent = await writing.save_draft(launch.id, words, act=office.at(now))
    audience = await audience_of(launch.id, words.query, act=office.at(make.NOW))
    await writing.start(launch.id, sent.id, mark=writing.mark_of(audience, words), act=office.at(make.NOW))
    await writing.carry_on(act=office.at(now))
    return {"draft_mailing": str(draft.id), "sent_mailing": str(sent.id)}


async def invite_partners(launch: Event, office: Office, now: datetime) -> None:
    guests = [
        rules.Invitee("Salma Haddad", "salma@example.org", "en"),
        rules.Invitee("رنا الخطيب", "rana@example.org", "ar"),
        rules.Invitee(),
    ]
    for batch, purpose in (("Partners", "open"), ("Families, first row", "jump")):
        await inviting.invite(
            launch.id,
            guests,
            batch=batch,
            purpose=purpose,
            quota_id=None,
            is_bound=False,
            act=office.at(now),
        )
    await inviting.send_invitations(launch.id, "Partners", act=office.at(now))


def crowd() -> Iterator[tuple[str, str]]:
    """(language, name), without end; a number marks those that come again."""
    for number, (language, name) in enumerate(cycle(NAMES)):
        yield language, name if number < len(NAMES) else f"{name} {number // len(NAMES) + 1}"


def link_of(registration: Registration, office: Office) -> str:
    return reveal_person(registration, vault=office.vault, reader=make.COURIER).token


def receipts(event_id: uuid.UUID, office: Office, now: datetime) -> Places:
    asked = {
        "receipt_confirmed": (Status.CONFIRMED, "in_person"),
        "receipt_online": (Status.CONFIRMED, "online"),
        "receipt_waitlisted": (Status.WAITLISTED, "in_person"),
        "receipt_pending": (Status.PENDING, "in_person"),
    }
    later = now + timedelta(days=1)
    found: Places = {
        name: receipt_token(
            Receipt(event_id, status, mode, "leyla@example.org"), vault=office.vault, now=later
        )
        for name, (status, mode) in asked.items()
    }
    held = Receipt(event_id, Status.CONFIRMED, "in_person", "leyla@example.org", confirms_address=True)
    found["receipt_address"] = receipt_token(held, vault=office.vault, now=later)
    link = {"event": str(event_id), "address": "leyla@example.org"}
    return {**found, "link_asked": sealed_piece(link, LINK_ASKED, vault=office.vault, now=later)}


BOTH = (("en", "leyla", "Leyla Haddad"), ("ar", "samir", "سمير الخطيب"))


async def write_letters(settings: Settings, office: Office, now: datetime) -> Places:
    """Every kind of letter to somebody who reads English and somebody who reads Arabic, written out by the courier."""
    small, moved = await Event.get(slug="small-roundtable"), await Event.get(slug="moved")
    called_off, past = await Event.get(slug="cancelled"), await Event.get(slug="past")
    seated = await both(small, office, now)
    await make.registered(small, "Karim", office=office, now=now)
    await both(small, office, now, "waiting")
    for each in seated:
        await leaving.cancel(each.id, act=office.at(now))
    waiting = await both(small, office, now, "late")
    places: Places = {
        "own_waitlisted": link_of(waiting[0], office),
        "person_waitlisted": str(waiting[0].id),
        "own_moved": link_of((await both(moved, office, now))[0], office),
    }
    await make.change(
        moved, office, now=now, place={"en": "Room XX, Hotel Linden", "ar": "القاعة 20، فندق ليندن"}
    )
    await announcing.announce(moved.id, act=office.at(now))
    await make.change(
        moved,
        office,
        now=now,
        title={"en": "Breakfast with interpreters", "ar": "فطور مع فريق الترجمة الفورية"},
    )
    await announcing.announce(moved.id, act=office.at(now))
    told = await Event.get(slug="arabic-only")
    await both(told, office, now)
    await make.change(told, office, now=now, place={"ar": "القاعة 20، فندق ليندن"})
    await announcing.announce(told.id, act=office.at(now))
    await both(called_off, office, now)
    now_on = await Event.get(slug="now")
    await make.registered(now_on, "Leyla", office=office, now=now, mode="online")
    places["own_now"] = link_of((await rows_of(now_on))[0], office)
    places["own_called_off"] = link_of((await rows_of(called_off))[0], office)
    await life.cancel_event(called_off.id, follow=make.follower(office), act=office.at(now))
    await both(past, office, now - timedelta(days=50))
    places["own_past"] = link_of((await rows_of(past))[0], office)
    full = await Event.get(slug="no-waitlist")
    await make.registered(full, "Karim", office=office, now=now)
    asked = await Event.get(slug="unlisted")
    await ask_again(asked, office, now)
    places["own_questions"] = link_of((await rows_of(asked))[0], office)
    await post_the_rest(office, now)
    await compose_all(settings, office)
    places |= await letters_by_kind(office)
    await make.change(moved, office, now=now, starts_wall=later(moved), ends_wall=later(moved, hours=2))
    return {**places, **await mark_states(settings, office, now)}


async def both(event: Event, office: Office, now: datetime, suffix: str = "") -> Sequence[Registration]:
    """One reader of each language registers."""
    found = []
    for language, local, name in BOTH:
        person = {"name": name, "address": f"{local}{suffix}@example.org", "language": language}
        found += await make.registered(event, local, office=office, now=now, **person)
    return found


async def rows_of(event: Event) -> Sequence[Registration]:
    return await Registration.filter(event_id=event.id, live=1).order_by("language", "id")


def later(event: Event, *, hours: int = 1) -> str:
    return f"{event.starts + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


async def ask_again(event: Event, office: Office, now: datetime) -> None:
    """Some register twice, some ask for their link."""
    await both(event, office, now)
    await both(event, office, now)
    await both(event, office, now, "2")
    for _, local, _ in BOTH:
        await make.link_asked(event, f"{local}2@example.org", office=office, now=now)


NEWS = {
    "registered": 12,
    "cancelled": 1,
    "returned": 2,
    "refused": 1,
    "lacks_link": True,
    "url": "/desk/events/1",
}

STOP_URL = "https://events.example.org/events/research-launch/letters/0123abcd"

MORE: dict[str, dict[str, dict[str, Any]]] = {
    "declined": {
        "en": {"reason": "The room is small, and we could not seat everybody who asked."},
        "ar": {"reason": "القاعة صغيرة ولم نتمكّن من استقبال الجميع."},
    },
    "handed": {
        "en": {"giver": "Salma Haddad", "colleague_stop_url": STOP_URL},
        "ar": {"giver": "سلمى حداد", "colleague_stop_url": STOP_URL},
    },
    "reminder": {
        "en": {"body": "Please bring something with your name on it.\nThe door opens at 12:30."},
        "ar": {"body": "يُرجى إحضار ما يحمل الاسم.\nيُفتح الباب الساعة 12:30."},
    },
    "follow_up": {
        "en": {"body": "The study can now be read on our site."},
        "ar": {"body": "أصبحت الدراسة متاحة على موقعنا."},
    },
    "forwarded": {
        "en": {"body": "From: leyla@example.org\n\nIs there a lift to the library?"},
        "ar": {"body": "المرسل: samir@example.org\n\nهل يوجد مصعد إلى المكتبة؟"},
    },
    "by_hand": {
        "en": {"subject": "The lift", "body": "Is there a lift to the library?"},
        "ar": {"subject": "المصعد", "body": "هل يوجد مصعد إلى المكتبة؟"},
    },
    "digest": {
        "en": {"lines": [{**NEWS, "title": "Research launch"}]},
        "ar": {"lines": [{**NEWS, "title": "إطلاق الدراسة"}]},
    },
    "trouble": {"en": {"troubles": ["disk", "backup"]}, "ar": {"troubles": ["disk", "backup"]}},
    "no_link": {"en": {"title": "Research launch"}, "ar": {"title": "إطلاق الدراسة"}},
}
"""What some letters say beside the facts of the registration."""


async def post_the_rest(office: Office, now: datetime) -> None:
    """Letters that no act above owes, from the registrations of an event that lies ahead."""
    event = await Event.get(slug="not-yet")
    posted = set(await Letter.all().distinct().values_list("kind", flat=True))
    owed = {str(kind).rsplit(".", 1)[-1] for kind in posted} - {"new_address"} | {"test", "week", "day"}
    ahead = await Event.get(slug="long")
    await both(ahead, office, now, "3")
    for registration in await rows_of(ahead):
        for letter in set(LETTERS) - owed:
            more = {
                "code": "k7qd2mfa",
                "hours": 24,
                "url": office.site.url("/desk/events/1"),
                "choice_url": office.site.url("/desk/notices"),
                "own_url": office.site.url("/registrations/aaaa"),
                "until": (now + timedelta(hours=24)).isoformat(),
                **MORE.get(letter, {}).get(registration.language, {}),
            }
            await post_about(KINDS[letter], registration, event, act=office.at(now), more=more)
        with use_language(registration.language):
            await _post_test("rima@example.org", act=office.at(now))
            await _post_deletions("rima@example.org", ahead, act=office.at(now))


@one_transaction
async def _post_deletions(address: str, event: Event, *, act: Act) -> None:
    """What organizers read before the deletion day."""
    for kind in ("deletion.week", "deletion.day"):
        facts = {
            "to_address": address,
            "language": current_language(),
            "site_name": act.site.name(),
            "site_url": act.site.base_url,
            "title": choose(event.title),
            "day": event.deletion_day.isoformat(),
            "people": 212,
            "url": act.site.url(f"/desk/events/{event.id}/data"),
        }
        await outbox.post(kind, vault=act.vault, scope="site", about=outbox.About(), facts=facts, now=act.now)


async def compose_all(settings: Settings, office: Office) -> None:
    """Let the courier write out everything; without a mail server it keeps the letters."""
    courier = courier_of(settings, office.vault)
    work = asyncio.create_task(courier.run())
    for _ in range(1200):
        if not await Letter.filter(state="queued").exists():
            break
        await asyncio.sleep(0.05)
    await courier.stop()
    await work


async def letters_by_kind(office: Office) -> Places:
    """letter_confirmed -> {"en": id, "ar": id}, the first of its kind that was written; letter_online: to join."""
    found: dict[str, dict[str, str]] = {}
    for letter in await Letter.filter(message__isnull=False).exclude(state="superseded").order_by("number"):
        said = office.vault.reveal(letter.scope, letter.facts_context, letter.facts, make.COURIER)
        kind = letter.kind.rsplit(".", 1)[-1]
        if kind == "confirmed" and said["mode"] == "online":
            kind = "online"
        found.setdefault(f"letter_{kind}", {}).setdefault(str(said["language"]), str(letter.id))
    return dict(found)


async def mark_states(settings: Settings, office: Office, now: datetime) -> Places:
    """Letters of the long list in each state that an outbox can show."""
    launch = await Event.get(slug="research-launch")
    mine = await Letter.filter(event_id=launch.id).order_by("number").limit(20)
    replies = {
        "sent": "", "sending": "", "superseded": "", "unsure": "421 4.4.2 connection timed out",
        "refused": "550 5.1.1 mailbox unavailable", "withheld": "",
    }  # fmt: skip
    places: Places = {}
    for letter, (state, said) in zip(mine[4:], replies.items(), strict=False):
        tries = 0 if state in ("superseded", "withheld") else 1 + len(said) // 10
        await Letter.filter(id=letter.id).update(state=state, last_error=said, attempts=tries)
        places[f"{state}_letter"] = str(letter.id)
    await make.registered(launch, "Tarek", office=office, now=now, consent_version=1)
    queued = await Letter.filter(event_id=launch.id, state="queued").first()
    return {**places, "queued_letter": str(queued.id) if queued else "", "kept_letter": str(mine[0].id)}

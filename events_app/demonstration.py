"""A conference with three side events, invented from end to end, so that a newcomer sees something at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from events_app.acts import Act
from events_app.calendar.zones import instant
from events_app.conferences.models import Conference
from events_app.database import one_transaction
from events_app.directory.models import Organization
from events_app.events.actions import editing, life
from events_app.events.actions import saving as writing
from events_app.events.models.event import Event
from events_app.events.rules import (
    AgendaFacts,
    EventFacts,
    HostFacts,
    HostRole,
    ProgrammeFacts,
    SpeakerFacts,
    SpeakerRole,
)

ZONE = "Europe/Brussels"

HOSTS: tuple[dict[str, Any], ...] = (
    {
        "slug": "cedar-archive",
        "name": {"en": "Cedar Archive for Human Rights", "ar": "أرشيف الأرز لحقوق الإنسان"},
        "link": "https://cedar-archive.example.org",
        "ours": True,
        "colour": "#0b5653",
        "second_colour": "#9a4a1c",
    },
    {
        "slug": "open-table",
        "name": {"en": "Open Table Network", "ar": "شبكة الطاولة المفتوحة"},
        "link": "https://open-table.example.org",
    },
    {
        "slug": "north-harbour",
        "name": {"en": "North Harbour Foundation", "ar": "مؤسسة الميناء الشمالي"},
        "link": "https://north-harbour.example.org",
    },
)

EVENTS: tuple[dict[str, Any], ...] = (
    {
        "slug": "research-launch",
        "title": {"en": "Who is missing? Launch of a new study", "ar": "من الغائب؟ إطلاق دراسة جديدة"},
        "summary": {
            "en": "Families, lawyers and archivists present two years of research on the search for the missing.",
            "ar": "نتائج عامين من البحث في قضية المفقودين والمفقودات، تعرضها عائلات وجهات حقوقية وأرشيفات.",
        },
        "description": {
            "en": "For two years, six archives worked with families to learn **what the search for the missing needs** "
            "from institutions.\n\nWe present the findings, then listen: half of the time belongs to the room.\n\n"
            "- the study in print, in both languages\n- a short guide for families\n- coffee afterwards",
            "ar": "عملت ستة أرشيفات مع العائلات على مدى عامين لمعرفة **ما يحتاج إليه البحث عن المفقودين والمفقودات** "
            "من المؤسسات.\n\n"
            "نعرض النتائج ثم نصغي: نصف الوقت للحضور.\n\n"
            "- الدراسة مطبوعة باللغتين\n- دليل موجز للعائلات\n- قهوة بعد اللقاء",
        },
        "place": {
            "en": "Room Belgium III, Hotel Linden, Rue de la Paix 12, 1040 Brussels, Belgium",
            "ar": "قاعة بلجيكا 3، فندق ليندن، شارع السلام 12، 1040 بروكسل، بلجيكا",
        },
        "interpretation": {
            "en": "English and Arabic, simultaneous",
            "ar": "ترجمة فورية بين العربية والإنجليزية",
        },
        "accessibility": {
            "en": "Step-free entrance and a quiet room. Tell us what else would help.",
            "ar": "مدخل بلا درج وغرفة هادئة. يُرجى إخبارنا بما قد يساعد أيضًا.",
        },
        "start": "13:00",
        "end": "14:30",
        "day": 0,
        "modes": ("in_person", "online"),
        "capacity_in_person": 60,
        "capacity_online": 200,
        "track": {"en": "Justice", "ar": "العدالة"},
        "consent": {
            "en": "The Cedar Archive uses these details only to run this event and deletes them 30 days after it. "
            "Partners see numbers, not names. I agree.",
            "ar": "تُستخدم هذه البيانات لتنظيم هذه الفعالية فقط (الجهة المسؤولة: أرشيف الأرز)، ويتم حذفها بعد 30 يومًا "
            "من انتهائها. تطّلع الجهات الشريكة على الأعداد فقط دون الأسماء. أوافق على ذلك.",
        },
    },
    {
        "slug": "small-roundtable",
        "title": {"en": "Round table: documents that travel", "ar": "طاولة مستديرة: وثائق على الطريق"},
        "summary": {
            "en": "A working conversation for three people from three organizations about civil papers across borders.",
            "ar": "جلسة عمل لثلاثة أشخاص من ثلاث جهات حول الأوراق الثبوتية عبر الحدود.",
        },
        "description": {
            "en": "Three places only. When they are taken, the waiting list moves up by itself.",
            "ar": "ثلاثة أماكن فقط. عند اكتمال العدد تتقدّم قائمة الانتظار تلقائيًا.",
        },
        "place": {"en": "Library, Hotel Linden, Brussels", "ar": "المكتبة، فندق ليندن، بروكسل"},
        "start": "16:00",
        "end": "17:00",
        "day": 0,
        "modes": ("in_person",),
        "capacity_in_person": 3,
        "track": {"en": "Documents", "ar": "الوثائق"},
    },
    {
        "slug": "evening-online",
        "title": {"en": "Voices from home: an evening online", "ar": "أصوات من البيت: أمسية عبر الإنترنت"},
        "summary": {
            "en": "Four short films and a conversation with the people who made them.",
            "ar": "أربعة أفلام قصيرة وحوار مع صانعيها وصانعاتها.",
        },
        "description": {
            "en": "Subtitled in both languages. The link to join reaches registered people shortly before the start.",
            "ar": "ترافق الأفلام ترجمة مكتوبة باللغتين. يصل رابط الانضمام إلى المسجّلين والمسجّلات قبيل البداية.",
        },
        "place": {},
        "start": "19:00",
        "end": "20:30",
        "day": 1,
        "modes": ("online",),
        "track": {"en": "Culture", "ar": "الثقافة"},
        "join_link": "https://meet.example.org/voices",
    },
)


async def seed(*, act: Act) -> bool:
    """Put the demonstration into an empty database; says whether it did. It never touches one with an event in it."""
    if await Event.all().exists() or await Organization.all().exists():
        return False
    first_day = (act.now + timedelta(days=45)).date()
    hosts, conference = await _surroundings(first_day=first_day)
    for said in EVENTS:
        facts = _facts(said, conference=conference, day=first_day + timedelta(days=said["day"]))
        chosen = [
            HostFacts(str(host.id), (HostRole.HOST if number == 0 else HostRole.CO_HOST).value)
            for number, host in enumerate(hosts)
        ]
        event = await editing.create_event(facts, hosts=chosen, act=act)
        if said["day"] == 0:
            facts_of_day = ProgrammeFacts(chosen, _speakers(), _agenda())
            await writing.save_programme(event.id, facts_of_day, revision=event.revision, act=act)
        await life.publish_event(event.id, follow=editing.nobody_follows, act=act)
    return True


@one_transaction
async def _surroundings(*, first_day: Any) -> tuple[list[Organization], Conference]:
    hosts = [await Organization.create(**{"languages": ["en", "ar"], **host}) for host in HOSTS]
    conference = await Conference.create(
        slug="syria-forum",
        name={"en": "Brussels Forum on the Future of Syria", "ar": "منتدى بروكسل حول مستقبل سوريا"},
        edition=str(first_day.year),
        zone=ZONE,
        starts_on=first_day,
        ends_on=first_day + timedelta(days=1),
        link="https://forum.example.org",
        about={
            "en": "Side events that independent organizations hold around the forum. The forum itself is invented.",
            "ar": "فعاليات جانبية تنظّمها جهات مستقلة حول المنتدى. المنتدى نفسه من نسج الخيال.",
        },
    )
    return hosts, conference


def _facts(said: dict[str, Any], *, conference: Conference, day: Any) -> EventFacts:
    starts, ends = (f"{day:%Y-%m-%d}T{said[key]}" for key in ("start", "end"))
    return EventFacts(
        slug=said["slug"],
        title=said["title"],
        summary=said["summary"],
        description=said["description"],
        place=said["place"],
        interpretation=said.get("interpretation", {}),
        accessibility=said.get("accessibility", {}),
        consent=said.get("consent", {}),
        starts_wall=starts,
        ends_wall=ends,
        starts_fold=0,
        ends_fold=0,
        starts_at=instant(datetime.fromisoformat(starts), ZONE, 0).astimezone(UTC),
        ends_at=instant(datetime.fromisoformat(ends), ZONE, 0).astimezone(UTC),
        zone=ZONE,
        conference_id=conference.id,
        room_id=None,
        track=said["track"],
        languages=["en", "ar"],
        offers_in_person="in_person" in said["modes"],
        offers_online="online" in said["modes"],
        capacity_in_person=said.get("capacity_in_person"),
        capacity_online=said.get("capacity_online"),
        join_link=said.get("join_link", ""),
    )


def _speakers() -> list[SpeakerFacts]:
    return [
        SpeakerFacts(
            {"en": "Salma Haddad", "ar": "سلمى حداد"},
            {"en": "Head of research, Cedar Archive", "ar": "رئيسة قسم البحوث، أرشيف الأرز"},
            SpeakerRole.SPEAKER.value,
            confirmed=True,
        ),
        SpeakerFacts(
            {"en": "Jonas Verbeke", "ar": "يوناس فيربيكه"},
            {"en": "North Harbour Foundation", "ar": "مؤسسة الميناء الشمالي"},
            SpeakerRole.SPEAKER.value,
            confirmed=False,
        ),
        SpeakerFacts(
            {"en": "Nour Khalil", "ar": "نور خليل"},
            {"en": "Open Table Network", "ar": "شبكة الطاولة المفتوحة"},
            SpeakerRole.MODERATOR.value,
            confirmed=True,
        ),
    ]


def _agenda() -> list[AgendaFacts]:
    return [
        AgendaFacts({"en": "Welcome", "ar": "كلمة ترحيب"}, 10),
        AgendaFacts({"en": "What the study found", "ar": "نتائج الدراسة"}, 30),
        AgendaFacts({"en": "Conversation with the room", "ar": "حوار مع الحضور"}, 40),
        AgendaFacts({"en": "Closing", "ar": "كلمة ختامية"}, 10),
    ]

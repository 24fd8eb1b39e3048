"""The invented lists of the gallery: imports at each of their steps, and people who wait for a decision."""

from datetime import datetime, timedelta

from events_app.accounts.models import Organizer
from events_app.acts import Office
from events_app.clock import milliseconds
from events_app.events.models.event import Event
from events_app.imports.actions import batches, drafts, importing, running
from events_app.imports.forms.columns import columns_form
from events_app.imports.forms.rows import Reading, read_people
from events_app.imports.models import ImportDraft
from events_app.imports.rules import Choice
from events_app.imports.tables import read_list
from events_app.questions.models import questions_of
from tests import make
from tests.gallery.events import Places

GOOD = """Name;E-mail;Language;Takes part;Access needs;Remark
Yara Mansour;yara@example.org;Arabic;in person;;met at the forum
بشرى العلي;bushra@example.org;Arabic;in person;كرسي متحرك;
Tomás Ribeiro;tomas@example.org;English;in person;;
هيلين يوسف;;Arabic;in person;;no address yet
"""
MISTAKES = """Name;E-mail;Language;Takes part
Yara Mansour;yara@example.org;Arabic;in person
;nobody@example.org;English;in person
Tomás Ribeiro;tomas(at)example.org;English;in person
بشرى العلي;bushra@example.org;Klingon;in person
Karim Saab;karim@example.org;Arabic;by post
Salma Haddad;guest.0@example.org;English;online
Yara M.;YARA@example.org;Arabic;online
"""
WAIT_FOR_A_DECISION = 24
"""The gallery approves one of them with each picture."""


async def bring_lists(office: Office, now: datetime) -> Places:
    """A list with mistakes and a good one, tried; one that was brought in, and one that was taken back."""
    mistakes, _ = await tried("research-launch", MISTAKES, office, now)
    done, gone = [await brought(slug, office, now) for slug in ("long", "closed")]
    await batches.undo(gone.event_id, gone.id)
    await running.go_on(gone.id, act=office.at(now))
    coming = await under_way("unlisted", office, now)
    good, _ = await tried("unlisted", GOOD, office, now)
    await ImportDraft.all().update(
        expires_at=milliseconds(now + timedelta(days=1))
    )  # a long walk looks at them too
    return {
        "mistakes_draft": str(mistakes.id),
        "good_draft": str(good.id),
        "batch": str(done.id),
        "undone_batch": str(gone.id),
        "coming_batch": str(coming.id),
    }


async def tried(slug: str, text: str, office: Office, now: datetime) -> tuple[ImportDraft, Reading]:
    """As the desk does it: the list is kept, its columns are guessed, and it is read without writing anything."""
    event, organizer = await Event.get(slug=slug), await Organizer.first()
    assert organizer is not None
    data = text.encode()
    read = await read_list(data)
    draft = await drafts.keep_draft(event.id, organizer.id, data, act=office.at(now))
    questions = await questions_of(event.id)
    choices = {"encoding": read.encoding}
    form = columns_form(listing=read.listing, event=event, questions=questions, choices=choices)
    chosen = {name: form[name].data for name in ("heading", "columns", "language", "mode", "places")}
    await drafts.keep_choices(draft, choices | chosen, now=now)
    return draft, await read_people(read.listing, draft.choices, event=event, questions=questions)


async def brought(slug: str, office: Office, now: datetime) -> ImportDraft:
    """A good list, written; its batch has the id of its draft."""
    draft, reading = await tried(slug, GOOD, office, now)
    await importing.begin(draft, reading.lines, wish=Choice(), act=office.at(now))
    await running.go_on(draft.id, act=office.at(now))
    return draft


async def under_way(slug: str, office: Office, now: datetime) -> ImportDraft:
    """A list of which some are still to come, for as long as nobody works."""
    rows = "".join(f"Guest {number};listed{number}@example.org;English;in person\n" for number in range(60))
    draft, reading = await tried(slug, GOOD.splitlines()[0] + "\n" + rows, office, now)
    begun = await importing.begin(draft, reading.lines, wish=Choice(), act=office.at(now))
    await running.step(begun.id, act=office.at(now))
    return draft


async def wait_for_decisions(office: Office, now: datetime) -> Places:
    """An event whose organizers approve each registration, and people who wait for that."""
    day = f"{now + timedelta(days=70):%Y-%m-%d}"
    event = await make.event(
        office.vault,
        now=now,
        slug="by-approval",
        title={"en": "Closed workshop: safe archives", "ar": "ورشة عمل مغلقة: أرشيف آمن"},
        starts_wall=f"{day}T10:00",
        ends_wall=f"{day}T16:00",
        capacity_in_person=WAIT_FOR_A_DECISION,
        needs_approval=True,
        visibility="unlisted",
    )
    for number in range(WAIT_FOR_A_DECISION):
        await make.registered(event, 100 + number, office=office, now=now)
    return {"approval_event": str(event.id)}

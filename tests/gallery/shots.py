"""Every page and letter there is, as shots: where it is, who looks, and what they did to see it.

`run.py gallery` takes their pictures and tests/access looks at each of them. A new page or letter is added here; a test
finds the forgotten ones. Words in braces stand in places.json (tests/gallery/people.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from events_app import clock

ROOT = Path(__file__).resolve().parents[2]
Prepare = Callable[[Page], None]


@dataclass(frozen=True)
class Shot:
    """One page in one state. house: the kind of instance (tests/gallery/house.py). prepare: acts after it opened.
    status: what the first answer must be."""

    name: str
    path: str
    signed_in: bool = False
    prepare: Prepare | None = None
    house: str = "rich"
    status: int = 200


def typed(**fields: str) -> Prepare:
    """Fill these fields (by id) and press the main button of the page."""

    def act(page: Page) -> None:
        for name, text in fields.items():
            _fill(page, name, text)
        _press(page, "main form[method=post] button.button-primary[type=submit]")

    return act


def pressed(selector: str, **fields: str) -> Prepare:
    """Fill these fields, then press a button that leads on."""

    def act(page: Page) -> None:
        for name, text in fields.items():
            _fill(page, name, text)
        _press(page, selector)

    return act


def opened(selector: str) -> Prepare:
    """Open what is folded."""
    return lambda page: page.locator(selector).first.click()


def more_rows(what: str) -> Prepare:
    """More rows of that list, in place: the first new field has the focus then."""

    def act(page: Page) -> None:
        page.locator(f"button[name=more][value={what}]").click()
        page.wait_for_function("() => document.activeElement.matches('ol.rows *')")

    return act


def step(path_end: str) -> Prepare:
    """The second step of a careful act: its form is in sight."""
    return lambda page: (
        page.locator("details", has=page.locator(f'form[action$="{path_end}"]'))
        .first.locator("summary")
        .click()
    )


def unfolded(page: Page) -> None:
    """Everything that is folded is open."""
    page.locator("main details").evaluate_all("all => all.forEach(each => each.open = true)")


def stale(page: Page) -> None:
    """Save an event that somebody else has changed meanwhile."""
    page.locator("input[name=revision]").evaluate("field => field.value = 0")
    typed()(page)


def decided(page: Page) -> None:
    """Tick the first of the list and carry out what the bar below offers first."""
    page.locator("table input[name=id]").first.check()
    _press(page, "form#bulk button")
    _press(page, "main form[method=post] button.button-primary[type=submit]")


def weekly(page: Page) -> None:
    """Four weeks from the next day on, before anything is created."""
    page.locator('input[name=how][value="weekly"]').check()
    typed(starts_on=f"{clock.now() + timedelta(days=1):%Y-%m-%d}", times="4")(page)


def wrong_address(page: Page) -> None:
    """Ask, on one's own page, for a new address that is none."""
    form = page.locator('form[action$="/address"]')
    page.locator("details", has=form).first.locator("summary").click()
    form.locator("input[name=address]").fill("leyla@")
    _press(page, 'form[action$="/address"] button[type=submit]')


def saved(page: Page) -> None:
    """Save one's own details as they are."""
    page.locator("#change > summary").click()
    _press(page, "#change form button[type=submit]")


def _fill(page: Page, name: str, text: str) -> None:
    field = page.locator(f"#{name}")
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(text)
    else:
        field.fill(text)


def _press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).last.click()


PUBLIC = (
    Shot("home", "/"),
    Shot("home-empty", "/", house="empty"),
    Shot("conference", "/conferences/syria-forum"),
    Shot("conference-full-day", "/conferences/open-archives"),
    Shot("conference-rooms", "/conferences/open-archives?view=rooms"),
    Shot("conference-chosen", "/conferences/open-archives?way=online"),
    Shot("conference-empty", "/conferences/quiet-days"),
    Shot("event", "/events/research-launch"),
    Shot("event-full", "/events/small-roundtable"),
    Shot("event-full-no-waitlist", "/events/no-waitlist"),
    Shot("event-online", "/events/evening-online"),
    Shot("event-closed", "/events/closed"),
    Shot("event-not-yet", "/events/not-yet"),
    Shot("event-past", "/events/past"),
    Shot("event-cancelled", "/events/cancelled"),
    Shot("event-moved", "/events/moved"),
    Shot("event-unlisted", "/events/unlisted"),
    Shot("event-long", "/events/long"),
    Shot("event-arabic-only", "/events/arabic-only"),
    Shot("register", "/events/research-launch/register"),
    Shot("register-errors", "/events/research-launch/register", prepare=typed(address="leyla@", needs="…")),
    Shot("register-waitlist", "/events/small-roundtable/register"),
    Shot("register-full", "/events/no-waitlist/register"),
    Shot(
        "register-refused",
        "/events/no-waitlist/register",
        prepare=typed(name="Leyla", address="leyla@example.org"),
    ),
    Shot("register-online", "/events/evening-online/register"),
    Shot("register-questions", "/events/unlisted/register"),
    Shot("register-questions-errors", "/events/unlisted/register", prepare=typed(name="Leyla")),
    Shot("register-approval", "/events/by-approval/register"),
    Shot("register-closed", "/events/closed/register"),
    Shot("register-not-yet", "/events/not-yet/register"),
    Shot("register-past", "/events/past/register"),
    Shot("register-cancelled", "/events/cancelled/register"),
    Shot("receipt-confirmed", "/registrations/{receipt_confirmed}"),
    Shot("receipt-online", "/registrations/{receipt_online}"),
    Shot("receipt-waitlisted", "/registrations/{receipt_waitlisted}"),
    Shot("receipt-pending", "/registrations/{receipt_pending}"),
    Shot("receipt-address", "/registrations/{receipt_address}"),
    Shot("receipt-expired", "/registrations/r.none", status=404),
    Shot("own-confirmed", "/registrations/{own_confirmed}"),
    Shot("own-saved", "/registrations/{own_confirmed}", prepare=saved),
    Shot("own-cancel-step", "/registrations/{own_confirmed}", prepare=step("/cancellation")),
    Shot("own-online", "/registrations/{own_online}"),
    Shot("own-waitlisted", "/registrations/{own_waitlisted}"),
    Shot("own-pending", "/registrations/{own_pending}"),
    Shot("own-declined", "/registrations/{own_declined}"),
    Shot("own-cancelled", "/registrations/{own_cancelled}"),
    Shot("own-leaving", "/registrations/{own_leaving}"),
    Shot("own-address", "/registrations/{own_address}"),
    Shot("own-offer", "/registrations/{own_offer}"),
    Shot("own-all-open", "/registrations/{own_confirmed}", prepare=unfolded),
    Shot("own-errors", "/registrations/{own_confirmed}", prepare=wrong_address),
    Shot("own-questions", "/registrations/{own_questions}", prepare=unfolded),
    Shot("own-unknown", "/registrations/none", status=404),
    Shot("own-new-address", "/registrations/{own_mover}/address/{address_code}"),
    Shot("own-new-address-used", "/registrations/{own_mover}/address/none"),
    Shot("own-join-early", "/registrations/{own_online}/join"),
    Shot("own-join", "/registrations/{own_now}/join"),
    Shot("own-join-refused", "/registrations/{own_confirmed}/join", status=404),
    Shot("my-calendar", "/my/{my_calendar}"),
    Shot("my-calendar-unknown", "/my/none", status=404),
    Shot("own-event-moved", "/registrations/{own_moved}"),
    Shot("own-event-cancelled", "/registrations/{own_called_off}"),
    Shot("own-event-past", "/registrations/{own_past}"),
    Shot("mine", "/events/research-launch/mine"),
    Shot("mine-errors", "/events/research-launch/mine", prepare=typed(address="leyla")),
    Shot("mine-sent", "/events/research-launch/mine/{link_asked}"),
    Shot("own-page-button", "/events/research-launch/own/none"),
    Shot("letters-stop", "/events/research-launch/letters/{letters_key}"),
    Shot("letters-stop-cut", "/events/research-launch/letters/none", status=404),
    Shot("own-page-sent", "/events/research-launch/own"),
    Shot("refusal-404", "/events/none", status=404),
    Shot("refusal-403", "/gallery/403", status=403),
    Shot("refusal-409", "/gallery/409", status=409),
    Shot("refusal-413", "/gallery/413", status=413),
    Shot("refusal-422", "/gallery/422", status=422),
    Shot("refusal-429", "/gallery/429", status=429),
    Shot("refusal-500", "/gallery/500", status=500),
    Shot("sign-in", "/desk/sign-in"),
    Shot("sign-in-errors", "/desk/sign-in", prepare=typed()),
    Shot(
        "sign-in-refused",
        "/desk/sign-in",
        prepare=typed(address="rima@example.org", passphrase="not this one"),
    ),
    Shot("welcome", "/desk/welcome/{welcome}"),
    Shot("welcome-errors", "/desk/welcome/{welcome}", prepare=typed(name="Nour", passphrase="short")),
    Shot("welcome-used", "/desk/welcome/none", status=404),
)

NEWCOMER = (
    Shot("desk-newcomer", "/desk", house="empty"),
    Shot("new-event-too-early", "/desk/events/new", house="empty"),
    Shot("organizations-empty", "/desk/organizations", house="empty"),
    Shot("organization-new", "/desk/organizations/new", house="empty"),
    Shot(
        "organization-errors",
        "/desk/organizations/new",
        house="empty",
        prepare=typed(link="cedar", colour="#ffff00"),
    ),
    Shot("conferences-empty", "/desk/conferences", house="empty"),
    Shot("conference-new", "/desk/conferences/new", house="empty"),
    Shot("conference-errors", "/desk/conferences/new", house="empty", prepare=typed(link="forum")),
    Shot("venues-empty", "/desk/venues", house="empty"),
    Shot("venue-new", "/desk/venues/new", house="empty"),
    Shot("venue-errors", "/desk/venues/new", house="empty", prepare=typed(city="Brussels")),
    Shot("desk-no-events", "/desk", house="begun"),
    Shot("event-new", "/desk/events/new", house="begun"),
    Shot(
        "event-new-all",
        "/desk/events/new",
        house="begun",
        prepare=pressed("button[name=all]", starts_time="1 pm"),
    ),
    Shot(
        "event-new-errors",
        "/desk/events/new",
        house="begun",
        prepare=typed(title_en="A working conversation", starts_time="25:00 PM", starts_on="2027-05-12"),
    ),
)

DESK = (
    Shot("desk", "/desk"),
    Shot("events", "/desk/events"),
    Shot("event-new-in-conference", "/desk/events/new?conference={conference}"),
    Shot("events-none-fits", "/desk/events?q=zzz&day=2027-01-11"),
    Shot("people", "/desk/people"),
    Shot("people-found", "/desk/people?q=salma"),
    Shot("people-none", "/desk/people?q=zzz"),
    Shot("settings", "/desk/settings"),
    Shot("day", "/desk/events/{research_launch_event}/day"),
    Shot("day-past", "/desk/events/{past_event}/day"),
    Shot("menu", "/desk/events/{research_launch_event}", prepare=opened(".desk-menu > summary")),
    Shot("overview", "/desk/events/{research_launch_event}"),
    Shot("overview-draft", "/desk/events/{draft_event}"),
    Shot("overview-ready", "/desk/events/{ready_event}"),
    Shot("overview-publish-step", "/desk/events/{ready_event}", prepare=step("/publication")),
    Shot("overview-moved", "/desk/events/{moved_event}"),
    Shot("copy", "/desk/events/{not_yet_event}/copies"),
    Shot(
        "copy-errors", "/desk/events/{not_yet_event}/copies", prepare=typed(starts_on="", ends_time="12:00")
    ),
    Shot("copy-dates", "/desk/events/{not_yet_event}/copies", prepare=weekly),
    Shot("copy-made", "/desk/events/{ready_event}/copies/{series}"),
    Shot("changes", "/desk/events/{moved_event}/changes"),
    Shot("changes-told", "/desk/events/{arabic_only_event}/changes"),
    Shot("changes-none", "/desk/events/{research_launch_event}/changes"),
    Shot("overview-cancel-step", "/desk/events/{moved_event}", prepare=step("/cancellation")),
    Shot("overview-cancelled", "/desk/events/{cancelled_event}"),
    Shot("overview-past", "/desk/events/{past_event}"),
    Shot(
        "overview-five-cities",
        "/desk/events/{long_event}",
        prepare=opened("details:not(.act-careful) summary"),
    ),
    Shot("edit", "/desk/events/{research_launch_event}/edit"),
    Shot("edit-texts", "/desk/events/{research_launch_event}/edit/texts"),
    Shot("edit-place", "/desk/events/{research_launch_event}/edit/place"),
    Shot("edit-rules", "/desk/events/{research_launch_event}/edit/rules"),
    Shot("edit-draft", "/desk/events/{draft_event}/edit"),
    Shot(
        "edit-five-cities",
        "/desk/events/{draft_event}/edit",
        prepare=pressed("button[name=preview][value=times]"),
    ),
    Shot(
        "edit-repeated-hour",
        "/desk/events/{draft_event}/edit",
        prepare=typed(starts_on="2027-10-31", starts_time="02:30", ends_time="04:00"),
    ),
    Shot("edit-changed-meanwhile", "/desk/events/{draft_event}/edit", prepare=stale),
    Shot("preview", "/desk/events/{ready_event}/preview"),
    Shot("programme", "/desk/events/{research_launch_event}/programme"),
    Shot("pictures", "/desk/events/{research_launch_event}/pictures"),
    Shot(
        "pictures-refused",
        "/desk/events/{research_launch_event}/pictures",
        prepare=pressed('form:has(#picture) button[type="submit"]', alt_en="Our hall"),
    ),
    Shot(
        "programme-more-rows",
        "/desk/events/{draft_event}/programme",
        prepare=more_rows("agenda"),
    ),
    Shot("list", "/desk/events/{research_launch_event}/registrations"),
    Shot("list-page-2", "/desk/events/{research_launch_event}/registrations?page=2"),
    Shot("list-search", "/desk/events/{research_launch_event}/registrations?q=نور"),
    Shot("list-print", "/desk/events/{research_launch_event}/registrations/print"),
    Shot("list-nobody-fits", "/desk/events/{research_launch_event}/registrations?q=zzz"),
    Shot("list-empty", "/desk/events/{ready_event}/registrations"),
    Shot("questions", "/desk/events/{unlisted_event}/questions"),
    Shot("questions-empty", "/desk/events/{long_event}/questions"),
    Shot("question-new", "/desk/events/{unlisted_event}/questions/new"),
    Shot("question-errors", "/desk/events/{unlisted_event}/questions/new", prepare=typed()),
    Shot("question", "/desk/events/{unlisted_event}/questions/{question}"),
    Shot("questions-preview", "/desk/events/{unlisted_event}/questions/preview"),
    Shot("invitations", "/desk/events/{research_launch_event}/invitations"),
    Shot("invitations-empty", "/desk/events/{long_event}/invitations"),
    Shot(
        "invitations-errors",
        "/desk/events/{long_event}/invitations",
        prepare=pressed('form.form[action$="/invitations"] button', number=""),
    ),
    Shot("person", "/desk/events/{research_launch_event}/registrations/{person}"),
    Shot("correction", "/desk/events/{research_launch_event}/registrations/{person}/correction"),
    Shot(
        "correction-errors",
        "/desk/events/{research_launch_event}/registrations/{person}/correction",
        prepare=typed(name="", address="salma@"),
    ),
    Shot(
        "correction-closed",
        "/desk/events/{research_launch_event}/registrations/{person_cancelled}/correction",
        status=409,
    ),
    Shot("person-pending", "/desk/events/{research_launch_event}/registrations/{person_pending}"),
    Shot("person-declined", "/desk/events/{research_launch_event}/registrations/{person_declined}"),
    Shot("person-cancelled", "/desk/events/{research_launch_event}/registrations/{person_cancelled}"),
    Shot("person-leaving", "/desk/events/{research_launch_event}/registrations/{person_leaving}"),
    Shot("person-address", "/desk/events/{research_launch_event}/registrations/{person_address}"),
    Shot("person-offer", "/desk/events/{research_launch_event}/registrations/{person_offer}"),
    Shot("person-waitlisted", "/desk/events/{small_roundtable_event}/registrations/{person_waitlisted}"),
    Shot("person-new", "/desk/events/{research_launch_event}/registrations/new"),
    Shot("person-errors", "/desk/events/{research_launch_event}/registrations/new", prepare=typed()),
    Shot("acts-cancel", "/desk/events/{research_launch_event}/registrations/acts?which=all&verb=cancel"),
    Shot("acts-decline", "/desk/events/{research_launch_event}/registrations/acts?which=all&verb=decline"),
    Shot("acts-promote", "/desk/events/{small_roundtable_event}/registrations/acts?which=all&verb=promote"),
    Shot("acts-nobody", "/desk/events/{small_roundtable_event}/registrations/acts?which=all&verb=approve"),
    Shot("acts-done", "/desk/events/{approval_event}/registrations?status=pending", prepare=decided),
    Shot(
        "acts-refused",
        "/desk/events/{small_roundtable_event}/registrations/acts?which=all&verb=promote",
        prepare=typed(),
    ),
    Shot("list-pending", "/desk/events/{approval_event}/registrations?status=pending"),
    Shot("duplicates", "/desk/events/{evening_online_event}/duplicates"),
    Shot("duplicates-none", "/desk/events/{research_launch_event}/duplicates"),
    Shot("reminders", "/desk/events/{research_launch_event}/reminders"),
    Shot("write", "/desk/events/{research_launch_event}/write"),
    Shot("write-errors", "/desk/events/{research_launch_event}/write", prepare=typed(subject_en="News")),
    Shot("write-edit", "/desk/events/{research_launch_event}/write/{draft_mailing}/edit"),
    Shot("write-look", "/desk/events/{research_launch_event}/write/{draft_mailing}"),
    Shot("write-progress", "/desk/events/{research_launch_event}/write/{sent_mailing}"),
    Shot("held", "/desk/held"),
    Shot("example", "/desk/example"),
    Shot("example-offered", "/desk/example", house="empty"),
    Shot("held-event", "/desk/events/{research_launch_event}/data"),
    Shot("mail", "/desk/mail"),
    Shot("notices", "/desk/notices"),
    Shot("health", "/desk/health"),
    Shot("mail-letters", "/desk/mail/letters"),
    Shot("mail-again", "/desk/mail/again"),
    Shot("letters-again", "/desk/events/{research_launch_event}/letters/again"),
    Shot("letters", "/desk/events/{research_launch_event}/letters"),
    Shot("letters-refused", "/desk/events/{research_launch_event}/letters?state=refused"),
    Shot("letters-empty", "/desk/events/{ready_event}/letters"),
    Shot("letter-page", "/desk/letters/{kept_letter}"),
    Shot("letter-page-refused", "/desk/letters/{refused_letter}"),
    Shot("letter-page-queued", "/desk/letters/{queued_letter}"),
    Shot("import", "/desk/events/{research_launch_event}/import"),
    Shot("import-errors", "/desk/events/{research_launch_event}/import", prepare=typed()),
    Shot("import-again", "/desk/events/{long_event}/import"),
    Shot("import-columns", "/desk/events/{unlisted_event}/import/{good_draft}"),
    Shot(
        "import-columns-errors",
        "/desk/events/{unlisted_event}/import/{good_draft}",
        prepare=typed(**{"columns-0": "out"}),
    ),
    Shot("import-check", "/desk/events/{unlisted_event}/import/{good_draft}/check"),
    Shot("import-check-mistakes", "/desk/events/{research_launch_event}/import/{mistakes_draft}/check"),
    Shot(
        "import-check-refused",
        "/desk/events/{research_launch_event}/import/{mistakes_draft}/check",
        prepare=typed(),
    ),
    Shot("import-coming", "/desk/events/{unlisted_event}/imports/{coming_batch}"),
    Shot("import-done", "/desk/events/{long_event}/imports/{batch}"),
    Shot("import-undone", "/desk/events/{closed_event}/imports/{undone_batch}"),
    Shot("export", "/desk/events/{research_launch_event}/export"),
    Shot("organizations", "/desk/organizations"),
    Shot("organization", "/desk/organizations/{organization}"),
    Shot("conferences", "/desk/conferences"),
    Shot("conference-edit", "/desk/conferences/{conference}"),
    Shot("conference-picture", "/desk/conferences/{conference}/picture"),
    Shot("venues", "/desk/venues"),
    Shot("venue", "/desk/venues/{venue}"),
)

KINDS = {
    path.parent.name: ".".join(path.parts[-3:-1])
    for path in sorted((ROOT / "templates/mail").glob("*/*/body.html"))
}
"""Every letter, and its kind: "reminder" is "mailings.reminder"."""
LETTERS = tuple(sorted(KINDS))


def _seated(shots: tuple[Shot, ...]) -> tuple[Shot, ...]:
    return tuple(replace(each, signed_in=True) for each in shots)


SHOTS: tuple[Shot, ...] = (
    *PUBLIC,
    *_seated(NEWCOMER),
    *_seated(DESK),
    *_seated(
        tuple(
            shot
            for kind in (*LETTERS, "online")
            for shot in (
                Shot(f"letter-{kind}", f"/desk/letters/{{letter_{kind}}}/html"),
                Shot(f"letter-{kind}-text", f"/desk/letters/{{letter_{kind}}}"),
            )
        )
    ),
)

NOT_PAGES = (
    "/healthz",
    "/readyz",
    "/robots.txt",
    "/.well-known/security.txt",
    "/conferences/{slug}.ics",
    "/conferences/{slug}.atom",
    "/conferences/{slug}/schedule.json",
    "/conferences/{slug}/schedule.xml",
    "/events.atom",
    "/events/{slug}.ics",
    "/events/{slug}/card.png",
    "/organizations/{slug}/logo",
    "/pictures/{mark}/{width}.webp",
    "/organizations/{slug}/colours.css",
    "/registrations/{token}.ics",
    "/my/{token}.ics",
    "/registrations/{token}/data.json",
    "/desk/events/{event_id}/registrations.csv",
    "/desk/events/{event_id}/registrations.xlsx",
    "/desk/letters/{letter_id}/attachments/{number}",
)
"""Routes that give a file, a picture or a line for a machine."""

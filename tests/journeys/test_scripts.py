"""With JavaScript on: no page logs an error, breaks its own content policy, or asks for what is not there."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect

from tests.journeys import acts
from tests.journeys.conftest import NewPerson
from tests.journeys.hands import Pointer
from tests.journeys.people import Person
from tests.journeys.served import Served, until
from tests.mail.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} at ${location.pathname}`));
"""
ADDRESS = "dunya@example.org"
# Pages are opened by their addresses here, not by hand: the tests of access tab through each of them.
once = pytest.mark.parametrize("hands", [Pointer], ids=["pointer"], indirect=True)
ROUND_TABLE = {"en": "Round table: documents that travel", "ar": "طاولة مستديرة: وثائق تعبر الحدود"}
NO_PAGE = re.compile(r"[?#]|\.\w+$|/attachments/|/letters/.*/html$|/logo$")
OF_AN_EVENT = re.compile(r"(/desk/events/[0-9a-f-]{36})/")


class Complaints(list[str]):
    """What a page complains of, as it happens."""

    def hear(self, page: Page) -> None:
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: self.append(f"{page.url}: {error}"))
        page.on("requestfailed", self._hear_failure)
        page.on(
            "console",
            lambda said: (
                self.append(f"{page.url}: {said.text}") if said.type in {"error", "warning"} else None
            ),
        )

    def _hear_failure(self, request: Request) -> None:
        """What is still on its way when a person goes on to the next page is given up: that is no failure."""
        if request.failure != "net::ERR_ABORTED":
            self.append(f"{request.url} failed: {request.failure}")


@once
def test_complaints_are_heard(demonstration: Served, new_person: NewPerson) -> None:
    guest, complaints = new_person("en", scripts=True), Complaints()
    complaints.hear(guest.page)
    guest.open(demonstration.url)
    guest.page.evaluate("document.head.append(document.createElement('style'))")
    guest.page.evaluate("document.head.lastChild.textContent = 'p { color: red }'")
    guest.page.evaluate("setTimeout(() => { throw new Error('on purpose') })")
    guest.page.evaluate("fetch('/nowhere')")
    wanted = {"policy", "purpose", "404"}
    # Events are only dispatched while the page is asked for something.
    until(lambda: guest.page.title() and wanted <= set(re.findall(r"\w+", " ".join(complaints))))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_public_page_complains(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    guest, complaints = new_person(language, scripts=True), Complaints()
    complaints.hear(guest.page)
    guest.open(demonstration.url)
    for path in sorted(_inner_links(guest)):
        guest.open(f"{demonstration.url}{path}")
    guest.open(f"{demonstration.url}/events/research-launch")
    assert guest.page.locator("[data-copy]").is_visible()
    assert guest.page.locator("time.your-time").is_visible()
    guest.open(f"{demonstration.url}/events/evening-online")
    acts.register(guest, name="Dunya", address=ADDRESS)
    assert guest.sees("success")
    guest.open(f"{demonstration.url}/events/evening-online")
    acts.ask_for_link(guest, ADDRESS)
    guest.open(acts.personal_link(letters.wait_for(2, seconds=90)[1], demonstration))
    acts.cancel(guest)
    assert complaints == []

    response = guest.page.goto(f"{demonstration.url}/events/nobody-knows-it")
    assert response is not None
    assert response.status == 404
    guest.hears_own_language()
    assert [said for said in complaints if "404" not in said] == []


@once
@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_of_the_desk_complains(
    language: str, demonstration: Served, letters: SmtpServer, new_person: NewPerson
) -> None:
    guest = new_person(language)
    guest.open(f"{demonstration.url}/events/small-roundtable")
    acts.register(guest, name="Dunya", address=ADDRESS)
    letters.wait_for(1, seconds=90)

    organizer, complaints = new_person(language, scripts=True), Complaints()
    complaints.hear(organizer.page)
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    event = acts.open_event(organizer, demonstration, ROUND_TABLE[language]).removeprefix(demonstration.url)
    seen = set()
    for path in _desk_pages(organizer, demonstration, event=event):
        seen.add(re.sub(r"[0-9a-f-]{36}", "*", path))
        organizer.picture(re.sub(r"\W+", "-", path.replace(event, "event")).strip("-")[:40])
        if path.startswith("/desk/letters/"):
            organizer.page.goto(f"{demonstration.url}{path}/html")
            assert "Dunya" in organizer.page.inner_text("body")
    floors = ("edit", "programme", "preview", "registrations", "letters", "export")
    assert {"/desk/letters/*", "/desk/events/new", *(f"/desk/events/*/{floor}" for floor in floors)} <= seen
    assert complaints == []


@once
def test_the_counts_at_the_desk_follow_who_registers(demonstration: Served, new_person: NewPerson) -> None:
    """By itself, while somebody looks: a quarter of an hour after the last touch nothing is asked for any more."""
    organizer, guest = new_person("en", scripts=True), new_person("en")
    organizer.page.clock.install()
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    acts.open_event(organizer, demonstration, ROUND_TABLE["en"])
    confirmed = organizer.page.locator("#counts dd").first
    expect(confirmed).to_have_text("0 of 3")

    guest.open(f"{demonstration.url}/events/small-roundtable")
    acts.register(guest, name="Dunya", address=ADDRESS)
    organizer.page.clock.fast_forward("00:21")
    expect(confirmed).to_have_text("1 of 3")

    asked: list[str] = []
    organizer.page.on("request", lambda request: asked.append(request.url))
    organizer.page.clock.fast_forward("16:00")
    organizer.page.clock.run_for("01:00")
    assert asked == []


@once
def test_a_page_that_looks_again_does_not_choose_the_language_of_other_tabs(
    demonstration: Served, new_person: NewPerson
) -> None:
    reader = new_person("ar", scripts=True)
    reader.page.clock.install()
    reader.open(f"{demonstration.url}/events/small-roundtable?lang=ar&from=letter")
    reader.page.context.add_cookies([{"name": "language", "value": "en", "url": demonstration.url}])
    places = reader.page.locator("#places")
    before = places.inner_text()

    with reader.page.expect_response(lambda answer: "/events/small-roundtable" in answer.url) as asked:
        reader.page.clock.fast_forward("01:01")
    reader.page.clock.run_for(1000)

    assert asked.value.url.endswith("/events/small-roundtable?from=letter")
    assert {cookie["value"] for cookie in reader.page.context.cookies()} == {"en"}
    assert places.inner_text() == before


def _desk_pages(organizer: Person, house: Served, *, event: str) -> Iterator[str]:
    """Opens every page that the desk's own links lead to; of the events, one in depth."""
    left, seen = ["/desk"], {"/desk"}
    while left:
        path = left.pop(0)
        organizer.open(f"{house.url}{path}")
        yield path
        if path.startswith("/desk/letters/"):
            continue
        for link in sorted(_inner_links(organizer, "/desk"), key=len):
            inside = OF_AN_EVENT.match(link)
            if link not in seen and not NO_PAGE.search(link) and (inside is None or inside[1] == event):
                seen.add(link)
                left.append(link)


def _inner_links(person: Person, pattern: str = r"/(?:conferences|events)/[a-z-]+$") -> set[str]:
    links = person.page.locator("a[href]").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return {link for link in links if re.match(pattern, link)}


@once
@pytest.mark.parametrize("language", ["en"])
def test_a_second_download_is_never_swallowed(
    language: str, demonstration: Served, new_person: NewPerson
) -> None:
    organizer = new_person(language, scripts=True)
    acts.sign_in(
        organizer, demonstration, demonstration.told("Organizer:"), demonstration.told("Passphrase:")
    )
    desk = acts.open_event(organizer, demonstration, "Round table: documents that travel")
    organizer.open(f"{desk}/export")

    for number in (0, 1):
        assert organizer.save(organizer.page.locator(".menu button").nth(number)).stat().st_size

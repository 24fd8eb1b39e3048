"""Somebody at a browser: opens pages in their language, presses buttons, keeps files."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import FilePayload, Locator, Page

from events_app.i18n import direction, translate, use_language
from tests.journeys.hands import Hands

_numbers = count(1)


@dataclass
class Person:
    """One page of one browser context: read through `page`, acted on through `hands` alone.

    A control is named by its locator, or by the selector of one. album: where pictures of the journey go, if anybody
    wants them.
    """

    page: Page
    hands: Hands
    language: str
    downloads: Path
    album: Path | None = None

    def open(self, url: str) -> None:
        """Type an address; the page must be a good one and speak this person's language."""
        response = self.page.goto(url)
        assert response is not None
        assert response.status == 200, f"{response.status} at {url}"
        self.hears_own_language()

    def press(self, button: Locator | str, *, status: int = 200) -> None:
        """Press what leads to another page, and wait for it; it must have that status and speak the language."""
        with self.page.expect_navigation() as arrived:
            self.hands.press(self._found(button))
        assert arrived.value is not None
        assert arrived.value.status == status, self.page.inner_text("main")
        self.hears_own_language()

    def send(self, *, status: int = 200) -> None:
        """Press the main button of the page."""
        self.press(self.page.locator("main button.button-primary[type=submit]").last, status=status)

    def confirm(self, path_end: str) -> None:
        """A careful act: the first press only opens the second step, which has the form that ends with that path."""
        form = self.page.locator(f'form[action$="{path_end}"]')
        assert not form.is_visible()
        self.unfold(form)
        self.picture(f"step-{path_end.strip('/')}")
        self.press(form.locator("button"))

    def unfold(self, hidden: Locator | str) -> None:
        """Open the disclosure that holds it."""
        inside = self._found(hidden)
        self.hands.press(self.page.locator("details", has=inside).locator("summary").first)
        inside.wait_for()

    def follow(self, path_end: str) -> None:
        """The first link in sight, of the page or of the event's tabs and sections, that ends with that path."""
        self.press(self.page.locator(f':is(main, .event-frame) a[href$="{path_end}"]:visible').first)

    def write(self, field: Locator | str, text: str) -> None:
        """Into a field, instead of what stands there."""
        self.hands.write(self._found(field), text)

    def fill(self, typed: dict[str, str]) -> None:
        """Several fields, each named by its id; what is empty is left alone."""
        for name, text in typed.items():
            if text:
                self.write(f"#{name}", text)

    def tick(self, box: Locator | str, *, ticked: bool = True) -> None:
        self.hands.tick(self._found(box), ticked=ticked)

    def choose(self, choice: Locator | str) -> None:
        """One of several, of which one can be chosen."""
        self.hands.choose(self._found(choice))

    def select(self, field: Locator | str, value: str) -> None:
        """The line with that value of a list that drops down."""
        self.hands.select(self._found(field), value)

    def attach(self, field: Locator | str, file: FilePayload) -> None:
        self.hands.attach(self._found(field), file)

    def back(self) -> None:
        """To the page before."""
        self.hands.back()

    def save(self, button: Locator | str) -> Path:
        """Press what gives a file; where it was kept."""
        with self.page.expect_download() as waiting:
            self.hands.press(self._found(button))
        path = self.downloads / f"{next(_numbers)}-{waiting.value.suggested_filename}"
        waiting.value.save_as(path)
        return path

    def hears_own_language(self) -> None:
        html = self.page.locator("html")
        spoken = (html.get_attribute("lang"), html.get_attribute("dir"))
        assert spoken == (self.language, direction(self.language))

    def sentence(self, english: str) -> str:
        """How the app says a sentence to this person."""
        with use_language(self.language):
            return translate(english)

    def sees(self, kind: str) -> bool:
        """Whether the page says something of that kind: success, warning, danger, info."""
        return self.page.locator(f".notice-{kind}").first.is_visible()

    def moments(self) -> tuple[datetime, datetime]:
        """Start and end in UTC as this page tells them, to programs and, on the clock of the zone, to eyes."""
        said = self.page.locator("main time.your-time").first
        starts, ends = (_moment(said.get_attribute(name)) for name in ("datetime", "data-until"))
        line = self.page.locator("main .event-when").first
        assert _moment(line.locator("time").first.get_attribute("datetime")) == starts
        zone = ZoneInfo(said.get_attribute("data-zone") or "")
        clock = [f"{moment.astimezone(zone):%H:%M}" for moment in (starts, ends)]
        assert re.findall(r"\b\d\d:\d\d\b", line.inner_text())[:2] == clock
        return starts, ends

    def picture(self, name: str) -> None:
        if self.album is None:
            return
        number = len(list(self.album.iterdir())) + 1
        self.page.screenshot(path=self.album / f"{number:02d}-{name}.png", full_page=True)

    def _found(self, what: Locator | str) -> Locator:
        return self.page.locator(what) if isinstance(what, str) else what


def _moment(written: str | None) -> datetime:
    moment = datetime.fromisoformat(written or "")
    assert moment.utcoffset() is not None
    return moment.astimezone(UTC)

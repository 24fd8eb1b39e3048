"""Hands without a pointer: they move with Tab and the arrows, and must see at every stop where they are."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import ElementHandle, FilePayload, Locator

from tests.journeys.hands import Hands

# Further away than this, nobody finds a control: then the page needs a better order, not the test more patience.
MOST_STOPS = 80
# A ring counts on the control itself or on the label around it. The ring's colour is held by the tests of colours.
# What is larger than the window cannot be in sight whole, and of a box of text the browser cares for the line that is
# written: of those two the beginning must be in sight.
STOP = """(wanted) => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const box = here.getBoundingClientRect();
  const row = here.getClientRects()[0] ?? box;  // a link may run over two rows
  const ringed = (each) => {
    const style = each && getComputedStyle(each);
    return !!style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      && !/(^|, )0\\)$|transparent/.test(style.outlineColor);
  };
  const inside = (start, end, size) =>
    start >= 0 && (end <= size || ((end - start > size || here.localName === "textarea") && start <= size - 44));
  const top = document.elementFromPoint(row.left + row.width / 2, row.top + Math.min(row.height, innerHeight) / 2);
  const label = here.closest("label");
  const sameGroup = here.type === "radio" && wanted.type === "radio"
    && here.name === wanted.name && here.form === wanted.form;
  return {
    name: `${here.localName} ${here.id || here.name || here.getAttribute("href") || here.innerText || ""}`.trim(),
    href: here.getAttribute("href") || "",
    wanted: here === wanted || sameGroup,
    before: !!(here.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_FOLLOWING),
    place: [box.left, box.top, box.right, box.bottom].map(Math.round),
    ringed: ringed(here) || ringed(label),
    in_sight: box.width > 0 && box.height > 0 && inside(box.top, box.bottom, innerHeight)
      && inside(box.left, box.right, document.documentElement.clientWidth),
    uncovered: !!top && (here.contains(top) || top.contains(here) || (!!label && label.contains(top))),
  };
}"""

# Pages with a long way have links into it: of the links ahead, the one to the smallest part that holds the goal.
SHORTCUT = """(wanted) => {
  const here = document.activeElement ?? document.body;
  for (let part = wanted; part && part.localName !== "main"; part = part.parentElement) {
    if (part.contains(here) && here !== document.body) return null;
    const link = part.id && document.querySelector(`main a[href="#${CSS.escape(part.id)}"]`);
    if (link && link !== wanted && here.compareDocumentPosition(link) & Node.DOCUMENT_POSITION_FOLLOWING) return link;
  }
  return null;
}"""


@dataclass(frozen=True)
class Stop:
    """Where the focus is. wanted: that is the goal, or in its group; before: the goal follows."""

    name: str
    href: str
    wanted: bool
    before: bool
    place: list[int]
    ringed: bool
    in_sight: bool
    uncovered: bool


class Keyboard(Hands):
    """Tab, Shift+Tab, Enter, Space, the arrows, and typing."""

    def reach(self, target: Locator) -> None:
        """Tab towards it until it has the focus; every stop on the way must show itself.

        On a page that has just come the way to its content must be the first stop.
        """
        wanted = target.element_handle()
        shortcut = wanted.evaluate_handle(SHORTCUT).as_element()
        if shortcut is not None:
            self._walk(shortcut)
            self.page.keyboard.press("Enter")
        self._walk(wanted)

    def _walk(self, wanted: ElementHandle) -> None:
        stop = self._stop(wanted)
        passed: list[str] = []
        while stop is None or not stop.wanted:
            assert len(passed) < MOST_STOPS, f"{wanted} at {self.page.url} is not among {passed}"
            just_come = stop is None and not passed and "#" not in self.page.url
            self.page.keyboard.press("Tab" if stop is None or stop.before else "Shift+Tab")
            stop = self._stop(wanted)
            assert not just_come or (stop is not None and stop.href == "#main"), (self.page.url, stop)
            passed.append("nothing" if stop is None else stop.name)

    def press(self, target: Locator) -> None:
        self.reach(target)
        is_link = target.evaluate("target => target.localName === 'a'")
        self.page.keyboard.press("Enter" if is_link else "Space")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        if field.get_attribute("type") == "date":
            self._write_date(field, text)
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.press("Delete")
            self.page.keyboard.type(text)
        assert field.input_value() == text

    def tick(self, box: Locator, *, ticked: bool = True) -> None:
        self.reach(box)
        if box.is_checked() is not ticked:
            self.page.keyboard.press("Space")
        assert box.is_checked() is ticked

    def choose(self, choice: Locator) -> None:
        """A group is one stop: the arrows go from choice to choice, and choose."""
        self.reach(choice)
        wanted = choice.element_handle()
        if wanted.evaluate("wanted => wanted === document.activeElement"):
            self.page.keyboard.press("Space")
        passed = 0
        while not choice.is_checked():
            assert passed < MOST_STOPS, f"the arrows do not lead to {choice} at {self.page.url}"
            self.page.keyboard.press("ArrowDown")
            self._stop(wanted)
            passed += 1

    def select(self, field: Locator, value: str) -> None:
        """With the arrows; the driver cannot type the first letters of Arabic words, which people would."""
        self.reach(field)
        values = field.locator("option").evaluate_all("lines => lines.map(line => line.value)")
        place = values.index(value)
        from_the_end = len(values) - 1 - place
        self.page.keyboard.press("Home" if place <= from_the_end else "End")
        for _ in range(min(place, from_the_end)):
            self.page.keyboard.press("ArrowDown" if place <= from_the_end else "ArrowUp")
        assert field.input_value() == value

    def attach(self, field: Locator, file: FilePayload) -> None:
        """The way to the field is walked; the system's own window behind it cannot be driven without a screen."""
        self.reach(field)
        field.set_input_files(file)

    def back(self) -> None:
        """Alt and an arrow, for a browser with a window: without one nobody listens to the browser's own keys."""
        self.page.go_back()

    def _write_date(self, field: Locator, text: str) -> None:
        """Its parts stand in the order of the browser's language: a person sees it, we try."""
        year, month, day = text.split("-")
        has_focus = "field => field === document.activeElement"
        for typed in (day + month + year, month + day + year, year + month + day):
            while field.evaluate(has_focus):
                self.page.keyboard.press("Shift+Tab")
            self.page.keyboard.press("Tab")  # its first part, wherever we came from
            self.page.keyboard.type(typed)
            if field.input_value() == text:
                return

    def _stop(self, wanted: ElementHandle) -> Stop | None:
        told: dict[str, Any] | None = wanted.evaluate(STOP)
        if told is None:
            return None
        stop = Stop(**told)
        assert (stop.ringed, stop.in_sight, stop.uncovered) == (True, True, True), (self.page.url, stop)
        return stop

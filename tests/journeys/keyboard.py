"""Somebody who has no pointer: moves with Tab, and must see at every stop where they are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.journeys.people import Person

MOST_STOPS = 80
# A ring counts on the control itself or on the label around it. The ring's colour is held by the tests of colours.
STOP = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const box = here.getBoundingClientRect();
  const row = here.getClientRects()[0] ?? box;  // a link may run over two rows
  const ringed = (each) => {
    const style = each && getComputedStyle(each);
    return !!style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      && !/(^|, )0\\)$|transparent/.test(style.outlineColor);
  };
  const top = document.elementFromPoint(row.left + row.width / 2, row.top + row.height / 2);
  const label = here.closest("label");
  return {
    id: here.id, name: here.name || "", value: here.value || "", type: here.type || here.localName,
    href: here.getAttribute("href") || "",
    action: (here.form || here.parentElement.querySelector("form"))?.getAttribute("action") || "",
    ringed: ringed(here) || ringed(label),
    inSight: box.width > 0 && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight,
    uncovered: !!top && (here.contains(top) || top.contains(here) || (!!label && label.contains(top))),
  };
}"""


@dataclass(frozen=True)
class Stop:
    """Where the focus is. action: of the form it belongs to, or, for a first step, of the form it opens."""

    id: str
    name: str
    value: str
    type: str
    href: str
    action: str


def button_of(path_end: str) -> Callable[[Stop], bool]:
    """The button of the form that ends with that path."""
    return lambda stop: stop.type == "submit" and stop.action.endswith(path_end)


class Keyboard:
    """Moves through a person's page with the keyboard alone."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.press = person.page.keyboard.press
        self.type = person.page.keyboard.type

    def tab_to(self, wanted: Callable[[Stop], bool], what: str) -> Stop:
        """Tab until the stop is the wanted one; every stop on the way must show itself."""
        passed = []
        for _ in range(MOST_STOPS):
            self.press("Tab")
            if (stop := self._stop()) is None:
                continue
            if wanted(stop):
                return stop
            passed.append(stop)
        raise AssertionError(f"no {what} among {passed}")

    def enter(self, *, status: int = 200) -> None:
        """Enter, which leads to another page."""
        with self.person.page.expect_navigation() as arrived:
            self.press("Enter")
        assert arrived.value is not None
        assert arrived.value.status == status

    def _stop(self) -> Stop | None:
        told: dict[str, Any] | None = self.person.page.evaluate(STOP)
        if told is None:
            return None
        shown = {name: told.pop(name) for name in ("ringed", "inSight", "uncovered")}
        assert shown == {"ringed": True, "inSight": True, "uncovered": True}, (told, self._photographed())
        return Stop(**told)

    def _photographed(self) -> str:
        self.person.picture("focus-not-seen")
        return self.person.page.url

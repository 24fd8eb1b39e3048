"""What a person acts with: the same few acts for everybody, done here by pointer, in keyboard.py by keys."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from playwright.sync_api import FilePayload, Locator, Page


@dataclass
class Hands(ABC):
    """A journey asks a Person to act, a Person asks the hands: so each journey is written once and walked by all."""

    page: Page
    can_drag: ClassVar[bool] = False

    @abstractmethod
    def press(self, target: Locator) -> None:
        """A button, a link, or what opens a disclosure."""

    @abstractmethod
    def write(self, field: Locator, text: str) -> None:
        """Into a line, a box of text or a date (as 2027-03-28); what stood there is gone."""

    @abstractmethod
    def tick(self, box: Locator, *, ticked: bool = True) -> None: ...

    @abstractmethod
    def choose(self, choice: Locator) -> None:
        """One of several, of which one can be chosen."""

    @abstractmethod
    def select(self, field: Locator, value: str) -> None:
        """The line with that value of a list that drops down."""

    @abstractmethod
    def attach(self, field: Locator, file: FilePayload) -> None: ...

    @abstractmethod
    def back(self) -> None:
        """To the page before."""

    def drag(self, line: Locator, to: Locator) -> None:
        """Let go of a line just above another one. Who cannot drag must find another way on the page."""
        raise NotImplementedError(f"{type(self).__name__} cannot drag {line} to {to}")


class Pointer(Hands):
    """A mouse, or a finger."""

    can_drag = True

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def tick(self, box: Locator, *, ticked: bool = True) -> None:
        box.set_checked(ticked)

    def choose(self, choice: Locator) -> None:
        choice.check()

    def select(self, field: Locator, value: str) -> None:
        field.select_option(value)

    def attach(self, field: Locator, file: FilePayload) -> None:
        field.set_input_files(file)

    def back(self) -> None:
        self.page.go_back()

    def drag(self, line: Locator, to: Locator) -> None:
        start, goal = line.bounding_box(), to.bounding_box()
        assert start
        assert goal
        x, mouse = start["x"] + start["width"] / 2, self.page.mouse
        mouse.move(x, start["y"] + start["height"] / 2)
        mouse.down()
        mouse.move(x, goal["y"] + 30, steps=10)
        mouse.move(x, goal["y"] + 4)
        mouse.up()


@dataclass
class CountingPointer(Pointer):
    """A pointer that counts its presses, and the fields that it fills."""

    clicks: int = 0
    fields: list[str] = field(default_factory=list)

    def press(self, target: Locator) -> None:
        self.clicks += 1
        super().press(target)

    def write(self, field: Locator, text: str) -> None:
        self.fields.append(field.get_attribute("id") or "")
        super().write(field, text)

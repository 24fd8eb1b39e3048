"""The picture that goes with a shared link: what it says, and who draws it, which is a worker."""

import asyncio
import ctypes
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from events_app.offload import pool


def _finds_fribidi() -> bool:
    """As Pillow's raqm looks for it; Pillow itself is not asked, because the server has no other use for it."""
    for name in (
        "libfribidi.so.0",
        "libfribidi.so",
        "libfribidi.0.dylib",
        "libfribidi.dylib",
        "fribidi-0.dll",
    ):
        with suppress(OSError):
            return bool(ctypes.CDLL(name))
    return False


CAN_DRAW: Final = _finds_fribidi()
"""Without the system's FriBiDi, which raqm loads, Arabic letters would stand apart and backwards: then no picture."""

DRAWN_BY: Final = "events_app.publishing.drawing:draw"
MOST_KEPT: Final = 64
"""Pictures, of some 30 KB each."""


@dataclass(frozen=True)
class Card:
    """What the picture says, in one language and already in words. Colours are '#rrggbb' or empty for the house's."""

    title: str
    month: str
    day: str
    weekday: str
    when: str
    place: str
    hosts: str
    language: str
    direction: str
    colour: str = ""
    accent: str = ""


async def picture_of(card: Card) -> bytes:
    """The card as PNG (`drawing.draw`), kept; whoever asks while it is being drawn waits for the same one. Refuses
    `Undone`."""
    if kept := _kept.get(card):
        return kept
    drawing = _under_way.get(card)
    if drawing is None:
        drawing = _under_way[card] = asyncio.ensure_future(_drawn(card))
        drawing.add_done_callback(lambda _drawing: _under_way.pop(card, None))
    return await asyncio.shield(drawing)


async def _drawn(card: Card) -> bytes:
    picture = await pool.run(DRAWN_BY, card)
    if len(_kept) >= MOST_KEPT:
        del _kept[next(iter(_kept))]
    _kept[card] = picture
    return picture


_kept: dict[Card, bytes] = {}
_under_way: dict[Card, asyncio.Future[bytes]] = {}


def luminance(colour: str) -> float:
    """Relative luminance of '#rrggbb', 0 to 1 (WCAG 2.2); under 0.1791 white reads better on it than black."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

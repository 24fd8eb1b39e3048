"""Drawing the picture of a shared link: values in, PNG out. Arabic is shaped and ordered by Pillow's raqm."""

import io
from functools import cache
from math import ceil
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from events_app.publishing.cards import Card, luminance

FONTS: Final = Path(__file__).resolve().parents[2] / "static/fonts"

SIZE: Final = (1200, 630)
"""Points: what pages that show links ask for (The Open Graph protocol, og:image)."""

PAPER, INK, SOFT = "#faf6ef", "#26221c", "#5f574b"
HOUSE_COLOUR, HOUSE_ACCENT = "#0e5a57", "#d99a2b"
EDGE, MARGIN, LEAF = 72, 300, (224, 256)
TEXT_FROM = EDGE + MARGIN - 12
TEXT_WIDE = SIZE[0] - TEXT_FROM - EDGE

Font = ImageFont.FreeTypeFont


def draw(card: Card) -> bytes:
    """The card as PNG of `SIZE`; about a tenth of a second, in a worker."""
    ground = card.colour or HOUSE_COLOUR
    ink = "#ffffff" if luminance(ground) < 0.1791 else "#000000"
    sheet = _Sheet(Image.new("RGB", SIZE, ground), card)
    sheet.leaf()
    below = sheet.title(ink)
    below = sheet.lines(card.when, below, ink, most=1)
    sheet.lines(card.place, below, ink, most=2)
    sheet.foot(card.accent or HOUSE_ACCENT)
    out = io.BytesIO()
    sheet.image.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def _font(weight: str, size: int) -> Font:
    path = FONTS / f"IBMPlexSansArabic-{weight}.ttf"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)


class _Sheet:
    """One picture while it is drawn. Distances along the line are from where its language begins."""

    def __init__(self, image: Image.Image, card: Card) -> None:
        self.image = image
        self.card = card
        self.pen = ImageDraw.Draw(image)
        self.turned = card.direction == "rtl"
        self.leading = 1.42 if self.turned else 1.16
        self._widths: dict[tuple[Font, str], float] = {}

    def leaf(self) -> None:
        """The leaf of a calendar, in the margin where the line begins."""
        wide, high = LEAF
        left, top = self._left(EDGE, wide), EDGE
        self.pen.rounded_rectangle((left, top, left + wide, top + high), 22, fill=PAPER)
        self.pen.line((left + 24, top + 74, left + wide - 24, top + 74), fill=HOUSE_ACCENT, width=4)
        middle = left + wide // 2
        for text, font, at, colour in (
            (self.card.month, _font("SemiBold", 36), 38, SOFT),
            (self.card.day, _font("SemiBold", 108), 142, INK),
            (self.card.weekday, _font("Regular", 32), 220, SOFT),
        ):
            self._say(text, (middle, top + at), colour, font, "mm")

    def title(self, ink: str) -> int:
        """The title, as large as it fits in four lines; where the next line begins."""
        for size in (76, 66, 58, 50, 44):
            font = _font("SemiBold", size)
            lines = self._balanced(self.card.title, font)
            if len(lines) * size * self.leading <= 270:
                break
        lines = self._at_most(4, lines, font)
        top = EDGE - round(size * 0.16)
        for number, line in enumerate(lines):
            self._write(line, top + round(number * size * self.leading), ink, font)
        return top + round(len(lines) * size * self.leading) + 26

    def lines(self, text: str, top: int, ink: str, *, most: int) -> int:
        """A smaller text in at most so many lines; where the next one begins."""
        font, step = _font("Regular", 32), 54 if self.turned else 46
        lines = self._at_most(most, self._wrapped(text, font, wide=TEXT_WIDE) if text else [], font)
        for number, line in enumerate(lines):
            self._write(line, top + number * step, ink, font)
        return top + len(lines) * step

    def foot(self, accent: str) -> None:
        """Who invites, on paper below."""
        top = SIZE[1] - 116
        self.pen.rectangle((0, top, *SIZE), fill=PAPER)
        self.pen.rectangle((0, top, SIZE[0], top + 8), fill=accent)
        wide = SIZE[0] - 2 * EDGE
        fonts = [_font("SemiBold", size) for size in (32, 28, 25)]
        font = next((each for each in fonts if self._wide(self.card.hosts, each) <= wide), fonts[-1])
        text = self._shortened(self.card.hosts, font, wide=wide)
        at = SIZE[0] - EDGE if self.turned else EDGE
        self._say(text, (at, top + 62), INK, font, "rm" if self.turned else "lm")

    def _say(self, text: str, at: tuple[int, int], ink: str, font: Font, anchor: str) -> None:
        way, language = self._way(text), self.card.language
        self.pen.text(at, text, ink, font, anchor, direction=way, language=language)

    def _write(self, text: str, top: int, ink: str, font: Font) -> None:
        at = SIZE[0] - TEXT_FROM if self.turned else TEXT_FROM
        self._say(text, (at, top), ink, font, "ra" if self.turned else "la")

    def _at_most(self, most: int, lines: list[str], font: Font) -> list[str]:
        if len(lines) <= most:
            return lines
        return [*lines[: most - 1], self._shortened(" ".join(lines[most - 1 :]), font, wide=TEXT_WIDE)]

    def _balanced(self, text: str, font: Font) -> list[str]:
        """As few lines as there can be, and those about equally long."""
        fewest = self._wrapped(text, font, wide=TEXT_WIDE)
        widest_word = max((ceil(self._wide(word, font)) + 1 for word in text.split()), default=0)
        for wide in range(min(widest_word, TEXT_WIDE), TEXT_WIDE, 8):
            lines = self._wrapped(text, font, wide=wide)
            if len(lines) == len(fewest):
                return lines
        return fewest

    def _wrapped(self, text: str, font: Font, *, wide: int) -> list[str]:
        """The text in lines of at most that width; a word that is wider by itself is cut."""
        lines, left, space = [""], float(wide), self._wide(" ", font)
        for word in text.split():
            length = self._wide(word, font)
            if lines[-1] and length + space > left:
                lines.append("")
                left = wide
            left -= length + (space if lines[-1] else 0)
            lines[-1] = f"{lines[-1]} {word}".strip()
        return [self._shortened(line, font, wide=wide) for line in lines]

    def _shortened(self, text: str, font: Font, *, wide: int) -> str:
        """The text, cut with an ellipsis where it is wider than that: after a word, or inside a word alone."""
        kept = text
        while self._wide(kept, font) > wide and kept:
            words = text[: len(kept.rstrip("…")) - 1].rstrip()
            cut = words.rsplit(maxsplit=1)[0] if " " in words else words
            kept = cut.rstrip(" ,،؛;·-–(") + "…"
            text = cut
        return kept

    def _wide(self, text: str, font: Font) -> float:
        if (font, text) not in self._widths:
            way, language = self._way(text), self.card.language
            self._widths[font, text] = self.pen.textlength(text, font, direction=way, language=language)
        return self._widths[font, text]

    def _left(self, begins: int, wide: int) -> int:
        return SIZE[0] - begins - wide if self.turned else begins

    def _way(self, text: str) -> str:
        """Which way the text reads: the card's as soon as it holds a letter of the card's script, or none at all."""
        scripts = {"rtl" if "\u0590" <= letter <= "\u08ff" else "ltr" for letter in text if letter.isalpha()}
        return scripts.pop() if len(scripts) == 1 else self.card.direction

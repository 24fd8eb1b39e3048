"""The share picture: right size, right letters, in the organization's colours, whatever the words are."""

import asyncio
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, features

from events_app.publishing import cards
from events_app.publishing.cards import Card, luminance, picture_of
from events_app.publishing.drawing import draw

pytestmark = [pytest.mark.engine_free, pytest.mark.anyio]

ROOT = Path(__file__).resolve().parents[2]

ENGLISH = Card(
    title="Who is missing? Launch of a new study",
    month="May",
    day="12",
    weekday="Tuesday",
    when="Tuesday 12 May 2026, 13:00–14:30",
    place="Room Belgium III, Hotel Linden, Brussels",
    hosts="Cedar Archive · Open Table Network",
    language="en",
    direction="ltr",
    colour="#0b5653",
    accent="#9a4a1c",
)
ARABIC = replace(
    ENGLISH, title="من الغائب؟", month="أيار", weekday="الثلاثاء", language="ar", direction="rtl"
)


def picture(card: Card) -> Image.Image:
    return Image.open(io.BytesIO(draw(card))).convert("RGB")


def ink_of(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """How many points of that part are not the ground."""
    part = image.crop(box)
    return sum(number for number, colour in part.getcolors(2**24) or () if colour != image.getpixel((2, 2)))


def test_letters_can_be_shaped_here() -> None:
    assert cards.CAN_DRAW, "Pillow finds no FriBiDi: apt-get install libfribidi0"
    assert features.check("raqm")


async def test_a_picture_is_never_drawn_twice_for_many_who_ask_at_once() -> None:
    asked = replace(ENGLISH, title="Asked for by many")
    many = await asyncio.gather(*(picture_of(asked) for _ in range(5)))

    assert all(each is many[0] for each in [*many, await picture_of(asked)])
    assert many[0] == draw(asked)


def test_the_server_never_loads_what_only_its_workers_need() -> None:
    told = "import sys, events_app.app; print(*sorted({'PIL', 'python_calamine'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.split() == []


def test_the_picture_has_the_size_that_sharing_asks_for_and_is_light() -> None:
    content = draw(ENGLISH)

    assert Image.open(io.BytesIO(content)).size == (1200, 630)
    assert len(content) < 60_000


def test_the_ground_is_the_organizations_colour_and_the_houses_without_one() -> None:
    assert picture(ENGLISH).getpixel((2, 2)) == (0x0B, 0x56, 0x53)
    assert picture(replace(ENGLISH, colour="")).getpixel((2, 2)) == (0x0E, 0x5A, 0x57)


def test_an_arabic_card_is_laid_out_from_the_right() -> None:
    paper = (0xFA, 0xF6, 0xEF)

    assert picture(ENGLISH).getpixel((100, 200)) == paper
    assert picture(ENGLISH).getpixel((1100, 200)) != paper
    assert picture(ARABIC).getpixel((1100, 200)) == paper
    assert picture(ARABIC).getpixel((100, 200)) != paper


def test_arabic_letters_join() -> None:
    """Letters kept apart by joiners that forbid joining are wider than the word."""
    joined = replace(ARABIC, title="ببببببب", when="", place="")
    apart = replace(joined, title="\u200c".join("ببببببب"))

    title = (60, 60, 860, 180)
    assert ink_of(picture(joined), title) < ink_of(picture(apart), title)


def test_words_of_the_other_script_keep_their_own_direction() -> None:
    latin_in_arabic = replace(ARABIC, title="Who is missing?")
    arabic_in_english = replace(ENGLISH, title="من الغائب؟")

    for card in (latin_in_arabic, arabic_in_english):
        assert ink_of(picture(card), (300, 60, 900, 200)) > 1000


@pytest.mark.parametrize(
    "title",
    [
        "",
        "A",
        "word " * 60,
        "Donaudampfschifffahrtsgesellschaft" * 6,
        "مَن نفتقد؟ إطلاق دراسة جديدة حول الذاكرة والأرشيف والعدالة " * 4,
    ],
)
def test_no_title_leaves_its_room(title: str) -> None:
    for card in (replace(ENGLISH, title=title), replace(ARABIC, title=title)):
        image = picture(card)
        edges = [(0, 0, 60, 500), (1140, 0, 1200, 500)]
        assert [ink_of(image, edge) for edge in edges] == [0, 0]


@pytest.mark.parametrize("colour", ["#000000", "#0b5653", "#777777", "#f2d03b", "#ffffff"])
def test_the_ink_can_be_read_on_every_colour(colour: str) -> None:
    image = picture(replace(ENGLISH, colour=colour))
    ground = luminance(colour)
    ink = 1.0 if ground < 0.1791 else 0.0

    written = {each for _, each in image.crop((372, 60, 1100, 300)).getcolors(2**24) or ()}
    assert ((255, 255, 255) if ink else (0, 0, 0)) in written
    lighter, darker = max(ground, ink), min(ground, ink)
    assert (lighter + 0.05) / (darker + 0.05) > 4.5

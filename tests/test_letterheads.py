"""The logos above letters: small, asked for once, and no letter waits for one that is not there."""

import io
import re
import uuid
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from events_app.acts import Office
from events_app.directory import actions
from events_app.foreign.pictures import MOST_OF_SMALL, letterhead
from events_app.letterheads import Letterheads
from events_app.mail.message import build
from events_app.registrations.facts import DEFAULT_COLOUR
from tests import make
from tests.make import NOW


def logo(width: int = 640, height: int = 240) -> bytes:
    """Stripes of many colours on nothing, as a logo may be at its worst."""
    picture = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(picture)
    for x in range(width):
        draw.line((x, 0, width - x, height), fill=(x * 7 % 256, x * 3 % 256, x % 256, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.engine_free
@pytest.mark.parametrize("size", [(640, 240), (240, 240), (640, 10), (1, 1), (10, 240)])
def test_no_logo_is_too_large_for_a_letter_nor_of_another_height(size: tuple[int, int]) -> None:
    drawn = letterhead(logo(*size))

    assert 0 < len(drawn) <= MOST_OF_SMALL
    with Image.open(io.BytesIO(drawn)) as picture:
        assert (picture.height, picture.width <= 424, picture.convert("RGB").getpixel((0, 0))) == (
            104,
            True,
            (255, 255, 255),
        )


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_a_logo_is_never_asked_for_twice_in_a_row(office: Office) -> None:
    ours, bare = await make.organization(), await make.organization("Bare")
    await actions.save_logo(ours, logo())
    logo_of = Letterheads()

    with make.Statements() as asked:
        found = [await logo_of(ours.id.hex) for _ in range(5)]
    with make.Statements() as asked_of_none:
        none = [await logo_of(bare.id.hex), await logo_of(bare.id.hex), await logo_of(uuid.uuid4().hex)]

    assert (len(set(found)), found[0][:4], asked.number) == (1, b"\x89PNG", 1)
    assert (none, asked_of_none.number) == ([b""] * 3, 2)


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_a_letter_shows_whose_it_is_and_its_calendar_part_is_as_ever(office: Office) -> None:
    ours = await make.organization(colour="#7a1030")
    await make.registered(await make.event(office.vault, slug="plain"), 1, office=office)
    await actions.save_logo(ours, logo())
    event = await make.event(office.vault, slug="shown")
    await make.registered(event, 1, office=office, language="ar")

    (post,) = await make.posted(event, office)

    assert post.draft.logo_of == ours.id.hex
    assert 'src="cid:logo"' in post.draft.html
    assert 'alt="Cedar Archive"' in post.draft.html
    (band,) = re.findall(r'<td [^>]*class="band[^>]*>', post.draft.html)
    assert ('bgcolor="#7a1030"' in band, "color: #ffffff" in band) == (True, True)
    assert post.draft.calendar is not None
    assert b"cid:" not in post.draft.calendar
    small = letterhead(logo())
    sizes = [
        len(
            build(
                replace(post.draft, logo=picture),
                sender_address="a@example.org",
                message_id="<a@b.example>",
                date=NOW,
            )
        )
        for picture in (b"", small)
    ]
    assert sizes[1] - sizes[0] < 12 * 1024


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_a_letter_of_an_organization_without_a_logo_looks_as_ever(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)

    (post,) = await make.posted(event, office)

    assert ("cid:" in post.draft.html, post.draft.logo_of) == (False, "")
    assert f"background-color: {DEFAULT_COLOUR}" in post.draft.html

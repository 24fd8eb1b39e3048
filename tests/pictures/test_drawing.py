"""What becomes of a stranger's picture: cut, drawn anew, light, without what it carried or hid."""

import io
import os

import pytest
from PIL import Image

from events_app.foreign.apart import Drawn, cropped_apart
from events_app.pictures.rules import COVER, FACE

pytestmark = [pytest.mark.engine_free, pytest.mark.anyio]


def bytes_of(picture: Image.Image, form: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def plain(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), 120)


def halves(width: int = 1600, height: int = 900) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), "#0000ff")
    picture.paste("#ff0000", (0, 0, width // 2, height))
    return picture


def noisy(width: int, height: int) -> Image.Image:
    ground = Image.linear_gradient("L").resize((width, height))
    return Image.blend(ground, Image.effect_noise((width, height), 80), 0.5).convert("RGB")


async def covers_of(content: bytes) -> list[Drawn]:
    drawn = await cropped_apart(content, COVER)
    assert not isinstance(drawn, str), drawn
    return drawn


def opened(drawn: Drawn) -> Image.Image:
    picture = Image.open(io.BytesIO(drawn.content))
    assert (picture.format, picture.size) == ("WEBP", (drawn.width, drawn.height))
    return picture.convert("RGB")


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((2000, 2000), [(640, 360), (1280, 720)]),
        ((700, 1400), [(640, 360), (700, 394)]),
        ((640, 360), [(640, 360), (640, 360)]),
    ],
)
async def test_a_picture_is_never_drawn_larger_than_it_is(
    size: tuple[int, int], sizes: list[tuple[int, int]]
) -> None:
    drawn = await covers_of(bytes_of(plain(*size)))

    assert [(each.width, each.height) for each in drawn] == sizes


@pytest.mark.parametrize(
    "picture", [noisy(4000, 3000), Image.frombytes("RGB", (1600, 900), os.urandom(4_320_000))]
)
async def test_no_picture_is_heavier_than_its_size_may_be_however_noisy(picture: Image.Image) -> None:
    drawn = await covers_of(bytes_of(picture, "JPEG", quality=95))

    assert all(len(each.content) <= most for each, (_w, _h, most) in zip(drawn, COVER, strict=True))


async def test_a_picture_is_cut_around_its_centre() -> None:
    tall = plain(800, 2000)
    tall.paste("#00ff00", (0, 900, 800, 1100))

    small, _large = await covers_of(bytes_of(tall))

    red, green, _blue = opened(small).getpixel((320, 180))  # type: ignore[misc]
    assert green > 200 > 60 > red


async def test_a_photograph_stands_upright_and_says_neither_how_nor_where_it_was_taken() -> None:
    turned = halves().rotate(90, expand=True)  # as a camera keeps what it took lying on its side
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (33.0, 30.0, 0.0), 3: "E", 4: (36.0, 18.0, 0.0)})
    exif[0x010F] = "Somebody's telephone"
    content = bytes_of(turned, "JPEG", exif=exif, comment=b"taken at home")

    small, _large = await covers_of(content)

    picture = opened(small)
    assert picture.getpixel((40, 180))[0] > 200  # type: ignore[index]
    assert picture.getpixel((600, 180))[2] > 200  # type: ignore[index]
    assert not Image.open(io.BytesIO(small.content)).getexif()
    assert b"telephone" not in small.content
    assert b"home" not in small.content
    assert b"EXIF" not in small.content


@pytest.mark.parametrize("mode", ["CMYK", "L", "1", "P", "RGBA", "LA", "I;16"])
async def test_every_kind_of_colour_is_drawn(mode: str) -> None:
    picture = Image.new(mode, (800, 600), 1)

    drawn = await covers_of(bytes_of(picture, "JPEG" if mode == "CMYK" else "PNG"))

    assert [opened(each).mode for each in drawn] == ["RGB", "RGB"]


async def test_what_is_transparent_stands_on_white() -> None:
    small, _large = await covers_of(bytes_of(Image.new("RGBA", (800, 600), (0, 0, 0, 0))))

    assert min(opened(small).getpixel((5, 5))) > 250  # type: ignore[arg-type]


async def test_of_a_moving_picture_the_first_one_is_shown() -> None:
    first, second = halves(800, 600), Image.new("RGB", (800, 600), "#00ff00")
    content = bytes_of(first, "GIF", save_all=True, append_images=[second] * 50, duration=40)

    drawn = await covers_of(content)

    assert all(getattr(Image.open(io.BytesIO(each.content)), "n_frames", 1) == 1 for each in drawn)
    assert opened(drawn[0]).getpixel((40, 180))[0] > 200  # type: ignore[index]


async def test_what_stands_behind_a_picture_is_never_served() -> None:
    behind = b"<script>alert(1)</script>PK\x03\x04"

    drawn = await covers_of(bytes_of(plain(800, 600)) + behind)

    assert all(b"script" not in each.content and b"PK\x03\x04" not in each.content for each in drawn)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "none"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>",
            "none",
        ),
        (b"GIF89a/*<script>*/=1", "none"),
        (bytes_of(noisy(900, 700))[:9000], "none"),
        (bytes_of(plain(800, 600), "BMP"), "none"),
        (bytes_of(plain(800, 600), "TIFF"), "none"),
        (b"%PDF-1.7\n" + bytes_of(plain(800, 600)), "none"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "none"),
        (bytes_of(plain(6000, 5000, "1")), "large"),
        (bytes_of(plain(639, 900)), "small"),
        (bytes_of(plain(9000, 300)), "small"),
    ],
)
async def test_what_is_no_picture_too_large_or_too_small_is_refused(content: bytes, why: str) -> None:
    assert await cropped_apart(content, COVER) == why


async def test_a_photo_is_square() -> None:
    drawn = await cropped_apart(bytes_of(noisy(300, 500)), FACE)

    assert not isinstance(drawn, str)
    assert [(each.width, each.height) for each in drawn] == [(112, 112)]
    assert len(drawn[0].content) <= FACE[0][2]

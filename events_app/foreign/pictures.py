"""A picture that somebody sent, drawn anew in a worker: what was uploaded is never served."""

import io
import json
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_POINTS: Final = 24_000_000

Size = tuple[int, int, int]
"""Width and height in points, and how many bytes it may weigh."""


SMALL: Final = (400, 80)
WHITE: Final = 12
MOST_OF_SMALL: Final = 8 * 1024


def letterhead(content: bytes) -> bytes:
    """A logo that we drew ourselves, on a white label of its own, as PNG of 104 points' height and at most 8 KB: shown
    at half of it, it is sharp on every screen; b"" when it cannot be made so small.

    The white is in the picture, because mail programs leave out what a style says, and make white paper black.
    """
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
        drawn = picture.convert("RGBA")
    drawn.thumbnail(SMALL, Image.Resampling.LANCZOS)
    label = Image.new("RGBA", (drawn.width + 2 * WHITE, SMALL[1] + 2 * WHITE), "white")
    label.alpha_composite(drawn, (WHITE, (label.height - drawn.height) // 2))
    for colours in (128, 32, 8):
        out = io.BytesIO()
        label.convert("RGB").quantize(colours).save(out, "PNG", optimize=True)
        if len(out.getvalue()) <= MOST_OF_SMALL:
            return out.getvalue()
    return b""


def redrawn(content: bytes) -> bytes:
    """The picture drawn anew as PNG of at most 640 x 240, without its metadata; b"" when it is none, or too large to
    open safely: 24 million points.

    How many points there are stands in its first bytes; nothing is unpacked before they are counted.
    """
    picture = _opened(content)
    if isinstance(picture, str):
        return b""
    try:
        drawn = picture.convert("RGBA")
    except Exception:  # noqa: BLE001 - whatever a foreign file does to its decoder, it is no picture
        return b""
    drawn.thumbnail((640, 240))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def cropped(content: bytes, sizes: Sequence[Size]) -> bytes:
    """The picture cut around its centre to the shape of the first size, once for each size (a larger one only as large
    as the picture is), as WebP without metadata: a line of JSON with width, height and length of each, then all of it.
    Refused, the line says why: it is "none", "large" (see `redrawn`) or "small", smaller than the first size.
    """
    from PIL import ImageOps

    picture = _opened(content)
    if isinstance(picture, str):
        return json.dumps({"refused": picture}).encode()
    least, wanted = sizes[0], 2 * max(max(size[:2]) for size in sizes)
    try:
        picture.draft("RGB", (wanted, wanted))  # a large JPEG is unpacked at a part of its size
        upright = _on_white(ImageOps.exif_transpose(picture))
    except Exception:  # noqa: BLE001 - whatever a foreign file does to its decoder, it is no picture
        return json.dumps({"refused": "none"}).encode()
    part = min(upright.width / least[0], upright.height / least[1])
    if part < 1:
        return json.dumps({"refused": "small"}).encode()
    drawn = []
    for size in sizes:
        wide, high = (round(each * min(1, part * least[0] / size[0])) for each in size[:2])
        drawn.append((wide, high, _webp(ImageOps.fit(upright, (wide, high)), size[2])))
    told = {"sizes": [(wide, high, len(written)) for wide, high, written in drawn]}
    return json.dumps(told).encode() + b"\n" + b"".join(written for *_, written in drawn)


def _opened(content: bytes) -> "Picture | str":
    """What was sent, not unpacked yet; else why not, "none" or "large"."""
    from PIL import Image  # the server has no use for it

    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF"))
    except Exception:  # noqa: BLE001 - whatever a foreign file does to its decoder, it is no picture
        return "none"
    return "large" if picture.width * picture.height > MOST_POINTS else picture


def _on_white(picture: "Picture") -> "Picture":
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    drawn = picture.convert("RGBA")
    ground = Image.new("RGB", drawn.size, "white")
    ground.paste(drawn, mask=drawn.getchannel("A"))
    return ground


def _webp(picture: "Picture", most: int) -> bytes:
    """As good as it may be in so many bytes; what is all noise is drawn softer."""
    from PIL import ImageFilter

    written = b""
    for quality, softer in (
        (78, 0),
        (66, 0),
        (52, 0),
        (40, 0),
        (30, 0),
        (36, 0.7),
        (30, 1.2),
        (20, 2),
        (5, 4),
        (1, 8),
    ):
        out = io.BytesIO()
        picture.filter(ImageFilter.GaussianBlur(softer)).save(out, "WEBP", quality=quality, method=4)
        written = out.getvalue()
        if len(written) <= most:
            break
    return written

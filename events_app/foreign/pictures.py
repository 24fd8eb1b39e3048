"""A picture that somebody sent, drawn anew in a worker: what was uploaded is never served."""

import io
import warnings
from typing import Final

MOST_POINTS: Final = 24_000_000


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
    from PIL import Image  # the server has no use for it

    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF"))
        with picture:
            if picture.width * picture.height > MOST_POINTS:
                return b""
            drawn = picture.convert("RGBA")
    except Exception:  # noqa: BLE001 - whatever a foreign file does to its decoder, it is no picture
        return b""
    drawn.thumbnail((640, 240))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()

"""A picture that somebody sent, drawn anew in a worker: what was uploaded is never served."""

import io
import warnings
from typing import Final

MOST_POINTS: Final = 24_000_000


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

"""A logo, drawn anew: what was uploaded is never served."""

import io

from PIL import Image, UnidentifiedImageError
from starlette.requests import Request
from starlette.responses import Response

from events_app.directory.actions import save_thing
from events_app.directory.desk.organizations import find_row
from events_app.directory.models import Organization
from events_app.i18n import N_, translate
from events_app.web.forms import typed_into
from events_app.web.responses import Flash, saved, see_other


async def save_logo(request: Request) -> Response:
    """A logo, re-encoded as PNG at most 640 x 240: what was uploaded is never served, and its metadata is gone."""
    organization = await find_row(request, Organization, "organization_id")
    upload = (await typed_into(request)).get("logo")
    content = await upload.read() if upload is not None and not isinstance(upload, str) else b""
    image = redrawn(content)
    if image is None:
        flash = Flash(
            "danger", translate(N_("This file is not a picture we can read. PNG, JPEG and WebP work."))
        )
        return see_other(f"/desk/organizations/{organization.id}", flash=flash)
    await save_thing(organization, {"logo": image, "logo_type": "image/png"})
    return see_other(f"/desk/organizations/{organization.id}", flash=saved())


def redrawn(content: bytes) -> bytes | None:
    """The picture drawn anew as PNG, or None when it is none (or too large to open safely: 24 million points)."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
            if picture.width * picture.height > 24_000_000:
                return None
            drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError):
        return None
    drawn.thumbnail((640, 240))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()

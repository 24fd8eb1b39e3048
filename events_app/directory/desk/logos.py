"""A logo, drawn anew: what was uploaded is never served."""

import io
import warnings

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from events_app.directory import actions
from events_app.directory.desk.organizations import find_row, part_page
from events_app.directory.forms.organizations import organization_form
from events_app.directory.models import Organization
from events_app.i18n import N_, translate
from events_app.web.forms import typed_into
from events_app.web.responses import saved, see_other

MOST_POINTS = 24_000_000


async def save_logo(request: Request) -> Response:
    """A logo, re-encoded as PNG at most 640 x 240: what was uploaded is never served, and its metadata is gone."""
    organization = await find_row(request, Organization, "organization_id")
    upload = (await typed_into(request)).get("logo")
    content = await upload.read() if upload is not None and not isinstance(upload, str) else b""
    image = redrawn(content)
    if image is None:
        form = organization_form(organization=organization)
        error = translate(N_("This file is not a picture we can read. PNG, JPEG and WebP work."))
        return part_page(
            request, "directory/organization.html", form, organization, status=422, logo_error=error
        )
    await actions.save_logo(organization, image)
    return see_other(f"/desk/organizations/{organization.id}", flash=saved())


def redrawn(content: bytes) -> bytes | None:
    """The picture drawn anew as PNG, or None when it is none (or too large to open safely: 24 million points).

    How many points there are stands in its first bytes; nothing is unpacked before they are counted.
    """
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF"))
        with picture:
            if picture.width * picture.height > MOST_POINTS:
                return None
            drawn = picture.convert("RGBA")
    except Exception:  # noqa: BLE001 - whatever a foreign file does to its decoder, it is no picture
        return None
    drawn.thumbnail((640, 240))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()

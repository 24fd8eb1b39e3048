"""A logo, drawn anew: what was uploaded is never served."""

from starlette.requests import Request
from starlette.responses import Response

from events_app.directory import actions
from events_app.directory.desk.organizations import find_row, part_page
from events_app.directory.forms.organizations import organization_form
from events_app.directory.models import Organization
from events_app.foreign.apart import redrawn_apart
from events_app.i18n import N_, translate
from events_app.web.forms import typed_into
from events_app.web.responses import saved, see_other


async def save_logo(request: Request) -> Response:
    """A logo, re-encoded as PNG at most 640 x 240: what was uploaded is never served, and its metadata is gone."""
    organization = await find_row(request, Organization, "organization_id")
    upload = (await typed_into(request)).get("logo")
    content = await upload.read() if upload is not None and not isinstance(upload, str) else b""
    image = await redrawn_apart(content)
    if image is None:
        form = organization_form(organization=organization)
        error = translate(N_("This file is not a picture we can read. PNG, JPEG and WebP work."))
        return part_page(
            request, "directory/organization.html", form, organization, status=422, logo_error=error
        )
    await actions.save_logo(organization, image)
    return see_other(f"/desk/organizations/{organization.id}", flash=saved())

"""The desk's pages for organizations."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from tortoise.models import Model

from events_app.directory import actions
from events_app.directory.actions import free_slug
from events_app.directory.forms.organizations import organization_form, organization_values
from events_app.directory.models import Organization
from events_app.errors import Conflict, NoSuchPage, say
from events_app.house import act_of, house_of
from events_app.i18n import N_, choose, own_language_first, translate
from events_app.web import seen
from events_app.web.forms import Form, typed_into
from events_app.web.responses import Flash, page, saved, see_other


async def find_row(request: Request, model: type[Model], name: str) -> Any:
    """The row of that id, None for a new one ('new' has no id in its address), or the one 404."""
    if name not in request.path_params:
        return None
    found = await model.get_or_none(id=request.path_params[name])
    if found is None:
        raise NoSuchPage()
    return found


async def all_organizations() -> list[Organization]:
    return sorted(await Organization.all(), key=lambda each: (not each.ours, choose(each.name)))


async def organizations(request: Request) -> Response:
    return page(request, "directory/organizations.html", organizations=await all_organizations())


async def edit_organization(request: Request) -> Response:
    organization = await find_row(request, Organization, "organization_id")
    first = not await Organization.filter(ours=True).exists()
    form = organization_form(organization=organization, ours=first)
    if organization:
        seen.opened(form)
    return part_page(request, "directory/organization.html", form, organization)


async def save_organization(request: Request) -> Response:
    organization = await find_row(request, Organization, "organization_id")
    form = organization_form(await typed_into(request), organization=organization)

    async def stored() -> Form:
        return organization_form(organization=await find_row(request, Organization, "organization_id"))

    async def write() -> None:
        values = organization_values(form)
        thing = organization or Organization(slug=await free_slug(Organization, choose(values["name"])))
        said_anew = house_of(request).hosts_said_anew
        await actions.save_organization(thing, values, said_anew=said_anew, act=act_of(request))

    if not form.validate():
        return part_page(request, "directory/organization.html", form, organization, status=422)
    try:
        await seen.save(form, stored, write)
    except Conflict as refusal:
        return part_page(
            request, "directory/organization.html", form, organization, status=409, refusal=say(refusal)
        )
    return see_other("/desk/organizations" if organization else "/desk", flash=saved())


def part_page(
    request: Request,
    template: str,
    form: Any,
    thing: Any,
    *,
    status: int = 200,
    refusal: str = "",
    logo_error: str = "",
    **more: Any,
) -> Response:
    said = {"refusal": refusal, "logo_error": logo_error, "codes": own_language_first()}
    return page(request, template, status=status, form=form, thing=thing, **said, **more)


async def delete_organization(request: Request) -> Response:
    return await delete_thing(request, Organization, "organization_id", onward="/desk/organizations")


async def delete_thing(request: Request, model: type[Model], name: str, *, onward: str) -> Response:
    """POST: one that nothing names any more goes; the button has asked before."""
    thing = await find_row(request, model, name)
    await actions.delete_unused(thing, is_used=house_of(request).is_used)
    return see_other(onward, flash=Flash("success", translate(N_("Deleted."))))

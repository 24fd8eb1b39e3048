"""What has just been done is said in a toast, which offers to undo it where nobody has been told anything."""

import re
from html import unescape

import httpx2
import pytest

from events_app.events.models.event import Event
from events_app.people.models import SavedView
from events_app.questions.actions import presets
from events_app.questions.models import Question
from tests import make
from tests.make import Desk, House

pytestmark = pytest.mark.anyio

TOAST = re.compile(r'<div class="toast.*?</div>', re.DOTALL)


def toast_of(answer: httpx2.Response) -> str:
    found = TOAST.findall(answer.text)
    assert len(found) == 1
    return str(found[0])


async def undo(desk: Desk, done: httpx2.Response) -> httpx2.Response:
    """Press Undo on the page that an act leads to."""
    toast = toast_of(await desk.get(done.headers["location"]))
    assert "Undo" in toast
    assert "data-goes" not in toast  # what offers something does not go by itself
    (action,) = re.findall(r'action="(.*?)"', toast)
    fields = dict(re.findall(r'name="(.*?)" value="(.*?)"', toast))
    return await desk.post(action, **{name: unescape(value) for name, value in fields.items()})


async def test_a_publication_and_a_withdrawal_can_be_undone(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = f"/desk/events/{event.id}"

    withdrawn = await desk.post(f"{path}/withdrawal")
    assert (await Event.get(id=event.id)).status == "draft"
    published = await undo(desk, withdrawn)
    assert (await Event.get(id=event.id)).status == "published"
    await undo(desk, published)
    assert (await Event.get(id=event.id)).status == "draft"


async def test_a_question_is_asked_again_where_it_was_stopped_by_mistake(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    question = (await presets.add_preset(event.id, "source"))[0]
    path = f"/desk/events/{event.id}/questions/{question.id}"

    again = await undo(desk, await desk.post(f"{path}/retirement"))
    assert not (await Question.get(id=question.id)).retired
    await undo(desk, again)
    assert (await Question.get(id=question.id)).retired


async def test_a_deleted_view_comes_back_with_its_name_and_its_search(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await desk.post(f"/desk/events/{event.id}/views", name='A & "B" | C', query="language=ar&sort=line")
    view = await SavedView.get(event_id=event.id)

    await undo(desk, await desk.post(f"/desk/events/{event.id}/views/{view.id}/deletion"))
    assert await SavedView.all().values_list("name", "query") == [('A & "B" | C', view.query)]


async def test_what_sent_emails_offers_no_undo_and_goes_by_itself(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    await make.registered(event, 1, office=house.office)

    done = await desk.post(f"/desk/events/{event.id}/cancellation")
    toast = toast_of(await desk.get(done.headers["location"]))

    assert "<form" not in toast
    assert "data-goes" in toast


async def test_a_warning_stays_until_it_is_closed(house: House) -> None:
    event, desk = await make.event(house.vault), await house.desk()

    done = await desk.get(f"/desk/events/{event.id}/registrations/acts?verb=cancel")
    toast = toast_of(await desk.get(done.headers["location"]))

    assert "Nobody was selected" in toast
    assert "data-goes" not in toast


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "/my/x"])
async def test_a_toast_leads_nowhere_but_to_the_desk(house: House, elsewhere: str) -> None:
    desk = await house.desk()

    answer = await desk.client.get("/desk/sign-in", headers={"cookie": f"flash=info|{elsewhere}|Hello"})

    assert "<form" not in toast_of(answer)

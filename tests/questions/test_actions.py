"""Questions: who is asked what, what an answer is, and what may still be changed once somebody has answered."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from events_app.acts import Office
from events_app.events.actions import copying
from events_app.events.models.event import Event
from events_app.i18n import load_languages, use_language
from events_app.people.counts import answered_in
from events_app.questions import answers, models, rules, wording
from events_app.questions.actions import asking, presets
from events_app.questions.models import Question
from events_app.questions.rules import Kind, QuestionFacts
from events_app.vault import Reader
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

READER = Reader("organizer", "rima")
FOOD = [
    {"key": "c1", "text": {"en": "Bread", "ar": "خبز"}},
    {"key": "c2", "text": {"en": "Olives", "ar": "زيتون"}},
]


@pytest.fixture(autouse=True)
def _sentences() -> Iterator[None]:
    load_languages(make.LANGUAGES)
    with use_language("en"):
        yield


def facts(kind: str = Kind.TEXT, label: str = "Role", **changes: Any) -> QuestionFacts:
    choices = FOOD if kind in rules.HAS_CHOICES else ()
    return QuestionFacts(**{"kind": kind, "label": {"en": label}, "choices": choices, **changes})


async def question(event: Event, kind: str = Kind.TEXT, label: str = "Role", **changes: Any) -> Question:
    return await asking.add_question(event.id, facts(kind, label, **changes))


async def labels(event: Event, *, retired: bool = False) -> list[str]:
    return [each.label["en"] for each in await models.questions_of(event.id, retired=retired)]


async def answered(event: Event, office: Office, said: dict[Question, Any]) -> None:
    """One more person registers, with these answers."""
    who = uuid.uuid4().hex[:8]
    kept = {str(each.id): answer for each, answer in said.items()}
    await make.registered(event, who, office=office, answers=kept)


async def test_questions_stand_in_the_order_they_were_added(office: Office) -> None:
    event = await make.event(office.vault)

    for label in ("First", "Second", "Third"):
        await question(event, label=label)

    assert await labels(event) == ["First", "Second", "Third"]


async def test_a_form_has_no_more_questions_than_people_bear(office: Office) -> None:
    event = await make.event(office.vault)
    for number in range(asking.MOST_QUESTIONS):
        await question(event, label=str(number))

    with pytest.raises(asking.TooManyQuestions):
        await question(event)
    with pytest.raises(asking.TooManyQuestions):
        await presets.add_preset(event.id, "photos")


async def test_a_question_moves_one_place_and_stops_at_the_ends(office: Office) -> None:
    event = await make.event(office.vault)
    first, second, _third = [await question(event, label=label) for label in "abc"]

    await asking.move_question(event.id, second.id, step=-1)
    assert await labels(event) == ["b", "a", "c"]
    await asking.move_question(event.id, second.id, step=-1)
    assert await labels(event) == ["b", "a", "c"]
    await asking.move_question(event.id, first.id, step=1)
    assert await labels(event) == ["b", "c", "a"]


async def test_a_question_takes_those_that_depend_on_it_along(office: Office) -> None:
    event = await make.event(office.vault)
    decides = await question(event, Kind.YES_NO, "decides")
    depends = await question(event, label="depends", when_question_id=decides.id, when_values=["yes"])
    await question(event, label="free")

    await asking.move_question(event.id, decides.id, step=1)
    assert await labels(event) == ["free", "decides", "depends"]
    await asking.move_question(event.id, depends.id, step=-1)
    assert await labels(event) == ["free", "decides", "depends"]


async def test_an_order_that_was_dragged_keeps_conditions_before_what_depends_on_them(office: Office) -> None:
    event = await make.event(office.vault)
    decides = await question(event, Kind.CHOICE, "decides")
    depends = await question(event, label="depends", when_question_id=decides.id, when_values=["c1"])
    free = await question(event, label="free")

    wished = [str(depends.id), "rubbish", str(free.id), str(free.id), str(decides.id)]
    await asking.order_questions(event.id, wished)

    assert await labels(event) == ["free", "decides", "depends"]


async def test_a_question_with_answers_keeps_its_kind_and_cannot_be_deleted(office: Office) -> None:
    event = await make.event(office.vault)
    role, free = await question(event), await question(event, label="free")
    await answered(event, office, {role: "Archivist"})

    with pytest.raises(asking.QuestionAnswered):
        await asking.change_question(
            event.id, role.id, facts(Kind.NUMBER), answered_in=answered_in, act=office.at(NOW)
        )
    with pytest.raises(asking.QuestionAnswered):
        await asking.delete_question(event.id, role.id, answered_in=answered_in, act=office.at(NOW))
    new_words = facts(label="Function")
    await asking.change_question(event.id, role.id, new_words, answered_in=answered_in, act=office.at(NOW))
    await asking.change_question(
        event.id, free.id, facts(Kind.NUMBER, "free"), answered_in=answered_in, act=office.at(NOW)
    )
    await asking.delete_question(event.id, free.id, answered_in=answered_in, act=office.at(NOW))

    assert await labels(event, retired=True) == ["Function"]


async def test_a_retired_question_is_asked_no_more_and_can_be_asked_again(office: Office) -> None:
    event = await make.event(office.vault)
    role = await question(event)
    await question(event, label="other")
    await answered(event, office, {role: "Archivist"})

    await asking.retire_question(event.id, role.id)
    assert await labels(event) == ["other"]
    assert sorted(await labels(event, retired=True)) == ["Role", "other"]

    await asking.ask_again(event.id, role.id)
    assert await labels(event) == ["other", "Role"]


async def test_a_question_that_another_depends_on_stays(office: Office) -> None:
    event = await make.event(office.vault)
    food = await question(event, Kind.CHOICES, "Food")
    await question(event, label="Which olives?", when_question_id=food.id, when_values=["c2"])
    only_bread = facts(Kind.CHOICES, "Food", choices=FOOD[:1])

    with pytest.raises(asking.QuestionNeeded):
        await asking.retire_question(event.id, food.id)
    with pytest.raises(asking.QuestionNeeded):
        await asking.delete_question(event.id, food.id, answered_in=answered_in, act=office.at(NOW))
    with pytest.raises(asking.QuestionNeeded):
        await asking.change_question(
            event.id, food.id, only_bread, answered_in=answered_in, act=office.at(NOW)
        )
    with pytest.raises(asking.QuestionNeeded):
        await asking.change_question(event.id, food.id, facts(), answered_in=answered_in, act=office.at(NOW))


async def test_a_choice_that_somebody_made_keeps_its_words_after_it_is_taken_away(office: Office) -> None:
    event = await make.event(office.vault)
    food = await question(event, Kind.CHOICE, "Food")
    await answered(event, office, {food: "c2"})

    only_bread = facts(Kind.CHOICE, "Food", choices=FOOD[:1])
    changed = await asking.change_question(
        event.id, food.id, only_bread, answered_in=answered_in, act=office.at(NOW)
    )

    assert wording.choices_of(changed) == [("c1", "Bread")]
    assert wording.say_answer(changed, "c2") == "Olives"


async def test_an_unknown_question_is_not_there(office: Office) -> None:
    event, other = await make.event(office.vault), await make.event(office.vault, slug="other")
    role = await question(event)

    for act in (asking.retire_question, asking.ask_again):
        with pytest.raises(asking.NoSuchQuestion):
            await act(other.id, role.id)
    with pytest.raises(asking.NoSuchQuestion):
        await asking.move_question(other.id, role.id, step=1)
    with pytest.raises(asking.NoSuchQuestion):
        await presets.add_preset(event.id, "rubbish")


@pytest.mark.parametrize("name", sorted(presets.PRESETS))
async def test_every_preset_is_whole_in_both_languages(name: str, office: Office) -> None:
    event = await make.event(office.vault)

    added = await presets.add_preset(event.id, name)

    for each in added:
        assert set(each.label) >= {"en", "ar"}
        assert all(not texts or set(texts) >= {"en", "ar"} for texts in (each.help, each.purpose))
        assert all(set(choice["text"]) >= {"en", "ar"} for choice in each.choices)
        assert (len(each.choices) >= 2) is (each.kind in rules.HAS_CHOICES)
        assert bool(each.when_question_id) is bool(each.when_values)
    assert (
        answers.asked_of(added, mode="in_person", answers={}) == added[: 2 if name == "organization" else 1]
    )


async def test_nobody_is_in_photos_who_has_not_said_so(office: Office) -> None:
    event = await make.event(office.vault)

    (photos,) = await presets.add_preset(event.id, "photos")

    assert (photos.kind, photos.required) == (Kind.YES_NO, False)


async def test_a_copied_event_asks_the_same_with_questions_of_its_own(office: Office) -> None:
    event = await make.event(office.vault)
    food = await question(event, Kind.CHOICE, "Food")
    await question(event, label="Which?", when_question_id=food.id, when_values=["c2"], required=True)
    gone = await question(event, label="gone")
    await asking.retire_question(event.id, gone.id)

    copy = await copying.copy_event(event.id, act=office.at(NOW), follow=presets.copy_questions)

    copied_food, which = await models.questions_of(copy.id, retired=True)
    assert (copied_food.label, copied_food.choices) == (food.label, food.choices)
    assert copied_food.id != food.id
    assert (which.when_question_id, which.when_values) == (copied_food.id, ["c2"])
    assert which.required
    assert await labels(event) == ["Food", "Which?"]

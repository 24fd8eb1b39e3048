"""Questions on pages: whatever is typed is refused in words or kept rightly; a condition needs no script."""

import csv
import json
import re
from io import BytesIO
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile

from events_app.events.models.event import Event
from events_app.i18n import load_languages, use_language
from events_app.questions import models, rules, wording
from events_app.questions.actions import asking, presets
from events_app.questions.forms.fields import Asking, ask, name_of
from events_app.questions.models import Question
from events_app.questions.rules import Kind, QuestionFacts
from events_app.registrations.posting import reveal_person
from events_app.web.forms import Form
from tests import make

pytestmark = [pytest.mark.anyio]

FOOD = [
    {"key": "c1", "text": {"en": "Bread", "ar": "خبز"}},
    {"key": "c2", "text": {"en": "Olives", "ar": "زيتون"}},
]


def facts(kind: str = Kind.TEXT, label: str = "Role", **changes: Any) -> QuestionFacts:
    choices = FOOD if kind in rules.HAS_CHOICES else ()
    return QuestionFacts(**{"kind": kind, "label": {"en": label}, "choices": choices, **changes})


def question(kind: str, **columns: Any) -> Question:
    choices = FOOD if kind in rules.HAS_CHOICES else []
    return Question(kind=kind, label={"en": kind}, choices=choices, **columns)


def posted(questions: list[Question], *typed: tuple[str, Any]) -> FormData:
    """What a browser posts from a page that had these questions."""
    return FormData([*(("asked", name_of(each)) for each in questions), *typed])


def filled(questions: list[Question], *typed: tuple[str, Any]) -> tuple[Form, Asking]:
    form = Form()
    return form, ask(form, questions, mode="online", typed=posted(questions, *typed))


READ = [
    (Kind.TEXT, "  Head of\u202e archive ", "Head of archive"),
    (Kind.LONG, "one\r\ntwo\u0000", "one\ntwo"),
    (Kind.CHOICE, "c2", "c2"),
    (Kind.CHOICES, "c2", ["c2"]),
    (Kind.YES_NO, "y", True),
    (Kind.NUMBER, "١٢", 12),
    (Kind.NUMBER, "٢٫٥", 2.5),
    (Kind.NUMBER, "2٫5", 2.5),
    (Kind.NUMBER, "2,5", 2.5),
    (Kind.NUMBER, "0,00", 0),
    (Kind.NUMBER, "\u22123", -3),
    (Kind.NUMBER, "+3", 3),
    (Kind.DATE, "٢٠٣٥-٠٥-١٢", "2035-05-12"),
    (Kind.PHONE, "٠٠٩٦١ ٣ ١٢٣ ٤٥٦", "+9613123456"),
    (Kind.COUNTRY, "SY", "SY"),
    (Kind.LANGUAGES, "ckb", ["ckb"]),
]


@pytest.mark.engine_free
@pytest.mark.parametrize(("kind", "typed", "kept"), READ)
def test_what_is_typed_is_kept_tidy(kind: str, typed: str, kept: Any) -> None:
    asked = question(kind)

    form, asking_ = filled([asked], (name_of(asked), typed))

    assert form.validate(), form.errors
    assert asking_.answers() == {str(asked.id): kept}


@pytest.mark.engine_free
@pytest.mark.parametrize("kind", list(Kind))
def test_an_optional_question_may_stay_empty_and_a_required_one_may_not(kind: str) -> None:
    optional, required = question(kind), question(kind, required=True)

    form, asking_ = filled([optional, required], (name_of(optional), ""), (name_of(required), ""))
    if kind in {Kind.CHOICES, Kind.LANGUAGES, Kind.YES_NO}:  # an empty one of these posts nothing at all
        form, asking_ = filled([optional, required])

    assert not form.validate()
    assert set(form.errors) == {name_of(required)}
    assert len(form.errors[name_of(required)]) == 1
    said = asking_.answers().get(str(optional.id))
    assert said is (False if kind == Kind.YES_NO else None)


@pytest.mark.engine_free
@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.TEXT, "x" * 201), (Kind.LONG, "x" * 2001), (Kind.CHOICE, "c9"), (Kind.CHOICES, "c9"),
        (Kind.NUMBER, "twelve"), (Kind.NUMBER, "1,000"), (Kind.DATE, "12/5/35"), (Kind.PHONE, "none"),
        (Kind.COUNTRY, "ZZ"), (Kind.LANGUAGES, "xx"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_once(kind: str, typed: str) -> None:
    asked = question(kind)

    form, _asking = filled([asked], (name_of(asked), typed))

    assert not form.validate()
    assert len(form.errors[name_of(asked)]) == 1


rubbish = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["c1", "y", "yes", "no", "", "٣", "2035-02-30", "+", "LB", "ar", "9" * 5000, "-0", "\u0661.5"]
    ),
)


@pytest.mark.engine_free
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_typed_is_refused_or_kept_as_an_answer_of_its_kind(data: st.DataObject) -> None:
    load_languages(make.LANGUAGES)
    first = [question(kind, required=data.draw(st.booleans())) for kind in Kind]
    then = [
        question(kind, when_question_id=first[3].id, when_values=["c1"], only_mode=data.draw(modes))
        for kind in Kind
    ]
    every = first + then
    names = st.sampled_from([name_of(each) for each in every] + ["asked", "rubbish"])
    typed = FormData(
        list[tuple[str, str | UploadFile]](data.draw(st.lists(st.tuples(names, rubbish), max_size=30)))
    )
    form = Form()

    with use_language(data.draw(st.sampled_from(make.LANGUAGES))):
        asked = ask(form, every, mode="online", typed=typed)
        if form.validate():
            kept = json.loads(json.dumps(asked.answers()))
            for each in every:
                answer = kept.get(str(each.id))
                assert answer is None or isinstance(answer, SHAPES[Kind(each.kind)])
                assert isinstance(wording.say_answer(each, answer), str)
        for shown in asked.shown:
            assert shown.field()


modes = st.sampled_from(["", "online", "in_person"])
SHAPES: dict[Kind, Any] = {
    **dict.fromkeys(Kind, str),
    Kind.CHOICES: list,
    Kind.LANGUAGES: list,
    Kind.YES_NO: bool,
    Kind.NUMBER: (int, float),
}


def person(**typed: Any) -> dict[str, Any]:
    return {"name": "Dunya", "address": "dunya@example.org", "language": "en", "needs": "", **typed}


async def answers_of(event: Event, house: make.House) -> dict[str, Any]:
    row = await make.row_of(event, "dunya@example.org", office=house.office)
    return dict(reveal_person(row, vault=house.vault, reader=make.COURIER).answers)


def asked_on(page: httpx2.Response) -> list[str]:
    """The questions that a browser without script would send: those in no switched-off fieldset."""
    on = re.sub(r"<fieldset[^>]* disabled>.*?</fieldset>\s*</fieldset>|<fieldset[^>]* disabled>.*?</fieldset>", "",
                page.text, flags=re.DOTALL)  # fmt: skip
    return re.findall(r'name="asked" value="(\w+)"', on)


async def test_a_question_that_an_answer_calls_up_comes_on_a_second_page(house: make.House) -> None:
    event = await make.event(house.vault)
    (access, more) = await presets.add_preset(event.id, "access")
    guest, path = await house.client(), f"/events/{event.slug}/register"
    first = await guest.get(path)
    assert asked_on(first) == [name_of(access)]
    typed = person(**{name_of(access): ["sign", "other"]})

    second = await guest.post(path, data={**typed, "asked": [name_of(access)]})

    assert second.status_code == 200
    assert "A few more questions" in make.words_of(second)
    assert sorted(asked_on(second)) == sorted([name_of(access), name_of(more)])
    assert 'value="Dunya"' in second.text
    assert re.search(r'value="other" checked', second.text)
    third = await guest.post(
        path,
        data={**typed, name_of(more): "A lamp", "asked": [name_of(access), name_of(more)]},
    )
    assert third.status_code == 303
    assert await answers_of(event, house) == {str(access.id): ["sign", "other"], str(more.id): "A lamp"}


async def test_an_answer_to_a_question_that_is_not_asked_is_not_kept(house: make.House) -> None:
    event = await make.event(house.vault)
    (access, more) = await presets.add_preset(event.id, "access")
    guest = await house.client()

    typed = {name_of(more): "A lamp", name_of(access): "sign", "asked": [name_of(access), name_of(more)]}
    response = await guest.post(f"/events/{event.slug}/register", data=person(**typed))

    assert response.status_code == 303
    assert await answers_of(event, house) == {str(access.id): ["sign"]}


async def test_a_question_for_one_way_of_taking_part_waits_for_the_choice(house: make.House) -> None:
    event = await make.event(house.vault, offers_online=True)
    diet, _allergy = await presets.add_preset(event.id, "diet")
    guest, path = await house.client(), f"/events/{event.slug}/register"

    assert asked_on(await guest.get(path)) == []
    online = await guest.post(path, data=person(mode="online", address="other@example.org"))
    assert online.status_code == 303
    in_person = await guest.post(path, data=person(mode="in_person"))
    assert in_person.status_code == 200
    assert asked_on(in_person) == [name_of(diet)]


async def test_errors_come_before_new_questions_and_speak_of_none_that_nobody_saw(house: make.House) -> None:
    event = await make.event(house.vault)
    decides = await asking.add_question(event.id, facts(Kind.YES_NO, "Coming by train?"))
    await asking.add_question(
        event.id, facts(label="Which?", required=True, when_question_id=decides.id, when_values=["yes"])
    )
    guest = await house.client()

    typed = person(**{name_of(decides): "y", "asked": [name_of(decides)], "name": ""})
    response = await guest.post(f"/events/{event.slug}/register", data=typed)

    assert response.status_code == 422
    assert len(re.findall(r'class="field-error"', response.text)) == 1


@pytest.mark.engine_free
@pytest.mark.parametrize("kind", list(Kind))
def test_a_file_in_place_of_words_is_no_answer(kind: str) -> None:
    asked = question(kind, required=True)

    form, _asking = filled([asked], (name_of(asked), UploadFile(BytesIO(b"words"), filename="a.txt")))

    assert not form.validate()


async def test_the_person_reads_why_and_how_long(house: make.House) -> None:
    event = await make.event(house.vault)
    purpose = {"en": "To print the badges.", "ar": "لطباعة البطاقات."}
    await asking.add_question(event.id, facts(purpose=purpose, keep_days=14))
    english, arabic = await house.client(), await house.client(**{"accept-language": "ar"})

    said = make.words_of(await english.get(f"/events/{event.slug}/register"))
    assert "Why we ask: To print the badges." in said
    assert "Only the organizers read these answers. Deleted 14 days after the event." in said
    assert purpose["ar"] in make.words_of(await arabic.get(f"/events/{event.slug}/register"))


async def own_page(event: Event, house: make.House) -> str:
    row = await make.row_of(event, "dunya@example.org", office=house.office)
    token = reveal_person(row, vault=house.vault, reader=make.COURIER).token
    return f"/registrations/{token}"


async def test_answers_stand_on_the_own_page_and_can_be_changed_there(house: make.House) -> None:
    event = await make.event(house.vault)
    (access, more) = await presets.add_preset(event.id, "access")
    gone = await asking.add_question(event.id, facts(label="Shoe size"))
    said = {str(access.id): ["sign"], str(gone.id): "38"}
    await make.registered(event, "dunya", office=house.office, answers=said)
    await asking.retire_question(event.id, gone.id)
    guest, path = await house.client(), await own_page(event, house)

    own = await guest.get(path)
    assert "Sign language interpretation" in make.words_of(own)
    assert asked_on(own) == [name_of(access)]
    typed = {"name": "Dunya", "language": "en", "needs": "", name_of(access): ["other"]}
    second = await guest.post(f"{path}/details", data={**typed, "asked": [name_of(access)]})
    assert (second.status_code, "A few more questions" in second.text) == (200, True)
    both = [name_of(access), name_of(more)]
    third = await guest.post(f"{path}/details", data={**typed, name_of(more): "A lamp", "asked": both})

    assert third.status_code == 303
    kept = {str(access.id): ["other"], str(more.id): "A lamp", str(gone.id): "38"}
    assert await answers_of(event, house) == kept
    held = (await guest.get(f"{path}/data.json")).json()["answers"]
    assert [each["answer"] for each in held] == ["Something else", "A lamp", "38"]


async def test_a_new_question_that_must_be_answered_is_asked_on_the_own_page(house: make.House) -> None:
    event = await make.event(house.vault)
    await make.registered(event, "dunya", office=house.office)
    guest, path = await house.client(), await own_page(event, house)
    words = "The organizers still have a question for you"

    assert words not in make.words_of(await guest.get(path))
    await asking.add_question(event.id, facts(required=True))
    assert words in make.words_of(await guest.get(path))


def written(**typed: Any) -> dict[str, Any]:
    """What a browser posts from the desk's form for a question."""
    return {"kind": "text", "label_en": "Role", "label_ar": "الصفة", "keep_days": "30", **typed}


async def test_the_desk_makes_changes_and_deletes_a_question(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = f"/desk/events/{event.id}/questions"
    rows = {f"choices-{at}-text_en": text for at, text in enumerate(("Bread", "", "Olives"))}

    made = await desk.post(f"{path}/new", **written(kind="choice", **rows))
    assert made.status_code == 303
    (food,) = await models.questions_of(event.id)
    assert food.label == {"en": "Role", "ar": "الصفة"}
    assert food.choices == [{"key": "c1", "text": {"en": "Bread"}}, {"key": "c2", "text": {"en": "Olives"}}]

    swapped = {
        "choices-0-key": "c2", "choices-0-text_en": "Olives", "choices-1-key": "rubbish",
        "choices-1-text_en": "Rice", "choices-2-key": "c1", "choices-2-text_en": "Bread",
    }  # fmt: skip
    changed = await desk.post(f"{path}/{food.id}", **written(kind="choice", required="y", **swapped))
    assert changed.status_code == 303
    (food,) = await models.questions_of(event.id)
    assert [each["key"] for each in food.choices] == ["c2", "c3", "c1"]
    assert food.required

    assert (await desk.post(f"{path}/{food.id}/deletion")).status_code == 303
    assert await models.questions_of(event.id) == []


async def test_the_desk_hears_every_error_at_once(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    first = await asking.add_question(event.id, facts(Kind.YES_NO, "a"))
    second = await asking.add_question(event.id, facts(Kind.YES_NO, "b"))

    after = [f"{first.id}:yes", f"{second.id}:yes"]
    typed = written(kind="choice", label_en="", label_ar="", keep_days="0", when=after)
    response = await desk.post(f"/desk/events/{event.id}/questions/new", **typed)

    assert response.status_code == 422
    for sentence in (
        "Please write the question.",
        "Please write a number of days.",
        "Please write at least two choices.",
        "Please choose answers of one question only.",
    ):
        assert sentence in make.words_of(response)


async def test_rows_for_choices_come_and_move_without_a_script(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = f"/desk/events/{event.id}/questions/new"
    typed = written(kind="choice", **{"choices-0-text_en": "Bread", "choices-1-text_en": "Olives"})

    more = await desk.post(path, **typed, more="choices")
    assert more.status_code == 200
    assert len(re.findall(r'name="choices-\d+-text_en"', more.text)) == 5
    lifted = await desk.post(path, **typed, lift="1")
    values = re.findall(r'name="choices-\d+-text_en"[^>]* value="(\w+)"', lifted.text)
    assert values == ["Olives", "Bread"]
    for rubbish_number in ("0", "99", "-1", "٣", "x", "9" * 50):
        assert (await desk.post(path, **typed, lift=rubbish_number)).status_code in {200, 422, 303}


async def test_the_list_orders_by_buttons_and_by_dragging(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = f"/desk/events/{event.id}/questions"
    a, b, c = [await asking.add_question(event.id, facts(label=label)) for label in "abc"]

    async def order() -> str:
        return "".join([each.label["en"] for each in await models.questions_of(event.id)])

    await desk.post(f"{path}/{a.id}/place", to="down")
    assert await order() == "bac"
    await desk.post(f"{path}/{a.id}/place", to="up")
    assert await order() == "abc"
    await desk.post(f"{path}/order", order=[str(c.id), str(a.id), str(b.id)])
    assert await order() == "cab"


async def test_a_refusal_of_the_desk_is_said_on_the_list(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = f"/desk/events/{event.id}/questions"
    food, _allergy = await presets.add_preset(event.id, "diet")

    for act in ("retirement", "deletion"):
        response = await desk.post(f"{path}/{food.id}/{act}")
        assert response.status_code == 409
        assert asking.QuestionNeeded.sentence in make.words_of(response)
    for strange in ("rubbish", "00000000-0000-0000-0000-000000000000"):
        assert (await desk.get(f"{path}/{strange}")).status_code == 404
    assert (await desk.post(f"{path}/presets", preset="rubbish")).status_code == 404


async def test_the_form_can_be_tried_and_nothing_is_kept(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    path = f"/desk/events/{event.id}/questions/preview"
    (access, more) = await presets.add_preset(event.id, "access")

    assert (await desk.get(path)).status_code == 200
    typed: dict[str, Any] = {name_of(access): ["other"], "asked": [name_of(access)]}
    second = await desk.post(path, **typed)
    assert "A few more questions" in make.words_of(second)
    typed |= {name_of(more): "A lamp", "asked": [name_of(access), name_of(more)]}
    third = make.words_of(await desk.post(path, **typed))
    assert "Nothing was saved." in third
    assert "A lamp" in third


async def test_a_question_is_a_column_of_the_export(house: make.House) -> None:
    event, desk = await make.event(house.vault), await house.desk()
    role = await asking.add_question(event.id, facts())
    coming = await asking.add_question(event.id, facts(Kind.YES_NO, "By train?"))
    said = {str(role.id): "Archivist", str(coming.id): False}
    await make.registered(event, "dunya", office=house.office, answers=said)
    await asking.retire_question(event.id, role.id)

    choose = await desk.get(f"/desk/events/{event.id}/export")
    assert f'value="q_{role.id.hex}"' in choose.text
    sheet = await desk.get(f"/desk/events/{event.id}/registrations.csv")
    head, line = csv.reader(sheet.text.lstrip("\ufeff").splitlines())
    assert (head[-2:], line[-2:]) == (["Role", "By train?"], ["Archivist", "No"])

"""Texts in several languages: one is enough, none is refused once, and one's own comes first."""

from typing import Any

import pytest
from starlette.datastructures import FormData

from events_app import i18n
from events_app.directory.forms.organizations import organization_form, organization_values
from events_app.events.forms.event import Choices, event_form
from tests import make

pytestmark = pytest.mark.engine_free


@pytest.fixture(autouse=True)
def _languages() -> None:
    i18n.load_languages(make.LANGUAGES)


def event(**typed: str) -> Any:
    form = event_form(FormData({**make.form(), **typed}), choices=Choices([], []))
    form.validate()
    return form


@pytest.mark.parametrize("code", ["en", "ar"])
def test_an_organization_may_have_its_name_in_one_language_alone(code: str) -> None:
    form = organization_form(FormData({f"name_{code}": "Cedar"}))

    assert form.validate()
    assert organization_values(form)["name"] == {code: "Cedar"}


def test_a_name_in_no_language_is_refused_beside_the_first_field_alone() -> None:
    form = organization_form(FormData({"name_en": " ", "name_ar": ""}))

    assert not form.validate()
    assert list(form.errors) == ["name_en"]


def test_an_event_needs_its_title_in_one_language() -> None:
    assert event(title_en="").errors == {}
    assert event(title_ar="").errors == {}
    assert list(event(title_en="", title_ar="").errors) == ["title_en"]


def test_a_title_that_is_too_long_is_refused_in_either_language() -> None:
    assert list(event(title_ar="ط" * 201).errors) == ["title_ar"]


def test_ones_own_language_comes_first() -> None:
    orders = {}
    for code in make.LANGUAGES:
        with i18n.use_language(code):
            orders[code] = i18n.own_language_first()

    assert orders == {"en": ("en", "ar"), "ar": ("ar", "en")}

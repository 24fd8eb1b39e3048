"""The catalogues: complete, fresh, and with every blank kept (the wording of Arabic: test_arabic.py)."""

import re
from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations
from importlib import import_module
from io import BytesIO
from pathlib import Path
from pkgutil import walk_packages

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import events_app
from events_app import i18n
from events_app.errors import Refusal
from events_app.i18n import LOCALE_FOLDER, plural_header
from tests.translation import messages

pytestmark = [pytest.mark.engine_free, pytest.mark.house]

CODES = sorted(path.name for path in LOCALE_FOLDER.iterdir() if path.is_dir())
TELLING = (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)
"""Numbers that tell one set of Arabic plural forms from another."""

FOR_THE_TERMINAL = ("events_app.backups", "events_app.database", "events_app.settings")
"""Modules whose refusals only an operator reads, at the terminal: they stay in English."""


@cache
def catalogue(code: str) -> Catalog:
    return read_po(BytesIO(messages.path_of(code).read_bytes()), locale=code)


@cache
def compiled(code: str) -> GNUTranslations:
    out = BytesIO()
    write_mo(out, catalogue(code))
    out.seek(0)
    return GNUTranslations(out)


def translated(code: str) -> Iterator[tuple[Message, str]]:
    """Every sentence of a catalogue with each of its translated forms."""
    for message in catalogue(code):
        if message.id:
            yield from ((message, form) for form in messages.forms_of(message))


def english(message: Message) -> str:
    return " ".join(message.id) if isinstance(message.id, list | tuple) else str(message.id)


def blanks(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|\{\w*\}", text))


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_translated_and_none_is_guessed(code: str) -> None:
    assert messages.unfinished(catalogue(code)) == []
    assert not catalogue(code).obsolete


@pytest.mark.parametrize("code", CODES)
def test_refreshing_changes_nothing(code: str) -> None:
    """If this fails, run `python3 run.py messages` and translate what it names."""
    before = messages.path_of(code).read_bytes()

    assert messages.refreshed(before, code, messages.sentences()).decode() == before.decode()


def test_a_new_language_begins_with_every_sentence_empty() -> None:
    found = messages.sentences()
    fresh = read_po(BytesIO(messages.refreshed(b"", "fr", found)), locale="fr")

    assert len(messages.unfinished(fresh)) == len(fresh) == len(found)


@pytest.mark.parametrize("code", CODES)
def test_blanks_are_the_same_in_every_form(code: str) -> None:
    """A form for one number alone (none, one, two) may leave the number out."""
    wrong = []
    for message in catalogue(code):
        numbers = {"%(n)s", "%(num)s", "%(num)d"} if message.pluralizable else set()
        for position, form in enumerate(messages.forms_of(message)):
            wanted, found = blanks(english(message)), blanks(form)
            kept = found | numbers if position < 3 else found
            if not (wanted <= kept and found <= wanted):
                wrong.append(form)

    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_the_plural_header_is_ours_and_agrees_with_unicode(code: str) -> None:
    text = messages.path_of(code).read_text()
    rule = Locale(code).plural_form
    forms = [tag for tag in ("zero", "one", "two", "few", "many", "other") if tag in rule.tags | {"other"}]
    sentences = [f"form {tag}" for tag in forms]
    probe = Catalog(locale=code)
    probe.mime_headers = [("Plural-Forms", plural_header(code))]
    probe.add(("form", "forms"), sentences)
    out = BytesIO()
    write_mo(out, probe)
    out.seek(0)
    chosen = GNUTranslations(out)

    assert f'"Plural-Forms: {plural_header(code)}\\n"' in text
    assert [chosen.ngettext("form", "forms", n) for n in TELLING] == [f"form {rule(n)}" for n in TELLING]


# ---- refusals, and what WTForms says by itself


def refusals() -> list[type[Refusal]]:
    """Every refusal of the house, without those that only an operator reads."""
    for module in walk_packages(events_app.__path__, "events_app."):
        import_module(module.name)
    found, waiting = [], [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("events_app") and not kind.__module__.startswith(FOR_THE_TERMINAL):
            found.append(kind)
    return sorted(found, key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_can_be_said_in_every_language(code: str) -> None:
    missing = [kind for kind in refusals() if compiled(code).gettext(kind.sentence) == kind.sentence]

    assert len(refusals()) > 40
    assert missing == []


@pytest.mark.parametrize("code", CODES)
def test_what_wtforms_says_by_itself_is_translated(code: str) -> None:
    from events_app.web.forms import SAID_PLAINLY

    assert [said for said in SAID_PLAINLY.values() if compiled(code).gettext(said) == said] == []


def test_a_choice_that_is_none_is_refused_in_arabic() -> None:
    from events_app.events.forms.event import Choices, event_form

    i18n.load_languages(("en", "ar"))
    with i18n.use_language("ar"):
        form = event_form(choices=Choices([], []), data={"modes": ["by post"], "visibility": "by owl"})
        form.validate()

    assert form.modes.errors == form.visibility.errors == ["هذا الخيار غير صالح."]


def test_sentences_begin_and_end_with_the_space_they_had() -> None:
    wrong = [
        form
        for message, form in translated("ar")
        if isinstance(message.id, str)
        and (len(form) - len(form.rstrip()), len(form) - len(form.lstrip()))
        != (len(message.id) - len(message.id.rstrip()), len(message.id) - len(message.id.lstrip()))
    ]

    assert wrong == []


def test_a_catalogue_says_nothing_of_dates_lines_and_machines() -> None:
    for code in CODES:
        text = Path(messages.path_of(code)).read_text()

        assert re.findall(r"^.*(?:-Date|Generator|Last-Translator|#: .*:\d).*$", text, re.MULTILINE) == []

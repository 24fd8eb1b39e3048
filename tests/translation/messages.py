"""Catalogues of translations: what the code and the templates say, brought into locale/*/LC_MESSAGES/messages.po."""

import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from events_app import errors
from events_app.i18n import LOCALE_FOLDER, SOURCE_LANGUAGE, plural_header

ROOT = Path(__file__).resolve().parents[2]

KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "N_", "L_", "translate", "gettext"), None),
    **dict.fromkeys(("ngettext", "raw_ngettext"), (1, 2)),
    **dict.fromkeys(("pgettext", "PL_"), ((1, "c"), 2)),
}
COMMENTS = ("For translators:",)
"""A comment that begins so, right above a sentence, reaches the translator."""

TEMPLATE_OPTIONS = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}
BASIC_REFUSALS = (
    errors.Refusal, errors.NotFound, errors.Gone, errors.Forbidden, errors.Conflict, errors.Invalid, errors.TooMany,
)  # fmt: skip
"""errors.py stands below i18n.py and cannot mark its sentences; they are taken from here."""

HEADER = """\
# The app in another language. English sentences are the keys; docs/translation.md says how to write here.
# `python3 run.py messages` brings this file up to date and keeps what is translated.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def main(words: list[str]) -> None:
    """Refresh every catalogue there is; a language code among `words` begins a new one."""
    found = sentences()
    for code in sorted({path.name for path in LOCALE_FOLDER.iterdir() if path.is_dir()} | set(words)):
        if code == SOURCE_LANGUAGE:
            sys.exit("English needs no catalogue: its sentences are the keys.")
        path = path_of(code)
        fresh = refreshed(path.read_bytes() if path.exists() else b"", code, found)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fresh)
        told = read_po(BytesIO(fresh), locale=code)
        missing = unfinished(told)
        print(f"{code}: {len(told)} sentences, {len(missing)} to translate")
        print("".join(f"  {said}\n" for said in missing), end="")


def path_of(code: str, folder: Path = LOCALE_FOLDER) -> Path:
    return folder / code / "LC_MESSAGES" / "messages.po"


def sentences() -> Catalog:
    """Everything the app may say, without a translation; each sentence with the files it stands in."""
    catalogue = Catalog(charset="utf-8")
    for path, said, notes, context in _said_in_files():
        catalogue.add(said, locations=[(path, 0)], auto_comments=notes, context=context)
    for refusal in BASIC_REFUSALS:
        catalogue.add(refusal.sentence, locations=[("events_app/errors.py", 0)])
    return catalogue


def _said_in_files() -> Iterator[tuple[str, Any, list[str], str | None]]:
    rules: Iterable[tuple[str, Any, dict[str, str]]] = (
        ("events_app/**/*.py", "python", {}),
        ("templates/**/*.html", babel_extract, TEMPLATE_OPTIONS),
        ("templates/**/*.txt", babel_extract, TEMPLATE_OPTIONS),
    )
    for pattern, method, options in rules:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            with path.open("rb") as file:
                for _line, said, notes, context in extract(method, file, KEYWORDS, COMMENTS, options, True):
                    yield name, said, notes, context


def refreshed(before: bytes, code: str, found: Catalog) -> bytes:
    """The catalogue with exactly the sentences of `found`: translations kept, guesses marked fuzzy, others dropped.

    Sorted, without dates and line numbers: it changes when the sentences or their files do, and not otherwise.
    """
    catalogue = read_po(BytesIO(before), locale=code) if before else Catalog(locale=code)
    catalogue.update(found, update_creation_date=False)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.locations = sorted(set(message.locations))
        message.previous_id = []
        message.flags = {"fuzzy"} & message.flags | ({"python-format"} if message.python_format else set())
    out = BytesIO()
    out.write(HEADER.format(code=code, plural=plural_header(code)).encode())
    write_po(out, catalogue, width=110, omit_header=True, sort_output=True, include_lineno=False)
    return out.getvalue().rstrip() + b"\n"


def unfinished(catalogue: Catalog) -> list[str]:
    """The sentences without a translation, or with a guessed one."""
    return [
        str(message.id[0] if isinstance(message.id, tuple) else message.id)
        for message in catalogue
        if message.id and (message.fuzzy or not all(forms_of(message)))
    ]


def forms_of(message: Message) -> tuple[str, ...]:
    """Its translation, or each plural form of it; empty where there is none."""
    return tuple(message.string or ("",)) if message.pluralizable else (str(message.string or ""),)

"""Two people at one form: what somebody else has saved since it was opened is never overwritten unseen."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from wtforms import BooleanField, FieldList, FormField, HiddenField
from wtforms.fields.core import Field

from events_app.database import is_sqlite, one_transaction, rows
from events_app.errors import Conflict
from events_app.i18n import N_, current_language, languages, name_of_language, translate
from events_app.web.forms import Form

T = TypeVar("T")


class ChangedMeanwhile(Conflict):
    """Somebody else has saved the same form; nothing was written."""

    sentence = N_(
        "Somebody else has saved this since you opened it. Nothing of yours was saved yet: compare both versions, "
        "and save again if it should be as you wrote it."
    )


@dataclass(frozen=True)
class Differing:
    """One field that two versions of a form say otherwise; '' for what is empty or not there."""

    label: str
    yours: str
    newer: str


def opened(form: Form) -> Form:
    """A form as it was filled from what is stored: it goes out with a mark of that."""
    form.seen = mark_of(form)
    return form


def mark_of(form: Iterable[Field]) -> str:
    """A mark of what a form, or some of its fields, says; blank rows below its lists do not count."""
    said = [(key, _bare(field)) for key, _label, field in _fields_of(form, "", "")]
    return hashlib.sha256(repr(sorted(each for each in said if each[1])).encode()).hexdigest()[:24]


def _bare(field: Any) -> str:
    """What a field holds, in no language."""
    return "" if field.data in (None, False, [], "") else str(field.data).replace("\r\n", "\n")


async def save(form: Form, read: Callable[[], Awaitable[Form]], write: Callable[[], Awaitable[T]]) -> T:
    """Write in one transaction, unless what `read` finds there is not what the form was filled from.

    Then refuses `ChangedMeanwhile`, and the form holds what differs, and the mark of the newer version: sent again, it
    is saved on purpose. A form that does not say what it was filled from is a new one.
    """
    try:
        return await _write_if_seen(form.seen, type(form).__name__, read, write)
    except _Newer as found:
        compare(form, found.stored)
        raise ChangedMeanwhile() from None


def compare(form: Form, stored: Form) -> None:
    """Put what differs beside what was typed, for a form that cannot be saved as it is."""
    form.seen, form.differing = mark_of(stored), differing(form, stored)


class _Newer(Exception):
    """What was found in place of what the form was filled from."""

    def __init__(self, stored: Form) -> None:
        super().__init__()
        self.stored = stored


@one_transaction
async def _write_if_seen(
    seen: str, name: str, read: Callable[[], Awaitable[Form]], write: Callable[[], Awaitable[T]]
) -> T:
    if not is_sqlite():  # where only one transaction writes at a time
        await rows("SELECT pg_advisory_xact_lock(hashtext($1))", name)
    stored = await read()
    if seen and seen != mark_of(stored):
        raise _Newer(stored)
    return await write()


def differing(yours: Form, newer: Form) -> list[Differing]:
    """What the two say otherwise, in the order of the form."""
    ours, theirs = _said(yours), _said(newer)
    keys = [*ours, *(key for key in theirs if key not in ours)]
    nothing = ("", "")
    return [
        Differing((ours.get(key) or theirs[key])[0], ours.get(key, nothing)[1], theirs.get(key, nothing)[1])
        for key in keys
        if ours.get(key, nothing)[1] != theirs.get(key, nothing)[1]
    ]


def _said(form: Form) -> dict[str, tuple[str, str]]:
    """What a form says: key -> (label, words)."""
    return {key: (label, _words_of(field)) for key, label, field in _fields_of(form, "", "")}


def _fields_of(form: Any, key: str, label: str) -> Iterator[tuple[str, str, Any]]:
    for field in form:
        if isinstance(field, FieldList):
            yield from _rows_of(field, key)
        elif isinstance(field, FormField):
            yield from _fields_of(field.form, f"{key}{field.short_name}.", f"{field.label.text}: ")
        elif not isinstance(field, HiddenField):
            yield f"{key}{field.short_name}", f"{label}{_name_of(field)}", field


def _rows_of(field: "FieldList[Any]", key: str) -> Iterator[tuple[str, str, Any]]:
    """The rows that say something, each by its own id where it has one, else by its place."""
    filled = [entry for entry in field.entries if not _is_blank(entry)]
    for place, entry in enumerate(filled, 1):
        label = f"{field.label.text} {place}"
        if not isinstance(entry, FormField):
            yield f"{key}{field.short_name}.{place}", label, entry
            continue
        own = next((each.data for each in entry.form if isinstance(each, HiddenField) and each.data), place)
        yield from _fields_of(entry.form, f"{key}{field.short_name}.{own}.", f"{label}: ")


def _is_blank(entry: Any) -> bool:
    """Whether nothing was said in a row: a tick, or a choice that is always made, says nothing by itself."""
    fields = list(entry.form) if isinstance(entry, FormField) else [entry]
    return not any(
        each.data not in (None, "", [])
        for each in fields
        if not isinstance(each, BooleanField | HiddenField)
        and not (hasattr(each, "iter_choices") and "" not in [choice[0] for choice in each.iter_choices()])
    )


def _name_of(field: Field) -> str:
    """What a field is called; a text that is written for each language says which one it is."""
    code = (field.render_kw or {}).get("lang", "")
    said = str(field.label.text)
    return f"{said} · {name_of_language(code, current_language())}" if code and len(languages()) > 1 else said


def _words_of(field: Any) -> str:
    """What was typed or chosen, as a person reads it."""
    if isinstance(field, BooleanField):
        return translate(N_("yes")) if field.data else translate(N_("no"))
    if hasattr(field, "in_words"):
        return str(field.in_words())
    if hasattr(field, "iter_choices"):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        named = {str(choice[0]): str(choice[1]) for choice in field.iter_choices()}
        return translate(", ").join(
            named.get(str(each), str(each)) for each in chosen if each not in (None, "")
        )
    return "" if field.data is None else str(field.data).replace("\r\n", "\n")

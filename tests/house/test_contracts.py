"""Names that libraries keep to themselves: each use has a contract, a test that fails when the library has changed.

Each test names what to look at. docs/decisions/0009-private-names.md says what we get for it.
"""

import inspect
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from wtforms import Form, StringField
from wtforms.form import BaseForm

from tests.house import private_names

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.house

CONTRACTS: dict[str, tuple[str, ...]] = {
    "tests/database/test_contracts.py": (
        "_in_transaction",
        "_finalized",
        "_connection",
        "_pool",
        "_pool_init_lock",
        "_translate_exceptions",
        "_post_connect",
        "_enable_global_fallback",
        "_db",
        "_make_query",
        "_select_related_idx",
        "_init_from_db",
        "_RELATION",
        "pypika_tortoise.dialects",
        "tortoise.backends.asyncpg.client",
        "tortoise.backends.base.client",
        "tortoise.backends.sqlite.client",
        "tortoise.backends.sqlite.executor",
        "tortoise.backends.sqlite.schema_generator",
        "tortoise.connection",
        "tortoise.context",
    ),
    "tests/house/test_contracts.py": ("_form", "_fields", "starlette.formparsers"),
}
"""Each private name that the house uses, and the file that holds its contract."""


def test_every_private_name_that_we_use_has_a_contract() -> None:
    held = {name for names in CONTRACTS.values() for name in names}
    used = private_names.used()

    new = {name: places for name, places in used.items() if name not in held}
    assert not new, (
        f"These are private to a library: {new}. Use what it documents; where that costs too much, write a contract "
        "test beside those of CONTRACTS in tests/house/test_contracts.py, name it there, and say in "
        "docs/decisions/0009-private-names.md what we get for it."
    )
    assert held == used.keys(), f"Nobody uses these any more; take their contracts away: {held - used.keys()}"


def test_every_contract_and_every_private_name_is_in_the_decision() -> None:
    decision = (ROOT / "docs/decisions/0009-private-names.md").read_text(encoding="utf-8")

    missing = [name for names in CONTRACTS.values() for name in names if f"`{name}`" not in decision]
    assert missing == []


@pytest.mark.parametrize("path", CONTRACTS)
def test_the_file_of_a_contract_speaks_of_each_of_its_names(path: str) -> None:
    spoken = (ROOT / path).read_text(encoding="utf-8")

    assert [name for name in CONTRACTS[path] if spoken.count(name) < (1 if "database" in path else 2)] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("model._meta", ["_meta"]),
        ("from starlette._utils import is_async_callable", ["_utils"]),
        ("getattr(query, '_db')", ["_db"]),
        ("start(_enable=True)", ["_enable"]),
        ("template.root.__globals__", ["__globals__"]),
        ("object.__setattr__(model, f'_{name}', 1)", ["_RELATION"]),
        ("from tortoise.backends.base.client import X", ["tortoise.backends.base.client"]),
        ("class Ours:\n  def __init__(self):\n    self._own = 1\nours._own", []),
        ("point._replace(x=1)", []),
    ],
)
def test_a_private_name_is_found_however_it_is_asked_for(source: str, found: list[str]) -> None:
    assert [name for name, _line in private_names.uses_in("events_app.clock", source)] == found


def test_a_private_name_is_found_in_a_class_made_from_a_librarys() -> None:
    path = ROOT / "events_app/database/sqlite.py"
    names = {name for name, _ in private_names.uses_in("events_app.database.sqlite", path.read_text("utf-8"))}

    assert {"_in_transaction", "_finalized"} <= names
    assert names.isdisjoint({"_writer", "_open", "_ready"})


def source(what: Any) -> str:
    return " ".join(inspect.getsource(what).split())


def test_a_request_keeps_its_form_where_we_put_it() -> None:
    why = "Starlette has changed: look at typed_into in events_app/web/forms.py: it puts the form where Request does."

    assert "self._form = None" in source(Request.__init__), why
    assert "if self._form is None" in source(Request._get_form), why
    assert "await self._form.close()" in source(Request.close), why


def test_an_uploaded_file_of_any_size_stays_in_memory() -> None:
    why = "Starlette has changed: look at _InMemory in events_app/web/forms.py. Lists of people stay off the disk."

    assert "SpooledTemporaryFile(max_size=self.spool_max_size)" in source(MultiPartParser), why
    with SpooledTemporaryFile(max_size=0) as file:
        file.write(b"x" * 3_000_000)
        assert not file._rolled, f"Python has changed: with 0 a file is now written to the disk. {why}"  # type: ignore[attr-defined]


def test_a_field_that_is_bound_already_can_be_put_into_a_form() -> None:
    why = (
        "WTForms has changed: look at `ask` of the questions' forms, which puts bound "
        "fields into form._fields; form[name] = field would bind them once more."
    )

    class Two(Form):
        one = StringField()

    form = Two()
    unbound: Any = StringField()
    two: Any = form.meta.bind_field(form, unbound, {"name": "two", "prefix": ""})
    form._fields["two"] = two

    assert [each.name for each in form] == ["one", "two"], why
    assert form["two"] is two, why
    assert "self._fields" in source(BaseForm.validate), why

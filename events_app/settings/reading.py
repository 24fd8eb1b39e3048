"""Reads settings.toml and the environment; refuses what it does not know, with the nearest right key."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, replace
from pathlib import Path
from typing import Any

from events_app.settings.sections import ENTRIES, SECTIONS, Database, Settings
from events_app.settings.values import ANY_LANGUAGE, Secret, WrongSetting, is_loopback

PREFIX = "EVENTS_"
MUST_BE_TEXTS = 'must be a text in quotes, or one for each language, like { en = "one", ar = "two" }'


@dataclass(frozen=True)
class Given:
    """A value as it was written, and where."""

    raw: object
    place: str


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of the TOML file at `path`, overridden by `EVENTS_SECTION__KEY` in `environ`.

    A secret may also be named by `EVENTS_SECTION__KEY_FILE`: its text without the last line end.
    Relative paths count from the folder of `path`. What was left empty is filled in: the base URL from
    host and port, the database below `storage.directory`, the mail security from the mail host.
    Refuses with WrongSetting whatever is unknown or wrong.
    """
    given = _read_toml(path) | _read_environment(environ)
    values: dict[str, dict[str, object]] = {name: {} for name in SECTIONS}
    for key, entry in ENTRIES.items():
        if key in given:
            section, name = key.split(".")
            values[section][name] = _checked(entry, key, given[key])
    return _filled_in(Settings(**{name: SECTIONS[name](**found) for name, found in values.items()}), path)


def _read_toml(path: Path) -> dict[str, Given]:
    try:
        text = path.read_text(encoding="utf-8")
        tree = tomllib.loads(text)
    except OSError as trouble:
        raise WrongSetting("", f"cannot be read: {trouble.strerror}", str(path)) from None
    except ValueError as trouble:  # of TOML, or of UTF-8
        raise WrongSetting("", f"is not valid TOML: {trouble}", str(path)) from None
    found: dict[str, Given] = {}
    for section, table in tree.items():
        if not isinstance(table, dict) or (section not in SECTIONS and not table):
            raise _unknown(section, ENTRIES, _place(path, text, section))
        for name, raw in table.items():
            key = f"{section}.{name}"
            place = _place(path, text, key)
            if key not in ENTRIES:
                raise _unknown(key, ENTRIES, place)
            found[key] = Given(raw, place)
    return found


def _place(path: Path, text: str, key: str) -> str:
    """The file's name with the line of a key, as far as a look at the lines can tell."""
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([\w-]+)\s*\]", line):
            section = f"{header[1]}."
        elif (entry := re.match(r"\s*([\w.-]+)\s*=", line)) and section + entry[1] == key:
            return f"{path.name}, line {number}"
    return path.name


def _read_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    names = {PREFIX + key.upper().replace(".", "__"): key for key in ENTRIES}
    files = {f"{name}_FILE": key for name, key in names.items() if ENTRIES[key].metadata["secret"]}
    found: dict[str, Given] = {}
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        if name not in names | files:
            raise _unknown(name, names | files, "environment")
        key = (names | files)[name]
        if key in found:
            raise WrongSetting(key, f"is given twice, also by {found[key].place}", name)
        raw = _text_of_file(key, Given(text, name)) if name in files else _from_text(key, Given(text, name))
        found[key] = Given(raw, name)
    return found


def _text_of_file(key: str, given: Given) -> str:
    try:
        return Path(str(given.raw)).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as trouble:
        raise WrongSetting(key, f"the file cannot be read: {trouble}", given.place) from None


def _from_text(key: str, given: Given) -> object:
    text = str(given.raw)
    if ENTRIES[key].type is int:
        try:
            return int(text)
        except ValueError:
            raise WrongSetting(key, f"{text!r} is not a whole number", given.place) from None
    if ENTRIES[key].type == Mapping[str, str] and text.lstrip().startswith("{"):
        try:
            return tomllib.loads(f"texts = {text}")["texts"]
        except tomllib.TOMLDecodeError:
            raise WrongSetting(key, MUST_BE_TEXTS, given.place) from None
    if ENTRIES[key].type == tuple[str, ...]:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _unknown(written: str, right: Iterable[str], place: str) -> WrongSetting:
    """Names the nearest right key: the same word in another section before what is spelt alike."""
    names = list(right)
    same_word = [name for name in names if _last_word(name) == _last_word(written)]
    if same_word:
        nearest = difflib.get_close_matches(written, same_word, n=1, cutoff=0)
    else:
        nearest = difflib.get_close_matches(written, names, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else "docs/settings.md lists them all"
    return WrongSetting(written, f"there is no such setting; {hint}", place)


def _last_word(name: str) -> str:
    return re.split(r"\.|__", name)[-1]


def _checked(entry: "Field[Any]", key: str, given: Given) -> object:
    """The value in the type of its field; refuses other types, control characters, what its check refuses."""
    value, wrong = _typed(entry.type, given.raw)
    check = entry.metadata["check"]
    if wrong is None and check is not None:
        wrong = check(value)
    if wrong is not None:
        raise WrongSetting(key, wrong, given.place)
    return value


def _typed(kind: object, raw: Any) -> tuple[Any, str | None]:
    """The value in the type of its field, and what is wrong with it."""
    if kind is int:
        is_number = isinstance(raw, int) and not isinstance(raw, bool)
        return raw, None if is_number else "must be a whole number, without quotes"
    if kind == tuple[str, ...]:
        if not isinstance(raw, list) or not all(isinstance(part, str) for part in raw):
            return raw, 'must be a list of texts, like ["one", "two"]'
        return tuple(raw), None
    if kind == Mapping[str, str]:
        texts = {ANY_LANGUAGE: raw} if isinstance(raw, str) else raw
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            return raw, MUST_BE_TEXTS
        return texts, _more_than_a_line(*texts.values())
    if not isinstance(raw, str):
        return raw, "must be a text in quotes"
    return (kind(raw) if kind in (Path, Secret) else raw), _more_than_a_line(raw)


def _more_than_a_line(*texts: str) -> str | None:
    is_wrong = any(ord(letter) < 32 or ord(letter) == 127 for text in texts for letter in text)
    return "must be one line, without control characters" if is_wrong else None


def _filled_in(settings: Settings, path: Path) -> Settings:
    site, server, mail = settings.site, settings.server, settings.mail
    if site.default_language not in site.languages:
        raise WrongSetting("site.default_language", f"{site.default_language!r} is not one of site.languages")
    root = path.resolve().parent
    host = f"[{server.host}]" if ":" in server.host else server.host
    directory = root / settings.storage.directory
    return replace(
        settings,
        site=replace(site, base_url=site.base_url.rstrip("/") or f"http://{host}:{server.port}"),
        database=Database(url=_database_url(settings.database.url, root, directory)),
        mail=replace(mail, security=mail.security or ("none" if is_loopback(mail.host) else "starttls")),
        storage=replace(settings.storage, directory=directory),
    )


def _database_url(url: str, root: Path, directory: Path) -> str:
    if not url:
        return f"sqlite:{directory / 'data' / 'events.db'}"
    if url.startswith("sqlite:"):
        return f"sqlite:{root / url.removeprefix('sqlite:')}"
    return url

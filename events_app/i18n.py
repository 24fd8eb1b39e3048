"""Languages: which one this page speaks, its sentences, its dates, and which way it reads."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import cast

from babel import Locale
from babel.core import UnknownLocaleError, get_global, negotiate_locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import escape

SOURCE_LANGUAGE = "en"

# Levantine month names (نيسان, أيار) need a Levantine locale; British English says "29 April", not "April 29".
LOCALES = {"en": "en_GB", "ar": "ar_SY", "fr": "fr", "tr": "tr"}
_CITIES = {("Asia/Hebron", "ar"): "الخليل", ("Europe/Kiev", "ar"): "كييف", ("Europe/Kyiv", "ar"): "كييف"}
"""Where people call a city otherwise than Unicode does."""

LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "locale"

_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)
_instead: ContextVar[Mapping[str, str]] = ContextVar("instead", default=MappingProxyType({}))
_catalogues: dict[str, NullTranslations] = {SOURCE_LANGUAGE: NullTranslations()}
_languages: tuple[str, ...] = (SOURCE_LANGUAGE,)


@dataclass(frozen=True)
class Lazy:
    """A sentence that is translated when it is shown, for labels written at import time."""

    sentence: str
    context: str = ""

    def __str__(self) -> str:
        return pgettext(self.context, self.sentence) if self.context else translate(self.sentence)

    def __html__(self) -> str:
        return str(escape(str(self)))


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogue; it is translated later."""
    return sentence


def L_(sentence: str) -> str:
    """Mark a sentence that translates itself when it is shown. Called a str, because forms ask for one."""
    return cast(str, Lazy(sentence))


def PL_(context: str, sentence: str) -> str:
    """L_ for a word that means two things in English; the context says which, to translators."""
    return cast(str, Lazy(sentence, context))


def load_languages(codes: Sequence[str], folder: Path = LOCALE_FOLDER) -> None:
    """Read `folder`/CODE/LC_MESSAGES/messages.po for every language of the site, in the order of the switch.

    Catalogues are compiled in memory (some tenths of a second), so there is no build step and no binary in git.
    """
    global _languages
    for code in codes:
        if code != SOURCE_LANGUAGE:
            path = folder / code / "LC_MESSAGES" / "messages.po"
            _catalogues[code] = (
                _read_catalogue(path, code, path.stat().st_mtime_ns) if path.exists() else NullTranslations()
            )
    _languages = tuple(codes)


def use_catalogue(code: str, catalogue: NullTranslations) -> None:
    """Install a catalogue that is not a file: the pseudo-language of the tests."""
    global _languages
    _catalogues[code] = catalogue
    _languages = tuple(dict.fromkeys((*_languages, code)))


@lru_cache
def _read_catalogue(path: Path, code: str, changed: int) -> NullTranslations:
    """Once for a file that has not changed since: the tests open a thousand houses in one process."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def languages() -> tuple[str, ...]:
    """The languages of this site, in the order of the language switch."""
    return _languages


def own_language_first() -> tuple[str, ...]:
    """The languages of this site in the order in which the reader writes them: their own before the others."""
    own = _language.get()
    return tuple(sorted(_languages, key=lambda code: code != own))


def current_language() -> str:
    return _language.get()


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Speak `code` until the block ends; an unknown language falls back to English."""
    token = _language.set(code if code in _catalogues else SOURCE_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def set_language(code: str) -> None:
    """Speak `code` for the rest of this request (the request's own context ends with it)."""
    _language.set(code if code in _catalogues else SOURCE_LANGUAGE)


def say_instead(sentences: Mapping[str, str]) -> None:
    """Other sentences in the place of these, for the rest of this request."""
    _instead.set(sentences)


def translate(sentence: str, **values: object) -> str:
    """The sentence in the current language, its named blanks filled."""
    text = _catalogues[_language.get()].gettext(_instead.get().get(sentence, sentence))
    return text % values if values else text


_ = translate


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """The sentence for `n` things; the blank %(n)s or %(num)s is the number."""
    text = raw_ngettext(singular, plural, n)
    return text % {"n": n, "num": n, **values}


def pgettext(context: str, sentence: str) -> str:
    return _catalogues[_language.get()].pgettext(context, sentence)


def raw_ngettext(singular: str, plural: str, n: int) -> str:
    """As gettext's: the blanks are left for the template to fill."""
    if singular in _instead.get():
        return translate(singular)
    return _catalogues[_language.get()].ngettext(singular, plural, n)


def direction(code: str | None = None) -> str:
    """'rtl' or 'ltr', as CLDR says of the language."""
    return _direction(code or current_language())


@lru_cache(maxsize=64)
def _direction(code: str) -> str:
    return locale_of(code).text_direction


@lru_cache(maxsize=64)
def locale_of(code: str) -> Locale:
    try:
        return Locale.parse(LOCALES.get(code, code))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(LOCALES[SOURCE_LANGUAGE])


@lru_cache(maxsize=512)
def name_of_language(code: str, in_language: str | None = None) -> str:
    """The language's own name, or its name in another language: 'العربية', 'Arabic'."""
    shown = Locale.parse(code).get_display_name(locale_of(in_language) if in_language else None)
    return (shown or code)[:1].upper() + (shown or code)[1:]


def negotiate(accept_language: str, default: str) -> str:
    """The site's language that the browser likes best (RFC 9110, section 12.5.4)."""
    wishes = []
    for part in accept_language.split(","):
        tag, _separator, quality = part.strip().partition(";q=")
        try:
            wishes.append((-(float(quality) if quality else 1.0), tag))
        except ValueError:
            continue
    liked = [tag for weight, tag in sorted(wishes, key=lambda wish: wish[0]) if weight < 0 and tag]
    return negotiate_locale(liked, list(languages()), sep="-") or default


def choose(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """The text in the wanted language, else in the site's other languages in order, else whatever there is."""
    return (texts or {}).get(language_of(texts, language), "")


def language_of(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """Which language `choose` would answer in, for the `lang` attribute of what is shown."""
    texts = texts or {}
    for code in (language or current_language(), *languages(), *texts):
        if texts.get(code):
            return code
    return language or current_language()


def say_date(day: date, language: str | None = None) -> str:
    """'Tuesday 12 May 2026', 'الثلاثاء 12 أيار 2026': weekday, day, month name, year; never numbers alone."""
    code = language or current_language()
    with use_language(code):
        pattern = pgettext("date pattern (CLDR): weekday day month year", "EEEE d MMMM y")
    return _dated(day, pattern, code)


def say_short_date(day: date, language: str | None = None) -> str:
    return _dated(day, "EEE d MMM", language or current_language())


def say_days(first: date, last: date) -> str:
    """'3 to 4 January 2027': what both days share is said once; one day alone with its weekday."""
    if first == last:
        return say_date(first)
    code = current_language()
    shared = "d MMMM y" if first.year != last.year else "d MMMM" if first.month != last.month else "d"
    return translate(
        "%(first)s to %(last)s", first=_dated(first, shared, code), last=_dated(last, "d MMMM y", code)
    )


def say_month(day: date) -> str:
    """'May', 'أيار': the month alone."""
    return _dated(day, "LLLL", current_language())


def say_weekday(day: date) -> str:
    return _dated(day, "EEEE", current_language())


@lru_cache(maxsize=2048)
def _dated(day: date, pattern: str, code: str) -> str:
    return format_date(day, pattern, locale=locale_of(code))


def say_time(moment: datetime) -> str:
    """'13:00': always 24 hours, always Western digits, the wall clock of the moment's own zone; in every language."""
    return f"{moment:%H:%M}"


def say_offset(moment: datetime) -> str:
    """'UTC+2', 'UTC−5', 'UTC+5:30', 'UTC' for an aware moment."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a moment without a zone has no offset")
    minutes = int(offset.total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")


def say_city(zone: str, language: str | None = None) -> str:
    """'Brussels', 'بروكسل': the city that gives an IANA zone its name."""
    return _city(zone, language or current_language())


@lru_cache(maxsize=1024)
def _city(zone: str, code: str) -> str:
    zones, aliases = locale_of(code).time_zones, get_global("zone_aliases")
    today = aliases.get(zone, zone)
    older = [old for old, new in aliases.items() if new == today]  # Unicode's data has some by such a name
    names = (zone, today, *older)
    named = next((zones[name]["city"] for name in names if "city" in zones.get(name, ())), "")
    return _CITIES.get((zone, code)) or named or today.rsplit("/", 1)[-1].replace("_", " ")


def plural_header(code: str) -> str:
    """The Plural-Forms header of a catalogue. Babel's own for Arabic swaps the last two forms against gettext."""
    if code == "ar":
        return (
            "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
            "n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
        )
    from babel.messages.plurals import get_plural

    return f"nplurals={get_plural(code).num_plurals}; plural={get_plural(code).plural_expr};"

"""Web forms: WTForms with our own sentences, so that refusals speak the person's language."""

import re
from binascii import a2b_qp
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from wtforms import Form as WTForm
from wtforms import (
    RadioField,
)
from wtforms.fields.core import Field
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import EmailInput, TextArea, TextInput

from events_app.addresses import AddressOutOfReach, NotAnAddress, read_address, shown
from events_app.errors import Invalid
from events_app.i18n import N_, current_language, ngettext, translate
from events_app.texts import is_blank, normalized, of_characters, visible, with_line_feeds

MOST_FIELDS = 400
MOST_IN_A_FIELD = 256 * 1024
Validator = Callable[[WTForm, Field], None]
FormOf = TypeVar("FormOf", bound=WTForm)

# C0 and C1 controls, bidi overrides and isolates, BOM. Zero-width joiners stay: Persian needs them.
_UNWANTED = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]"
)


class _OurSentences:
    """WTForms' own messages (a wrong choice, a number that is none), through our catalogue."""

    def gettext(self, sentence: str) -> str:
        return translate(SAID_PLAINLY.get(sentence, sentence))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """WTForms says one such sentence, of choices that are none, and fills its blanks itself."""
        return translate("Not a valid choice.")


SAID_PLAINLY = {
    "Not a valid choice.": N_("Not a valid choice."),
    "Not a valid integer value.": N_("Please type a whole number."),
}
"""The sentences that WTForms may say by itself, as we say them."""


_ALIKE_WHEN_EMPTY = {TextInput, EmailInput, TextArea}
_empty_fields: dict[str, Markup] = {}
MOST_EMPTY_FIELDS = 500


def _written(field: Field, render_kw: Mapping[str, Any]) -> Markup:
    markup: Markup = DefaultMeta().render_field(field, render_kw)
    return markup


def _holds_something(field: Field) -> bool:
    """Whether there is a value to be shown, or what was typed instead of one."""
    return field.data not in (None, "") or any(field.raw_data or ())


class Form(WTForm):
    """A form that keeps what was typed and finds every error at once. `seen` and `differing`: see `web.seen`."""

    seen: str = ""
    differing: Sequence[Any] = ()

    def __init__(self, formdata: Any = None, **given: Any) -> None:
        super().__init__(formdata, **given)
        if formdata and "seen" in formdata:
            self.seen = str(formdata["seen"])[:64]

    class Meta:
        def get_translations(self, form: WTForm) -> _OurSentences:
            return _OurSentences()

        def render_field(self, field: Field, render_kw: Mapping[str, Any]) -> Markup:
            """As WTForms writes it; an empty line or box, alike for everybody, is written once: a fifth of a form."""
            if type(field.widget) is EmailInput and "xn--" in (field.data or ""):
                return _written(field, {**render_kw, "value": shown(field.data)})
            if type(field.widget) not in _ALIKE_WHEN_EMPTY or _holds_something(field):
                return _written(field, render_kw)
            given = (field.render_kw, render_kw, vars(field.flags), current_language())
            key = repr((type(field.widget), field.id, field.name, given))
            if key not in _empty_fields:
                if len(_empty_fields) >= MOST_EMPTY_FIELDS:
                    _empty_fields.clear()
                _empty_fields[key] = _written(field, render_kw)
            return _empty_fields[key]


class _InMemory(MultiPartParser):
    """Files stay in memory: Starlette would write what is over 1 MB to a temporary file, in the clear."""

    spool_max_size = 0


async def typed_into(request: Request, *, files: int = 0) -> FormData:
    """The posted fields, and so many files at most. Nothing of them touches the disk.

    The body's size is limited by `BodyLimit` (web/security), and a text may be as long as the body: how many letters
    it may have is the form's to say, beside the field (an Arabic letter travels as six bytes). Asked again, the answer
    is the same.
    """
    if request._form is None:
        request._form = await _parsed(
            request, files
        )  # where `request.close()` looks for what is to be closed
    return request._form


def media_type_of(request: Request) -> str:
    """What kind of body was sent, without its parameters: "application/x-www-form-urlencoded"."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _parsed(request: Request, files: int) -> FormData:
    most = getattr(request.state, "most_bytes", MOST_IN_A_FIELD)
    kind = media_type_of(request)
    if kind == "application/x-www-form-urlencoded":
        return _urlencoded(await request.body())
    if kind != "multipart/form-data":
        return FormData()
    if "charset" in request.headers["content-type"].lower().replace("charset=utf-8", ""):
        raise HTTPException(415)  # no browser says one, and there are some that take the square of the length
    parser = _InMemory(
        request.headers, request.stream(), max_files=files, max_fields=MOST_FIELDS, max_part_size=most
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from None


def _urlencoded(body: bytes) -> FormData:
    """The fields of a form as browsers send it (WHATWG URL, 5.1). What is no such text is some other text.

    Written as quoted-printable it is read at once: `urllib` makes an object of every percent sign, 48 MiB of 250 KB.
    """
    pairs = body.split(b"&", MOST_FIELDS)
    if len(pairs) > MOST_FIELDS:
        raise HTTPException(400)
    parted = (pair.partition(b"=") for pair in pairs if pair)
    return FormData([(_percent_decoded(name), _percent_decoded(value)) for name, _equals, value in parted])


def _percent_decoded(text: bytes) -> str:
    quoted = text.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"=")
    return a2b_qp(quoted).decode("utf-8", "replace")


def tidy(text: str | None) -> str:
    """What was typed, without what nobody types on purpose: control and direction characters; NFC; trimmed.

    Every end of a line is a line feed. Nothing that can be seen is nothing at all.
    """
    said = _UNWANTED.sub("", with_line_feeds(normalized("NFC", of_characters(text or "")))).strip()
    return "" if is_blank(said) else said


def tidy_line(text: str | None) -> str:
    """`tidy` for one line: runs of white space become one space."""
    return " ".join(tidy(text).split())


def tidy_address(text: str | None) -> str:
    """An e-mail address as it was pasted: no white space beside its @, nothing that nobody sees, nor the `mailto:` of a
    copied link."""
    return re.sub(r" ?@ ?", "@", visible(tidy_line(text))).removeprefix("mailto:")


def tidy_web_address(text: str | None) -> str:
    """A web address as people say it: `example.org` is `https://example.org`."""
    said = tidy_line(text)
    is_bare = re.fullmatch(r"([\w-]+\.)+[^\W\d_]{2,}(/\S*)?", said)
    return f"https://{said}" if is_bare else said


def required(sentence: str = N_("Please fill this in.")) -> Validator:
    """Refuse an empty field with one sentence; the field's other validators then stay silent.

    What was typed and could not be read has been refused in its own words already: that is enough.
    """

    def check(form: WTForm, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            was_typed = any(str(each or "").strip() for each in field.raw_data or ())
            if field.errors and was_typed:
                raise StopValidation()
            field.errors = []
            raise StopValidation(translate(sentence))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def in_one_language(name: str, sentence: str) -> Validator:
    """Refuse a text that is written in none of its languages (fields name_en, name_ar), beside the reader's own."""

    def check(form: WTForm, field: Field) -> None:
        if field.data and field.data.strip():
            return
        ours = [each for each in form if each.short_name.startswith(f"{name}_")]
        is_missing = not any((each.data or "").strip() for each in ours)
        own = next((each for each in ours if each.short_name == f"{name}_{current_language()}"), ours[0])
        raise StopValidation(translate(sentence) if is_missing and field is own else "")

    check.field_flags = {"one_language": True}  # type: ignore[attr-defined]
    return check


def optional() -> Validator:
    """Skip the other validators of a field that was left empty."""

    def check(form: WTForm, field: Field) -> None:
        if not field.raw_data or not str(field.raw_data[0] or "").strip():
            field.errors = []
            raise StopValidation()

    check.field_flags = {"optional": True}  # type: ignore[attr-defined]
    return check


def at_most(characters: int) -> Validator:
    """Refuse a longer text, and leave it alone: the field's other validators do not look at it."""

    def check(form: WTForm, field: Field) -> None:
        if len(field.data or "") > characters:
            raise StopValidation(
                ngettext("At most %(n)s character, please.", "At most %(n)s characters, please.", characters)
            )

    check.field_flags = {"maxlength": characters}  # type: ignore[attr-defined]
    return check


def number_between(least: int, most: int) -> Validator:
    def check(form: WTForm, field: Field) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(
                translate(N_("A number between %(least)s and %(most)s, please."), least=least, most=most)
            )

    return check


def address_in(text: str) -> str | None:
    """The e-mail address as `an_address` would keep it; None for what it would refuse."""
    try:
        return read_address(text).ascii
    except Invalid:
        return None


def an_address(form: WTForm, field: Field) -> None:
    """An e-mail address that a letter can be sent to; kept in the one spelling of `addresses`."""
    try:
        field.data = read_address(field.data or "").ascii
    except NotAnAddress:
        raise ValidationError(
            translate(N_("This does not look like an email address. Example: name@example.org"))
        ) from None
    except AddressOutOfReach as refusal:
        raise ValidationError(translate(refusal.sentence)) from None


def a_web_address(form: WTForm, field: Field) -> None:
    if not re.fullmatch(r"https?://[^\s/?#]\S*", field.data or "", re.IGNORECASE):
        raise ValidationError(translate(N_("A full web address, please. Example: https://example.org/page")))


def with_ids(form: FormOf, prefix: str) -> FormOf:
    """The form with ids of its own, for pages that hold several: `prefix`-name. Names stay as they are."""
    for field in form:
        field.id = f"{prefix}-{field.name}"
        field.label.field_id = field.id
    return form


def number_in(text: object, otherwise: int) -> int:
    """The whole number that an address or a hidden field says; `otherwise` for anything else, or one of ten digits."""
    said = str(text)
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else otherwise


class ChosenField(RadioField):
    """Where nothing was chosen, only `required` speaks: the choice is missing, not wrong."""

    def pre_validate(self, form: Any) -> None:
        if self.data:
            super().pre_validate(form)

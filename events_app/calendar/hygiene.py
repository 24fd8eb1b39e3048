"""Cleaning of what may stand in a calendar file: texts without tricks, plain names, ASCII addresses and links."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from events_app.addresses import NotAnAddress, written
from events_app.directions import marked

SUMMARY_LIMIT = 255
LINE_LIMIT = 500
TEXT_LIMIT = 8000
NAME_LIMIT = 120

# fmt: off
RIGHT_TO_LEFT_LANGUAGES = frozenset({
    "ar", "arc", "ckb", "dv", "fa", "glk", "he", "iw", "ks", "lrc", "mzn", "nqo", "pnb", "ps",
    "sd", "syr", "ug", "ur", "yi",
})
# fmt: on
RIGHT_TO_LEFT_MARK = "\u200f"

# Everything Unicode (or an old terminal) takes for the end of a line: LF, VT, FF, CR, FS, GS, RS, NEL, LS,
# PS.
_LINE_BREAK = re.compile("\r\n|[\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")
# Controls (C0 but for TAB and LF, DEL, C1), bidi embeddings, overrides and isolates, deprecated format
# characters, BOM, annotations, lone surrogates, non-characters, language tags. The marks LRM, RLM, ALM and
# the joiners ZWJ, ZWNJ stay: Persian and emoji need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000\U000e0001]"
)
_SPACES = re.compile(r"[ \t\u00a0]{2,}|\t")
_BLANK_LINES = re.compile(r"\n{3,}")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# Web addresses that stay as they are, which nearly all do: taking one apart and together again costs much more.
_PLAIN_URL = re.compile(
    r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*(?::[1-9][0-9]{0,3})?(?:/[A-Za-z0-9%/:@!$&'()*+,;=~._-]*)?"
)


def clean_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """A text of lines (parted by LF), no controls or bidi overrides, at most `limit` characters."""
    if not _is_plain(text.replace("\n", "")) or " \n" in text or "\n " in text:
        text = _UNWANTED.sub("", _LINE_BREAK.sub("\n", text))
        text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return shorten(text.strip(), limit)


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """A text of one line; what looks like an encoded word of a mail header (=?utf-8?...) is broken up."""
    if not _is_plain(text):
        text = _SPACES.sub(" ", _UNWANTED.sub("", _LINE_BREAK.sub(" ", text)))
    while "=?" in text:
        text = text.replace("=?", "= ?")
    return shorten(text.strip(), limit)


def _is_plain(line: str) -> bool:
    """Whether a line needs no cleaning. Quick to tell: to Python, all that is unwanted is unprintable."""
    return line.isprintable() and "  " not in line and line[:1] != " " and line[-1:] != " "


def clean_name(text: str) -> str:
    """A name for CN: one line, `"` as `'`, no `^` (RFC 6868 escapes it, older calendars show that raw)."""
    return clean_line(text.replace('"', "'").replace("^", ""), NAME_LIMIT)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters; a cut ends in an ellipsis and parts no letter from its marks or joiners."""
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 0 and (
        unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f" or text[end - 1] == "\u200d"
    ):
        end -= 1
    return text[:end].rstrip() + "…"


def mark_direction(text: str, language: str) -> str:
    """Put RLM around right-to-left lines in a right-to-left language: punctuation then stays in place. Phone numbers
    between right-to-left words are marked in any language.

    Calendars show these texts in paragraphs whose direction is that of the program. A link at the end of a
    line is kept apart from the mark by a space, for programs that make everything up to the space part of
    the link.
    """
    text = marked(text)
    if not is_right_to_left(language):
        return text
    return "\n".join(_marked(line) if _RIGHT_TO_LEFT.search(line) else line for line in text.split("\n"))


@lru_cache(maxsize=256)
def is_right_to_left(language: str) -> bool:
    """Whether a language tag (BCP 47) names a language written from right to left."""
    return language.split("-")[0].lower() in RIGHT_TO_LEFT_LANGUAGES


def _marked(line: str) -> str:
    last = "" if line[-1:].isspace() else line.rpartition(" ")[2]
    space = " " if "://" in last or "@" in last else ""  # else the mark would be a part of the link
    return f"{RIGHT_TO_LEFT_MARK}{line}{space}{RIGHT_TO_LEFT_MARK}"


@lru_cache(maxsize=1024)
def mailto(address: str) -> str:
    """A mailbox as a URI, in ASCII. Refuses (ValueError) what is not one plain address. RFC 6068."""
    try:
        local, _, host = written(address).rpartition("@")
    except NotAnAddress:
        raise ValueError("Not one plain e-mail address.") from None
    kept = "!$'*+-._~"
    return f"mailto:{quote(local, safe=kept)}@{host}"


@lru_cache(maxsize=4096)
def ascii_url(url: str) -> str:
    """A web address in ASCII: host in IDNA, the rest percent-encoded once. Empty stays empty.

    ValueError if it is not http(s).
    """
    return url if not url or _PLAIN_URL.fullmatch(url) else _in_ascii(url)


def _in_ascii(url: str) -> str:
    parts = urlsplit(_UNWANTED.sub("", _LINE_BREAK.sub("", url)).strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("Not a web address.")
    port = f":{parts.port}" if parts.port else ""
    kept = "%/:?@!$&'()*+,;=~-._"
    path, query, fragment = (quote(each, safe=kept) for each in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, _ascii_host(parts.hostname) + port, path, query, fragment))


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("Not a host name.") from error

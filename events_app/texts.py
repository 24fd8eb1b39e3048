"""Texts as people write them: one in several languages, and made into an address of a page."""

import re
import unicodedata

Texts = dict[str, str]
"""One text in several languages: {'en': 'Launch', 'ar': 'إطلاق'}."""


_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآءؤئ",
        [
            "a",
            "b",
            "t",
            "th",
            "j",
            "h",
            "kh",
            "d",
            "dh",
            "r",
            "z",
            "s",
            "sh",
            "s",
            "d",
            "t",
            "z",
            "a",
            "gh",
            "f",
            "q",
            "k",
            "l",
            "m",
            "n",
            "h",
            "w",
            "y",
            "a",
            "a",
            "a",
            "a",
            "a",
            "a",
            "w",
            "y",
        ],
        strict=True,
    )
)


def slug_of(title: str) -> str:
    """'Detained & Missing: what next?' -> 'detained-missing-what-next'; Arabic letters are written in Latin ones."""
    latin = "".join(_ARABIC.get(letter, letter) for letter in title)
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-") or "event"


def is_slug(text: str) -> bool:
    """Whether it can be the address of anything of ours; a database would break on some that cannot."""
    return re.fullmatch(r"[a-z0-9-]{1,80}", text) is not None

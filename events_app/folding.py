"""Text folded for searching: case does not count, nor which of two like Arabic letters was typed (ة ه, أ ا, ى ي)."""

import re
import unicodedata

from events_app.texts import normalized, visible, western_digits

_ARABIC_FOLDS = str.maketrans("ٱىیےةۀک", "ايييههك", "ـ")


def folded(text: str) -> str:
    """Text as a search compares it: no case, accents or Arabic vowel signs; alef, yeh and teh marbuta are one, and so
    are the digits of all scripts. What shows nothing does not count."""
    decomposed = normalized("NFKD", text).translate(_ARABIC_FOLDS).casefold()
    plain = normalized("NFKD", decomposed)
    return western_digits("".join(letter for letter in visible(plain) if not unicodedata.combining(letter)))


def plain(text: str) -> str:
    """Words only, folded: as headings and cells are compared."""
    return " ".join(re.sub(r"[\W_]+", " ", folded(text)).split())

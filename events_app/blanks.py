"""What is said to many alike is said once, with blanks in the place of what is one person's own, and then filled in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

NAME: Final = "\ue000"
OWN_PAGE: Final = "\ue001"
"""The end of the link to one's own page."""
BLANKS: Final = (NAME, OWN_PAGE, "\ue002", "\ue003")
"""For the name, and the ends of three links. No name holds what nobody can print; where a text does, it has no form."""

_BLANK: Final = re.compile("[\ue000-\ue003]")


def has_blanks(text: str) -> bool:
    return _BLANK.search(text) is not None


def fits(own: Sequence[str]) -> bool:
    """Whether these can be put in blanks, and what comes of it is what would have been said to this person alone: a
    name in « » would lose its marks beside those of a sentence."""
    said = "".join(own)
    return said.isprintable() and "«" not in said and "»" not in said


def put(text: str, own: Sequence[str]) -> str:
    """The text with one person's own in its blanks; in one pass, because a name may hold such a character."""
    words = dict(zip(BLANKS, own, strict=True))
    return _BLANK.sub(lambda found: words[found[0]], text)


def put_in_each(form: Mapping[str, Any], own: Sequence[str]) -> dict[str, Any]:
    """The same for each text, or list of texts, of these facts."""
    return {
        fact: put(said, own) if isinstance(said, str) else [put(each, own) for each in said]
        for fact, said in form.items()
    }

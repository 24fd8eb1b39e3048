"""What a picture is to be, and how a page shows it; the letters that stand for somebody without one."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from events_app.errors import Invalid
from events_app.i18n import N_, choose

MOST_BYTES: Final = 10 * 1024 * 1024
"""Of an upload."""

COVER: Final = ((640, 360, 26_000), (1280, 720, 32_000))
"""Sizes of a cover, 16:9: width and height, and what it may weigh, so that a page with it stays under 200 KB: an Arabic
one has 132 KB of fonts."""

FACE: Final = ((112, 112, 5_000),)
"""Of a speaker's photo, which is shown at half that size."""


class NoPicture(Invalid):
    sentence = N_("This file is not a picture we can read. PNG, JPEG, WebP and GIF work.")


class NoFile(Invalid):
    sentence = N_("Please choose a picture.")


class PictureTooLarge(Invalid):
    sentence = N_("This picture is too large: at most 10 MB and 24 million pixels work.")


class PictureTooSmall(Invalid):
    sentence = N_("This picture is too small: it needs at least %(width)s × %(height)s pixels.")


@dataclass(frozen=True)
class Shown:
    """A picture as a page shows it: for `cover()` of templates/parts/pictures.html."""

    src: str
    srcset: str
    width: int
    height: int
    alt: str


def mark_of(contents: Sequence[bytes]) -> str:
    """The mark of a picture: other content has another address."""
    return hashlib.sha256(b"".join(contents)).hexdigest()[:32]


def shown_of(facts: Mapping[str, Any]) -> Shown | None:
    """As `Event.picture` and `Conference.picture` say it; None where there is none."""
    if not facts:
        return None
    addresses = {width: f"/pictures/{facts['mark']}/{width}.webp" for width, _height in facts["sizes"]}
    width, height = facts["sizes"][-1]
    srcset = ", ".join(f"{address} {each}w" for each, address in addresses.items())
    return Shown(addresses[facts["sizes"][0][0]], srcset, width, height, choose(facts["alt"]))


class HasFace(Protocol):
    """As much of a speaker as a photo or initials are made of."""

    @property
    def name(self) -> Mapping[str, str]: ...
    @property
    def photo(self) -> str: ...


Somebody = TypeVar("Somebody", bound=HasFace)


def faces_of(people: Iterable[Somebody]) -> list[tuple[Somebody, str, str]]:
    """Each with the address of the photo, or "", and with initials."""
    return [
        (each, f"/pictures/{each.photo}/{FACE[0][0]}.webp" if each.photo else "", initials(choose(each.name)))
        for each in people
    ]


def initials(name: str) -> str:
    """One letter or two for somebody without a photo. Titles (Dr., د.) and the Arabic article do not count, and two
    Arabic letters stand apart, because joined they would be a word."""
    words = [word for word in unicodedata.normalize("NFC", name).split() if not word.endswith(".")]
    letters = [letter for word in words if (letter := _first_letter(word))]
    chosen = [letters[0], letters[-1]] if len(letters) > 1 else letters
    return ("\u2009" if any("\u0590" <= letter <= "\u08ff" for letter in chosen) else "").join(chosen)


def _first_letter(word: str) -> str:
    bare = word.removeprefix("ال") if len(word) > 4 else word
    return next((letter.upper()[0] for letter in bare if letter.isalpha()), "")

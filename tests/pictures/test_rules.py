"""The letters that stand for somebody without a photo."""

import pytest

from events_app.pictures.rules import initials, mark_of, shown_of

pytestmark = pytest.mark.engine_free


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Salma Haddad", "SH"),
        ("salma", "S"),
        ("Dr. Jonas van den Berg", "JB"),
        ("Élodie Martin", "ÉM"),
        ("منى الخطيب", "م\u2009خ"),
        ("د. سلمى حداد", "س\u2009ح"),
        ("عَلي", "ع"),
        ("ال", "ا"),
        ("«Salma» 3 Haddad", "SH"),
        ("123 !", ""),
        ("", ""),
        ("ß", "S"),
    ],
)
def test_a_name_without_a_photo_is_one_letter_or_two(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_another_content_never_has_the_same_address() -> None:
    assert mark_of([b"one", b"two"]) != mark_of([b"one", b"three"])


def test_nothing_is_shown_where_there_is_no_picture() -> None:
    assert shown_of({}) is None

"""What every letter has in common: its lines, its hours, and why it came."""

import re

import pytest

from events_app.acts import Office
from tests import make
from tests.translation.test_pages import KINDS, facts_of_a_letter

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def test_the_lines_of_a_plain_letter_stand_in_paragraphs(office: Office) -> None:
    facts = await facts_of_a_letter(office)
    for kind in KINDS:
        for name in ("نور", ""):
            text = make.composed(kind, facts | {"name": name}).text
            assert "\n\n\n" not in text, kind
            assert not re.search(r"[ \t]\n|\n[ \t]", text), kind


async def test_a_deadline_is_told_in_the_hours_of_the_event(office: Office) -> None:
    facts = await facts_of_a_letter(office) | {"language": "en", "until": "2035-06-12T17:30:00+00:00"}
    letter = make.composed("registrations.offered", facts)

    assert "Tuesday 12 June 2035, 19:30 (Brussels time)" in letter.text
    assert "<strong" in letter.html.partition("19:30")[0].rpartition("<p")[2]


@pytest.mark.parametrize(
    "kind",
    [
        "invitations.invitation",
        "registrations.handed",
        "registrations.new_address",
        "replies.forwarded",
    ],
)
async def test_whoever_has_not_registered_is_not_told_they_did(office: Office, kind: str) -> None:
    facts = await facts_of_a_letter(office) | {"language": "en"}
    usual = make.composed("registrations.confirmed", facts).html

    assert "was used to register" in usual
    assert "was used to register" not in make.composed(kind, facts).html


async def test_hosts_are_named_where_there_are_several(office: Office) -> None:
    facts = await facts_of_a_letter(office) | {"language": "en"}
    event = facts["event"]
    alone = make.composed("registrations.confirmed", facts | {"event": event | {"hosts": ["Cedar"]}})
    two = make.composed("registrations.confirmed", facts | {"event": event | {"hosts": ["Cedar", "Harbour"]}})

    assert "Hosts" not in alone.text + alone.html
    assert "Hosts: Cedar, Harbour" in two.text


async def test_an_address_that_cannot_be_broken_does_not_widen_a_letter(office: Office) -> None:
    facts = await facts_of_a_letter(office) | {"way_url": ""}  # as it was queued before there was a button
    html = make.composed("registrations.confirmed", facts).html
    link = next(tag for tag in re.findall(r"<a [^>]*>", html) if "/mine" in tag)

    assert "overflow-wrap: anywhere" in link


async def test_a_title_in_quotation_marks_never_gets_them_twice(office: Office) -> None:
    facts = await facts_of_a_letter(office)
    facts["event"] = facts["event"] | {"title": "«طاولة مستديرة»"}
    for kind in KINDS:
        letter = make.composed(kind, facts)
        assert not re.search("««|»»", f"{letter.subject}{letter.text}{letter.html}"), kind


async def test_the_line_beside_the_subject_is_hidden_by_display_none_alone(office: Office) -> None:
    letter = make.composed("registrations.confirmed", await facts_of_a_letter(office))

    assert re.findall(r'class="preheader"[^>]*style="([^"]*)"', letter.html) == ["display: none;"]

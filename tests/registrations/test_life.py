"""The life of an invitation, as a calendar lives it: a small client (RFC 5546) over three parsers that are not ours."""

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events_app.acts import Office
from events_app.calendar.zones import zone
from events_app.events.models.event import Event
from events_app.mailings.actions import announcing
from events_app.registrations.actions import leaving
from events_app.registrations.rules import EventOver
from tests import make
from tests.calendar.test_readers import read
from tests.node import tools

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

READERS = ("icaljs", "ts-ics", "vobject")


@dataclass
class Client:
    """A calendar: keeps for each UID the newest message (SEQUENCE, then DTSTAMP: RFC 5546, 2.1.5)."""

    entries: dict[str, tuple[tuple[int, str], dict[str, Any]]] = field(default_factory=dict)

    def take(self, text: str, told: dict[str, Any]) -> None:
        stamp = re.search(r"DTSTAMP:(\S+)", text)
        assert stamp is not None
        version = (int(told["sequence"]), stamp[1])
        known = self.entries.get(told["uid"])
        if known is None or version >= known[0]:
            self.entries[told["uid"]] = (version, told)

    @property
    def shown(self) -> list[tuple[str, str, str]]:
        """What stands in the calendar: start, title, method; cancelled entries are gone."""
        return sorted(
            (told["start"], told["summary"], told["method"])
            for _version, told in self.entries.values()
            if told["method"] != "CANCEL"
        )


async def lived(office: Office) -> tuple[Event, list[str]]:
    """Register, the time moves, a text changes, cancel, register again: the calendars sent, in order."""
    event = await make.event(office.vault)
    (row,) = await make.registered(event, 1, office=office)
    moment = make.NOW + timedelta(minutes=1)
    await make.change(event, office, starts_wall="2035-05-12T12:00", now=moment)
    await announcing.announce(event.id, act=office.at(moment))
    moment += timedelta(minutes=1)
    await make.change(
        event, office, starts_wall="2035-05-12T12:00", title={"en": "A better title"}, now=moment
    )
    await announcing.announce(event.id, act=office.at(moment))
    await leaving.cancel(row.id, act=office.at(moment + timedelta(minutes=1)))
    await make.registered(event, 1, office=office, now=moment + timedelta(minutes=2))
    return event, [post.calendar for post in await make.posted(event, office) if post.calendar]


def found(pattern: str, text: str) -> str:
    """What the group of a pattern finds in an unfolded calendar."""
    match = re.search(pattern, text.replace("\r\n ", ""))
    assert match is not None
    return match[1]


def make_moment(hour: int, minute: int) -> str:
    told = datetime(2035, 5, 12, hour, minute, tzinfo=zone("Europe/Brussels")).astimezone(UTC)
    return told.strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("reader", READERS)
async def test_after_each_letter_a_calendar_shows_what_is_true(office: Office, reader: str) -> None:
    _event, files = await lived(office)
    tools.install()
    told = [events[0] for events in read(reader, [each.encode() for each in files], tools.run)]
    client, seen = Client(), []

    for text, each in zip(files, told, strict=True):
        client.take(text, each)
        seen.append([(begins[:16], title) for begins, title, _method in client.shown])

    title = make.facts().title["en"]
    assert [each["method"] for each in told] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL", "REQUEST"]
    assert seen == [
        [(make_moment(13, 0), title)],
        [(make_moment(12, 0), title)],
        [(make_moment(12, 0), "A better title")],
        [],
        [(make_moment(12, 0), "A better title")],
    ]


async def test_whatever_the_order_letters_arrive_in_the_calendar_ends_the_same(office: Office) -> None:
    _event, files = await lived(office)
    told = [events[0] for events in read("vobject", [each.encode() for each in files], tools.run)]

    ends = set()
    for order in itertools.permutations(range(len(files))):
        client = Client()
        for at in order:
            client.take(files[at], told[at])
        ends.add(tuple(client.shown))

    assert len(ends) == 1


async def test_one_registration_has_one_uid_one_organizer_and_growing_versions(office: Office) -> None:
    _event, files = await lived(office)
    one_life, again = files[:4], files[4]

    uids = {found(r"UID:(\S+)", each) for each in one_life}
    organizers = {found(r"(ORGANIZER[^\r]*)", each) for each in one_life}
    versions = [(int(found(r"SEQUENCE:(\d+)", each)), found(r"DTSTAMP:(\S+)", each)) for each in one_life]

    assert (len(uids), len(organizers)) == (1, 1)
    assert [sequence for sequence, _stamp in versions] == [0, 1, 1, 2]
    assert versions == sorted(set(versions))
    assert uids.isdisjoint(re.findall(r"UID:(\S+)", again))


async def test_a_small_change_keeps_the_answer_and_a_large_one_asks_again(office: Office) -> None:
    _event, files = await lived(office)

    answers = [found(r"PARTSTAT=([A-Z-]+)", each) for each in files[:3]]

    assert answers == ["ACCEPTED", "NEEDS-ACTION", "NEEDS-ACTION"]


async def test_a_hold_becomes_firm_in_place(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1, sends_holds=True)
    (first, second) = await make.registered(event, 1, 2, office=office)
    await leaving.cancel(first.id, act=office.at(make.NOW + timedelta(minutes=5)))

    files = [
        post.calendar.replace("\r\n ", "")
        for post in await make.posted(event, office)
        if post.to == "guest2@example.org" and post.calendar
    ]

    assert [re.findall(r"\r\nSTATUS:(\w+)", each) for each in files] == [["TENTATIVE"], ["CONFIRMED"]]
    assert [re.findall(r"SEQUENCE:(\d)", each) for each in files] == [["0"], ["1"]]
    assert len({re.findall(r"UID:(\S+)", each)[0] for each in files}) == 1
    assert second.invited is True


async def test_a_hold_that_comes_to_nothing_is_taken_out_again(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1, sends_holds=True)
    (_first, second) = await make.registered(event, 1, 2, office=office)
    await leaving.cancel(second.id, act=office.at(make.NOW + timedelta(minutes=5)))

    last = (await make.posted(event, office))[-1]

    assert (last.kind, last.draft.method) == ("cancelled", "CANCEL")


async def test_nobody_is_told_of_a_change_after_the_event(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, office=office)
    await make.change(event, office, starts_wall="2035-05-12T12:00")

    with pytest.raises(EventOver):
        await announcing.announce(event.id, act=office.at(event.ends_at))

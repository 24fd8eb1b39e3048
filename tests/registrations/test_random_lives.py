"""Any sequence of acts over one event: after each of them seats, line and letters are what they have to be."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events_app.acts import Office
from events_app.errors import Refusal
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.mailings import emails as mailings_emails
from events_app.registrations import emails
from events_app.registrations.facts import Person
from events_app.registrations.models import Quota, Registration
from events_app.registrations.posting import reveal_person
from events_app.shadows import Shadow
from tests import make
from tests.registrations.lives import ACTS, MODES, Act, Life, announce, hand_over, promote, register

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

Rows = Mapping[uuid.UUID, Registration]
Pool = tuple[str, uuid.UUID | None]
Held = Counter[str]

KINDS = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in ("offers_places", "confirms_address", "needs_approval", "sends_holds", "keeps_waitlist")
    }
)
STORY = st.lists(
    st.tuples(st.sampled_from(ACTS + (register,) * 6), st.integers(0, 10_000)), min_size=10, max_size=45
)
IN = {"confirmed", "promoted"}
OUT = {"cancelled", "lapsed", "offer_lapsed", "passed_on", "event_cancelled"}
NEWS, TOLD = {"changed", "corrected"}, "told"
ASIDE = {"already", "handed", "own_page", "link"}
"""Letters that follow from what was asked, not from what changed."""
MANNERS = {**emails.KINDS, **mailings_emails.KINDS}


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(KINDS, STORY)
async def test_whatever_happens_seats_line_and_letters_are_right(
    office: Office, kinds: dict[str, Any], story: list[tuple[Act, int]]
) -> None:
    made = await make.event(
        office.vault,
        slug=f"table-{uuid.uuid4()}",
        offers_online=True,
        capacity_online=2,
        most_guests=2,
        **kinds,
    )
    life, book = Life(made.id, office), Book(office)
    before, held_before = await rows_of(life), await held_in(life)
    for act, number in story:
        refused = False
        try:
            await act(life, number)
        except Refusal:
            refused = True
        after, news = await rows_of(life), await book.read(made.id)
        held = await held_in(life)
        book.meet(after)
        if refused and act.__name__ != "announce":
            assert not news
            assert places(before) == places(after), "a refusal left something behind"
            assert held == held_before
        await seats_are_right(life, (before, held_before), (after, held))
        await nobody_is_left_out(life, after, held)
        nobody_overtook(before, after, act)
        letters_are_owed(before, after, news, act, book)
        before, held_before, life.now = after, held, life.now + timedelta(minutes=1)
    calendars_are_right(book)


@dataclass(frozen=True)
class Note:
    """A letter of the outbox, and what it knows."""

    thread: uuid.UUID
    whole_kind: str
    facts: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return self.whole_kind.partition(".")[2]

    @property
    def method(self) -> str | None:
        manner = MANNERS.get(self.whole_kind, emails.PLAIN)
        if not self.facts["invited"]:
            return None
        return "REQUEST" if manner.holds and self.facts["hold"] else manner.method


@dataclass
class Book:
    """All letters so far, and who everybody is or was."""

    office: Office
    letters: list[Note] = field(default_factory=list)
    people: dict[uuid.UUID, Person] = field(default_factory=dict)
    last: int = 0
    unheard: set[uuid.UUID] = field(default_factory=set)

    async def read(self, event_id: uuid.UUID) -> list[Note]:
        """The letters since the last time."""
        news = []
        since = Letter.filter(event_id=event_id, number__gt=self.last).exclude(words="gone")
        for letter in await since.order_by("number"):
            facts = self.office.vault.reveal(letter.scope, letter.facts_context, letter.facts, make.COURIER)
            assert letter.thread is not None
            news.append(Note(letter.thread, letter.kind, facts))
            self.last = letter.number
        self.letters += news
        await self._see_who_heard(event_id)
        return news

    async def _see_who_heard(self, event_id: uuid.UUID) -> None:
        """Not those who left before any of their letters had its turn: then none of them goes."""
        letters = Letter.filter(event_id=event_id)
        heard: list[Any] = list(await letters.exclude(state="superseded").values_list("thread", flat=True))
        everybody: list[Any] = list(await letters.values_list("thread", flat=True))
        self.unheard = set(everybody) - set(heard)

    def meet(self, rows: Rows) -> None:
        for row in rows.values():
            if row.id not in self.people:
                self.people[row.id] = reveal_person(row, vault=self.office.vault, reader=make.COURIER)


async def rows_of(life: Life) -> dict[uuid.UUID, Registration]:
    return {row.id: row for row in await Registration.filter(event_id=life.event_id)}


async def held_in(life: Life) -> Held:
    """Seats that shadows hold, by way of taking part."""
    held = Held()
    for each in await Shadow.filter(event_id=life.event_id):
        held[each.mode] += each.people
    return held


def places(rows: Rows) -> dict[uuid.UUID, tuple[object, ...]]:
    return {
        row.id: (
            row.status,
            row.seated,
            row.mode,
            row.quota_id,
            row.waitlist_order,
            row.due_for,
            row.sequence,
        )
        for row in rows.values()
    }


async def pools_of(life: Life) -> dict[Pool, tuple[int, int]]:
    """Of every pool what it may fill, and what its mode may fill in all."""
    event = await Event.get(id=life.event_id)
    quotas = await Quota.filter(event_id=life.event_id)
    found: dict[Pool, tuple[int, int]] = {}
    for mode in MODES:
        capacity = event.capacity(mode)
        assert capacity is not None
        kept = {quota.id: quota.places if quota.mode == mode else 0 for quota in quotas}
        found[mode, None] = (max(0, capacity - sum(kept.values())), capacity)
        found |= {(mode, quota_id): (number, capacity) for quota_id, number in kept.items()}
    return found


def seated(rows: Rows, pool: Pool | None = None, mode: str = "") -> int:
    here = [row for row in rows.values() if row.seated]
    if pool:
        return sum((row.mode, row.quota_id) == pool for row in here)
    return sum(row.mode == mode for row in here)


async def seats_are_right(life: Life, before: tuple[Rows, Held], after: tuple[Rows, Held]) -> None:
    """No act fills a pool, or a mode, beyond its places; one that was overfull by a lowered number only empties."""

    def filled(moment: tuple[Rows, Held], pool: Pool | None = None, mode: str = "") -> int:
        rows, held = moment
        return seated(rows, pool, mode) + (0 if pool and pool[1] else held[pool[0] if pool else mode])

    for pool, (most, capacity) in (await pools_of(life)).items():
        assert filled(after, pool) <= max(most, filled(before, pool)), pool
        mode = pool[0]
        assert filled(after, mode=mode) <= max(capacity, filled(before, mode=mode)), mode
    rows, _held = after
    for row in rows.values():
        assert row.status != "confirmed" or row.seated
        assert not row.seated or row.live
        assert (row.live is None) == (row.status in {"declined", "cancelled"})
        assert (row.due_at is None) == (row.due_for == "")
        assert (row.waitlist_order is not None) == (row.status == "waitlisted")
    living = [bytes(row.address_index) for row in rows.values() if row.live]
    assert len(living) == len(set(living))


def line_of(rows: Rows, pool: Pool) -> list[list[Registration]]:
    """Parties that wait in one line, in order."""
    waiting = [
        row
        for row in rows.values()
        if row.status == "waitlisted" and not row.seated and (row.mode, row.quota_id) == pool
    ]
    ordered = sorted(waiting, key=lambda row: (row.waitlist_order or 0, row.arrival))
    return [list(party) for _together, party in groupby(ordered, key=lambda row: row.party or row.id)]


async def nobody_is_left_out(life: Life, rows: Rows, held: Held) -> None:
    """Whoever waits, waits only while there is no room for their party, and only where there are places at all."""
    pools = await pools_of(life)
    modes = {quota.id: quota.mode for quota in await Quota.filter(event_id=life.event_id)}
    for row in rows.values():
        if row.status != "waitlisted" or row.seated or row.quota_id is None:
            continue
        assert modes[row.quota_id] == row.mode, "somebody waits for a quota that has no places of their mode"
    for pool, (most, capacity) in pools.items():
        line = line_of(rows, pool)
        mode, quota_id = pool
        if quota_id is None:
            over = [seated(rows, other) - pools[other][0] for other in pools if other[0] == mode and other[1]]
            most = max(0, most - sum(max(0, each) for each in over))
        here = 0 if quota_id else held[mode]
        free = min(most - seated(rows, pool) - here, capacity - seated(rows, mode=mode) - held[mode])
        for party in line:
            assert len(party) > free, f"{free} places are free, and somebody waits: {pool}"


def nobody_overtook(before: Rows, after: Rows, act: Act) -> None:
    """Those who moved up passed only larger parties, which did not fit; and parties moved as one."""
    for pool in {(row.mode, row.quota_id) for row in before.values()}:
        fates, left = list[tuple[bool, int]](), list[int]()
        for party in line_of(before, pool):
            now = [after[row.id] for row in party]
            here = [row for row in now if row.live and (row.mode, row.quota_id) == pool]
            assert len({row.seated for row in here}) <= 1, "a party was torn apart"
            if here:
                fates.append((here[0].seated, len(here)))
        for moved_up, size in fates:
            if moved_up and act is not promote:
                assert all(waits > size for waits in left), "somebody was overtaken"
            elif not moved_up:
                left.append(size)
        newcomers = [
            row
            for row in after.values()
            if row.id not in before and row.seated and (row.mode, row.quota_id) == pool
        ]
        if newcomers and act is not hand_over:
            assert all(waits > len(newcomers) for waits in left), "a newcomer overtook"


def letters_are_owed(before: Rows, after: Rows, news: Sequence[Note], act: Act, book: Book) -> None:
    """Each person has had what the change of their row owes, and no letter names anybody else."""
    had = Counter((note.thread, plain(note.kind)) for note in news if note.kind not in ASIDE)
    owed = Counter(
        (row.id, letter)
        for row in after.values()
        for letter in owed_to(before.get(row.id), row, act)
        if book.people[row.id].address and not (row.live is None and row.id in book.unheard)
    )
    if act.__name__ == "register_by_hand" and not had:  # the organizer wished for no letter
        owed.clear()
    assert had == owed, f"after {act.__name__}"
    for note in news:
        own = {note.facts["name"], note.facts.get("giver", "")}
        others = {person.name for person in book.people.values()} - own
        said = repr(note.facts)
        assert not [name for name in others if f"'{name}'" in said], "a letter names somebody else"
        tokens = {person.token for id_, person in book.people.items() if id_ != note.thread}
        assert not [token for token in tokens if token in said]
        assert note.kind == "handed" or note.facts["to_address"] == book.people[note.thread].address


def plain(kind: str) -> str:
    return "in" if kind in IN else "out" if kind in OUT else TOLD if kind in NEWS else kind


def owed_to(was: Registration | None, row: Registration, act: Act) -> list[str]:
    """The letters that what became of a row owes."""
    is_first = row.party in {None, row.id}
    if was is None:
        if row.due_for == "address":
            return ["confirm_address"] if is_first else []
        return [plain(row.status)]
    if was.due_for == "address" and row.due_for != "" and not is_first:
        return []
    if row.live is None:
        is_news = was.live and (is_first or was.due_for != "address")
        return [plain(row.status)] if is_news else []
    return [*changes_owed(was, row), *news_owed(was, row, act)]


def changes_owed(was: Registration, row: Registration) -> list[str]:
    owed = ["switched"] if row.mode != was.mode else []
    if row.status != was.status or (was.due_for == "address" and row.due_for == ""):
        owed.append(plain(row.status))
    if row.due_for == "offer" and was.due_for != "offer" and row.party in {None, row.id}:
        owed.append("offered")
    return owed


def news_owed(was: Registration, row: Registration, act: Act) -> list[str]:
    if act is not announce or row.status != was.status:
        return []
    return [TOLD] if row.telling != was.telling else []


def calendars_are_right(book: Book) -> None:
    """One UID for a registration; SEQUENCE never falls; nothing is cancelled that was never requested."""
    uids: dict[uuid.UUID, set[str]] = {}
    for thread in {note.thread for note in book.letters}:
        letters = [note for note in book.letters if note.thread == thread and note.method]
        uids[thread] = {note.facts["uid"] for note in letters}
        assert len(uids[thread]) <= 1
        versions = [(note.facts["sequence"], note.facts["stamp"]) for note in letters]
        assert versions == sorted(versions)
        methods = [note.method for note in letters]
        assert not methods or methods[0] == "REQUEST"
        assert "CANCEL" not in methods[:-1]
    everybody = [uid for each in uids.values() for uid in each]
    assert len(everybody) == len(set(everybody))

"""Opened words: what a list is searched for, kept in memory while an organizer is at work, and nowhere else.

Opening 10,000 people takes a quarter of a second, at each letter that somebody types. So what was opened for a search
is kept for the next one of the same organizer: names and addresses, folded. It is true by the stamp of each row: the
beginning of its sealed person, which is another as soon as anything of them is sealed anew.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

Known = dict[UUID, tuple[bytes, str]]
"""By registration: its stamp, and the folded name, a line feed, the folded address in its spellings."""

LASTS: Final = 300.0
"""Seconds after the last search of that list."""

MOST_PEOPLE: Final = 100_000
"""In all lists together, some 40 MB; then the one that was searched longest ago goes."""


@dataclass
class _List:
    known: Known = field(default_factory=dict)
    searched_at: float = 0.0


class OpenedWords:
    """One for each process. Two organizers never share a list: each was opened for whom it is kept."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lists: dict[tuple[str, UUID], _List] = {}

    def of(self, organizer_id: str, event_id: UUID) -> Known:
        """What this organizer's searches of that event have opened; the caller adds to it and takes away."""
        self.forget_unused()
        found = self._lists.pop((organizer_id, event_id), None) or _List()
        self._lists[organizer_id, event_id] = found
        found.searched_at = self._now()
        while len(self._lists) > 1 and sum(len(each.known) for each in self._lists.values()) > MOST_PEOPLE:
            del self._lists[next(iter(self._lists))]
        asyncio.get_running_loop().call_later(LASTS + 1, self.forget_unused)
        return found.known

    def forget(self, organizer_id: str) -> None:
        """They have signed out."""
        for key in [key for key in self._lists if key[0] == organizer_id]:
            del self._lists[key]

    def forget_unused(self) -> None:
        """Nobody has searched these for some minutes."""
        until = self._now() - LASTS
        for key in [key for key, each in self._lists.items() if each.searched_at < until]:
            del self._lists[key]

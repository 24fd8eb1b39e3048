"""How cells are made of a person whose seal is open, wherever that is done: here, or in a worker. Plain values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What somebody typed, by its key."""

    key: str

    def cells(self, people: Iterable[Mapping[str, Any]]) -> list[str]:
        return [str(person.get(self.key, "")) for person in people]


@dataclass(frozen=True)
class Answered:
    """The answer to one question, in words: `words` for its codes, where `others` says whether anything else is said as
    it is; `sign` parts several. A date stays YYYY-MM-DD, which sorts and which programs understand."""

    key: str
    words: Mapping[str, str]
    others: bool
    sign: str
    yes: str
    no: str

    def cells(self, people: Iterable[Mapping[str, Any]]) -> list[str]:
        return [self._cell(person) for person in people]

    def _cell(self, person: Mapping[str, Any]) -> str:
        answer = (person.get("answers") or {}).get(self.key)
        if isinstance(answer, bool):
            return self.yes if answer else self.no
        if isinstance(answer, list):
            return self.sign.join(words for each in answer if (words := self._said(str(each))))
        return self._said(str(answer)) if isinstance(answer, str | int | float) else ""

    def _said(self, answer: str) -> str:
        return self.words.get(answer, answer if self.others else "")


Part = Said | Answered

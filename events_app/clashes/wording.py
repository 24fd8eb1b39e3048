"""Findings in the reader's language, each with where at the desk it is changed and what else it is about."""

from collections.abc import Iterable, Iterator

from events_app.clashes.rules import Finding, Kind
from events_app.handed import SaidClash
from events_app.i18n import N_, choose, ngettext, say_days, translate

_WHERE = {
    Kind.ROOM: "/edit#room",
    Kind.SPEAKER: "/programme",
    Kind.HOST: "/programme",
    Kind.SEATS: "/edit#capacity_in_person",
    Kind.DAYS: "/edit#starts_on",
}
_SENTENCES = {
    Kind.ROOM: N_("Something else is in this room at the same time:"),
    Kind.SPEAKER: N_("%(name)s, or somebody of that name, speaks elsewhere at the same time:"),
    Kind.HOST: N_("%(name)s hosts something else at the same time:"),
}


def said(findings: Iterable[Finding]) -> list[SaidClash]:
    """One sentence for each thing of an event that others want too, however many they are."""
    together: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        together.setdefault((each.event.id, each.kind, choose(each.what)), []).append(each)
    return [_said(same) for same in together.values()]


def _said(same: list[Finding]) -> SaidClash:
    first = same[0]
    address = f"/desk/events/{first.event.id}"
    return SaidClash(
        kind=first.kind.value,
        is_strong=first.strength == "strong",
        sentence=sentence(first),
        title=choose(first.event.title),
        address=address,
        where=address + _WHERE[first.kind],
        day=first.event.first_day,
        others=tuple(_others(same)),
    )


def _others(same: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    for each in same:
        if each.other:
            yield choose(each.other.title), f"/desk/events/{each.other.id}"


def sentence(finding: Finding) -> str:
    """What is found, without the names of other events."""
    if finding.kind == Kind.SEATS:
        return _of_the_seats(finding)
    if finding.kind == Kind.DAYS and finding.event.days:
        days = finding.event.days
        return translate(
            N_("It is outside the days of %(conference)s: %(days)s."),
            conference=choose(days.name),
            days=say_days(days.first, days.last),
        )
    return translate(_SENTENCES[finding.kind], name=choose(finding.what))


def _of_the_seats(finding: Finding) -> str:
    seats = finding.event.seats or 0
    if finding.event.capacity is None:
        return ngettext(
            "The room has %(num)d seat, and seats are given without limit.",
            "The room has %(num)d seats, and seats are given without limit.",
            seats,
        )
    return ngettext(
        "The room has %(num)d seat, and the event offers more seats (%(places)s).",
        "The room has %(num)d seats, and the event offers more seats (%(places)s).",
        seats,
        places=finding.event.capacity,
    )

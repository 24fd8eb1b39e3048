"""The states of a letter, the retry schedule, and what may be kept of a mail server's words."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

State = Literal["queued", "sending", "sent", "kept", "superseded", "unsure", "refused", "withheld"]
WhenUnsure = Literal["again", "ask"]

MAY_BECOME: dict[State, frozenset[State]] = {
    "queued": frozenset({"queued", "sending", "kept", "superseded", "refused", "withheld"}),
    "sending": frozenset({"sent", "queued", "refused", "unsure"}),
    "unsure": frozenset({"sending", "queued", "kept", "refused", "withheld"}),
    "refused": frozenset({"queued", "superseded"}),
    "withheld": frozenset({"queued"}),
    "kept": frozenset({"queued", "superseded"}),
    "sent": frozenset(),
    "superseded": frozenset(),
}
"""queued: waits for the courier. sending: from just before DATA until its outcome is recorded. sent: the
server took it. kept: composed, and no mail server is configured. superseded: a newer letter said it better
before this one left. unsure: it may or may not have been sent. refused: the server said no for good, or we
gave up. withheld: it could not be composed. A person sends a kept, refused, withheld or unsure letter again
with `again.retry`."""

RETRIED_BY_HAND: frozenset[State] = frozenset({"refused", "withheld", "kept", "unsure"})
HAS_PERHAPS_LEFT: frozenset[State] = frozenset({"sending", "sent", "unsure"})

LEASE: Final = 300.0
"""Seconds for which a courier takes a letter: longer than one try can take."""

MOST_DOUBTS = 5
"""A letter in doubt for the fifth time is left to a person, whatever it was posted with: it may be what kills us."""

BACKOFF = (10, 30, 60, 300, 900, 3600)
"""Seconds until the next try after a "not now"; the last one is repeated."""

NO_WAIT_IS_LONGER: Final = 3_660_000
"""Milliseconds: the longest pause before a letter's next try, and a minute. One that is due later than that was put off
by a clock that has been set back since, and is due now."""

PATIENCE_DAYS = 3
"""Given up on the first failure more than this many days after the day of the first try."""

RENAMED: Final = {
    "registrations.changed": "mailings.changed",
    "registrations.corrected": "mailings.corrected",
    "registrations.follow_up": "mailings.follow_up",
    "registrations.mailing": "mailings.mailing",
    "registrations.reminder": "mailings.reminder",
    "registrations.invitation": "invitations.invitation",
    "registrations.counter": "replies.counter",
    "registrations.declined_reply": "replies.declined_reply",
    "registrations.forwarded": "replies.forwarded",
    "registrations.refreshed": "replies.refreshed",
    "site.test": "mailings.test",
}
"""Kinds of letters that went to another room, by the name under which outboxes still hold them. A row keeps its name:
whoever asks for a kind or composes one goes by `called_today` and `ever_called`. Nothing is ever taken out of here."""

_PLAIN_WORDS = frozenset(
    """
    a accepted access account address again all another at authentication authorized available bad
    blocked blocklist bounce by cannot check command connection content daemon data deferred delivered
    delivery denied disabled dkim dmarc dns does domain down error exceeded exist failed failure find
    for found from full greylisted greylisting has host in inactive incoming internal invalid is it
    large later limit limited list local lookup mail mailbox many message messages moved must name
    network no not now of on our over overloaded permanent permanently please policy problem quota rate
    recipient recipients refused reject rejected relay relaying reputation required reset resources
    retry routing score sender server service size slow soon spam spf storage such suspected system
    temporarily temporary the this timed timeout tls to too transaction try unable unauthenticated
    unavailable unknown user verification verify was with you your
    """.split()  # noqa: SIM905 - easier to read than 150 strings
)
_STATUS = re.compile(r"\b[45]\.(\d{1,3})\.(\d{1,3})\b")
_CODES = re.compile(r"[245][0-9]{2}|[245]\.[0-9]{1,3}\.[0-9]{1,3}")


MOST_OF_A_HEAD: Final = 64 * 1024
MOST_OF_A_FIELD: Final = 4000
"""Characters of one header field; a longer one counts as not there."""

_FOLDED_WITHOUT_END = re.compile(
    rb"^content-[^\n:]*:[^\n]*(?:\n[ \t][^\n]*){10}", re.IGNORECASE | re.MULTILINE
)


def is_too_much(raw: bytes) -> bool:
    """Whether reading a mail would cost more than any honest one does: its head, its parts, how deep they stand in each
    other, or a field that says what a part is. Said before anything is read of it."""
    ends = [at for at in (raw.find(b"\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    head = raw[: min(ends, default=len(raw))]
    return (
        len(head) > MOST_OF_A_HEAD
        or head.count(b"\n") > 1000
        or raw.count(b"\n") > 8000
        or raw.count(b"\n--") > 150
        or raw.lower().count(b"boundary") > 20
        or _FOLDED_WITHOUT_END.search(raw) is not None
    )


def results_in(field: str) -> list[list[str]]:
    """What Authentication-Results say, as words: first the server's name, then each method with its result and
    properties ("dmarc=pass", "header.from=example.org").

    Comments, nested ones too, are left out; quoted strings are parts of a word, whatever stands in them; what never
    ends says nothing. Source: RFC 8601, 2.2; RFC 5322, 3.2.
    """
    said: list[list[str]] = [[]]
    word, depth, is_quoted, is_escaped, is_open = "", 0, False, False, False
    for sign in field + " ":
        if is_escaped or (is_quoted and sign not in '\\"'):
            word += "" if depth else sign
            is_escaped = False
        elif sign == "\\" and (is_quoted or depth):
            is_escaped = True
        elif sign == '"' and not depth:
            is_quoted, is_open = not is_quoted, True
        elif depth or sign == "(":
            depth += {"(": 1, ")": -1}.get(sign, 0)
        elif sign == "=" and not word and said[-1]:
            word = said[-1].pop() + sign
        elif sign.isspace() and word.endswith("=") and not is_open:
            continue
        elif sign.isspace() or sign == ";":
            said[-1] += [word] if word else []
            said += [[]] if sign == ";" else []
            word, is_open = "", False
        else:
            word += sign
    return [[]] if is_quoted or depth else said


ContentLine = tuple[str, dict[str, str], str]


def content_lines(text: str) -> list[ContentLine]:
    """Content lines (RFC 5545, 3.1) as name, parameters, value; a line that is none is left out."""
    found = []
    for line in text.replace("\r", "").replace("\n ", "").replace("\n\t", "").split("\n"):
        head, *rest = split_unquoted(line[:MOST_OF_A_FIELD], ":")
        if not rest:
            continue
        name, *parameters = split_unquoted(head, ";")
        named = dict(part.split("=", 1) for part in parameters[:40] if "=" in part)
        value = line[len(head) + 1 :]
        found.append(
            (name.strip().upper(), {key.upper(): said.strip('"') for key, said in named.items()}, value)
        )
    return found


def of_the_event(lines: list[ContentLine]) -> list[ContentLine]:
    """The properties of the VEVENT itself, without those of components inside it."""
    inside: list[ContentLine] = []
    open_components: list[str] = []
    for line in lines:
        name, _parameters, value = line
        if name == "BEGIN":
            open_components.append(value.strip().upper())
        elif name == "END":
            open_components = open_components[:-1]
        elif open_components and open_components[-1] == "VEVENT":
            inside.append(line)
    return inside


def split_unquoted(text: str, sign: str) -> list[str]:
    """The text split at a sign, but not within quotation marks; those that never end reach to its end."""
    pieces, within = [""], False
    for part in re.split(f'(["{sign}])', text):
        if part == sign and not within:
            pieces.append("")
        else:
            within ^= part == '"'
            pieces[-1] += part
    return pieces


Status = tuple[int, int]
"""Subject and detail of an enhanced status code: (1, 1) of 5.1.1 (RFC 3463)."""


def status_in(said: str) -> Status | None:
    """The enhanced status code that a server gives."""
    found = _STATUS.search(said)
    return (int(found[1]), int(found[2])) if found else None


def is_about_address(status: Status) -> bool:
    """Whether a refusal for good is about the address: nobody has it, its mailbox is closed, or no host answers for it
    (of which Microsoft says 5.4.1). Not our sender's address (5.1.7, 5.1.8), nor a letter that is too long (5.2.3)."""
    if status in {(1, 7), (1, 8), (2, 3)}:
        return False
    return status[0] in (1, 2) or status in {(4, 1), (4, 4)}


def return_path_of(facts: Mapping[str, Any], *, mailbox: str) -> str:
    """Where a letter's delivery report shall go: an address of its registration's own at the mailbox that takes mail in
    for us, by which a report finds its registration; '' for the sender itself. Without a `mailbox`, always that.

    A letter of a version that did not name it has it as its ORGANIZER's address. Source: RFC 5321, 4.4 and 4.5.5.
    """
    local, _at, domain = mailbox.lower().partition("@")
    named = str(facts.get("return_path", facts.get("organizer_address", "")))
    return named if domain and named.startswith(f"{local}+r-") and named.endswith(f"@{domain}") else ""


NOT_WANTED: Final = "not wanted: "
"""Begins what is noted beside a letter to many that was withheld when it was to leave. Then why: "out" (its person
is not registered any more), "opted out", "not chosen" (does not fit the choice any more), "begun" (so has the event, or
it does not take place), "withdrawn" (so was the invitation, or used)."""


def brand_of(facts: Mapping[str, Any]) -> str:
    """The id of the organization whose logo stands above a letter, "" for a letter without one. Here is decided which
    letters show whose they are; a letter that was written before there were logos has none."""
    event = facts.get("event")
    return str(event.get("logo", "")) if isinstance(event, Mapping) else ""


def called_today(kind: str) -> str:
    """A letter's kind by the room that it belongs to now."""
    return RENAMED.get(kind, kind)


def ever_called(kind: str) -> list[str]:
    """A kind by every name under which an outbox may hold it."""
    return [kind, *(old for old, today in RENAMED.items() if today == kind)]


def before(state: State) -> tuple[State, ...]:
    """The states from which a letter may come into this one."""
    return tuple(earlier for earlier, later in MAY_BECOME.items() if state in later)


def plain_words(reply: str, *, most: int = 12) -> str:
    """What may be kept of a server's reply: its codes and plain words; everything else becomes "…".

    A server may repeat the address, or the person's name, in any form. So words are let through by a list.
    """
    said: list[str] = []
    for word in reply.split():
        bare = word.strip(".,:;!?()<>[]'\"-").lower()
        known = bare if bare in _PLAIN_WORDS or _CODES.fullmatch(bare) else "…"
        if known != "…" or said[-1:] != ["…"]:
            said.append(known)
    return " ".join(said[:most])


def next_try(attempts: int, *, now: datetime, backoff: tuple[float, ...] = BACKOFF) -> datetime:
    """When a letter that has been tried `attempts` times (from 1) may be tried once more."""
    return now + timedelta(seconds=backoff[min(attempts, len(backoff)) - 1])


def is_hopeless(first_tried: date | None, *, today: date) -> bool:
    """Whether a letter has been tried for long enough."""
    return first_tried is not None and today - first_tried > timedelta(days=PATIENCE_DAYS)

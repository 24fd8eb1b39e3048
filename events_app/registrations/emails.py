"""The letters about a registration, composed from their facts; those of other rooms are made by the same means."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Any, Final, NamedTuple

import css_inline

from events_app.blanks import BLANKS, NAME, fits, has_blanks, put, put_in_each
from events_app.calendar import itip
from events_app.calendar.entry import Attendee, Entry
from events_app.calendar.zones import zone as zone_of
from events_app.directions import marked, marked_page
from events_app.i18n import N_, direction, translate, use_language
from events_app.mail.message import Composed
from events_app.mail.rules import brand_of
from events_app.registrations.facts import DEFAULT_COLOUR
from events_app.rendering import render
from events_app.texts import harmless, paragraphs_of, quoted_once


@dataclass(frozen=True, slots=True)
class Manner:
    """What sets a kind of letter about a registration apart, beside its words.

    method: of the calendar part that it may carry, REQUEST or CANCEL. Such a letter never holds a personal link:
    mail programs copy it into calendars that others can see (docs/decisions/0005-the-same-answer.md). All others
    may hold the link. holds: puts a tentative entry into the calendar of somebody who waits, where the event wants
    it. stops: the fact that holds the link by which its reader wants no more, or '' for a letter that everybody
    gets. why: why somebody gets it, with the blank %(host)s; not everybody who gets one has registered. to_many: facts
    of an organizer's own words that everybody gets alike.
    """

    method: str | None = None
    holds: bool = False
    stops: str = ""
    to_many: frozenset[str] = frozenset()
    why: str = N_(
        "You receive this email because this address was used to register for an event of %(host)s."
    )


PLAIN, INVITES, ENDS, HOLDS = Manner(), Manner(method="REQUEST"), Manner(method="CANCEL"), Manner(holds=True)

KINDS: Final = {
    "registrations.confirmed": INVITES,
    "registrations.promoted": INVITES,
    "registrations.moved": INVITES,
    "registrations.switched": INVITES,
    "registrations.stayed": INVITES,
    "registrations.cancelled": ENDS,
    "registrations.declined": ENDS,
    "registrations.lapsed": ENDS,
    "registrations.passed_on": ENDS,
    "registrations.left_address": ENDS,
    "registrations.event_cancelled": ENDS,
    "registrations.waitlisted": HOLDS,
    "registrations.pending": HOLDS,
    "registrations.handed": Manner(
        stops="colleague_stop_url",
        why=N_("You receive this email because somebody offers you their seat at this event."),
    ),
    "registrations.new_address": Manner(
        why=N_("You receive this email because somebody typed this address for a registration.")
    ),
}
"""The letters of this room that are not `PLAIN`."""

CANCELS: Final = frozenset(kind for kind, manner in KINDS.items() if manner.method == "CANCEL")
"""Those that take an entry out of a calendar: they leave even when their person was erased."""

_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def compose(kind: str, facts: Mapping[str, Any]) -> Composed:
    """A letter of this room in the person's language; the courier calls this outside any transaction."""
    return composed_of(kind, facts, KINDS.get(kind, PLAIN))


def composed_of(kind: str, facts: Mapping[str, Any], manner: Manner) -> Composed:
    """A letter about a registration, of any room, from its facts alone; `kind` names the folder of its templates."""
    language = str(facts["language"])
    with use_language(language):
        words, organizer = _words(kind, facts, manner), str(facts["organizer_address"])
        return Composed(
            to_address=facts["to_address"],
            subject=words.subject,
            text=marked(words.text),
            html=marked_page(words.html),
            calendar=_calendar_part(manner, facts),
            method=_method(manner, facts),
            sender_name=for_a_header(organization_name(facts)),
            reply_to=facts.get("reply_to") or (organizer if "+r-" in organizer else ""),
            in_reply_to=facts.get("in_reply_to", ""),
            language=language,
            unsubscribe_url=facts.get(manner.stops, ""),
            logo_of=brand_of(facts),
        )


class LetterText(NamedTuple):
    """What a letter says, three times."""

    subject: str
    text: str
    html: str


def _words(kind: str, facts: Mapping[str, Any], manner: Manner) -> LetterText:
    """The letter's words. What is said to many alike is said once, as a form with blanks for the name and the links."""
    split = [facts.get(link, "").rpartition("/") for link in _LINKS]
    own = [harmless(facts["name"]), *(token for _stem, _slash, token in split)]
    alike = {fact: facts[fact] for fact in facts.keys() - _OF_ONE_PERSON}
    said, written = (
        json.dumps(each, sort_keys=True, ensure_ascii=False) for each in (alike, facts.get("form", {}))
    )
    if alike.keys() - _OF_MANY - manner.to_many or has_blanks(said) or not fits(own):
        return _say(kind, {**facts, **put_in_each(facts.get("form", {}), own)}, manner)
    stems = tuple(stem for stem, _slash, _token in split)
    return _filled(_form(kind, manner, said, written, stems, is_named=bool(own[0])), own)


def _filled(form: LetterText, own: Sequence[str]) -> LetterText:
    """The name and the links in their blanks; the name is text in the page too, whatever `harmless` lets through."""
    shown = [escape(own[0], quote=False), *own[1:]]
    return LetterText(put(form.subject, own), put(form.text, own), put(form.html, shown))


_LINKS = ("own_url", "way_url", "stop_url")
_OF_ONE_PERSON = {
    "to_address", "name", "uid", "sequence", "stamp", "created", "organizer_address", "return_path", "heard",
    "posted_at", "form", *_LINKS,
}  # fmt: skip
"""Of these, a letter's words hold the name and the links, or nothing; `form` are words to many, with blanks."""
_OF_MANY = {
    "language", "mode", "status", "is_over", "answer", "invited", "hold", "event", "old",
    "organizer_name", "site_name", "site_url",
}  # fmt: skip
"""A letter that says more than this (a reason, a deadline) is said for its person alone."""


@lru_cache(maxsize=64)
def _form(
    kind: str, manner: Manner, alike: str, written: str, stems: tuple[str, ...], *, is_named: bool
) -> LetterText:
    """The words of a letter with blanks, kept for the next person: they depend on nothing but what is given here."""
    blank = [NAME if is_named else "", *BLANKS[1:]]
    ends = zip(_LINKS, stems, blank[1:], strict=True)
    links = {link: f"{stem}/{end}" if stem else "" for link, stem, end in ends}
    facts = {**json.loads(alike), **put_in_each(json.loads(written), blank), **links, "name": blank[0]}
    return _say(kind, facts, manner)


def _say(kind: str, facts: Mapping[str, Any], manner: Manner) -> LetterText:
    return written(kind, _context(manner, facts, str(facts["language"])))


def composed_about_the_site(kind: str, facts: Mapping[str, Any], *, why: str, **more: Any) -> Composed:
    """A letter that is about no registration, from the site, in the language that its facts name. `why` is the English
    sentence on why its reader gets it; `more` is what the words need beside the facts."""
    language = str(facts["language"])
    with use_language(language):
        context = {
            **facts,
            "direction": direction(language),
            "organization_name": facts["site_name"],
            "organization_colour": DEFAULT_COLOUR,
            "why": translate(why),
            **more,
        }
        words = written(kind, context)
    return Composed(
        to_address=facts["to_address"],
        subject=words.subject,
        text=words.text,
        html=words.html,
        reply_to=str(facts.get("reply_to", "")),
        sender_name=for_a_header(facts["site_name"]),
        language=language,
    )


def written(kind: str, context: Mapping[str, Any]) -> LetterText:
    """The letter's three templates, filled in."""
    folder = f"mail/{kind.replace('.', '/')}"
    subject, text, html = (
        quoted_once(render(f"{folder}/{part}", **context))
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return LetterText(for_a_header(subject), text.strip() + "\n", _inliner.inline(html))


def _method(manner: Manner, facts: Mapping[str, Any]) -> str | None:
    if not facts["invited"]:
        return None  # no calendar holds an entry, or there is nobody to invite yet
    return "REQUEST" if manner.holds and facts["hold"] else manner.method


def _calendar_part(manner: Manner, facts: Mapping[str, Any]) -> bytes | None:
    method = _method(manner, facts)
    if method is None:
        return None
    answer = "DECLINED" if method == "CANCEL" else facts["answer"]
    is_asked = "+r-" in facts["organizer_address"]
    attendee = Attendee(facts["name"], facts["to_address"], answer, is_asked=is_asked)
    entry = entry_of(facts)
    return itip.cancel(entry, attendee) if method == "CANCEL" else itip.request(entry, attendee)


def entry_of(facts: Mapping[str, Any]) -> Entry:
    """The calendar entry that the facts describe. It holds no join link and no personal link."""
    event = facts["event"]
    starts, ends = times_of(event)
    return Entry(
        uid=facts["uid"],
        sequence=facts["sequence"],
        stamp=datetime.fromisoformat(facts["stamp"]),
        created=datetime.fromisoformat(facts["created"]),
        changed=datetime.fromisoformat(event["changed"]),
        starts=starts,
        ends=ends,
        summary=event["title"],
        description="\n\n".join(filter(None, (event["summary"], event["url"]))),
        location=event["place"] if facts["mode"] == "in_person" else translate("Online"),
        url=event["url"],
        language=facts["language"],
        organizer_name=facts["organizer_name"] or organization_name(facts),
        organizer_address=facts["organizer_address"],
        categories=(event["track"],) if event["track"] else (),
        private=event["unlisted"],
        status="TENTATIVE" if facts["hold"] else "CONFIRMED",
        transparent=facts["hold"] or not event.get("blocks_time", True),
        all_day=event.get("all_day", False),
    )


def times_of(event: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """Start and end on the event's own wall clock, aware."""
    zone = zone_of(event["zone"])
    starts = datetime.fromisoformat(event["starts_wall"]).replace(tzinfo=zone, fold=event["starts_fold"])
    ends = datetime.fromisoformat(event["ends_wall"]).replace(tzinfo=zone, fold=event["ends_fold"])
    return starts, ends


def organization_name(facts: Mapping[str, Any]) -> str:
    hosts = facts["event"]["hosts"]
    return str(hosts[0] if hosts else facts["site_name"])


def _context(manner: Manner, facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What the letter's templates may say. One that may carry a calendar part is not given the personal link."""
    event = facts["event"]
    starts, ends = times_of(event)
    day = None if facts.get("erased") else event.get("deletion_day")
    context: dict[str, Any] = {
        "language": language,
        "direction": direction(language),
        "organization_name": organization_name(facts),
        "organization_colour": event["colour"],
        "organization_logo": brand_of(facts),
        "site_url": facts["site_url"],
        "why": translate(facts.get("why", manner.why), host=organization_name(facts)),
        "name": harmless(facts["name"]),
        "mode": facts["mode"],
        "status": facts["status"],
        "joins": facts["mode"] == "online" and facts["status"] == "confirmed" and not facts.get("is_over"),
        "event": event,
        "starts": starts,
        "ends": ends,
        "invites": _method(manner, facts) is not None,
        "asks": facts["answer"] == "NEEDS-ACTION",
        "own_url": None if manner.method or _method(manner, facts) else facts["own_url"],
        "stop_url": facts.get(manner.stops, ""),
        "old": facts.get("old"),
        "may_bring": facts.get("may_bring", False),
        "giver": harmless(facts.get("giver", "")),
        "erased": facts.get("erased", False),
        "deletion_day": date.fromisoformat(day) if day else None,
        "until": datetime.fromisoformat(facts["until"]).astimezone(starts.tzinfo)
        if facts.get("until")
        else None,
        **{word: facts.get(word, "") for word in ("way_url", "reason", "subject", "body")},
        "corrected": facts.get("corrected", False),
        "paragraphs": paragraphs_of(facts.get("body", ""), facts.get("links", ())),
    }
    if facts.get("old"):
        context["old_starts"], context["old_ends"] = times_of(facts["old"])
    return context


def for_a_header(text: str) -> str:
    """One line for a header. `=?` would begin an encoded word, by which Python 3.11 lets headers be injected."""
    return " ".join(text.replace("=?", "= ?").split())

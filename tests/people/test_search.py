"""Finding people: what is sought in sealed names, what the database decides alone, and who may be there twice."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from urllib.parse import parse_qsl

import pytest

from events_app.acts import Office
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.people import duplicates, reading, search
from events_app.people.search import Lens, Query, find_ids, find_page, read_query
from events_app.questions.answers import answer_matches
from events_app.questions.models import Question
from events_app.questions.rules import NO_ANSWER, Kind
from events_app.registrations import rules
from events_app.registrations.actions import leaving, registering
from events_app.registrations.models import Quota, Registration
from events_app.registrations.posting import reveal_person, seal_person
from events_app.registrations.rules import Status
from events_app.vault import Reader
from tests import make
from tests.make import NOW

pytestmark = [pytest.mark.anyio]
with_database = pytest.mark.usefixtures("database")

ORGANIZER = Reader("organizer", "rima")
ID = uuid.UUID("3f2b8c6e-0000-4000-8000-000000000001")


def lens(office: Office) -> Lens:
    return Lens(partial(reveal_person, vault=office.vault, reader=ORGANIZER), answer_matches)


async def named(event: Event, *names: str, office: Office) -> None:
    """Somebody of each name registers, at an address that says nothing about it."""
    for number, name in enumerate(names):
        asked = make.applicant(number, name=name)
        await registering.register(event.id, asked, act=office.at(NOW))


async def found(event: Event, query: Query, *, office: Office, number: int = 1) -> list[str]:
    """The names of one page."""
    page = await find_page(event.id, query, lens=lens(office), number=number)
    return [reveal_person(row, vault=office.vault, reader=ORGANIZER).name for row in page.rows]


async def set_days(event: Event) -> None:
    """Everybody registered on a day of their own, the one with the highest id last."""
    rows = await Registration.filter(event_id=event.id).order_by("id")
    for number, row in enumerate(rows):
        row.registered_on = date(2035, 1, 1) + timedelta(days=number)
        await row.save(update_fields=["registered_on"])


QUERIES = (
    Query(),
    Query(words="سلمى حداد & co=1"),
    Query(status="pending", mode="online", language="ar", quota="-"),
    Query(quota=str(ID), question=str(ID), answer="a+b %", sort="name"),
    Query(since=date(2035, 1, 1), until=date(2035, 2, 1), lost=True, ids=(ID, ID)),
)


@pytest.mark.engine_free
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_query_survives_its_address(query: Query) -> None:
    assert read_query(parse_qsl(str(query))) == query


@pytest.mark.engine_free
def test_everybody_has_the_shortest_address() -> None:
    assert str(Query()) == ""


@pytest.mark.engine_free
@pytest.mark.parametrize(
    "nonsense",
    [
        "status=owl",
        "mode=post",
        "quota=x",
        "question='",
        "since=2035-02-30",
        "lost=1",
        "sort=id",
        "id=7",
        "page=x",
    ],
)
def test_what_makes_no_sense_asks_for_nothing(nonsense: str) -> None:
    assert read_query(parse_qsl(nonsense)) == Query()


@with_database
@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("سلمي", "سَلْمى حدّاد"),
        ("حداد سلمى", "سَلْمى حدّاد"),
        ("احمد", "أحمد الخطيب"),
        ("فاطمه", "فاطمة"),
        ("elise garcia", "Élise García-López"),
        ("ELISE", "Élise García-López"),
        ("ＥＬＩＳＥ", "Élise García-López"),
        ("guest3@EXAMPLE", "O'Neill"),
        ("o'neill guest3", "O'Neill"),
        ("قاعة ١٢", "Hall قاعة 12"),
        ("12", "Hall قاعة 12"),
        ("o'ne\u200bill", "O'Neill"),
    ],
)
async def test_names_and_addresses_are_found_however_they_are_typed(
    words: str, who: str, office: Office
) -> None:
    event = await make.event(office.vault, capacity_in_person=9)
    names = ("سَلْمى حدّاد", "أحمد الخطيب", "Élise García-López", "O'Neill", "فاطمة", "Hall قاعة 12")
    await named(event, *names, office=office)

    assert await found(event, Query(words=words), office=office) == [who]


@with_database
async def test_words_that_are_not_all_there_find_nobody(office: Office) -> None:
    event = await make.event(office.vault)
    await named(event, "Salma Haddad", office=office)

    assert await found(event, Query(words="salma khalil"), office=office) == []


@with_database
async def test_nobody_of_another_event_is_found(office: Office) -> None:
    event = await make.event(office.vault)
    other = await make.event(office.vault, slug="other")
    await named(other, "Salma", office=office)

    assert await found(event, Query(words="salma"), office=office) == []
    assert await find_ids(event.id, Query(), lens=lens(office)) == []


@with_database
async def test_filters_narrow_together(office: Office) -> None:
    event = await make.event(office.vault, offers_online=True, capacity_in_person=1)
    await make.registered(event, "Amal", "Basel", office=office)
    await make.registered(event, "Celine", office=office, mode="online", language="ar")

    assert await found(event, Query(status="waitlisted"), office=office) == ["Basel"]
    assert await found(event, Query(mode="online"), office=office) == ["Celine"]
    assert await found(event, Query(language="ar"), office=office) == ["Celine"]
    assert await found(event, Query(language="en", status="confirmed"), office=office) == ["Amal"]
    assert await found(event, Query(words="e", mode="online"), office=office) == ["Celine"]


@with_database
async def test_a_quota_is_a_filter_and_so_is_having_none(office: Office) -> None:
    event = await make.event(office.vault)
    quota = await Quota.create(event_id=event.id, name="Partners", mode="in_person", places=1)
    partner, _other = await make.registered(event, "Amal", "Basel", office=office)
    await Registration.filter(id=partner.id).update(quota_id=quota.id)

    assert await found(event, Query(quota=str(quota.id)), office=office) == ["Amal"]
    assert await found(event, Query(quota="-"), office=office) == ["Basel"]


def test_days_are_sought_in_any_digits() -> None:
    query = read_query([("since", "٢٠٢٧-٠١-١٤"), ("until", "15.1.2027")])

    assert (query.since, query.until) == (date(2027, 1, 14), date(2027, 1, 15))


@with_database
async def test_days_are_counted_with_both_ends(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, 1, 2, 3, office=office)
    await set_days(event)

    second = date(2035, 1, 2)
    assert len(await found(event, Query(since=second), office=office)) == 2
    assert len(await found(event, Query(until=second), office=office)) == 2
    assert len(await found(event, Query(since=second, until=second), office=office)) == 1


@with_database
async def test_whom_a_letter_did_not_reach_is_found(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, "Amal", "Basel", office=office)
    lost = await make.row_of(event, "basel@example.org", office=office)
    await Letter.filter(thread=lost.id).update(state="refused")

    assert await found(event, Query(lost=True), office=office) == ["Basel"]


@with_database
async def test_answers_are_found_and_so_is_silence(office: Office) -> None:
    event = await make.event(office.vault)
    choices = [{"key": "c1", "text": {"en": "Bread"}}, {"key": "c2", "text": {"en": "Olives"}}]
    question = await Question.create(
        event_id=event.id, kind=Kind.CHOICE, label={"en": "Food"}, choices=choices, position=1
    )
    await make.registered(event, "Amal", office=office, answers={str(question.id): "c1"})
    await make.registered(event, "Basel", office=office)

    def asking(value: str) -> Query:
        return Query(question=str(question.id), answer=value, sort="name")

    assert await found(event, asking("c1"), office=office) == ["Amal"]
    assert await found(event, asking("c2"), office=office) == []
    assert await found(event, asking(NO_ANSWER), office=office) == ["Basel"]
    assert await found(event, asking(""), office=office) == ["Amal", "Basel"]


@with_database
@pytest.mark.parametrize(
    ("kind", "answer", "asked"),
    [
        (Kind.NUMBER, 12, "١٢"), (Kind.NUMBER, 2.5, "٢٫٥"), (Kind.DATE, "2027-01-14", "٢٠٢٧-٠١-١٤"),
        (Kind.DATE, "2027-01-14", "14.1.2027"), (Kind.PHONE, "+32478123456", "٠٠٣٢ 478 12-34-56"),
        (Kind.TEXT, "Room 12", "room ١٢"),
    ],
)  # fmt: skip
async def test_an_answer_is_found_in_whatever_digits_it_is_sought(
    kind: Kind, answer: object, asked: str, office: Office
) -> None:
    event = await make.event(office.vault)
    question = await Question.create(event_id=event.id, kind=kind, label={"en": "Q"}, position=1)
    await make.registered(event, "Amal", office=office, answers={str(question.id): answer})
    await make.registered(event, "Basel", office=office, answers={})

    wish = Query(question=str(question.id), answer=asked)
    assert await found(event, wish, office=office) == ["Amal"]


@with_database
async def test_a_question_of_another_event_filters_nothing(office: Office) -> None:
    event = await make.event(office.vault)
    await make.registered(event, "Amal", office=office)

    assert await found(event, Query(question=str(ID), answer="c1"), office=office) == ["Amal"]


@with_database
@pytest.mark.parametrize("sort", search.SORTS)
async def test_the_order_is_the_same_whether_the_database_makes_it_or_we(sort: str, office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=3)
    rows = await make.registered(event, *range(1, 9), office=office)
    await set_days(event)
    await leaving.cancel(rows[1].id, act=office.at(NOW))
    await Registration.filter(id=rows[2].id).update(status=Status.PENDING)

    by_database = await found(event, Query(sort=sort), office=office)
    by_us = await found(event, Query(words="guest", sort=sort), office=office)

    assert by_database == by_us
    assert len(by_us) == 8


@with_database
async def test_the_line_comes_in_its_order(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=1)
    await make.registered(event, "Amal", "Basel", "Celine", "Dana", office=office)

    assert await found(event, Query(sort="line"), office=office) == ["Basel", "Celine", "Dana", "Amal"]


@with_database
async def test_names_are_sorted_without_case_and_vowel_signs(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=9)
    await named(event, "zeina", "Élise", "أحمد", "Adam", "إبراهيم", office=office)

    names = await found(event, Query(sort="name"), office=office)

    assert names == ["Adam", "Élise", "zeina", "إبراهيم", "أحمد"]


@with_database
@pytest.mark.parametrize("words", ["", "guest"])
async def test_pages_hold_everybody_once(words: str, office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=99)
    await copies_of_one(event, search.PAGE_ROWS + 3, office=office)
    query = Query(words=words)

    first = await find_page(event.id, query, lens=lens(office))
    second = await find_page(event.id, query, lens=lens(office), number=2)
    beyond = await find_page(event.id, query, lens=lens(office), number=99)

    assert (first.total, first.pages, len(first.rows), len(second.rows)) == (53, 2, 50, 3)
    assert len({row.id for row in (*first.rows, *second.rows)}) == 53
    assert beyond == second


async def copies_of_one(event: Event, number: int, *, office: Office) -> None:
    """One person, written `number` times under ids and addresses of their own."""
    (first,) = await make.registered(event, 1, office=office)
    person = reveal_person(first, vault=office.vault, reader=ORGANIZER)
    rows = []
    for _each in range(number - 1):
        row_id = uuid.uuid4()
        columns = {name: getattr(first, name) for name in Registration._meta.db_fields}
        unique = {"id": row_id, "address_index": row_id.bytes, "token_digest": row_id.bytes}
        row = Registration(**{**columns, **unique})
        seal_person(row, person, vault=office.vault)
        rows.append(row)
    await Registration.bulk_create(rows)


@with_database
async def test_chosen_people_are_a_query_too(office: Office) -> None:
    event = await make.event(office.vault)
    rows = await make.registered(event, 1, 2, 3, office=office)
    ids = tuple(row.id for row in rows[:2])

    assert await find_ids(event.id, Query(ids=ids), lens=lens(office)) == list(ids)
    assert await find_ids(event.id, Query(ids=ids, words="guest2"), lens=lens(office)) == [rows[1].id]


@with_database
async def test_others_may_act_while_many_are_opened(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=999)
    await copies_of_one(event, reading.BREATH * 2 + 1, office=office)
    breaths, opened = 0, Counter[int]()

    async def somebody_else() -> None:
        nonlocal breaths
        while True:
            await asyncio.sleep(0)
            breaths += 1

    def opens(row: Registration) -> reading.Searchable:
        opened[breaths] += 1
        return reveal_person(row, vault=office.vault, reader=ORGANIZER)

    task = asyncio.create_task(somebody_else())
    ids = await find_ids(event.id, Query(words="guest"), lens=Lens(opens, answer_matches))
    task.cancel()

    assert max(opened.values()) <= reading.BREATH
    assert len(ids) == reading.BREATH * 2 + 1


@pytest.mark.engine_free
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Salma Haddad", "haddad, SALMA"),
        ("سلمى حدّاد", "حداد سلمي"),
        ("Élise García-López", "Elise Garcia Lopez"),
        ("أحمد", "احمد"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert duplicates.name_key(one) == duplicates.name_key(other)


@pytest.mark.engine_free
@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("gmail.com", "gmail.com", True),
        ("gmail.com", "googlemail.com", True),
        ("gmail.com", "gmial.com", True),
        ("gmail.com", "gmai.com", True),
        ("gmail.com", "gmaill.com", True),
        ("gmail.com", "gnail.com", True),
        ("gmail.com", "gmail.con", True),
        ("gmail.com", "gmial.con", False),
        ("gmail.com", "hotmail.com", False),
        ("a.org", "b.org", False),
        ("example.org", "example.com", False),
    ],
)
def test_a_domain_is_near_with_one_slip(one: str, other: str, near: bool) -> None:
    assert (rules.is_near(one, other), rules.is_near(other, one)) == (near, near)


async def pairs(event: Event, office: Office) -> Sequence[tuple[set[str], str]]:
    """The addresses of each pair, and why."""
    found = []
    for pair in await duplicates.find_pairs(event.id, opens=lens(office).opens):
        rows = await Registration.filter(id__in=[pair.first, pair.second])
        people = [reveal_person(row, vault=office.vault, reader=ORGANIZER) for row in rows]
        found.append(({person.address.split("@")[0] for person in people}, pair.why))
    return found


@with_database
async def test_the_same_name_and_nearly_the_same_address_make_pairs(office: Office) -> None:
    event = await make.event(office.vault, capacity_in_person=99)
    for name, address in (
        ("Salma Haddad", "salma@example.org"),
        ("HADDAD Salma", "office@example.net"),
        ("Nour", "nour.khalil@gmail.com"),
        ("Noor K.", "nourkhalil+events@gmial.com"),
        ("Omar", "info@example.org"),
        ("Rami", "info@example.net"),
    ):
        asked = make.applicant(name, address=address)
        await registering.register(event.id, asked, act=office.at(NOW))

    assert sorted(await pairs(event, office), key=lambda pair: pair[1]) == [
        ({"nour.khalil", "nourkhalil+events"}, "address"),
        ({"salma", "office"}, "name"),
    ]


@with_database
async def test_who_cancelled_is_no_duplicate(office: Office) -> None:
    event = await make.event(office.vault)
    await named(event, "Salma", "Salma", office=office)
    row = await make.row_of(event, "guest0@example.org", office=office)

    await leaving.cancel(row.id, act=office.at(NOW))

    assert await pairs(event, office) == []


@with_database
async def test_people_of_one_day_stand_in_the_order_in_which_they_came_and_never_in_another(
    office: Office,
) -> None:
    event = await make.event(office.vault, capacity_in_person=4)
    came = [row.id for row in await make.registered(event, *range(10), office=office)]

    newest_first = await find_page(event.id, Query(), lens=lens(office))
    sought = await find_page(event.id, Query(words="guest"), lens=lens(office))
    line = await find_page(event.id, Query(sort="line"), lens=lens(office))

    assert [row.id for row in newest_first.rows] == came[::-1]
    assert [row.id for row in sought.rows] == came[::-1]
    assert [row.id for row in line.rows] == came[4:] + came[:4]
    assert await find_ids(event.id, Query(), lens=lens(office)) == came
    assert await find_ids(event.id, Query(words="guest", sort="name"), lens=lens(office)) == came

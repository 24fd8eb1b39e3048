"""The house as a whole: every answer is guarded, every refusal has words, every desk page has a lock."""

import ast
import importlib
import pkgutil
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from babel.messages.extract import extract_python
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import events_app
from events_app import errors
from events_app.acts import Office
from events_app.app import ROOT
from events_app.errors import Refusal
from events_app.events.models.event import Event
from events_app.web.refusing import STATUS_OF
from events_app.web.security import HEADERS
from tests import make

KINDS = (errors.NotFound, errors.Gone, errors.Forbidden, errors.Conflict, errors.Invalid, errors.TooMany)
UNKNOWN = "11111111-1111-4111-8111-111111111111"
MARKS: Any = ["N_", "L_"]
BLANK = re.compile(r"%\((\w+)\)[sd]")


def refusals() -> list[type[Refusal]]:
    """Every class of refusal in the package."""
    for module in pkgutil.walk_packages(events_app.__path__, "events_app."):
        importlib.import_module(module.name)

    def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    return sorted(
        {each for each in below(Refusal) if each.__module__.startswith("events_app.")},
        key=lambda each: each.__name__,
    )


@cache
def marked() -> set[str]:
    """Every sentence of the package that is marked for the catalogue."""
    found = set()
    for path in (ROOT / "events_app").rglob("*.py"):
        with path.open("rb") as file:
            found |= {str(message) for _, _, message, _ in extract_python(file, MARKS, [], {})}
    return found


@pytest.mark.engine_free
@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_every_refusal_says_a_sentence_of_its_own_that_is_marked_for_translation(
    refusal: type[Refusal],
) -> None:
    to_the_operator = ("events_app.database.", "events_app.backups.")  # in English
    if refusal in KINDS or refusal.__module__.startswith(to_the_operator):
        return
    assert "sentence" in vars(refusal), "it says what its kind says"
    assert refusal.sentence in marked()
    assert refusal.sentence[-1] in ".?!)s" or "%(" in refusal.sentence[-12:]


@pytest.mark.engine_free
def test_every_raised_refusal_fills_the_blanks_of_its_sentence() -> None:
    """What is raised in the package, read from its source: the values' names are the blanks."""
    named = {refusal.__name__: refusal for refusal in refusals()}
    wrong = []
    for path in sorted((ROOT / "events_app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
                continue
            name = ast.unparse(node.exc.func).rpartition(".")[2]
            values = {word.arg for word in node.exc.keywords}
            if name in named and None not in values and values != set(BLANK.findall(named[name].sentence)):
                wrong.append((path.name, node.lineno, name, values))

    assert wrong == []


@pytest.mark.engine_free
@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_every_refusal_has_a_status(refusal: type[Refusal]) -> None:
    status = next(status for kind, status in STATUS_OF if issubclass(refusal, kind))

    assert status in {403, 404, 409, 410, 413, 422, 429} or refusal.__module__ in {
        "events_app.vault.refusals",
        "events_app.database.migration",
        "events_app.exports.sheets",
    }


@pytest.mark.engine_free
def test_the_table_asks_for_the_narrower_kind_first() -> None:
    for number, (kind, _status) in enumerate(STATUS_OF):
        assert not any(issubclass(kind, earlier) for earlier, _ in STATUS_OF[:number])


def desk_routes(house: make.House) -> list[tuple[str, str]]:
    """Method and address of every page of the desk, with ids of nothing in it."""
    found = []
    for route in house.app.routes:
        if not isinstance(route, Route) or not route.path.startswith("/desk"):
            continue
        if route.path == "/desk/sign-in" or route.path.startswith("/desk/welcome/"):
            continue
        path = re.sub(r"\{\w+:int\}", "0", route.path)
        path = re.sub(r"\{\w+(:uuid)?\}", UNKNOWN, path)
        found += [(method, path) for method in (route.methods or set()) - {"HEAD"}]
    return sorted(found)


@pytest.mark.anyio
async def test_every_desk_page_sends_a_stranger_to_the_sign_in(house: make.House) -> None:
    stranger = await house.client()
    routes = desk_routes(house)
    assert len(routes) > 30

    for cookie in ("", "a" * 39):
        if cookie:
            stranger.cookies.set("desk", cookie)
        for method, path in routes:
            answer = await stranger.request(method, path)
            leads_to = answer.headers["location"].partition("?onward=")[0]
            assert (answer.status_code, leads_to) == (303, "/desk/sign-in"), (method, path)


@pytest.mark.anyio
@pytest.mark.parametrize("token", [None, "", "wrong", "ü" * 39])
async def test_every_desk_post_without_the_sessions_form_token_is_refused(
    house: make.House, token: str | None
) -> None:
    desk = await house.desk()
    posts = [path for method, path in desk_routes(house) if method != "GET"]
    assert len(posts) > 15

    for path in posts:
        answer = await desk.client.post(path, data={} if token is None else {"form_token": token})
        assert answer.status_code == 403, path


@pytest.mark.anyio
async def test_the_form_token_of_another_session_does_not_help(house: make.House) -> None:
    mine, theirs = await house.desk(), await house.desk()

    answer = await mine.client.post("/desk/sign-out", data={"form_token": theirs.form_token})

    assert answer.status_code == 403


@pytest.mark.anyio
async def test_every_page_of_the_desk_that_names_what_is_not_there_is_the_one_404(house: make.House) -> None:
    desk = await house.desk()
    for method, path in desk_routes(house):
        if UNKNOWN in path:
            for wrong in (UNKNOWN, "not-a-uuid", "%F0%9F%98%80"):
                fields = {"data": {"form_token": desk.form_token}} if method == "POST" else {}
                answer = await desk.client.request(method, path.replace(UNKNOWN, wrong), **fields)  # type: ignore[arg-type]
                assert answer.status_code == 404, (method, path, wrong)


def shown_paths(house: make.House) -> list[str]:
    """Every address that can be looked at, without its parameters filled in."""
    return [
        route.path
        for route in house.app.routes
        if isinstance(route, Route) and "GET" in (route.methods or set())
    ]


async def answers(house: make.House) -> dict[str, httpx2.Response]:
    """One answer of every sort there is."""
    conference = await make.conference()
    event = await make.event(house.vault, conference_id=conference.id)
    client, desk = await house.client(), await house.desk()
    large = b"address=" + b"x" * 300_000
    form = {"content-type": "application/x-www-form-urlencoded"}
    feed = await client.get("/conferences/forum.ics")
    return {
        "home": await client.get("/"),
        "kept": await client.get("/"),
        "event": await client.get(f"/events/{event.slug}"),
        "calendar": await client.get(f"/events/{event.slug}.ics"),
        "feed": feed,
        "304": await client.get("/conferences/forum.ics", headers={"if-none-match": feed.headers["etag"]}),
        "303": await client.get("/desk"),
        "404": await client.get("/events/unknown"),
        "404 static": await client.get("/static/css/unknown.css"),
        "404 nothing": await client.get("/no/such/page"),
        "404 null": await client.get("/events/%00"),
        "405": await client.delete("/"),
        "403": await client.post(f"/events/{event.slug}/mine", headers={"sec-fetch-site": "cross-site"}),
        "413": await client.post(f"/events/{event.slug}/mine", content=large, headers=form),
        "422": await client.post(f"/events/{event.slug}/mine", data={"address": "x"}),
        "400": await client.post(
            f"/events/{event.slug}/mine", content=b"a", headers={"content-type": "multipart/form-data"}
        ),
        "static": await client.get("/static/css/house.css"),
        "health": await client.get("/healthz"),
        "ready": await client.get("/readyz"),
        "desk": await desk.get("/desk"),
        "sheet": await desk.get(f"/desk/events/{event.id}/registrations.csv"),
        "head": await client.head("/"),
        "500": await client.get("/broken"),
    }


async def broken(request: Request) -> Response:
    raise LookupError("canary@example.org")


@pytest.mark.anyio
async def test_every_answer_has_the_security_headers(house: make.House) -> None:
    house.app.router.routes.insert(0, Route("/broken", broken))

    for name, answer in (await answers(house)).items():
        for header, value in HEADERS.items():
            assert answer.headers.get(header) == value, (name, header)
        assert "cache-control" in answer.headers, name
        assert "server" not in answer.headers
        numbered = re.match(r"\d{3}", name)
        assert answer.status_code == int(numbered[0] if numbered else 200), name


@pytest.mark.anyio
async def test_over_https_every_answer_insists_on_it_and_the_cookie_is_bound_to_the_host(
    migrated: tuple[str, list[str]], tmp_path: object, house: make.House
) -> None:
    """The house fixture emptied the database and has it open; a second house would open it again."""
    site = replace(house.office.site, base_url="https://events.example.org")
    house.app.state.house = replace(house.app.state.house, office=Office(house.vault, site))
    desk = await house.desk()
    assert (await desk.get("/desk")).status_code == 303
    desk.client.cookies.set("__Host-desk", desk.client.cookies["desk"])
    assert (await desk.get("/desk")).status_code == 200


@pytest.mark.anyio
async def test_an_error_of_ours_is_said_in_the_readers_language_and_says_nothing_else(
    house: make.House,
) -> None:
    house.app.router.routes.insert(0, Route("/broken", broken))
    client = await house.client(**{"accept-language": "ar"})

    answer = await client.get("/broken")

    assert answer.status_code == 500
    assert 'dir="rtl"' in answer.text
    assert "canary" not in answer.text
    assert "LookupError" not in answer.text


@pytest.mark.anyio
async def test_unknown_and_draft_are_one_page(house: make.House) -> None:
    await make.draft(house.vault, slug="secret-plan")
    client = await house.client()
    addresses = [
        "/events/secret-plan", "/events/no-such-one", "/events/secret-plan/register", "/events/secret-plan/mine",
        "/events/secret-plan.ics", "/conferences/none", "/conferences/none.ics", "/organizations/none/logo", "/none",
    ]  # fmt: skip

    pages = [await client.get(address) for address in addresses]

    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    assert len({tuple(sorted(page.headers.items())) for page in pages}) == 1


@pytest.mark.anyio
async def test_every_wrong_link_is_one_page(house: make.House) -> None:
    client = await house.client()
    addresses = [
        "/registrations/" + "a" * 39,
        "/registrations/" + "a" * 39 + ".ics",
        "/registrations/r.forged",
    ]

    pages = [await client.get(address) for address in addresses]

    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    assert len({tuple(sorted(page.headers.items())) for page in pages}) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/events/secret-plan/register", "/events/secret-plan/mine"])
async def test_a_post_to_a_draft_is_the_same_page_too(house: make.House, path: str) -> None:
    await make.draft(house.vault, slug="secret-plan")
    client = await house.client()

    draft = await client.post(path, data={"address": "a@example.org"})
    unknown = await client.post(path.replace("plan", "none"), data={"address": "a@example.org"})

    assert (draft.status_code, draft.content) == (404, unknown.content)


texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "", "0", "-1", "²", "٣", "9" * 30, "9" * 5000, "1e9", "%00", "\0", "../../etc/passwd", "a" * 5000, "'", "`",
            "{{7*7}}", "<script>", "\ud7ff", "\U0010ffff", "r.", "r.AAAA", "r.=", "new", UNKNOWN, "{" + UNKNOWN + "}",
            "confirmed", "ar", "sent", "\u202e", "\r\nX: 1", "a.ics", ".ics", "..", "%", "%zz", "?", "#", "//", "\\",
        ]
    ),
)  # fmt: skip
NAMES = (
    "q", "status", "page", "state", "before", "lang", "column", "bom", "v", "code", "view", "sort", "address", "form",
)  # fmt: skip
queries = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=5), texts), max_size=4)


def asked_for(path: str, values: list[str], query: list[tuple[str, str]]) -> str:
    """The address with these values in its blanks, percent-coded as a browser does."""
    fillings = iter(values * 9)
    filled = re.sub(r"\{[^}]+\}", lambda _blank: quote(next(fillings), safe="", errors="replace"), path)
    said = "&".join(
        f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in query
    )
    return f"{filled}?{said}"


@pytest.mark.anyio
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    number=st.integers(0, 200),
    values=st.lists(texts, min_size=1, max_size=2),
    query=queries,
    signed_in=st.booleans(),
)
@example(number=0, values=["\0"], query=[("q", "\0")], signed_in=True)
async def test_no_address_and_no_question_breaks_anything(
    house: make.House, number: int, values: list[str], query: list[tuple[str, str]], signed_in: bool
) -> None:
    paths = shown_paths(house)
    path = asked_for(paths[number % len(paths)], values, query)
    await _fuzzed(house, path, signed_in=signed_in)


@pytest.mark.anyio
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    page=st.sampled_from(["", "/registrations", "/letters", "/export", "/registrations.csv", "/edit"]),
    query=queries,
)
@example(page="/registrations", query=[("page", "²")])
@example(page="/registrations", query=[("page", "9" * 5000)])
@example(page="/letters", query=[("before", "²")])
@example(page="/letters", query=[("before", "9" * 30)])
@example(page="/letters", query=[("state", "\0")])
@example(page="/letters", query=[("state", "x" * 300)])
async def test_no_question_breaks_the_pages_of_an_event(
    house: make.House, page: str, query: list[tuple[str, str]]
) -> None:
    event = await _the_event(house)
    await _fuzzed(house, asked_for(f"/desk/events/{event}{page}", [""], query), signed_in=True)


_known: dict[int, tuple[uuid.UUID, make.Desk]] = {}


async def _the_event(house: make.House) -> uuid.UUID:
    if id(house) not in _known:
        event = await make.event(house.vault)
        await make.registered(event, 1, office=house.office)
        _known[id(house)] = event.id, await house.desk()
    return _known[id(house)][0]


async def _fuzzed(house: make.House, path: str, *, signed_in: bool) -> None:
    await _the_event(house)
    client = _known[id(house)][1].client if signed_in else await house.client()
    answer = await client.get(path)
    assert answer.status_code < 500, path
    assert answer.headers["x-content-type-options"] == "nosniff"


POSTED = (
    "name", "address", "language", "mode", "needs", "consent", "consent_version", "code", "guests-0-name",
    "guests-0-address", "guests-9999-name", "revision", "preview", "more", "title_en", "starts_on", "starts_time",
    "ends_time", "ends_on", "zone", "modes", "place_en", "visibility", "conference", "room", "opens", "closes",
    "capacity_in_person", "starts_fold", "hosts-0-organization", "hosts-0-role", "speakers-0-name_en",
    "speakers-0-role", "agenda-0-title_en", "agenda-0-minutes", "rooms-0-name_en", "rooms-0-seats", "name_en",
    "colour", "logo", "link", "edition", "city", "kind", "label_en", "choices", "required", "when", "position",
    "query", "reason_en", "passphrase", "to", "subject_en", "body_en", "quota", "places", "ids", "act", "slug",
)  # fmt: skip
values = st.one_of(
    texts,
    st.sampled_from(
        ["Guest", "guest@example.org", "en", "in_person", "online", "y", "1", "2035-05-12", "13:00"]
    ),
    st.sampled_from([make.ZONE, "public", "exact", "host", "speaker", "#112233", "=1+1", "a,b;c", "a" * 400]),
)


@pytest.mark.anyio
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.integers(0, 200), st.dictionaries(st.sampled_from(POSTED), values, max_size=8), st.booleans())
async def test_nothing_that_is_posted_breaks_anything(
    house: make.House, number: int, said: dict[str, str], whole: bool
) -> None:
    event = await _the_event(house)
    desk = _known[id(house)][1]
    routes = [
        route for route in house.app.routes if isinstance(route, Route) and "POST" in (route.methods or ())
    ]
    path = routes[number % len(routes)].path
    known = {"event_id": str(event), "slug": (await Event.get(id=event)).slug}
    filled = re.sub(r"\{(\w+)(:\w+)?\}", lambda blank: known.get(blank[1], UNKNOWN), path)
    usual = make.form(name="Guest", address="guest@example.org", language="en") if whole else {}
    if filled == "/desk/sign-out":
        return
    client = await house.client()  # a place of its own, so that no limit answers instead
    client.cookies.update(desk.client.cookies)

    answer = await client.post(filled, data={**usual, **said, "form_token": desk.form_token})

    assert answer.status_code < 500, (filled, said)

"""Requests for another host, and readers who want nothing compressed."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests import make

pytestmark = pytest.mark.anyio

PUBLIC = "https://events.example.org"


@pytest.fixture
async def public(migrated: tuple[str, list[str]], tmp_path: Path) -> AsyncIterator[make.House]:
    """A house whose own address is a public one."""
    async with make.house(migrated[0], tmp_path / "public", base_url=PUBLIC) as house:
        yield house


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "events.example.org.evil.example",
        "events.example.org@evil.example",
        "",
        "[",
        "evil:80",
    ],
)
async def test_a_foreign_host_is_never_answered(public: make.House, host: str) -> None:
    client = await public.client()

    for path in ("/", "/desk/", "/desk", "/nothing", "/robots.txt"):
        answer = await client.get(path, headers={"host": host})
        assert (answer.status_code, answer.headers.get("location")) == (421, None), path


async def test_a_kept_page_is_never_given_out_for_a_foreign_host(public: make.House) -> None:
    client = await public.client()

    for _again in range(2):
        assert (await client.get("/", headers={"host": "events.example.org"})).status_code == 200
        assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421


@pytest.mark.parametrize(
    "host", ["events.example.org", "EVENTS.example.org:443", "localhost:8000", "127.0.0.1", "[::1]:8000"]
)
async def test_our_own_host_and_this_machine_are_answered(public: make.House, host: str) -> None:
    client = await public.client()

    assert (await client.get("/", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_who_watches_over_the_server_may_ask_by_any_name(public: make.House, path: str) -> None:
    answer = await (await public.client()).get(path, headers={"host": "10.1.2.3:8000"})

    assert answer.status_code == 200


async def test_a_trial_on_this_machine_answers_whoever_reaches_it(house: make.House) -> None:
    client = await house.client()

    assert (await client.get("/", headers={"host": "laptop.local:8000"})).status_code == 200


@pytest.mark.parametrize("path", ["/desk/", "/events/none/", "//evil.example/desk/", "/static"])
async def test_a_redirect_never_leads_to_another_host(house: make.House, path: str) -> None:
    client = await house.client()

    answer = await client.get(httpx2.URL(make.BASE, raw_path=path.encode()), headers={"host": "evil.example"})

    leads = answer.headers.get("location", "")
    assert "evil.example" not in leads.removeprefix("/evil.example")
    assert leads == "" or (leads[0] == "/" and leads[:2] != "//")


async def test_a_slash_too_many_still_leads_to_the_page_with_its_query(house: make.House) -> None:
    answer = await (await house.client()).get("/desk/?lang=ar")

    assert (answer.status_code, answer.headers["location"]) == (307, "/desk?lang=ar")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"), ("br, GZIP;q=0.5", "gzip"), ("*", "gzip"), ("x-gzip", "gzip"),
        ("gzip;q=0", None), ("gzip; q=0.000, *;q=1", None), ("br", None), ("identity", None), ("*;q=0", None),
        ("gzip;q=soon", None), ("", None), ("nogzip", None),
    ],
)  # fmt: skip
async def test_who_does_not_want_gzip_never_gets_it(
    house: make.House, accepted: str, encoding: str | None
) -> None:
    await make.event(house.vault, slug="here")
    client = await house.client(**{"accept-encoding": "gzip"})

    for path in ("/events/here", "/events/here/register", "/static/css/house.css"):
        for _again in range(2):  # kept, the second time
            await client.get(path)
            answer = await client.get(path, headers={"accept-encoding": accepted})
            if answer.status_code == 200:
                assert answer.headers.get("content-encoding") == encoding, path


async def test_every_cookie_of_a_site_on_https_is_secure(public: make.House) -> None:
    client = await public.client()
    desk = await public.desk()
    desk.client.cookies.set("__Host-desk", desk.client.cookies["desk"])

    answers = [
        await client.get("/?lang=ar"),
        await desk.client.get("/desk/sign-in"),
        await desk.post("/desk/organizations/new", name_en="Cedar"),
        await desk.get("/desk"),
        await desk.post("/desk/sign-out"),
    ]

    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"language", "flash", "__Host-desk"}
    assert [cookie for cookie in cookies if "; secure" not in cookie.lower()] == []


async def test_signing_out_ends_the_cookie_as_browsers_want_it(public: make.House) -> None:
    desk = await public.desk()
    desk.client.cookies.set("__Host-desk", desk.client.cookies["desk"])

    answer = await desk.post("/desk/sign-out")

    (cookie,) = answer.headers.get_list("set-cookie")
    said = {part.strip().lower() for part in cookie.split(";")}
    assert {"max-age=0", "path=/", "secure"} <= said
    assert not any(part.startswith("domain") for part in said)


async def test_without_https_no_cookie_asks_for_it(house: make.House) -> None:
    answer = await (await house.client()).get("/?lang=ar")

    assert "secure" not in answer.headers["set-cookie"].lower()


async def test_a_field_too_long_for_any_browser_is_never_looked_at(house: make.House) -> None:
    client = await house.client()
    headers = {
        "accept-language": "ar" + 20_000 * ",ar",
        "accept-encoding": "gzip" + 20_000 * ",x",
        "cookie": "other=" + 20_000 * "\\",
        "if-none-match": 20_000 * '"a",',
        "range": "bytes=0-1" + 5_000 * ",3-3",
    }

    for name, value in headers.items():
        answer = await client.get("/", headers={name: value})
        assert answer.status_code == 200, name
        assert 'lang="en"' in answer.text, name
    style = await client.get("/static/css/house.css", headers={"range": headers["range"]})
    assert style.status_code == 200


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-8; charset=punycode", "x"])
async def test_a_form_in_a_slow_alphabet_is_never_read(house: make.House, charset: str) -> None:
    client = await house.client()
    body = (
        b'--b\r\nContent-Disposition: form-data; name="address"\r\n\r\n' + 60_000 * b"a-a" + b"\r\n--b--\r\n"
    )

    answer = await client.post(
        "/desk/sign-in",
        content=body,
        headers={"content-type": f"multipart/form-data; boundary=b; charset={charset}"},
    )

    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"a&" * 100_000,
        b"a=b&" * 60_000,
        b"%" * 250_000,
        b"%41" * 80_000,
        b"=" * 250_000,
    ],
)
async def test_many_fields_are_never_all_kept(house: make.House, body: bytes) -> None:
    client = await house.client()

    answer = await client.post(
        "/desk/sign-in", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "part",
    [
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n',
        b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n\r\n',
        b"--b\r\n" + 10_000 * b"a: b\r\n",
        b"--b\r\nContent-Disposition: form-data" + 8_000 * b'; a=";"' + b"\r\n\r\n\r\n",
        b"--b\r\n\r\n",
        b"-" * 200_000,
    ],
)
async def test_many_parts_or_fields_of_a_part_are_never_all_kept(house: make.House, part: bytes) -> None:
    client = await house.client()
    body = (part * (250_000 // len(part) + 1))[:250_000]

    answer = await client.post(
        "/desk/sign-in", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )

    assert answer.status_code in {400, 413}

"""Coming to the desk through the pages: the one-time link, sign-in, sign-out, and what they do not tell."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import pytest

from events_app import VERSION
from events_app.accounts import actions
from events_app.accounts.models import Organizer, Session
from events_app.clock import now as clock_now
from tests import make
from tests.make import House, words_of

pytestmark = pytest.mark.anyio

ADDRESS, PASSPHRASE = "rana@example.org", "seven lanterns over a quiet harbour"


async def first_link(house: House) -> str:
    token = await actions.invite_first(house.vault, now=clock_now())
    assert token is not None
    return f"/desk/welcome/{token}"


async def account(house: House) -> None:
    token = (await first_link(house)).rpartition("/")[2]
    came_in = await actions.accept(house.vault, token, "Rana", ADDRESS, PASSPHRASE, now=clock_now())
    await actions.sign_out(came_in.session)


async def test_the_first_link_makes_an_account_and_sits_at_the_desk(house: House) -> None:
    browser, link = await house.client(), await first_link(house)
    assert (await browser.get(link)).status_code == 200

    answer = await browser.post(link, data={"name": "Rana", "address": ADDRESS, "passphrase": PASSPHRASE})

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert "Rana" in words_of(await browser.get("/desk"))
    assert (await browser.get(link)).status_code == 404


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(house: House) -> None:
    browser = await house.client()
    await account(house)

    answer = await browser.post("/desk/sign-in", data={"address": ADDRESS, "passphrase": PASSPHRASE})

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("desk=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert await Session.all().count() == 1


async def test_a_wrong_passphrase_and_an_unknown_address_get_one_page(house: House) -> None:
    browser = await house.client()
    await account(house)

    pages = []
    for address, passphrase in ((ADDRESS, "wrong"), ("nobody@example.org", PASSPHRASE)):
        page = await browser.post("/desk/sign-in", data={"address": address, "passphrase": passphrase})
        pages.append((page.status_code, page.text.replace(address, "")))

    assert pages[0] == pages[1]
    assert pages[0][0] == 403
    assert "do not belong together" in pages[0][1]
    assert "set-cookie" not in page.headers


async def test_a_passphrase_is_never_written_back_into_a_page(house: House) -> None:
    browser, link = await house.client(), await first_link(house)
    await browser.get(link)

    wrong = await browser.post("/desk/sign-in", data={"address": ADDRESS, "passphrase": "canary words here"})
    weak = await browser.post(link, data={"name": "", "address": ADDRESS, "passphrase": "canary words here"})

    assert "canary" not in wrong.text + weak.text
    assert weak.status_code == 422


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"passphrase": "short"}, "at least 12 characters"),
        ({"passphrase": "passwordpassword"}, "easy to guess"),
        ({"passphrase": "rana has an almond tree"}, "without your own name"),
        ({"name": ""}, "Please tell us a name"),
        ({"address": "rana"}, "does not look like an email address"),
    ],
)
async def test_what_is_wrong_is_said_and_the_link_still_works(
    house: House, said: dict[str, str], sentence: str
) -> None:
    browser, link = await house.client(), await first_link(house)
    typed = {"name": "Rana", "address": ADDRESS, "passphrase": PASSPHRASE}

    refused = await browser.post(link, data={**typed, **said})

    assert refused.status_code == 422
    assert sentence in words_of(refused)
    assert await Organizer.all().count() == 0
    assert (await browser.post(link, data=typed)).status_code == 303


async def test_a_link_for_another_address_is_refused_in_words(house: House) -> None:
    await account(house)
    browser = await house.client()
    token = await actions.invite(house.vault, "colleague@example.org", now=clock_now())

    page = await browser.get(f"/desk/welcome/{token}")
    refused = await browser.post(
        f"/desk/welcome/{token}", data={"name": "Eve", "address": ADDRESS, "passphrase": PASSPHRASE + "!"}
    )

    assert 'value="colleague@example.org"' in page.text
    assert refused.status_code == 422
    assert "made for another email address" in words_of(refused)


async def test_a_link_nobody_made_is_a_404_that_says_what_to_do(house: House) -> None:
    browser = await house.client()

    for method in ("GET", "POST"):
        answer = await browser.request(method, "/desk/welcome/" + "a" * 39)
        assert answer.status_code == 404
        assert "Please ask for a new one" in words_of(answer)


async def test_signing_in_leads_to_the_page_that_was_asked_for(house: House) -> None:
    await account(house)
    browser = await house.client()

    asked = await browser.get("/desk/organizations/new")
    way_in = await browser.get(asked.headers["location"])
    typed = {"address": ADDRESS, "passphrase": "wrong words, all of them", "onward": "/desk/mail"}
    refused = await browser.post("/desk/sign-in", data=typed)
    inside = await browser.post("/desk/sign-in", data={**typed, "passphrase": PASSPHRASE})

    assert asked.headers["location"] == "/desk/sign-in?onward=%2Fdesk%2Forganizations%2Fnew"
    assert 'name="onward" value="/desk/organizations/new"' in way_in.text
    assert 'name="onward" value="/desk/mail"' in refused.text
    assert (inside.status_code, inside.headers["location"]) == (303, "/desk/mail")


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example/desk/x", "/desk/../evil", "/", "/desk/sign-out", "\\desk"],
)
async def test_nobody_is_led_away_from_the_desk(elsewhere: str, house: House) -> None:
    await account(house)
    browser = await house.client()
    typed = {"address": ADDRESS, "passphrase": PASSPHRASE, "onward": elsewhere}

    shown = await browser.get("/desk/sign-in", params={"onward": elsewhere})
    inside = await browser.post("/desk/sign-in", data=typed)

    assert 'name="onward"' not in shown.text
    assert (inside.status_code, inside.headers["location"]) == (303, "/desk")


async def test_signing_out_ends_the_session_and_keeps_the_language(house: House) -> None:
    desk = await house.desk()
    await desk.get("/desk?lang=ar")

    answer = await desk.post("/desk/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")
    assert await Session.all().count() == 0
    assert (await desk.get("/desk")).status_code == 303
    assert '<html lang="ar"' in (await desk.get("/desk/sign-in")).text
    assert "cookies" not in answer.headers["clear-site-data"]


async def test_only_whoever_sits_at_the_desk_reads_which_version_runs(house: House) -> None:
    desk, stranger = await house.desk(), await house.client()
    said = f"Events {VERSION}"

    assert said in (await desk.get("/desk")).text
    assert said not in (await stranger.get("/")).text
    assert said not in (await stranger.get("/desk/sign-in")).text


async def test_a_page_that_looks_again_by_itself_keeps_no_session_alive(house: House) -> None:
    desk = await house.desk()
    before = clock_now() - timedelta(minutes=30)
    await Session.all().update(seen_at=before)

    await desk.client.get("/desk", headers={"sec-fetch-dest": "empty"})
    assert (await Session.all().get()).seen_at == before

    await desk.client.get("/desk", headers={"sec-fetch-dest": "document"})
    assert (await Session.all().get()).seen_at > before


async def test_a_closed_account_sits_at_no_desk(house: House) -> None:
    desk = await house.desk()
    await Organizer.all().update(active=False)

    assert (await desk.get("/desk")).status_code == 303


async def test_forty_tries_from_one_place_are_enough(house: House) -> None:
    browser, neighbour = await house.client(), await house.client()
    await account(house)

    statuses = [(await browser.post("/desk/sign-in", data={"address": "x"})).status_code for _ in range(41)]

    assert set(statuses[:40]) == {422}
    assert statuses[40] == 429
    typed = {"address": ADDRESS, "passphrase": PASSPHRASE}
    assert (await neighbour.post("/desk/sign-in", data=typed)).status_code == 303


async def test_signing_in_again_never_leaves_the_older_session_of_that_browser(house: House) -> None:
    await account(house)
    browser, elsewhere = await house.client(), await house.client()
    typed = {"address": ADDRESS, "passphrase": PASSPHRASE}
    await elsewhere.post("/desk/sign-in", data=typed)
    await browser.post("/desk/sign-in", data=typed)
    older = browser.cookies["desk"]

    await browser.post("/desk/sign-in", data=typed)

    assert await Session.all().count() == 2
    assert [(await each.get("/desk")).status_code for each in (elsewhere, browser)] == [200, 200]
    thief = await house.client(cookie=f"desk={older}")
    assert (await thief.get("/desk")).headers["location"] == "/desk/sign-in"


async def test_no_link_is_used_up_and_then_answered_with_too_often(house: House) -> None:
    """Neither by the tries of others, nor by those of one's own network."""
    await account(house)
    stranger, organizer = await house.client(), await house.client()
    wrong = {"address": ADDRESS, "passphrase": "wrong"}
    answers = [(await stranger.post("/desk/sign-in", data=wrong)).status_code for _ in range(41)]
    assert answers.count(403) == 10
    token = await actions.invite(house.vault, ADDRESS, now=clock_now())
    typed = {"name": "Rana", "address": ADDRESS, "passphrase": PASSPHRASE + "!"}

    answer = await stranger.post(f"/desk/welcome/{token}", data=typed)

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert (await stranger.get("/desk")).status_code == 200
    assert (await organizer.get("/desk")).status_code == 303


async def test_a_known_browser_is_let_in_whatever_its_network_and_others_have_tried(house: House) -> None:
    await account(house)
    browser = await house.client()
    typed = {"address": ADDRESS, "passphrase": PASSPHRASE}
    await browser.post("/desk/sign-in", data=typed)
    known = browser.cookies["desk-device"]
    browser.cookies.delete("desk-device")
    answers = [
        (await browser.post("/desk/sign-in", data={**typed, "passphrase": "wrong"})).status_code
        for _ in range(40)
    ]
    assert answers[-1] == 429
    assert (await browser.post("/desk/sign-in", data=typed)).status_code == 429

    browser.cookies.set("desk-device", known)
    answer = await browser.post("/desk/sign-in", data=typed)

    assert answer.status_code == 303


async def test_the_cookie_of_a_known_browser_is_held_like_the_sessions(house: House) -> None:
    await account(house)
    browser = await house.client()

    answer = await browser.post("/desk/sign-in", data={"address": ADDRESS, "passphrase": PASSPHRASE})

    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["desk", "desk-device"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=15552000"):
        assert part in cookies[1]


async def test_a_sign_in_from_another_site_is_refused(house: House) -> None:
    browser = await house.client(**{"sec-fetch-site": "cross-site"})
    await account(house)

    answer = await browser.post("/desk/sign-in", data={"address": ADDRESS, "passphrase": PASSPHRASE})

    assert answer.status_code == 403
    assert await Session.all().count() == 0


async def test_the_desk_is_kept_by_no_cache(house: House) -> None:
    desk = await house.desk()
    await make.organization()

    for path in ("/desk", "/desk/events/new", "/desk/organizations"):
        assert (await desk.get(path)).headers["cache-control"] == "no-store"


async def test_a_form_sent_after_the_session_ended_is_kept_and_sent_once_more(house: House) -> None:
    await account(house)
    browser = await house.client()
    typed = {"form_token": "old", "name_en": "Jasmine & “Friends” <i>", "name_ar": "الياسمين", "colour": ""}

    ended = await browser.post("/desk/organizations/new", data=typed)
    onward, kept = (field_of(ended.text, name) for name in ("onward", "kept"))
    wrong = await browser.post("/desk/sign-in", data={"address": ADDRESS, "onward": onward, "kept": kept})
    signed_in = await browser.post(
        "/desk/sign-in",
        data={"address": ADDRESS, "passphrase": PASSPHRASE, "onward": onward, "kept": kept},
    )
    names = ("form_token", "name_en", "name_ar", "colour")
    again = {name: field_of(signed_in.text, name) for name in names}
    stored = await browser.post("/desk/organizations/new", data=again)

    assert (ended.status_code, onward) == (403, "/desk/organizations/new")
    assert "nothing you typed is lost" in words_of(ended)
    assert field_of(wrong.text, "kept") == kept
    assert again | {"form_token": "old"} == typed
    assert (stored.status_code, stored.headers["location"]) == (303, "/desk")
    assert "Jasmine & “Friends” <i>" in words_of(await browser.get("/desk/organizations"))


async def test_a_form_of_many_long_texts_is_kept_too_where_somebody_came_in_before(house: House) -> None:
    await account(house)
    browser = await house.client()
    await browser.post("/desk/sign-in", data={"address": ADDRESS, "passphrase": PASSPHRASE})
    await Session.all().delete()
    typed = {
        "form_token": "old",
        **{f"description_{each}": "x" * 100_000 for each in ("ar", "en", "fr", "es")},
    }

    ended = await browser.post("/desk/events/new", data=typed)

    assert (ended.status_code, field_of(ended.text, "onward")) == (403, "/desk/events/new")
    assert len(field_of(ended.text, "kept")) > 400_000


@pytest.mark.parametrize(
    ("path", "kind", "status", "most"),
    [
        ("/desk/events/new", "application/x-www-form-urlencoded", 413, 27),
        (
            "/desk/events/00000000-0000-4000-8000-000000000000/import",
            "application/x-www-form-urlencoded",
            413,
            27,
        ),
        (
            "/desk/events/00000000-0000-4000-8000-000000000000/import",
            "multipart/form-data; boundary=b",
            303,
            0,
        ),
        (
            "/desk/organizations/00000000-0000-4000-8000-000000000000/logo",
            "multipart/form-data; boundary=b",
            303,
            0,
        ),
        ("/desk/sign-in", "application/x-www-form-urlencoded", 413, 27),
        ("/desk/sign-in", "multipart/form-data; boundary=b", 400, 27),
        ("/desk/welcome/a", "application/x-www-form-urlencoded", 404, 0),
    ],
)
async def test_megabytes_of_nobody_are_never_read(
    house: House, path: str, kind: str, status: int, most: int
) -> None:
    read = []

    async def megabytes() -> AsyncIterator[bytes]:
        for _each in range(800):
            read.append(1)
            yield b"x" * 10_000

    stranger = await house.client()
    answer = await stranger.post(path, content=megabytes(), headers={"content-type": kind})

    assert (answer.status_code, len(read) <= most) == (status, True)


async def test_a_form_of_another_session_is_sent_once_more_with_a_press(house: House) -> None:
    desk = await house.desk()

    answer = await desk.client.post(
        "/desk/organizations/new", data={"form_token": "old", "name_en": "Jasmine"}
    )

    assert (answer.status_code, field_of(answer.text, "name_en")) == (403, "Jasmine")
    assert field_of(answer.text, "form_token") == desk.form_token
    assert "Jasmine" not in words_of(await desk.get("/desk/organizations"))


@pytest.mark.parametrize(
    "onward",
    ["https://elsewhere.example/desk", "//elsewhere.example", "/desk/../x", "/desk/sign-out", "/events/a"],
)
async def test_what_was_kept_goes_nowhere_but_to_the_desk(house: House, onward: str) -> None:
    await account(house)
    browser = await house.client()
    typed = {"address": ADDRESS, "passphrase": PASSPHRASE, "onward": onward, "kept": "a=b"}

    answer = await browser.post("/desk/sign-in", data=typed)

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")


def field_of(text: str, name: str) -> str:
    """The value of the page's hidden field of that name."""
    found = re.search(f'<input type="hidden" name="{name}" value="([^"]*)">', text)
    assert found, name
    return unescape(found.group(1))

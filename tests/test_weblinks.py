"""A web address in a text is a link, and nothing else becomes one."""

import re
import time

import pytest

from events_app.rendering import markdown
from events_app.weblinks import addresses_in

pytestmark = pytest.mark.engine_free


def links_in(text: str) -> list[tuple[str, str]]:
    """(where it leads, its words) of each link."""
    found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', str(markdown(text)))
    return [(href.replace("&amp;", "&"), words.replace("&amp;", "&")) for href, words in found]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://example.org/a_b_c, please.", "https://example.org/a_b_c"),
        ("(https://example.org/Film_(1999))", "https://example.org/Film_(1999)"),
        ("(see https://example.org/a).", "https://example.org/a"),
        ("**https://example.org/x**", "https://example.org/x"),
        ("'https://example.org/?a=1&b=2#c'", "https://example.org/?a=1&b=2#c"),
        ("HTTPS://EXAMPLE.ORG!", "HTTPS://EXAMPLE.ORG"),
        ("للتسجيل: https://example.org/ar، ثم", "https://example.org/ar"),
        ("الرابط:https://example.org/x؟", "https://example.org/x"),
        ("«https://example.org/x»", "https://example.org/x"),
        ("[https://example.org/x]", "https://example.org/x"),
        ("| a |\n| - |\n| https://example.org/x |", "https://example.org/x"),
        ("https://google.example@evil.example", "https://google.example"),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
    ],
)
def test_the_signs_of_a_sentence_are_never_a_part_of_an_address(text: str, address: str) -> None:
    assert [words for _href, words in links_in(text)] == [address]
    assert list(addresses_in(text)) == [address]


def test_www_leads_to_https() -> None:
    assert links_in("www.example.org/x?y=1.") == [("https://www.example.org/x?y=1", "www.example.org/x?y=1")]


@pytest.mark.parametrize(
    "text",
    [
        "`https://example.org`",
        "    https://example.org",
        "```\nhttps://example.org\n```",
        "javascript:alert(1) javascript://example.org/%0aalert(1) data:text/html,x file:///etc/passwd",
        "xhttps://example.org a@www.example.org https:// https://- www. www.org http:/example.org",
        "vbscript:https",
    ],
)
def test_code_and_other_schemes_become_no_link(text: str) -> None:
    assert "<a" not in markdown(text)


def test_the_words_of_a_link_hold_no_second_one() -> None:
    assert links_in("[https://mine.example](https://yours.example)") == [
        ("https://yours.example", "https://mine.example")
    ]
    assert links_in("<https://example.org/a>") == [("https://example.org/a", "https://example.org/a")]


@pytest.mark.parametrize(
    "text",
    [
        'https://example.org/"onmouseover="alert(1)',
        "https://example.org/<script>alert(1)</script>",
        "https://example.org/'><img src=x onerror=alert(1)>",
        'www.example.org/x" style="color:red',
    ],
)
def test_an_address_never_leaves_its_attribute(text: str) -> None:
    (link,) = re.findall(r"<a [^>]*>", str(markdown(text)))

    assert re.fullmatch(r'<a href="https://[^"<> ]*" dir="ltr" rel="nofollow noopener ugc">', link)
    assert "<script" not in markdown(text)
    assert "<img" not in markdown(text)


def test_an_address_in_arabic_words_reads_from_left_to_right_and_is_left_as_it_is() -> None:
    page = str(markdown("اتصلوا +966 55 123 4567 أو https://example.org/2027-01-14/123-456-789/ اليوم"))

    assert 'href="https://example.org/2027-01-14/123-456-789/" dir="ltr"' in page
    assert ">https://example.org/2027-01-14/123-456-789/</a>" in page
    assert "\u200e+966 55 123 4567\u200e" in page


@pytest.mark.parametrize(
    "piece",
    ["https://", "www.", "http", "https://a.b/((", "[https://a.b](", "[", "https://a.b/)", "w.", "h*_"],
)
def test_a_long_text_of_nonsense_takes_no_more_than_twice_as_long_when_it_is_twice_as_long(
    piece: str,
) -> None:
    def seconds(characters: int) -> float:
        text = (piece * characters)[:characters]
        took = []
        for _ in range(3):
            markdown.cache_clear()
            began = time.process_time()
            markdown(text)
            list(addresses_in(text))
            took.append(time.process_time() - began)
        return min(took)

    assert seconds(20_000) < max(0.4, 5 * seconds(10_000))

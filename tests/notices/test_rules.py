"""Of sums, what is new."""

from events_app.notices.rules import Tally, news_of


def test_what_has_become_less_is_no_news() -> None:
    told = {"a": Tally(registered=3, refused=2), "gone": Tally(registered=1)}

    assert news_of({"a": Tally(registered=3, refused=1)}, told) == {}
    assert news_of({"a": Tally(registered=5), "b": Tally(cancelled=1)}, told) == {
        "a": Tally(registered=2),
        "b": Tally(cancelled=1),
    }

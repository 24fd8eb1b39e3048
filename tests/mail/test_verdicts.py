"""What a server's no is about: nobody's letter is at fault for our sender, and nobody's address for our words."""

import pytest

from events_app.mail.standing import Stage, Verdict, judge

pytestmark = pytest.mark.engine_free


@pytest.mark.parametrize(
    ("stage", "code", "said"),
    [
        (Stage.SENDER, 550, "5.7.1 sender not allowed"),
        (Stage.SENDER, 550, "no such user here"),
        (Stage.SENDER, 452, "4.3.1 insufficient storage"),
        (Stage.RECIPIENT, 550, "5.4.5 Daily sending limit exceeded"),
        (Stage.RECIPIENT, 550, "5.1.8 Access denied, bad outbound sender"),
        (Stage.RECIPIENT, 554, "too many messages from you today"),
        (Stage.RECIPIENT, 530, "5.7.0 authentication required"),
        (Stage.LETTER, 550, "5.7.26 unauthenticated sender"),
        (Stage.LETTER, 550, "5.7.1 rate limit exceeded"),
    ],
)
def test_a_refusal_of_us_is_never_taken_for_one_of_the_letter(stage: Stage, code: int, said: str) -> None:
    assert judge(stage, code, said) == Verdict.US


@pytest.mark.parametrize(
    ("stage", "code", "said"),
    [
        (Stage.RECIPIENT, 550, "5.1.1 user unknown"),
        (Stage.RECIPIENT, 550, "no such user"),
        (Stage.RECIPIENT, 550, "Requested action not taken: mailbox unavailable"),
        (Stage.RECIPIENT, 552, "5.2.2 mailbox over limit"),
        (Stage.RECIPIENT, 550, "5.4.1 Recipient address rejected: Access denied"),
        (Stage.LETTER, 550, "5.1.1 user unknown"),
    ],
)
def test_an_address_that_nobody_has_is_told_apart(stage: Stage, code: int, said: str) -> None:
    assert judge(stage, code, said) == Verdict.ADDRESS


@pytest.mark.parametrize(
    ("code", "said"), [(552, "message too big"), (554, "5.6.0 bad message"), (552, "5.3.4 too large")]
)
def test_a_letter_that_is_refused_for_itself_says_nothing_of_its_address(code: int, said: str) -> None:
    assert judge(Stage.LETTER, code, said) == Verdict.LETTER


@pytest.mark.parametrize(
    ("stage", "code", "said"),
    [
        (Stage.RECIPIENT, 554, "5.7.1 rejected"),
        (Stage.RECIPIENT, 550, "5.7.1 relaying denied"),
        (Stage.RECIPIENT, 550, "blocked"),
        (Stage.RECIPIENT, 550, "refused"),
        (Stage.RECIPIENT, 553, "sorry, not now or ever"),
        (Stage.RECIPIENT, 450, "4.7.1 greylisted"),
        (Stage.RECIPIENT, 421, "closing"),
        (Stage.LETTER, 554, "5.7.1 message rejected as spam"),
        (Stage.LETTER, 550, "no"),
    ],
)
def test_what_may_be_about_us_or_about_a_letter_is_not_decided_by_one_reply(
    stage: Stage, code: int, said: str
) -> None:
    assert judge(stage, code, said) == Verdict.UNCLEAR


def test_not_now_is_not_now() -> None:
    assert judge(Stage.RECIPIENT, 450, "4.2.1 greylisted") == Verdict.LATER
    assert judge(Stage.LETTER, 451, "try again later") == Verdict.LATER

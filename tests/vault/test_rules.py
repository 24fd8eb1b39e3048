"""Text is padded, places are told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_app.vault.rules import bound_to, pack, pad, unpack, unpad

pytestmark = pytest.mark.engine_free


@given(st.binary(max_size=3000), st.sampled_from([256, 1024]))
def test_padding_comes_off_again_and_fills_the_step(data: bytes, step: int) -> None:
    padded = pad(data, step=step)

    assert unpad(padded) == data
    assert len(padded) % step == 0
    assert 1 <= len(padded) - len(data) <= step


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()))
def test_equal_values_make_the_same_bytes_whatever_their_order(value: dict[str, str | int | None]) -> None:
    turned = dict(reversed(list(value.items())))

    assert pack(turned) == pack(value)
    assert unpack(pack(value)) == value


def test_not_a_number_is_not_a_value() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        pack({"share": float("nan")})


def test_a_scope_holds_no_bar_so_that_places_cannot_be_confused() -> None:
    assert bound_to("event", "a|b") == b"event|a|b"
    for scope in ("event|a", ""):
        with pytest.raises(ValueError, match="without a bar"):
            bound_to(scope, "b")

"""The journeys act through a person's hands alone: else what they walk would not be walked by the keyboard too."""

import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.house, pytest.mark.engine_free]

HANDS = {"hands.py", "keyboard.py", "test_keyboard.py", Path(__file__).name}
PAST_THE_HANDS = re.compile(
    r"\.(?:(?:dbl)?click|tap|hover|drag_to|drag_and_drop|check|uncheck|set_checked|select_option|select_text"
    r"|press_sequentially|set_input_files|dispatch_event|focus|go_back|go_forward)\("
    r"|page\.(?:fill|type|press|keyboard|mouse|touchscreen)\b|\.locator\([^)]*\)\.(?:fill|type|press)\("
)


def test_no_journey_acts_past_the_hands_of_its_person() -> None:
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted(Path(__file__).parent.glob("*.py"))
        if path.name not in HANDS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if PAST_THE_HANDS.search(line)
    ]

    assert found == []

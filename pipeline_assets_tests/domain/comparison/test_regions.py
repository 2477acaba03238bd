"""States as files write them."""

import pytest

from pipeline_assets.domain.comparison.regions import ELSEWHERE, STATES, state_of


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("NSW", "NSW"),
        (" act ", "ACT"),
        ("New  South Wales", "NSW"),
        ("victoria", "VIC"),
        (None, ELSEWHERE),
        ("", ELSEWHERE),
        ("6018", ELSEWHERE),
        ("New Zealand", ELSEWHERE),
        ("<script>", ELSEWHERE),
    ],
)
def test_a_state_is_known_by_its_name_or_its_abbreviation(text: str | None, state: str) -> None:
    assert state_of(text) == state


def test_there_are_eight_states_and_territories() -> None:
    assert sorted(STATES) == ["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"]
    assert all(state_of(one) == one for one in STATES)

"""The lowest price over time, beside a look at every single day."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.asking.lowest_over_time import (
    Movement,
    PriceInForce,
    lowest_over_time,
)

FIRST = date(2025, 9, 1)
DAYS = 12

CHANGES = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),
        st.sampled_from(["G1", "G2", "G3"]),
        st.sampled_from(["1", "2"]),
        st.none() | st.integers(1, 4),
    ),
    max_size=20,
)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def in_force(movements: list[Movement], on: date) -> int | None:
    """The lowest price at the end of a day, by reading all of the past again."""
    last = {(one.store_id, one.sku): one.price_cents for one in movements if one.day <= on}
    return min((cents for cents in last.values() if cents is not None), default=None)


@given(CHANGES)
def test_each_day_has_the_lowest_price_that_a_naive_look_finds(
    changes: list[tuple[int, str, str, int | None]],
) -> None:
    ordered = sorted(changes, key=lambda one: one[0])
    movements = [Movement("aldi", store, sku, day(at), cents) for at, store, sku, cents in ordered]
    found = lowest_over_time(movements).get("aldi", ())
    for number in range(DAYS):
        steps = [step for step in found if step.day <= day(number)]
        shown = steps[-1].price_cents if steps else None
        assert shown == in_force(movements, day(number))
    assert all(a.price_cents != b.price_cents for a, b in pairwise(found))


def test_companies_are_apart_and_in_order() -> None:
    movements = [
        Movement("iga", "1", "9", day(1), 300),
        Movement("aldi", "G1", "1", day(0), 200),
        Movement("aldi", "G1", "1", day(3), None),
    ]
    found = lowest_over_time(movements)
    assert list(found.items()) == [
        ("aldi", [PriceInForce(day(0), 200), PriceInForce(day(3), None)]),
        ("iga", [PriceInForce(day(1), 300)]),
    ]

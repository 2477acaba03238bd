"""Which SKUs a store sold side by side, read from the history of its prices."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.products.co_listing import HistoryRow, could_be_one, shelves
from pipeline_assets.domain.products.facts import Decision, SkuFacts

BEGIN = datetime(2025, 9, 1)


def change(sku_id: int, day: int, price: int | None = 100, store: int = 1) -> HistoryRow:
    return store, sku_id, BEGIN + timedelta(days=day), price


def sold_together(
    groups: Sequence[Sequence[int]], history: Iterable[HistoryRow]
) -> set[tuple[int, int]]:
    """The pairs that share a shelf, the lower sku_id first."""
    found = shelves(groups, history)
    return {
        (a, b) for a, b in combinations(sorted(found), 2) if not set(found[a]).isdisjoint(found[b])
    }


def sku(sku_id: int, match_key: str | None, company: str = "aldi", **more: str) -> SkuFacts:
    return SkuFacts(sku_id, company, str(sku_id), more.get("barcode"), match_key, None)


def groups(skus: Sequence[SkuFacts], *decisions: Decision) -> list[list[int]]:
    return sorted(sorted(group) for group in could_be_one(skus, decisions))


def test_skus_of_one_company_with_one_name_and_no_barcode_could_be_one() -> None:
    skus = [
        *(sku(1, "tea"), sku(2, "tea"), sku(3, "tea")),
        *(sku(4, "milk"), sku(5, None), sku(6, None)),
        *(sku(7, "milk", "coles"), sku(8, "tea", "coles"), sku(9, "tea", "coles")),
        sku(10, "tea", barcode="9300000000019"),
    ]
    assert groups(skus) == [[1, 2, 3], [8, 9]]


def test_what_an_operator_called_the_same_could_be_one_too_and_what_not_is_not() -> None:
    skus = [sku(1, "tea"), sku(2, "chai"), sku(3, "milk"), sku(4, "chai"), sku(5, None)]
    assert groups(skus, Decision("same", 1, 2), Decision("never", 3, 4)) == [[1, 2, 4]]
    assert groups(skus, Decision("same", 1, 5), Decision("same", 3, 99)) == [[1, 5], [2, 4]]


def test_two_skus_in_one_snapshot_were_sold_together() -> None:
    assert sold_together([[2, 1]], [change(1, 0), change(2, 0)]) == {(1, 2)}


def test_one_that_joins_another_is_sold_together_with_it() -> None:
    assert sold_together([[1, 2]], [change(1, 0), change(2, 5)]) == {(1, 2)}


def test_one_that_follows_another_was_not_sold_together_with_it() -> None:
    history = [change(1, 0), change(1, 5, None), change(2, 5)]
    assert sold_together([[1, 2]], history) == set()


def test_that_two_were_sold_together_is_not_undone_by_delisting_one() -> None:
    history = [change(1, 0), change(2, 1), change(1, 2, None), change(2, 3, None)]
    assert sold_together([[1, 2]], history) == {(1, 2)}


def test_one_that_comes_back_meets_the_one_that_took_its_place() -> None:
    history = [change(1, 0), change(1, 1, None), change(2, 1), change(1, 2)]
    assert sold_together([[1, 2]], history) == {(1, 2)}


def test_a_changed_price_does_not_end_the_time_on_the_shelf() -> None:
    assert sold_together([[1, 2]], [change(1, 0), change(1, 1, 90), change(2, 2)]) == {(1, 2)}


def test_two_stores_are_two_shelves() -> None:
    assert sold_together([[1, 2]], [change(1, 0), change(2, 0, store=2)]) == set()


def test_only_pairs_within_a_group_are_told() -> None:
    history = [change(sku, 0) for sku in (1, 2, 3, 4, 5)]
    assert sold_together([[1, 2, 3], [4]], history) == {(1, 2), (1, 3), (2, 3)}


def test_a_sku_that_was_never_sold_is_together_with_none() -> None:
    assert sold_together([[1, 2]], [change(1, 0), change(2, 0, None)]) == set()


_SHELVES = st.dictionaries(
    st.tuples(st.integers(1, 2), st.integers(1, 3)),  # store, SKU
    st.lists(st.booleans(), min_size=6, max_size=6),  # on the shelf, day by day
)


@given(_SHELVES, st.randoms(use_true_random=False))
def test_sold_together_is_what_a_look_at_every_day_finds(
    shelves: dict[tuple[int, int], list[bool]], random: Random
) -> None:
    history = [
        change(sku, day, 100 if is_sold else None, store)
        for (store, sku), days in shelves.items()
        for day, is_sold in enumerate(days)
        if is_sold != (day > 0 and days[day - 1])
    ]
    random.shuffle(history)
    assert sold_together([[1, 2, 3]], history) == {
        (one, other)
        for one, other in [(1, 2), (1, 3), (2, 3)]
        for store in (1, 2)
        for day in range(6)
        if shelves.get((store, one), [False] * 6)[day]
        and shelves.get((store, other), [False] * 6)[day]
    }

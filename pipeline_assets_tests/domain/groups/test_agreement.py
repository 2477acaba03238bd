"""Agreement of price lists: exact counts, exact thresholds, every way of computing the same."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.domain.groups import counts
from pipeline_assets.domain.groups.agreement import (
    MatchRules,
    PairFigures,
    compare_lists,
)
from pipeline_assets.domain.groups.arrays import Floats, Ints
from pipeline_assets.domain.groups.merging import NO_MATCH
from pipeline_assets.domain.groups.price_lists import PriceList, PriceLists
from pipeline_assets.domain.groups.shares import exact_share
from pipeline_assets.domain.groups.store_matches import StoreMatches
from pipeline_assets_tests.domain.groups.companies import price_lists
from pipeline_assets_tests.domain.groups.naive_groups import (
    NaiveRules,
    PricesBySku,
    agreement_of_match,
)

RULES = MatchRules()


def lists_of(*stores: PricesBySku) -> PriceLists:
    return price_lists({f"{at:03}": prices for at, prices in enumerate(stores)})


def matching_agreement(lists: PriceLists, rows: Ints, others: Ints, rules: MatchRules) -> Floats:
    """Agreement of each store of `rows` with each of `others` where they match, else NO_MATCH.

    Asserts that it is found from both sides.
    """
    matches = StoreMatches(lists, rows, others, rules)
    table: Floats = np.full((len(lists.store_ids), len(lists.store_ids)), NO_MATCH)
    for store in np.union1d(rows, others).tolist():
        matching, agreement = matches.of(store)
        table[store, matching] = agreement
    found: Floats = table[np.ix_(rows, others)]
    assert found.tolist() == table.T[np.ix_(rows, others)].tolist()
    return found


def compare_pair(lists: PriceLists, store: int, other: int) -> PairFigures:
    return compare_lists(lists.one(store), lists.one(other))


def naive_table(stores: Sequence[PricesBySku], rules: MatchRules) -> list[list[float]]:
    naive = NaiveRules(rules.min_common, rules.min_agreement, 7)
    found = [[agreement_of_match(one, other, naive) for other in stores] for one in stores]
    return [[NO_MATCH if one is None else float(one) for one in row] for row in found]


def random_company(seed: int, n_stores: int) -> list[PricesBySku]:
    """Stores of three kinds of lists, some identical, with SKUs that few, many or all sell."""
    random = np.random.default_rng(seed)
    kinds = random.integers(100, 104, (3, 60))
    stores: list[PricesBySku] = [{}]
    while len(stores) < n_stores:
        prices = kinds[random.integers(3)].copy()
        prices[random.integers(60, size=random.integers(0, 9))] += 1
        sold = np.flatnonzero(random.random(60) < random.choice([0.3, 0.9, 1]))
        stores.append({int(sku): int(prices[sku]) for sku in sold})
        if random.random() < 0.2:
            stores.append(dict(stores[-1]))
    return stores[:n_stores]


def test_figures_count_common_skus_equal_prices_and_the_larger_list() -> None:
    lists = lists_of({0: 100, 1: 200, 5: 300}, {1: 200, 2: 50, 5: 301, 7: 9})
    assert compare_pair(lists, 0, 1) == PairFigures(equal=1, both=2, larger=4)
    assert compare_pair(lists, 1, 0) == PairFigures(equal=1, both=2, larger=4)
    assert compare_pair(lists, 1, 1) == PairFigures(equal=4, both=4, larger=4)


def test_a_store_without_prices_matches_nobody_even_without_thresholds() -> None:
    lists = lists_of({}, {1: 100}, {})
    none = MatchRules(min_common=Fraction(0), min_agreement=Fraction(0))
    assert compare_pair(lists, 0, 1) == PairFigures(equal=0, both=0, larger=1)
    assert not compare_pair(lists, 0, 1).matches(none)
    assert not compare_pair(lists, 0, 2).matches(none)
    everyone = np.arange(3)
    assert matching_agreement(lists, everyone, everyone, none).tolist() == [
        [NO_MATCH, NO_MATCH, NO_MATCH],
        [NO_MATCH, 1.0, NO_MATCH],
        [NO_MATCH, NO_MATCH, NO_MATCH],
    ]


@pytest.mark.parametrize(
    ("figures", "is_comparable", "is_match"),
    [
        (PairFigures(equal=98, both=100, larger=100), True, True),
        (PairFigures(equal=97, both=100, larger=100), True, False),
        (PairFigures(equal=979, both=1000, larger=1000), True, False),
        (PairFigures(equal=49, both=50, larger=75), True, True),
        (PairFigures(equal=50, both=50, larger=76), False, False),
        (PairFigures(equal=66_666, both=66_666, larger=100_000), False, False),
        (PairFigures(equal=2, both=2, larger=3), True, True),
    ],
)
def test_thresholds_are_met_exactly_or_not_at_all(
    figures: PairFigures, is_comparable: bool, is_match: bool
) -> None:
    assert figures.is_comparable(RULES) is is_comparable
    assert figures.matches(RULES) is is_match


def test_a_threshold_means_the_number_that_is_written() -> None:
    assert exact_share("0.98") == exact_share(Decimal("0.98")) == Fraction(49, 50)
    assert exact_share("2/3") == Fraction(2, 3)
    assert MatchRules(min_agreement=exact_share("0.97")).fingerprint != RULES.fingerprint


@pytest.mark.parametrize("share", [Fraction(98), Fraction(-1, 2), Fraction(1, 10**10)])
def test_a_threshold_that_is_no_share_is_refused(share: Fraction) -> None:
    with pytest.raises(ValueError, match=r"min_common is .*; give a share from 0 to 1"):
        MatchRules(min_common=share)


def test_a_152_row_list_never_matches_a_full_list_in_any_way_of_comparing() -> None:
    full = {sku: 100 + sku for sku in range(2600)}
    first_scrape = {sku: full[sku] for sku in range(152)}
    lists = lists_of(first_scrape, *([full] * 20))
    assert compare_pair(lists, 0, 1) == PairFigures(equal=152, both=152, larger=2600)
    assert not compare_pair(lists, 0, 1).matches(RULES)
    everyone = np.arange(21)
    for rows in (everyone[:1], everyone):
        found = matching_agreement(lists, rows, everyone, RULES)
        assert found[0, 1:].tolist() == [NO_MATCH] * 20
    assert found[1:, 1:].tolist() == [[1.0] * 20] * 20


def test_rows_in_any_order_give_lists_by_ascending_sku_and_store_id() -> None:
    lists = price_lists({"9": {3: 30}, "10": {7: 70, 2: 20}, "0": {}})
    assert lists.store_ids == ("0", "10", "9")
    found = [lists.one(at) for at in range(3)]
    assert [(one.skus.tolist(), one.price_cents.tolist()) for one in found] == [
        ([], []),
        ([2, 7], [20, 70]),
        ([3], [30]),
    ]


@pytest.mark.parametrize(
    ("skus", "cents", "complaint"),
    [
        ([4, 4], [1, 1], r"\(store, SKU\) appears twice"),
        ([4, 2, 4], [1, 1, 1], r"\(store, SKU\) appears twice"),
        ([0, 1], [1, -1], "a price is negative"),
        ([0, 1], [1, 2**31], "a price is too high"),
        ([0, -1], [1, 1], "a SKU is negative"),
        ([0, 2**31], [1, 1], "a SKU is too high"),
    ],
)
def test_contradicting_rows_are_refused(skus: list[int], cents: list[int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        PriceList.of(np.array(skus), np.array(cents))


def test_a_store_that_is_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="a store id appears twice"):
        PriceLists(["a", "b", "a"], lambda store_ids: [])


def test_a_store_is_read_once_and_equal_lists_are_one() -> None:
    reads: list[list[str]] = []
    lists = price_lists({"a": {1: 10, 2: 20}, "b": {1: 20, 2: 10}, "c": {2: 20, 1: 10}}, reads)
    assert lists.numbers(np.array([2, 0])).tolist() == [0, 0]
    lists.load(np.array([0, 1, 2, 1]))
    assert lists.one(2) is lists.one(0)
    assert lists.one(1).price_cents.tolist() == [20, 10]
    assert reads == [["a", "c"], ["b"]]


@settings(max_examples=30, deadline=None, print_blob=True)
@given(
    seed=st.integers(0, 2**32),
    min_common=st.fractions(0, 1, max_denominator=20),
    min_agreement=st.fractions(0, 1, max_denominator=20),
)
def test_matrices_single_rows_and_pairs_all_find_what_plain_loops_find(
    seed: int, min_common: Fraction, min_agreement: Fraction
) -> None:
    stores = random_company(seed, n_stores=20)
    rules = MatchRules(min_common=min_common, min_agreement=min_agreement)
    lists = lists_of(*stores)
    everyone: Ints = np.arange(len(stores))
    expected = naive_table(stores, rules)
    for few_rows, block_lists, block_prices in product((0, 99), (3, 7, 99), (1, 50, 9999)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counts, "FEW_ROWS", few_rows)
            patch.setattr(counts, "BLOCK_LISTS", block_lists)
            patch.setattr(counts, "BLOCK_PRICES", block_prices)
            assert matching_agreement(lists, everyone, everyone, rules).tolist() == expected
            few = everyone[:: -len(stores) // 4]
            found = matching_agreement(lists, few, everyone, rules).tolist()
            assert found == [expected[at] for at in few]
            part = matching_agreement(lists, everyone[3:], everyone[::2], rules).tolist()
            assert part == [row[::2] for row in expected[3:]]
    by_pairs = [
        [compare_pair(lists, one, other).matches(rules) for other in everyone] for one in everyone
    ]
    assert by_pairs == [[value != NO_MATCH for value in row] for row in expected]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({0: 10}, {0: 9, 1: 1}, id="a low price of the next SKU"),
        pytest.param({0: 10}, {0: 9, 1: 0}, id="no price of the next SKU"),
        pytest.param({0: 1}, {0: 0, 2: 0}, id="a SKU of a higher number"),
    ],
)
def test_a_price_is_compared_with_that_of_the_same_sku_alone(
    one: PricesBySku, other: PricesBySku
) -> None:
    """However many stores are compared at once: their SKUs and prices are packed into one code."""
    stores = [one, other, *({9: 1, 10 + at: 1} for at in range(counts.FEW_ROWS))]
    everyone: Ints = np.arange(len(stores))
    rules = MatchRules(min_common=Fraction(1, 9))
    found = matching_agreement(lists_of(*stores), everyone, everyone, rules)
    assert found[0, 1] == NO_MATCH


def test_quotients_order_as_the_exact_fractions_do() -> None:
    nearly = 4096
    smaller, larger = Fraction(nearly - 2, nearly - 1), Fraction(nearly - 1, nearly)
    stores: list[PricesBySku] = [dict.fromkeys(range(nearly), 1)]
    stores.append({sku: 1 if sku else 2 for sku in range(nearly - 1)})
    stores.append({sku: 1 if sku else 2 for sku in range(nearly)})
    found = matching_agreement(lists_of(*stores), np.array([0]), np.array([1, 2]), RULES)[0]
    assert smaller < larger
    assert found[0] < found[1]
    assert [Fraction(value).limit_denominator(nearly) for value in found] == [smaller, larger]

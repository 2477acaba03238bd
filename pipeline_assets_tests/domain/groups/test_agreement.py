"""Agreement of price lists: exact counts, exact thresholds, every way of computing the same."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.domain.groups import agreement
from pipeline_assets.domain.groups.agreement import (
    NO_MATCH,
    MatchRules,
    PairFigures,
    PriceLists,
    compare_pair,
    exact_share,
    matching_agreement,
)
from pipeline_assets.domain.groups.incidence import Ints
from pipeline_assets_tests.domain.groups.naive_groups import (
    NaiveRules,
    PricesBySku,
    agreement_of_match,
)

RULES = MatchRules()


def lists_of(*stores: PricesBySku) -> PriceLists:
    rows = [(at, sku, cents) for at, prices in enumerate(stores) for sku, cents in prices.items()]
    store, sku, cents = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    return PriceLists.from_rows([f"{at:03}" for at in range(len(stores))], store, sku, cents)


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


def test_rows_in_any_order_give_lists_by_ascending_store_id() -> None:
    store = np.array([1, 0, 1], dtype=np.int32)
    sku = np.array([7, 3, 2], dtype=np.int32)
    cents = np.array([70, 30, 20], dtype=np.int64)
    lists = PriceLists.from_rows(["9", "10", "0"], store, sku, cents)
    assert lists.store_ids == ("0", "10", "9")
    assert [[part.tolist() for part in lists.one(at)] for at in range(3)] == [
        [[], []],
        [[2, 7], [20, 70]],
        [[3], [30]],
    ]


@pytest.mark.parametrize(
    ("ids", "store", "sku", "cents", "complaint"),
    [
        (["a", "a"], [0, 1], [0, 0], [1, 1], "a store id appears twice"),
        (["a", "b"], [0, 0], [4, 4], [1, 1], r"\(store, SKU\) appears twice"),
        (["a", "b"], [0, 1], [0, 0], [1, -1], "price is negative"),
        (["a", "b"], [0, 1], [0, 0], [1, 2**31], "a price is too high"),
        (["a", "b"], [0, -1], [0, 0], [1, 1], "store index is negative"),
    ],
)
def test_contradicting_rows_are_refused(
    ids: list[str], store: list[int], sku: list[int], cents: list[int], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        PriceLists.from_rows(ids, np.array(store), np.array(sku), np.array(cents))


@settings(max_examples=30, deadline=None, print_blob=True)
@given(
    seed=st.integers(0, 2**32),
    min_common=st.fractions(0, 1, max_denominator=20),
    min_agreement=st.fractions(0, 1, max_denominator=20),
)
def test_matrices_single_rows_and_pairs_all_find_what_plain_loops_find(
    seed: int, min_common: Fraction, min_agreement: Fraction
) -> None:
    stores = random_company(seed, n_stores=agreement.FEW_ROWS + 8)
    rules = MatchRules(min_common=min_common, min_agreement=min_agreement)
    lists = lists_of(*stores)
    everyone: Ints = np.arange(len(stores))
    expected = naive_table(stores, rules)
    assert matching_agreement(lists, everyone, everyone, rules).tolist() == expected
    few = everyone[:: -len(stores) // 4]
    assert matching_agreement(lists, few, everyone, rules).tolist() == [expected[at] for at in few]
    some = everyone[3:]
    by_pairs = [[compare_pair(lists, one, other).matches(rules) for other in some] for one in some]
    assert by_pairs == [[value != NO_MATCH for value in row[3:]] for row in expected[3:]]
    part = matching_agreement(lists, some, everyone[::2], rules)
    assert part.tolist() == [row[::2] for row in expected[3:]]


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
    stores = [one, other] * agreement.FEW_ROWS
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

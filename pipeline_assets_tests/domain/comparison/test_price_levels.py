"""Price levels of companies from the baskets of pairs."""

from random import Random

import pytest

from pipeline_assets.domain.comparison.price_levels import (
    FEWEST_PRODUCTS,
    PairBasket,
    added_up,
    price_levels,
)


def pair(a: str, b: str, cents_a: int, cents_b: int, products: int = 10) -> PairBasket:
    return PairBasket(a, b, products, cents_a, cents_b, 0, 0)


def test_two_companies_are_as_far_apart_as_their_baskets() -> None:
    assert price_levels([pair("aldi", "iga", 2000, 2500)]) == pytest.approx(
        {"aldi": 100, "iga": 125}
    )
    assert price_levels([pair("aldi", "iga", 2500, 2000)]) == pytest.approx(
        {"aldi": 125, "iga": 100}
    )


def test_pairs_that_agree_are_met_exactly_whatever_their_sizes() -> None:
    true = {"a": 100.0, "b": 110.0, "c": 132.0, "d": 150.0}
    random = Random(20)
    names = sorted(true)
    baskets = [
        pair(one, other, int(true[one] * 1000), int(true[other] * 1000), random.randint(5, 900))
        for at, one in enumerate(names)
        for other in names[at + 1 :]
    ]
    assert price_levels(baskets) == pytest.approx(true)
    assert price_levels(baskets[1:]) == pytest.approx(true)  # c and b still lead from a to b


def test_pairs_that_disagree_are_balanced_by_their_number_of_products() -> None:
    # b is 10 % dearer than a, c as dear as b; but c is compared with a as equal, on few products.
    many, few = 1000, 10
    baskets = [
        pair("a", "b", 1000, 1100, many),
        pair("b", "c", 1000, 1000, many),
        pair("a", "c", 1000, 1000, few),
    ]
    levels = price_levels(baskets)
    assert levels["a"] == 100
    assert levels["b"] == pytest.approx(110, abs=0.2)
    assert levels["c"] == pytest.approx(110, abs=0.3)
    assert levels["c"] < levels["b"] + 0.2


def test_too_few_products_are_not_compared() -> None:
    assert price_levels([pair("a", "b", 1, 2, FEWEST_PRODUCTS - 1)]) == {}
    assert price_levels([pair("a", "b", 1, 2, FEWEST_PRODUCTS)]) == pytest.approx(
        {"a": 100, "b": 200}
    )
    assert price_levels([]) == {}


def test_companies_without_a_chain_of_pairs_to_the_most_compared_ones_are_left_out() -> None:
    baskets = [pair("a", "b", 1, 2, 50), pair("c", "d", 1, 2, 20), pair("d", "e", 1, 2, 20)]
    assert set(price_levels(baskets)) == {"a", "b"}
    baskets.append(pair("c", "e", 1, 4, 20))
    assert set(price_levels(baskets)) == {"c", "d", "e"}
    baskets.append(pair("b", "c", 1, 1, 5))
    assert set(price_levels(baskets)) == {"a", "b", "c", "d", "e"}


def test_baskets_of_one_pair_are_added_up() -> None:
    found = added_up(
        [
            PairBasket("b", "c", 1, 10, 20, 1, 0),
            PairBasket("a", "b", 2, 30, 40, 1, 1),
            PairBasket("b", "c", 4, 50, 60, 2, 1),
        ]
    )
    assert found == [PairBasket("a", "b", 2, 30, 40, 1, 1), PairBasket("b", "c", 5, 60, 80, 3, 1)]
    assert [one.cheaper_b for one in found] == [0, 1]

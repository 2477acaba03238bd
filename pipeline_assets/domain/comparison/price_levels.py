"""How dear companies are, compared on products that they share.

Two companies are compared on one of each product that both sell: what that basket costs in one,
and in the other. Each pair has a basket of its own, so the results of several pairs contradict one
another a little. Price levels are the numbers that come nearest to all of them: least squares on
the logarithms of the pairs' ratios, each as heavy as its number of products. With two companies
they are just the ratio of the baskets. (The method is that of a weighted GEKS index, by which
statistical offices compare the price levels of countries.)
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_PRODUCTS = 5
"""A pair with fewer products in common says too little to be compared on."""


@dataclass(frozen=True, slots=True)
class PairBasket:
    """One of each product that two companies both sell; the names are in order, prices in cents.

    `cheaper_a` and `equal`: of how many products the price is lower at `company_a`, or the same.
    """

    company_a: str
    company_b: str
    products: int
    cents_a: int
    cents_b: int
    cheaper_a: int
    equal: int

    @property
    def cheaper_b(self) -> int:
        """Of how many products the price is lower at `company_b`."""
        return self.products - self.cheaper_a - self.equal


def added_up(baskets: Iterable[PairBasket]) -> list[PairBasket]:
    """One basket for each two companies, by their names."""
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 5)
    for one in baskets:
        found = sums[one.company_a, one.company_b]
        figures = (one.products, one.cents_a, one.cents_b, one.cheaper_a, one.equal)
        for at, figure in enumerate(figures):
            found[at] += figure
    return [PairBasket(*pair, *sums[pair]) for pair in sorted(sums)]


def price_levels(baskets: Sequence[PairBasket]) -> Mapping[str, float]:
    """How dear each company is, the cheapest at 100; `baskets`: at most one for each pair.

    Companies that no chain of pairs leads to from the most compared ones are left out.
    """
    useful = [one for one in baskets if one.products >= FEWEST_PRODUCTS]
    companies = sorted(_most_compared(useful))
    if not companies:
        return {}
    number = {company: at for at, company in enumerate(companies)}
    connected = [one for one in useful if one.company_a in number]
    rows = np.zeros((len(connected), len(companies)))
    ratios = np.zeros(len(connected))
    for at, one in enumerate(connected):
        weight = one.products**0.5
        rows[at, number[one.company_b]] = weight
        rows[at, number[one.company_a]] = -weight
        ratios[at] = weight * np.log(one.cents_b / one.cents_a)
    logs = np.linalg.lstsq(rows, ratios, rcond=None)[0]
    levels = 100 * np.exp(logs - logs.min())
    return {company: float(levels[number[company]]) for company in companies}


def _most_compared(baskets: Sequence[PairBasket]) -> set[str]:
    """Of the sets of companies that pairs connect, the one with the most products in its pairs."""
    blocks: list[tuple[set[str], int]] = []
    for one in baskets:
        names, products = {one.company_a, one.company_b}, one.products
        apart = []
        for block, its_products in blocks:
            if block & names:
                names, products = names | block, products + its_products
            else:
                apart.append((block, its_products))
        blocks = [*apart, (names, products)]
    blocks.sort(key=lambda block: (-block[1], min(block[0])))
    return blocks[0][0] if blocks else set()

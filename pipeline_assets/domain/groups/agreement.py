"""How well two price lists agree: exact counts, exact thresholds.

Belongs here: the thresholds of a match, the figures of one pair, which pairs of many match. Does
not belong here: how many pairs are counted at once (`counts`), groups, anchors, time, and what was
compared before (`merging` and `plan`).

Agreement of two stores = equal prices ÷ SKUs that both sell. A pair is comparable when the stores
have at least `min_common` of the larger list in common. It matches when it is comparable and its
agreement is at least `min_agreement`. Stores that have no SKU in common never match.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pipeline_assets.domain.groups.arrays import Floats, Ints
from pipeline_assets.domain.groups.counts import counted_blocks
from pipeline_assets.domain.groups.price_lists import PriceList
from pipeline_assets.domain.groups.shares import MAX_DENOMINATOR


@dataclass(frozen=True, kw_only=True)
class MatchRules:
    """The thresholds of a match, as exact shares between 0 and 1.

    Raises ValueError when one is outside that range, or finer than a billionth.
    """

    min_common: Fraction = Fraction(2, 3)
    """Smallest share of the larger list that both stores must sell to be comparable."""
    min_agreement: Fraction = Fraction(98, 100)
    """Smallest share of equal prices among the SKUs that both sell."""

    def __post_init__(self) -> None:
        for name in ("min_common", "min_agreement"):
            share: Fraction = getattr(self, name)
            if not 0 <= share <= 1 or share.denominator > MAX_DENOMINATOR:
                message = f"{name} is {share}; give a share from 0 to 1, such as '0.98' or '2/3'"
                raise ValueError(message)

    @property
    def fingerprint(self) -> str:
        """Text that differs whenever a verdict about the same prices could differ."""
        return f"common>={self.min_common} agreement>={self.min_agreement}"


@dataclass(frozen=True, slots=True)
class PairFigures:
    """The counts from a comparison of two stores, in SKUs."""

    equal: int
    """SKUs that both sell at the same price."""
    both: int
    """SKUs that both sell."""
    larger: int
    """SKUs in the larger of the two lists."""

    @property
    def agreement(self) -> Fraction:
        """`equal` ÷ `both`, exactly; 0 when nothing is in common."""
        return Fraction(self.equal, self.both) if self.both else Fraction(0)

    def is_comparable(self, rules: MatchRules) -> bool:
        """Whether enough of the larger list is shared for the agreement to mean anything."""
        least = rules.min_common
        return self.both > 0 and self.both * least.denominator >= least.numerator * self.larger

    def matches(self, rules: MatchRules) -> bool:
        """Whether the two stores are comparable and have the same prices."""
        return self.is_comparable(rules) and self.agreement >= rules.min_agreement


def compare_lists(one: PriceList, other: PriceList) -> PairFigures:
    """The figures of one pair."""
    larger = max(one.size, other.size)
    if not one.size or not other.size:
        return PairFigures(equal=0, both=0, larger=larger)
    at = np.minimum(np.searchsorted(one.skus, other.skus), one.size - 1)
    is_common = one.skus[at] == other.skus
    is_equal = is_common & (one.price_cents[at] == other.price_cents)
    both, equal = map(int, map(np.count_nonzero, (is_common, is_equal)))
    return PairFigures(equal=equal, both=both, larger=larger)


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Pairs of lists that match, by their numbers; one entry per pair in each array.

    The quotients in `agreement` are in exactly the same order as the fractions: two different
    fractions of counts below 2^24 are at least 2^-48 apart, and equal ones round to the same
    double.
    """

    one: Ints
    other: Ints
    agreement: Floats


def matching_pairs(lists: Sequence[PriceList], n_rows: int, rules: MatchRules) -> Iterator[Matches]:
    """The pairs that match of all pairs with one of the first `n_rows` lists, block by block.

    Each pair is given once, and no list is compared with itself.
    """
    sizes = np.array([each.size for each in lists], dtype=np.int64)
    common, agreement = rules.min_common, rules.min_agreement
    for block in counted_blocks(lists, n_rows):
        both, equal = block.both, block.equal
        rows = np.arange(len(lists))[block.rows, None]
        columns = np.arange(len(lists))[block.columns]
        larger = np.maximum.outer(sizes[block.rows], sizes[block.columns])
        is_match = (both > 0) & (rows < columns)
        is_match &= both * common.denominator >= common.numerator * larger
        is_match &= equal * agreement.denominator >= agreement.numerator * both
        row, column = np.nonzero(is_match)
        found = equal[row, column] / both[row, column]
        yield Matches(
            (row + block.rows.start).astype(np.int32),
            (column + block.columns.start).astype(np.int32),
            found,
        )

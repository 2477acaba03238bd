"""How well the price lists of one company's stores agree: rows of prices → exact figures.

Belongs here: a company's price lists as arrays, the thresholds of a match, the figures of one
pair and of many pairs at once. Does not belong here: groups, anchors, time, and what was compared
before (`merging` and `plan`).

Agreement of two stores = equal prices ÷ SKUs that both sell. A pair is comparable when the stores
have at least `min_common` of the larger list in common. It matches when it is comparable and its
agreement is at least `min_agreement`. Stores that have no SKU in common never match.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from pipeline_assets.domain.groups.incidence import Incidence, Ints

Floats = npt.NDArray[np.float64]

NO_MATCH = -1.0
"""The value in an array of agreements for a pair that was compared and does not match."""

# Up to about this many rows, reading every price once per row is cheaper than the matrices.
FEW_ROWS = 12
# Thresholds are multiplied into int64 counts; this keeps the products far from overflow.
MAX_DENOMINATOR = 10**9
# SKU (int32) and price are packed into one int64.
MATRIX_PRICE_LIMIT_CENTS = 2**31


def exact_share(value: Fraction | Decimal | str) -> Fraction:
    """A threshold as the exact number in the text: `"0.98"` is 49/50, `"2/3"` is 2/3."""
    return Fraction(value)


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


@dataclass(frozen=True, eq=False)
class PriceLists:
    """The price lists of one company, one store after another (compressed sparse rows).

    Store `i` is `store_ids[i]`; its SKUs and prices are at `start[i]:start[i + 1]`, by
    ascending SKU. Build it with `from_rows`.
    """

    store_ids: tuple[str, ...]
    """The company's stores, in ascending order as text: a lower index is a lower id."""
    start: Ints
    sku_index: Ints
    price_cents: Ints

    @classmethod
    def from_rows(
        cls, store_ids: Sequence[str], store_index: Ints, sku_index: Ints, price_cents: Ints
    ) -> Self:
        """Lists from one row per (store, SKU), in any order.

        `store_index` counts into `store_ids`; `sku_index` is any numbering from 0 of the
        company's SKUs. A store may have no row. Raises ValueError for a store id or a
        (store, SKU) that appears twice, and for a negative index or price.
        """
        order = sorted(range(len(store_ids)), key=store_ids.__getitem__)
        ordered = tuple(store_ids[index] for index in order)
        _require(len(set(ordered)) == len(ordered), "a store id appears twice")
        _require(price_cents.min(initial=0) >= 0, "a price is negative")
        _require(store_index.min(initial=0) >= 0, "a store index is negative")
        _require(price_cents.max(initial=0) < MATRIX_PRICE_LIMIT_CENTS, "a price is too high")
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order))
        shape = (len(order), int(sku_index.max(initial=-1)) + 1)
        rows = rank[store_index] if store_index.size else store_index
        matrix = coo_array((price_cents.astype(np.int64), (rows, sku_index)), shape=shape).tocsr()
        _require(matrix.nnz == price_cents.size, "a (store, SKU) appears twice")
        matrix.sort_indices()
        return cls(ordered, matrix.indptr, matrix.indices, matrix.data)

    @classmethod
    def empty(cls, store_ids: Sequence[str]) -> Self:
        """Lists without prices, for a run that has nothing to compare."""
        none = np.empty(0, dtype=np.int32)
        return cls.from_rows(store_ids, none, none, none)

    @cached_property
    def sizes(self) -> npt.NDArray[np.int64]:
        """The number of SKUs in each store's list."""
        return np.diff(self.start).astype(np.int64)

    @cached_property
    def distinct(self) -> "_DistinctLists":
        """The distinct lists, prepared for comparing many of them."""
        return _distinct_lists(self)

    def only(self, stores: Sequence[int]) -> Self:
        """The lists of some of the stores, given by their indices in any order."""
        kept = sorted(stores)
        parts = [np.arange(self.start[store], self.start[store + 1]) for store in kept]
        rows = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        start = np.concatenate(([0], np.cumsum(self.sizes[kept], dtype=np.int64)))
        ids = tuple(self.store_ids[store] for store in kept)
        return type(self)(ids, start, self.sku_index[rows], self.price_cents[rows])

    def one(self, store: int) -> tuple[Ints, Ints]:
        """The SKUs (ascending) and prices of one store."""
        part = slice(int(self.start[store]), int(self.start[store + 1]))
        return self.sku_index[part], self.price_cents[part]


def compare_pair(lists: PriceLists, store: int, other: int) -> PairFigures:
    """The figures of one pair."""
    skus, prices = lists.one(store)
    other_skus, other_prices = lists.one(other)
    larger = max(skus.size, other_skus.size)
    if not skus.size or not other_skus.size:
        return PairFigures(equal=0, both=0, larger=larger)
    at = np.minimum(np.searchsorted(skus, other_skus), skus.size - 1)
    is_common = skus[at] == other_skus
    equal = int(np.count_nonzero(is_common & (prices[at] == other_prices)))
    return PairFigures(equal=equal, both=int(np.count_nonzero(is_common)), larger=larger)


def matching_agreement(lists: PriceLists, rows: Ints, cols: Ints, rules: MatchRules) -> Floats:
    """Agreement of each store of `rows` with each of `cols` where they match, else NO_MATCH.

    Shape (rows, cols). The quotients are in exactly the same order as the fractions: two different
    fractions of counts below 2^24 are at least 2^-48 apart, and equal ones round to the same
    double.
    """
    both, equal = (
        _few_counts(lists, rows, cols) if rows.size <= FEW_ROWS else _counts(lists, rows, cols)
    )
    common, agreement = rules.min_common, rules.min_agreement
    larger = np.maximum.outer(lists.sizes[rows], lists.sizes[cols])
    is_match = both > 0
    is_match &= both * common.denominator >= common.numerator * larger
    is_match &= equal * agreement.denominator >= agreement.numerator * both
    found: Floats = np.full(both.shape, NO_MATCH)
    np.divide(equal, both, out=found, where=is_match)
    return found


def _few_counts(lists: PriceLists, rows: Ints, cols: Ints) -> tuple[Ints, Ints]:
    """(both, equal), found by reading all prices once for each row."""
    n_skus = int(lists.sku_index.max(initial=-1)) + 1
    both, equal = np.empty((2, rows.size, cols.size), dtype=np.int64)
    for at, row in enumerate(rows):
        skus, prices = lists.one(int(row))
        price_of_sku = np.full(n_skus, -1, dtype=np.int64)
        price_of_sku[skus] = prices
        theirs = price_of_sku[lists.sku_index]
        both[at] = _count_per_store(theirs >= 0, lists.start)[cols]
        equal[at] = _count_per_store(theirs == lists.price_cents, lists.start)[cols]
    return both, equal


def _count_per_store(flags: npt.NDArray[np.bool_], start: Ints) -> Ints:
    running = np.zeros(flags.size + 1, dtype=np.int32)
    np.cumsum(flags, out=running[1:])
    return np.diff(running[start])


@dataclass(frozen=True, eq=False)
class _DistinctLists:
    list_of_store: Ints
    """The number of each store's list among the distinct ones."""
    skus: Incidence
    """Distinct list × SKU."""
    prices: Incidence
    """Distinct list × (SKU, price)."""


def _distinct_lists(lists: PriceLists) -> _DistinctLists:
    number_of: dict[bytes, int] = {}
    list_of_store = np.empty(len(lists.store_ids), dtype=np.int64)
    for store in range(list_of_store.size):
        print_ = _fingerprint(*lists.one(store))
        list_of_store[store] = number_of.setdefault(print_, len(number_of))
    _, first = np.unique(list_of_store, return_index=True)
    is_first = np.zeros(list_of_store.size, dtype=np.bool_)
    is_first[first] = True
    kept = np.repeat(is_first, lists.sizes)
    row = np.repeat(list_of_store, lists.sizes)[kept]
    sku, price = lists.sku_index[kept].astype(np.int64), lists.price_cents[kept]
    code = sku * (int(price.max(initial=0)) + 1) + price
    _, priced_sku = np.unique(code, return_inverse=True)
    return _DistinctLists(
        list_of_store,
        Incidence.of(row, sku, n_rows=len(number_of)),
        Incidence.of(row, priced_sku, n_rows=len(number_of)),
    )


def _fingerprint(skus: Ints, prices: Ints) -> bytes:
    digest = hashlib.blake2b(np.ascontiguousarray(skus).tobytes(), digest_size=32)
    digest.update(np.ascontiguousarray(prices).tobytes())
    return digest.digest()


def _counts(lists: PriceLists, rows: Ints, cols: Ints) -> tuple[Ints, Ints]:
    """(both, equal), found by matrix products over the distinct lists."""
    distinct = lists.distinct
    row_lists, row_at = np.unique(distinct.list_of_store[rows], return_inverse=True)
    col_lists, col_at = np.unique(distinct.list_of_store[cols], return_inverse=True)
    wanted = np.ix_(row_at, col_at)
    both = distinct.skus.common(row_lists, col_lists)[wanted].astype(np.int64)
    equal = distinct.prices.common(row_lists, col_lists)[wanted].astype(np.int64)
    # An incidence leaves out what only one list has, so it cannot compare a list with itself.
    row, col = np.nonzero(distinct.list_of_store[rows][:, None] == distinct.list_of_store[cols])
    both[row, col] = equal[row, col] = lists.sizes[rows[row]]
    return both, equal


def _require(condition: object, complaint: str) -> None:
    if not condition:
        message = f"price lists: {complaint}; give one row per store and SKU, prices in cents"
        raise ValueError(message)

"""How many SKUs and equal prices many pairs of price lists have in common, block by block.

Belongs here: counting for all pairs at once, in memory that a block of pairs limits. Does not
belong here: the figures of one pair and what they mean (`agreement`), which pairs are to be
compared (`comparisons`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array, csr_array

from pipeline_assets.domain.groups.arrays import Flags, Ints
from pipeline_assets.domain.groups.incidence import Incidence
from pipeline_assets.domain.groups.price_lists import PriceList

# Up to about this many rows, reading every price once per row is cheaper than the matrices.
FEW_ROWS = 12
# Lists on each side of a block of pairs.
BLOCK_LISTS = 1024
# Prices that are sorted by SKU and price at a time.
BLOCK_PRICES = 2**20


@dataclass(frozen=True, slots=True, eq=False)
class CountedBlock:
    """The counts of some rows with some columns; shape (rows, columns)."""

    rows: slice
    columns: slice
    both: Ints
    """SKUs that both sell."""
    equal: Ints
    """SKUs that both sell at the same price."""


def counted_blocks(lists: Sequence[PriceList], n_rows: int) -> Iterator[CountedBlock]:
    """Blocks with each pair of different lists of which one is among the first `n_rows`.

    In each block, only the pairs whose column has a higher number than their row count: the others
    are in another block too, and a list is not compared with itself.
    """
    count = _few_counts if n_rows <= FEW_ROWS else _many_counts
    return count(lists, n_rows)


def _blocks(first: int, end: int) -> Iterator[slice]:
    for start in range(first, end, BLOCK_LISTS):
        yield slice(start, min(start + BLOCK_LISTS, end))


def _few_counts(lists: Sequence[PriceList], n_rows: int) -> Iterator[CountedBlock]:
    """Found by reading all prices once for each row."""
    price_of_sku = np.full(_n_skus(lists), -1, dtype=np.int32)
    for columns in _blocks(0, len(lists)):
        start, skus, prices = _joined(lists[columns])
        both, equal = np.empty((2, n_rows, start.size - 1), dtype=np.int64)
        for row, own in enumerate(lists[:n_rows]):
            price_of_sku[own.skus] = own.price_cents
            theirs = price_of_sku[skus]
            price_of_sku[own.skus] = -1
            both[row] = _count_per_list(theirs >= 0, start)
            equal[row] = _count_per_list(theirs == prices, start)
        yield CountedBlock(slice(0, n_rows), columns, both, equal)


def _count_per_list(flags: Flags, start: Ints) -> Ints:
    running = np.zeros(flags.size + 1, dtype=np.int32)
    np.cumsum(flags, out=running[1:])
    return np.diff(running[start])


def _many_counts(lists: Sequence[PriceList], n_rows: int) -> Iterator[CountedBlock]:
    """Found by matrix products."""
    skus, prices = _incidences(lists)
    for rows in _blocks(0, n_rows):
        for columns in _blocks(rows.start, len(lists)):
            both, equal = (each.common(rows, columns) for each in (skus, prices))
            yield CountedBlock(rows, columns, both.astype(np.int64), equal.astype(np.int64))


def _incidences(lists: Sequence[PriceList]) -> tuple[Incidence, Incidence]:
    """List × SKU, and list × (SKU, price)."""
    skus, prices = Incidence(len(lists)), Incidence(len(lists))
    by_sku = _by_sku(lists)
    start = by_sku.indptr
    first = 0
    while first < start.size - 1:
        end = int(np.searchsorted(start, start[first] + BLOCK_PRICES, side="right")) - 1
        end = max(end, first + 1)
        part = slice(start[first], start[end])
        holders, cents = by_sku.indices[part], by_sku.data[part]
        starts = start[first : end + 1] - start[first]
        skus.add(starts, holders)
        prices.add(*_by_price(starts, holders, cents))
        first = end
    return skus, prices


def _by_sku(lists: Sequence[PriceList]) -> csc_array[np.integer[Any]]:
    """The prices of all lists in the order of their SKUs; list × SKU."""
    start, skus, prices = _joined(lists)
    return csr_array((prices, skus, start), shape=(len(lists), _n_skus(lists))).tocsc()


def _by_price(start: Ints, holders: Ints, cents: Ints) -> tuple[Ints, Ints]:
    """Columns of SKUs taken apart by price: one column for each SKU and price."""
    sku = np.repeat(np.arange(start.size - 1), np.diff(start))
    code = sku * (int(cents.max(initial=0)) + 1) + cents
    order = np.argsort(code)
    ends = np.flatnonzero(np.diff(code[order], append=-1)) + 1
    return np.concatenate(([0], ends)), holders[order]


def _joined(lists: Sequence[PriceList]) -> tuple[Ints, Ints, Ints]:
    """Where each list starts, and the SKUs and prices of all."""
    sizes = [one.size for one in lists]
    start = np.concatenate(([0], np.cumsum(sizes, dtype=np.int32)), dtype=np.int32)
    none = np.empty(0, dtype=np.int32)
    skus = np.concatenate([none, *(one.skus for one in lists)])
    return start, skus, np.concatenate([none, *(one.price_cents for one in lists)])


def _n_skus(lists: Sequence[PriceList]) -> int:
    return 1 + max((int(one.skus[-1]) for one in lists if one.size), default=-1)

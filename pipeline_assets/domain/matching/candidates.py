"""Which SKUs of two companies are worth a closer look: the nearest ones by their words.

Each SKU is a vector of its words, weighted by how rare they are. The weights come with the model,
so a new SKU changes no other's vector; and all sums run in the order of the words, so a pair has
the same cosine, bit by bit, whichever other SKUs are compared at the same time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipeline_assets.domain.matching.word_lists import WordLists, numbers_within

Indices = npt.NDArray[np.int64]
WeightOf = Callable[[str], float]

MOST_NEAREST = 10
LEAST_COSINE_E6 = 250_000
BLOCK = 512
"""Rows whose cosines with all others are in memory at once."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """For some rows of one side, the nearest rows of the other: parallel arrays, in any order.

    A cosine is kept in millionths, so that it can be stored and compared exactly.
    """

    rows: Indices
    columns: Indices
    cosines_e6: Indices


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Unit vectors, one a row, over the words of all sides; and the same with a column for each."""

    rows: sparse.csr_array
    transposed: sparse.csr_array


def word_vectors(sides: Sequence[WordLists], weight_of: WeightOf) -> list[WordVectors]:
    """The vectors of each side; any two of the sides can be compared."""
    words = sorted(frozenset().union(*(side.vocabulary for side in sides)))
    places = dict(zip(words, range(len(words)), strict=True))
    weights = np.fromiter(map(weight_of, words), np.float64, len(words))
    return [_vectors(side, places, weights) for side in sides]


def _vectors(
    side: WordLists, places: Mapping[str, int], weights: npt.NDArray[np.float64]
) -> WordVectors:
    columns = numbers_within(side, places)
    count = len(side.counts)
    row = np.repeat(np.arange(count), side.counts)
    values = weights[columns]
    # `bincount` adds in the order of the entries, so a row's length depends on nothing else.
    lengths = np.sqrt(np.bincount(row, values * values, minlength=count))
    values /= np.where(lengths > 0, lengths, 1.0)[row]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(side.counts)])
    rows = sparse.csr_array((values, columns, starts), shape=(count, len(weights)))
    return WordVectors(rows, sparse.csr_array(rows.T))


def nearest(rows: WordVectors, others: WordVectors, chosen: Indices) -> Nearest:
    """The at most ten nearest of `others` for the chosen rows; of equal ones, the first."""
    found: list[Nearest] = []
    for begin in range(0, len(chosen), BLOCK):
        block = chosen[begin : begin + BLOCK]
        found.append(_nearest_of_block(block, cosines_e6(rows, others, block)))
    return Nearest(
        np.concatenate([np.empty(0, np.int64), *(one.rows for one in found)]),
        np.concatenate([np.empty(0, np.int64), *(one.columns for one in found)]),
        np.concatenate([np.empty(0, np.int64), *(one.cosines_e6 for one in found)]),
    )


def cosines_e6(rows: WordVectors, others: WordVectors, block: Indices) -> sparse.csr_array:
    """The cosines of a block of rows with all others, in millionths; too low ones are left out."""
    product = sparse.csr_array(rows.rows[block] @ others.transposed)
    product.data = np.rint(product.data * 1_000_000).astype(np.int64)
    product.data[product.data < LEAST_COSINE_E6] = 0
    product.eliminate_zeros()
    return product


def _nearest_of_block(block: Indices, product: sparse.csr_array) -> Nearest:
    counts = np.diff(product.indptr)
    row = np.repeat(np.arange(len(block)), counts)
    columns = product.indices.astype(np.int64)
    order = np.lexsort((columns, -product.data, row))
    place = np.arange(len(order)) - np.repeat(product.indptr[:-1], counts)
    kept = order[place < MOST_NEAREST]
    return Nearest(block[row[kept]], columns[kept], product.data[kept])

"""How many columns any two rows of a large 0/1 matrix share.

Belongs here: the arithmetic, and the choice between sparse and dense products. Does not belong
here: what rows and columns mean (`counts`).
"""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

from pipeline_assets.domain.groups.arrays import Ints

Counts = npt.NDArray[np.float32]
Bits = npt.NDArray[np.uint8]

# A column held by a share s of n rows costs s²n² steps of about 3 ns in a sparse product, n² steps
# of about 0.04 ns in a dense one (measured at n = 1,000): from about s = 0.11, dense is cheaper.
DENSE_SHARE = 0.11
# Columns multiplied at a time: 1,000 rows of them take 4 MB.
CHUNK_COLUMNS = 1024


class Incidence:
    """A 0/1 matrix that is given by columns; those that only one row holds are left out.

    Columns that many rows hold are kept as bits. Counts are float32, exact below 2^24.
    """

    def __init__(self, n_rows: int) -> None:
        self._n_rows = n_rows
        self._bits: list[Bits] = []
        none = np.empty(0, dtype=np.int32)
        self._few_held: list[tuple[Ints, Ints]] = [(none, none)]
        self._sparse: csr_array[np.float32] | None = None

    def add(self, start: Ints, rows: Ints) -> None:
        """Add columns: the `i`th of them has a one in each of `rows[start[i] : start[i + 1]]`."""
        holders = np.diff(start)
        is_dense = holders > max(1.0, DENSE_SHARE * self._n_rows)
        is_sparse = (holders > 1) & ~is_dense
        self._few_held.append((holders[is_sparse], rows[np.repeat(is_sparse, holders)]))
        self._sparse = None
        column = np.repeat(np.where(is_dense, np.cumsum(is_dense) - 1, -1), holders)
        for first in range(0, int(is_dense.sum()), CHUNK_COLUMNS):
            width = min(CHUNK_COLUMNS, int(is_dense.sum()) - first)
            is_here = (column >= first) & (column < first + width)
            ones = np.zeros((self._n_rows, width), dtype=np.bool_)
            ones[rows[is_here], column[is_here] - first] = True
            self._bits.append(np.packbits(ones, axis=1))

    def common(self, rows: slice, others: slice) -> Counts:
        """The number of columns that each row of `rows` shares with each *other* of `others`."""
        if self._sparse is None:
            self._sparse = self._sparse_part()
        counts: Counts = (self._sparse[rows] @ self._sparse[others].T).toarray()
        for bits in self._bits:
            counts += _as_numbers(bits[rows]) @ _as_numbers(bits[others]).T
        return counts

    def _sparse_part(self) -> csr_array[np.float32]:
        holders, rows = map(np.concatenate, zip(*self._few_held, strict=True))
        start = np.concatenate(([0], np.cumsum(holders)))
        ones = np.ones(rows.size, dtype=np.float32)
        return csc_array((ones, rows, start), shape=(self._n_rows, holders.size)).tocsr()


def _as_numbers(bits: Bits) -> Counts:
    return np.unpackbits(bits, axis=1).astype(np.float32)

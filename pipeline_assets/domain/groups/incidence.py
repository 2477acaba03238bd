"""How many columns any two rows of a large 0/1 matrix share.

Belongs here: the arithmetic, and the choice between sparse and dense products. Does not belong
here: what rows and columns mean (`agreement`).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

Ints = npt.NDArray[np.integer[Any]]
Counts = npt.NDArray[np.float32]

# A column held by a share s of n rows costs s²n² steps of about 3 ns in a sparse product, n² steps
# of about 0.04 ns in a dense one (measured at n = 1,000): from about s = 0.11, dense is cheaper.
DENSE_SHARE = 0.11
# Columns made dense at a time: 3,000 rows of them take 12 MB.
CHUNK_COLUMNS = 1024


@dataclass(frozen=True, eq=False)
class Incidence:
    """A 0/1 matrix; columns that only one row holds are left out.

    Counts are float32, exact below 2^24.
    """

    sparse: csr_array[np.float32]
    """The columns that few rows hold."""
    dense: tuple[csr_array[np.float32], ...]
    """The columns that many rows hold, in chunks that are made dense when needed."""

    @classmethod
    def of(cls, row: Ints, column: Ints, n_rows: int) -> Self:
        """The matrix with a one at each (row, column); none may be given twice."""
        holders = np.bincount(column)
        is_dense = holders > max(1.0, DENSE_SHARE * n_rows)
        is_sparse = (holders > 1) & ~is_dense
        number = np.where(is_dense, np.cumsum(is_dense), np.cumsum(is_sparse)) - 1
        sparse = _ones(row, column, number, is_sparse, n_rows)
        dense = _ones(row, column, number, is_dense, n_rows).tocsc()
        starts = range(0, dense.shape[1], CHUNK_COLUMNS)
        chunks = tuple(dense[:, start : start + CHUNK_COLUMNS].tocsr() for start in starts)
        return cls(sparse, chunks)

    def common(self, rows: Ints, cols: Ints) -> Counts:
        """The number of columns that each row of `rows` shares with each *other* row of `cols`."""
        counts: Counts = (self.sparse[rows] @ self.sparse[cols].T).toarray()
        for chunk in self.dense:
            counts += chunk[rows].toarray() @ chunk[cols].toarray().T
        return counts


def _ones(
    row: Ints, column: Ints, number: Ints, is_wanted: npt.NDArray[np.bool_], n_rows: int
) -> csr_array[np.float32]:
    chosen = is_wanted[column]
    places = (row[chosen], number[column[chosen]])
    ones = np.ones(places[0].size, dtype=np.float32)
    return coo_array((ones, places), shape=(n_rows, int(is_wanted.sum()))).tocsr()

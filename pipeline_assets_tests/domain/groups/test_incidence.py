"""Columns that rows share, whether a column is multiplied as sparse or dense."""

import numpy as np
import pytest

from pipeline_assets.domain.groups import incidence
from pipeline_assets.domain.groups.incidence import Incidence


@pytest.mark.parametrize("dense_share", [0.0, incidence.DENSE_SHARE, 0.5, 1.0])
def test_counts_are_those_of_the_plain_product(
    dense_share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidence, "DENSE_SHARE", dense_share)
    monkeypatch.setattr(incidence, "CHUNK_COLUMNS", 7)
    random = np.random.default_rng(5)
    table = random.random((30, 90)) < random.choice([0.02, 0.2, 0.9], 90)
    rows, cols = np.array([3, 0, 29]), np.array([7, 1, 28, 4])
    row, column = np.nonzero(table)
    found = Incidence.of(row, column, n_rows=30).common(rows, cols)
    assert found.tolist() == (table[rows].astype(int) @ table[cols].astype(int).T).tolist()


def test_no_ones_at_all_share_nothing() -> None:
    none = np.empty(0, dtype=np.int64)
    found = Incidence.of(none, none, n_rows=3).common(np.array([0, 2]), np.array([1]))
    assert found.tolist() == [[0.0], [0.0]]

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
    matrix = Incidence(30)
    for part in (table[:, :40], table[:, 40:41], table[:, 41:]):
        start = np.concatenate(([0], np.cumsum(part.sum(axis=0))))
        matrix.add(start, np.nonzero(part.T)[1].astype(np.int32))
    rows, others = slice(0, 4), slice(4, 30)
    expected = table[rows].astype(int) @ table[others].astype(int).T
    assert matrix.common(rows, others).tolist() == expected.tolist()


def test_no_ones_at_all_share_nothing() -> None:
    found = Incidence(3).common(slice(0, 2), slice(2, 3))
    assert found.tolist() == [[0.0], [0.0]]

"""Training: the same model each time, signs that hold, nothing learnt from contradictions."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest

from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.features import FEATURES
from pipeline_assets.domain.matching.model import MatchingModel, shipped_model
from pipeline_assets_tests.domain.matching.samples import sku
from training.__main__ import best_labelled, sides_of, train
from training.evaluate import Judged, choose_thresholds, halves, parts_by_brand
from training.fit import SPEAKS_AGAINST, fit
from training.truth import LabelledPairs, label, true_pairs, with_weights


@dataclass(frozen=True)
class Labelled:
    """What training begins with: the weights of words, and pairs of which the truth is known."""

    words: MatchingModel
    pairs: LabelledPairs


@pytest.fixture(scope="module")
def labelled(real_scrapes: Path) -> Labelled:
    """The pairs of the real files: they take long to make."""
    sides = sides_of(real_scrapes, None)
    words = with_weights(list(sides.values()))
    return Labelled(words, best_labelled(sides, words))


def test_the_shipped_model_is_what_training_makes_of_the_real_files(labelled: Labelled) -> None:
    made = train(labelled.pairs, labelled.words)
    assert msgspec.to_builtins(made) == msgspec.to_builtins(shipped_model())


def test_no_brand_is_in_both_halves(labelled: Labelled) -> None:
    data = labelled.pairs
    ours, theirs = parts_by_brand(data)
    held = halves([*ours, *theirs], seed=1)
    pairs = true_pairs(data.a, data.b)
    assert len(pairs) > 100
    assert all(held[ours[row]] == held[theirs[column]] for row, column in pairs)
    assert {held[ours[row]] for row, _ in pairs} == {True, False}
    of_brand: dict[tuple[str, ...], set[bool]] = {}
    for goods, part in zip(data.a.goods, ours, strict=True):
        of_brand.setdefault(goods.brand, set()).add(held[part])
    known = {brand: both for brand, both in of_brand.items() if brand}
    assert {brand for brand, both in known.items() if len(both) > 1} == set()


def test_a_barcode_under_contradicting_names_is_not_learnt_from() -> None:
    barcode = "9300000000017"
    a = CompanySkus.of([sku(1, "north", "Plum Jam", brand="Ottoline", barcode=barcode)])
    agreeing = CompanySkus.of([sku(2, "south", "Ottoline Jam Plum", barcode=barcode)])
    other = CompanySkus.of([sku(2, "south", "Smoked Trout", brand="Ottoline", barcode=barcode)])
    assert true_pairs(a, agreeing) == [(0, 0)]
    assert true_pairs(a, other) == []
    model = shipped_model()
    assert label(a, agreeing, model).labels.tolist() == [1]
    assert 1 not in label(a, other, model).labels.tolist()


def test_signs_hold_whatever_the_labels_say_and_the_fit_is_the_same_each_time() -> None:
    rng = np.random.default_rng(7)
    numbers = rng.random((300, len(FEATURES)))
    price = FEATURES.index("price_gap")
    labels = (numbers[:, 0] + numbers[:, price] > 1.0).astype(np.int64)  # a gap speaks for a pair
    found = fit(numbers, labels)
    assert found.coefficients[0] > 1
    assert found.coefficients[price] == 0
    for name, value in zip(FEATURES, found.coefficients, strict=True):
        assert value <= 0 if name in SPEAKS_AGAINST else value >= 0
    assert found.coefficients.tolist() == fit(numbers, labels).coefficients.tolist()


@pytest.mark.parametrize(
    ("wrong_at", "expected"),
    [((), 0.88), ((0.99,), 0.88), ((0.89, 0.9), 0.9), ((0.99,) * 9, 0.95)],
)
def test_the_threshold_is_the_lowest_with_few_wrong_ones_above(
    wrong_at: tuple[float, ...], expected: float
) -> None:
    right = [Judged(0.89 + step / 200, True, True) for step in range(20)]
    wrong = [Judged(confidence, True, False) for confidence in wrong_at]
    assert choose_thresholds([*right, *wrong]).same == expected

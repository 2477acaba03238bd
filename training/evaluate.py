"""Learning a model with its thresholds, and judging it on pairs that it has not seen.

Half of the barcodes, or half of the brands, is held back. The model and its thresholds are learnt
on the other half only. Then all SKUs of the held half, and all SKUs without a barcode, are matched
with their barcodes hidden. A suggestion of two SKUs with barcodes is right or wrong; one with a SKU
that has none is not counted.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.model import MatchingModel, Thresholds
from pipeline_assets.domain.matching.packs import Agreement, agreement
from pipeline_assets.domain.matching.pairs import ScoredPairs
from pipeline_assets.domain.matching.suggestions import SuggestionClass, suggest
from training.fit import Fit, fit
from training.truth import LabelledPairs, hidden, true_pairs

FOLDS = 5
MARGIN = 1.2
"""Logits by which a pair must be ahead of each rival: three times as likely, in odds."""

PairFlags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """A suggestion between SKUs that both have barcodes."""

    confidence: float
    is_sure_of_size: bool
    is_right: bool


class Found(NamedTuple):
    """Suggestions of one class in a held half: all, the right ones, and how many pairs are true."""

    suggested: int
    right: int
    true: int


class HeldHalf(NamedTuple):
    """What was found in one held half, by class, and the thresholds that the other half taught."""

    same: Found
    unconfirmed: Found
    thresholds: Thresholds


Parts = tuple[list[str], list[str]]
"""For each row of both sides, the part that it belongs to."""


def parts_by_barcode(data: LabelledPairs) -> Parts:
    """For each row of both sides, its barcode; its own number if it has none."""
    return tuple(  # type: ignore[return-value]
        [sku.barcode or f"{sku.company} {sku.sku}" for sku in side.skus]
        for side in (data.a, data.b)
    )


def parts_by_brand(data: LabelledPairs) -> Parts:
    """For each row of both sides, its brand: names that a true pair joins are one brand."""
    names = [
        [" ".join(goods.brand or goods.head or goods.name[:1]) for goods in side.goods]
        for side in (data.a, data.b)
    ]
    shelves = [
        [" ".join(goods.head or goods.name[:1]) for goods in side.goods]
        for side in (data.a, data.b)
    ]
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.get(name, name) != name:
            name = leader[name]
        return name

    def join(one: str, other: str) -> None:
        first, second = sorted((find(one), find(other)))
        leader[second] = first

    for row, column in true_pairs(data.a, data.b):
        join(names[0][row], names[1][column])
        join(shelves[0][row], shelves[1][column])
        join(names[0][row], shelves[0][row])
        join(names[1][column], shelves[1][column])
    return tuple([find(name) for name in side] for side in names)  # type: ignore[return-value]


def halves(parts: Iterable[str], seed: int) -> dict[str, bool]:
    """Which parts are held back: half of them, drawn."""
    drawn = sorted(set(parts))
    random.Random(seed).shuffle(drawn)
    return {part: place < len(drawn) // 2 for place, part in enumerate(drawn)}


def held_half(data: LabelledPairs, parts: Parts, seed: int, model: MatchingModel) -> HeldHalf:
    """Learn on one half, and judge on the other."""
    is_held = halves([*parts[0], *parts[1]], seed)
    held_a, held_b = (np.array([is_held[part] for part in side]) for side in parts)
    bare_a, bare_b = (
        np.array([sku.barcode is None for sku in side.skus]) for side in (data.a, data.b)
    )
    taught = (~held_a | bare_a)[data.rows] & (~held_b | bare_b)[data.columns]
    held = (held_a | bare_a)[data.rows] & (held_b | bare_b)[data.columns]
    learnt = learn(data, taught, parts, model)
    judged = judge(data, held, probabilities(data, learnt), learnt)
    true = [
        agreement(data.a.goods[row].pack, data.b.goods[column].pack) is Agreement.SAME
        for row, column in true_pairs(data.a, data.b)
        if held_a[row] and held_b[column]
    ]
    least = learnt.thresholds
    return HeldHalf(
        _found([one for one in judged if one.is_sure_of_size], least.same, sum(true)),
        _found(
            [one for one in judged if not one.is_sure_of_size],
            least.size_unconfirmed,
            len(true) - sum(true),
        ),
        least,
    )


def _found(judged: Iterable[Judged], least: float, true: int) -> Found:
    above = [one for one in judged if one.confidence >= least]
    return Found(len(above), sum(one.is_right for one in above), true)


def probabilities(data: LabelledPairs, model: MatchingModel) -> npt.NDArray[np.float64]:
    """The model's probability of each pair."""
    return Fit(np.array(model.coefficients), model.intercept).probabilities(data.numbers)


def learn(
    data: LabelledPairs, within: PairFlags, parts: Parts, model: MatchingModel
) -> MatchingModel:
    """A model of the labelled pairs within; its thresholds come from folds of these alone."""
    chosen = within & (data.labels >= 0)
    judged = judge(data, within, fold_scores(data, within, parts), model)
    best = fit(data.numbers[chosen], data.labels[chosen])
    return as_model(best, choose_thresholds(judged), model)


def fold_scores(data: LabelledPairs, within: PairFlags, parts: Parts) -> npt.NDArray[np.float64]:
    """The probability of each pair within, by a model that has not seen its part."""
    fold_of = np.array([crc32(parts[0][row].encode()) % FOLDS for row in data.rows])
    scores = np.zeros(len(data.labels))
    for fold in range(FOLDS):
        inside = within & (data.labels >= 0) & (fold_of != fold)
        outside = within & (fold_of == fold)
        found = fit(data.numbers[inside], data.labels[inside])
        scores[outside] = found.probabilities(data.numbers[outside])
    return scores


def as_model(found: Fit, thresholds: Thresholds, model: MatchingModel) -> MatchingModel:
    """A model with these coefficients and thresholds."""
    return msgspec.structs.replace(
        model,
        coefficients=tuple(float(f"{value:.6g}") for value in found.coefficients),
        intercept=float(f"{found.intercept:.6g}"),
        thresholds=thresholds,
    )


def judge(
    data: LabelledPairs, within: PairFlags, scores: npt.NDArray[np.float64], model: MatchingModel
) -> list[Judged]:
    """All suggestions among these pairs whose SKUs both have barcodes, whatever their score."""
    lenient = msgspec.structs.replace(
        model, thresholds=Thresholds(same=1e-6, size_unconfirmed=1e-6, margin=MARGIN)
    )
    millionths = np.maximum(1, np.rint(scores * 1_000_000).astype(np.int64))
    every = data.pairs
    pairs = ScoredPairs(
        every.a[within],
        every.b[within],
        every.cosines_e6[within],
        millionths[within],
        every.of_a[within],
        every.of_b[within],
    )
    sides = _hidden_sides(data)
    barcodes = {sku.sku_id: sku.barcode for side in (data.a, data.b) for sku in side.skus}
    return [
        Judged(
            one.confidence,
            one.kind is SuggestionClass.SAME,
            barcodes[one.a.sku_id] == barcodes[one.b.sku_id],
        )
        for one in suggest(*sides, pairs, (), lenient)
        if barcodes[one.a.sku_id] and barcodes[one.b.sku_id]
    ]


_HIDDEN: dict[int, tuple[CompanySkus, CompanySkus]] = {}


def _hidden_sides(data: LabelledPairs) -> tuple[CompanySkus, CompanySkus]:
    if id(data) not in _HIDDEN:
        _HIDDEN[id(data)] = CompanySkus.of(hidden(data.a.skus)), CompanySkus.of(hidden(data.b.skus))
    return _HIDDEN[id(data)]


WRONG_ALLOWED = 0.02
GRID = tuple(round(0.88 + step / 100, 2) for step in range(8))
"""The thresholds that are tried: a few dozen suggestions cannot tell finer or more extreme ones."""
SIZE_UNCONFIRMED = 0.85
"""The threshold where a size is not known: too few such pairs are known to learn it from."""


def choose_thresholds(judged: Iterable[Judged]) -> Thresholds:
    """The lowest threshold from which on at most 2 % of the suggestions are wrong."""
    sure = [one for one in judged if one.is_sure_of_size]
    same = next((least for least in GRID if _is_right_enough(sure, least)), GRID[-1])
    return Thresholds(same=same, size_unconfirmed=SIZE_UNCONFIRMED, margin=MARGIN)


def _is_right_enough(judged: Iterable[Judged], least: float) -> bool:
    """Whether few of the suggestions from a confidence on are wrong; one always can be."""
    above = [one for one in judged if one.confidence >= least]
    return sum(not one.is_right for one in above) <= max(1.0, WRONG_ALLOWED * len(above))

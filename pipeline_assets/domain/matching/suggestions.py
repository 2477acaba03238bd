"""Which SKUs of two companies are probably one product: suggestions for a person to decide on.

One to one: a pair is suggested if each is by far the best partner of the other. Left out are pairs
with two barcodes, SKUs whose partner is known, and pairs that were refused; these are no rivals of
others either.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

import numpy as np

from pipeline_assets.domain.matching.candidates import Indices
from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.evidence import evidence_of
from pipeline_assets.domain.matching.features import (
    Comparison,
    compare,
    price_gap,
    says_other_variants,
)
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import MatchingModel
from pipeline_assets.domain.matching.packs import Agreement
from pipeline_assets.domain.matching.pairs import PairFlags, ScoredPairs

LEAST_RIVAL_E6 = 100_000
"""A pair that is less likely is no rival of any that can be suggested."""
WIDEST_GAP_OF_UNKNOWN_SIZES = math.log(4 / 3)

RefusedPairs = Collection[tuple[int, int]]
"""Pairs of SKU ids, in either order."""


class SuggestionClass(Enum):
    """How sure the sizes are."""

    SAME = "same"
    SIZE_UNCONFIRMED = "size unconfirmed"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two SKUs that are probably one product.

    `confidence`: 0 to 1, with six decimals. `evidence`: what speaks for it, in words.
    """

    a: MatchableSku
    b: MatchableSku
    confidence: float
    kind: SuggestionClass
    evidence: str
    model_version: str


def suggest(
    a: CompanySkus, b: CompanySkus, pairs: ScoredPairs, refused: RefusedPairs, model: MatchingModel
) -> list[Suggestion]:
    """The suggestions, the surest first; of equal ones in the order of (company, SKU)."""
    rivals_too = np.flatnonzero(pairs.scores_e6 >= min(LEAST_RIVAL_E6, model.least_score_e6))
    rows, columns = a.rows_of(pairs.a[rivals_too]), b.rows_of(pairs.b[rivals_too])
    alive = ~_is_decided(a, b, rows, columns, refused)
    rows, columns, kept = rows[alive], columns[alive], rivals_too[alive]
    scores, cosines = pairs.scores_e6[kept], pairs.cosines_e6[kept]
    rivals = np.maximum(_rivals(rows, scores, len(a.skus)), _rivals(columns, scores, len(b.skus)))
    likely = np.flatnonzero((scores >= model.least_score_e6) & (scores > rivals))
    found: list[Suggestion] = []
    for one in likely.tolist():
        if _logit(scores[one]) - _logit(max(1, rivals[one])) < model.thresholds.margin:
            continue
        goods = a.goods_at(rows[one]), b.goods_at(columns[one])
        pair = compare(*goods, cosines[one] / 1_000_000, model.weight_of)
        is_sure = pair.sizes is Agreement.SAME
        if says_other_variants(pair) or not (is_sure or _costs_the_same(pair)):
            continue
        needed = model.thresholds.same if is_sure else model.thresholds.size_unconfirmed
        if scores[one] / 1_000_000 >= needed:
            kind = SuggestionClass.SAME if is_sure else SuggestionClass.SIZE_UNCONFIRMED
            found.append(
                Suggestion(
                    goods[0].sku,
                    goods[1].sku,
                    int(scores[one]) / 1_000_000,
                    kind,
                    evidence_of(pair),
                    model.model_version,
                )
            )
    return sorted(found, key=lambda one: (-one.confidence, one.a.key, one.b.key))


def _costs_the_same(pair: Comparison) -> bool:
    """Whether the prices are as near as those of one thing in two shops mostly are.

    Where no text tells the size, they tell a pack of three from a pack of six.
    """
    gap = price_gap(pair.a, pair.b)
    return gap is not None and gap <= WIDEST_GAP_OF_UNKNOWN_SIZES


def _is_decided(
    a: CompanySkus, b: CompanySkus, rows: Indices, columns: Indices, refused: RefusedPairs
) -> PairFlags:
    """The pairs about which there is nothing to suggest."""
    decided = _is_partnered(a, b)[rows] | _is_partnered(b, a)[columns]
    decided |= _has_barcode(a)[rows] & _has_barcode(b)[columns]
    never = {frozenset(pair) for pair in refused}
    if never:
        pairs = zip(a.ids[rows].tolist(), b.ids[columns].tolist(), strict=True)
        decided |= np.fromiter((frozenset(pair) in never for pair in pairs), bool, len(rows))
    return decided


def _has_barcode(side: CompanySkus) -> PairFlags:
    return np.fromiter((sku.barcode is not None for sku in side.skus), bool, len(side.skus))


def _is_partnered(side: CompanySkus, other: CompanySkus) -> PairFlags:
    """The SKUs of a side whose partner on the other side is known: by barcode or product."""
    barcodes = {sku.barcode for sku in other.skus} - {None}
    products = {sku.product_id for sku in other.skus} - {None}
    return np.fromiter(
        (sku.barcode in barcodes or sku.product_id in products for sku in side.skus),
        bool,
        len(side.skus),
    )


def _rivals(rows: Indices, scores: Indices, count: int) -> Indices:
    """For each pair, the best score of any other pair of the same row; 0 if there is none."""
    order = np.lexsort((-scores, rows))
    ordered = rows[order]
    is_first = np.r_[True, ordered[1:] != ordered[:-1]][: len(order)]
    best, second = np.zeros(count, np.int64), np.zeros(count, np.int64)
    best[ordered[is_first]] = scores[order][is_first]
    is_second = np.r_[False, is_first[:-1]][: len(order)] & ~is_first
    second[ordered[is_second]] = scores[order][is_second]
    is_best = np.zeros(len(rows), bool)
    is_best[order[is_first]] = True
    return np.where(is_best, second[rows], best[rows])


def _logit(score_e6: int) -> float:
    share = min(max(score_e6, 1), 999_999) / 1_000_000
    return math.log(share / (1 - share))

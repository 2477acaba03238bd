"""Comparable goods: of another brand, of the same kind and size. One to many; never one product.

What price comparison wants where a chain sells mostly its own brands: own-brand milk beside
own-brand milk. No barcode can teach this, so the score follows from a rule: how much of what two
names say about the kind of thing is the same, with a little from categories and prices.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from pipeline_assets.domain.matching.candidates import WeightOf
from pipeline_assets.domain.matching.company_skus import CompanySkus, VectorisedSkus
from pipeline_assets.domain.matching.evidence import shown_pack
from pipeline_assets.domain.matching.features import (
    price_gap,
    weighted_overlap,
    words_found,
)
from pipeline_assets.domain.matching.goods import Goods, MatchableSku
from pipeline_assets.domain.matching.packs import Agreement, agreement
from pipeline_assets.domain.matching.pairs import (
    ScoredPairs,
    WayToScore,
    renew_all,
    renew_changed,
)
from pipeline_assets.domain.matching.vetoes import LEAST_BRAND
from pipeline_assets.domain.matching.vocabulary import VARIANTS
from pipeline_assets.domain.matching.words import is_distinctive

LEAST_SCORE_E6 = 700_000
WIDEST_GAP = 1.1
"""The logarithm of three: what costs three times as much is of another quality."""
WIDEST_GAP_OF_UNCLEAR = 0.7
"""The logarithm of two: where a pack can be meant, or one of its pieces."""
_OF_KIND, _OF_CATEGORY, _OF_PRICE = 0.8, 0.1, 0.1


@dataclass(frozen=True, slots=True)
class ComparablePair:
    """Two SKUs of different brands that one can put side by side. `score_e6`: in millionths."""

    a: MatchableSku
    b: MatchableSku
    score_e6: int
    reason: str


def comparable(a: CompanySkus, b: CompanySkus, weight_of: WeightOf) -> list[ComparablePair]:
    """The comparable pairs of two companies, the best first; ties by (company, SKU)."""
    return comparable_among(a, b, renew_all(a, b, _way_of(weight_of), weight_of))


def compare_changed(
    a: VectorisedSkus,
    b: VectorisedSkus,
    weight_of: WeightOf,
    kept: ScoredPairs,
    changed: Collection[int],
) -> ScoredPairs:
    """All pairs that are compared, from those of an earlier run; see `pairs.renew_changed`.

    Each SKU is compared with the ten nearest of the other company, by the words for what it is.
    What cannot be compared has score 0.
    """
    return renew_changed(a, b, _way_of(weight_of), kept, changed)


def _way_of(weight_of: WeightOf) -> WayToScore:
    return WayToScore(
        vectors=lambda side: side.kinds,
        score_e6=lambda a, b, _: kinds_score_e6(a, b, weight_of),
    )


def comparable_among(a: CompanySkus, b: CompanySkus, pairs: ScoredPairs) -> list[ComparablePair]:
    """Those of the compared pairs that are comparable, in the order of `comparable`."""
    rows, columns = a.rows_of(pairs.a), b.rows_of(pairs.b)
    found: list[ComparablePair] = []
    for one in np.flatnonzero(pairs.scores_e6).tolist():
        ours, theirs = a.goods_at(rows[one]), b.goods_at(columns[one])
        score_e6 = int(pairs.scores_e6[one])
        found.append(ComparablePair(ours.sku, theirs.sku, score_e6, _reason(ours, theirs)))
    return sorted(found, key=lambda pair: (-pair.score_e6, pair.a.key, pair.b.key))


def kinds_score_e6(a: Goods, b: Goods, weight_of: WeightOf) -> int:
    """How well two goods can be put side by side, in millionths; 0 if they cannot."""
    if not _can_be_compared(a, b, weight_of):
        return 0
    kind = weighted_overlap(a.kind, b.kind, weight_of)
    gap = price_gap(a, b)
    is_clear = len(a.pack.totals) == len(b.pack.totals)
    if gap is not None and gap > (WIDEST_GAP if is_clear else WIDEST_GAP_OF_UNCLEAR):
        return 0
    nearness = 0.5 if gap is None else 1 - gap / WIDEST_GAP
    category = weighted_overlap(a.categories, b.categories, weight_of)
    score = _OF_KIND * kind + _OF_CATEGORY * category + _OF_PRICE * nearness
    score_e6 = round(1_000_000 * score)
    return score_e6 if score_e6 >= LEAST_SCORE_E6 else 0


def _can_be_compared(a: Goods, b: Goods, weight_of: WeightOf) -> bool:
    """Whether they are of different brands, of one size, and of the same variant and tiers.

    Fresh beans are not comparable with dried ones, though both are called beans.

    Every wine is its own: alcohol is left out.
    """
    return (
        agreement(a.pack, b.pack) is Agreement.SAME  # rules out most, so it comes first
        and not (a.is_alcohol or b.is_alcohol)
        and not (a.is_unbranded and b.is_unbranded)
        and a.is_fresh == b.is_fresh
        and a.tiers == b.tiers
        and not any(word in VARIANTS or word.isdecimal() for word in a.kind ^ b.kind)
        and any(not is_distinctive(word) for word in a.kind & b.kind)
        and not _names_brand_of(a, b, weight_of)
        and not _names_brand_of(b, a, weight_of)
    )


def _names_brand_of(one: Goods, other: Goods, weight_of: WeightOf) -> bool:
    """Whether the texts of one name the other's brand.

    The first word of a name is no brand here: `Smooth Peanut Butter` would be one brand everywhere.
    """
    shelf = tuple(word for word in other.head if is_distinctive(word)) if other.shelf else ()
    return any(words_found(words, one, weight_of) >= LEAST_BRAND for words in (other.brand, shelf))


def _reason(a: Goods, b: Goods) -> str:
    common = ", ".join(word for word in dict.fromkeys(a.name) if word in a.kind & b.kind)
    only = [
        f"only {goods.sku.company} says {', '.join(sorted(left))}"
        for goods, left in ((a, a.kind - b.kind), (b, b.kind - a.kind))
        if left
    ]
    brands = " / ".join(goods.sku.brand or "no brand" for goods in (a, b))
    return "; ".join([f"both are {common}", *only, shown_pack(a.pack), f"brands {brands}"])

"""Evidence about brands → which names are one brand: a plan, nothing is written.

Two names become one when their spellings are related (`names`) *and* barcodes confirm it; a few
relations are certain enough on their own. A shared barcode is not enough by itself: a retailer
often gives the maker's name. A name that could stand for several brands (a legal entity, an
abbreviation) must share with this one brand nearly all the barcodes that it shares with anyone. And
any two names of one brand must be related, so a chain of similar names never unites two brands that
are clearly different.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_assets.domain.brands.clusters import (
    BrandFacts,
    Cluster,
    Confirmed,
    Evidence,
    display_spelling,
)
from pipeline_assets.domain.brands.confirmation import BrandThresholds
from pipeline_assets.domain.brands.decisions import NO_DECISIONS, DecidedBrands
from pipeline_assets.domain.brands.facts import BrandedSku, collect_brand_facts
from pipeline_assets.domain.brands.merging import DeclinedPair, merge_brands

__all__ = [
    "DEFAULT_THRESHOLDS",
    "BrandFacts",
    "BrandPlan",
    "BrandThresholds",
    "BrandedSku",
    "DeclinedPair",
    "Translation",
    "collect_brand_facts",
    "display_spelling",
    "plan_brands",
]

DEFAULT_THRESHOLDS = BrandThresholds()


@dataclass(frozen=True, slots=True)
class Translation:
    """An alias, the canonical name it is translated to (both normalised), and why.

    `matched_with`: the name of the same brand that it was matched with, not always the canonical
    one; `rule`: lower-case name of the `NameRule`; `similarity`: that of the two cores, 0 to 1;
    `shared_barcodes`, `agreement` and `confirmed` as in `Evidence`.
    """

    alias: str
    canonical: str
    matched_with: str
    rule: str
    similarity: float
    shared_barcodes: int
    agreement: float | None
    confirmed: Confirmed


@dataclass(frozen=True, slots=True)
class BrandPlan:
    """Which names are one brand: `translations`, ordered by alias, and the `declined` pairs.

    `display_names`: how each canonical name of a translation is shown.
    """

    translations: Sequence[Translation] = ()
    display_names: Mapping[str, str] = field(default_factory=dict)
    declined: Sequence[DeclinedPair] = ()


def plan_brands(
    brands: Iterable[BrandFacts],
    thresholds: BrandThresholds = DEFAULT_THRESHOLDS,
    decided: DecidedBrands = NO_DECISIONS,
) -> BrandPlan:
    """Which of the brands are one; the order in which they are given does not matter.

    What operators decided goes before every rule.

    It ends when no pair is left to merge, so a plan for brands that a plan has merged is empty.
    """
    clusters, declined = merge_brands(brands, thresholds, decided)
    translations: list[Translation] = []
    display_names: dict[str, str] = {}
    for cluster in clusters:
        canonical = cluster.canonical
        display_names[canonical.name] = display_spelling(canonical)
        translations += _translations(cluster, canonical.name)
    translations.sort(key=lambda each: each.alias)
    return BrandPlan(translations, display_names, declined)


def _translations(cluster: Cluster, canonical: str) -> list[Translation]:
    """The cluster's tree of merges, walked from its canonical name outwards."""
    links: dict[str, list[Evidence]] = defaultdict(list)
    for why in cluster.merges:
        links[why.name_a].append(why)
        links[why.name_b].append(why)
    found: list[Translation] = []
    reached = [canonical]
    for name in reached:  # grows during the loop
        for why in links[name]:
            alias = why.name_b if why.name_a == name else why.name_a
            if alias not in reached:
                reached.append(alias)
                found.append(_translation(alias, canonical, name, why))
    return found


def _translation(alias: str, canonical: str, matched_with: str, why: Evidence) -> Translation:
    return Translation(
        alias,
        canonical,
        matched_with,
        why.relation.rule.name.lower(),
        why.relation.similarity,
        why.shared_barcodes,
        why.agreement,
        why.confirmed,
    )

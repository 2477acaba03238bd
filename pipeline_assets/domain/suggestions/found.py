"""What is offered: suggestions of matching, and variants of one company that rule 3 keeps apart."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from pipeline_assets.domain.matching.suggestions import Suggestion
from pipeline_assets.domain.products.facts import SkuFacts, SkuPair
from pipeline_assets.domain.products.variants import MOST_SLUGS, OwnWords, words_of_variants

VARIANT = "variant"
_MOST_WORDS = 8


class PairOffer(NamedTuple):
    """Why two SKUs are offered as one product.

    `kind`: the class of the suggestion. `confidence_e6`, in millionths, and `model_version` are
    None for variants: no model has found them.
    """

    kind: str
    confidence_e6: int | None
    evidence: str
    model_version: str | None


PairOffers = Mapping[SkuPair, PairOffer]
"""By the sku_ids of both, the lower (company, SKU) first."""


def pair_offers(suggestions: Iterable[Suggestion]) -> dict[SkuPair, PairOffer]:
    """What matching suggests."""
    return {
        (one.a.sku_id, one.b.sku_id): PairOffer(
            one.kind.value, round(one.confidence * 1_000_000), one.evidence, one.model_version
        )
        for one in suggestions
    }


def variants_offered(
    skus: Iterable[SkuFacts], product_of: Mapping[int, int | None], decided: Collection[SkuPair]
) -> dict[SkuPair, PairOffer]:
    """The variants among these SKUs that are not one product today, and not decided on.

    `decided`: pairs in either order. A match key with more than `MOST_SLUGS` SKUs tells nothing.
    """
    alike: dict[tuple[str, str], list[SkuFacts]] = defaultdict(list)
    for sku in skus:
        if sku.barcode is None and sku.match_key is not None and sku.url is not None:
            alike[sku.company, sku.match_key].append(sku)
    settled = {frozenset(pair) for pair in decided}
    found: dict[SkuPair, PairOffer] = {}
    for group in alike.values():
        ordered = sorted(group, key=lambda sku: sku.sku) if len(group) <= MOST_SLUGS else []
        for left, right in combinations(ordered, 2):
            pair = left.sku_id, right.sku_id
            if frozenset(pair) in settled or _are_one(pair, product_of):
                continue
            words = words_of_variants(left, right)
            if words.are_variants:
                found[pair] = PairOffer(VARIANT, None, _evidence(words), None)
    return found


def _are_one(pair: SkuPair, product_of: Mapping[int, int | None]) -> bool:
    first, second = (product_of.get(sku_id) for sku_id in pair)
    return first is not None and first == second


def _evidence(words: OwnWords) -> str:
    left, right = (", ".join(side[:_MOST_WORDS]) for side in words)
    return f"same name, brand and sizes; only one page's address says {left}, the other's {right}"

"""The table of the best open suggestions, as the asset's page shows it."""

from collections.abc import Mapping

from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.products.facts import SkuPair
from pipeline_assets.domain.suggestions.plan import KeptSuggestion, SuggestionState
from pipeline_assets.reporting.tables import Cell, shortened

_MOST_ROWS = 30
_NAME_LENGTH, _EVIDENCE_LENGTH, _SKU_LENGTH = 80, 200, 60


def suggestion_rows(
    suggestions: Mapping[SkuPair, KeptSuggestion], skus: Mapping[int, MatchableSku]
) -> list[dict[str, Cell]]:
    """A row for each of the best open ones, the surest first, those without a confidence last."""
    open_ones = [
        (-(one.offer.confidence_e6 or 0), skus[pair[0]].key, skus[pair[1]].key, pair)
        for pair, one in suggestions.items()
        if one.state is SuggestionState.OPEN
    ]
    return [
        _row(suggestions[pair], skus[pair[0]], skus[pair[1]])
        for *_, pair in sorted(open_ones)[:_MOST_ROWS]
    ]


def _row(one: KeptSuggestion, a: MatchableSku, b: MatchableSku) -> dict[str, Cell]:
    confidence = one.offer.confidence_e6
    return {
        "confidence": None if confidence is None else f"{confidence / 1_000_000:.3f}",
        "class": one.offer.kind,
        "first SKU": _sku(a),
        "its name": shortened(a.name, _NAME_LENGTH),
        "second SKU": _sku(b),
        "name of that": shortened(b.name, _NAME_LENGTH),
        "evidence": shortened(one.offer.evidence, _EVIDENCE_LENGTH),
    }


def _sku(sku: MatchableSku) -> str:
    return shortened(f"{sku.company}/{sku.sku}", _SKU_LENGTH)

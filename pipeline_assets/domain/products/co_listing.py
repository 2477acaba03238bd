"""Which SKUs one store sold at the same time, read from the price history.

Two articles that a store sells side by side are two products, however similar their names are. Once
they were sold side by side, later delistings do not change that.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import datetime
from itertools import combinations, pairwise

from pipeline_assets.domain.products.constrained_clustering import ConstrainedClustering
from pipeline_assets.domain.products.partition import Decision, SkuFacts

HistoryRow = tuple[int, int, datetime, int | None]
"""store_key, sku_id, scraped_at, price in cents (None: delisted)."""


def could_be_one(skus: Collection[SkuFacts], decisions: Iterable[Decision]) -> list[list[int]]:
    """The SKUs of one company without a barcode that could be one product by their names alone.

    They have the same match key, or are connected through others: an operator's *same* links
    different keys.
    """
    labels: dict[int, set[Hashable]] = defaultdict(set)
    for decision in decisions:
        if decision.kind == "same":
            labels[decision.sku_id_a].add(decision)
            labels[decision.sku_id_b].add(decision)
    company_of = {sku.sku_id: sku.company for sku in skus if sku.barcode is None}
    for sku in skus:
        if sku.match_key is not None:
            labels[sku.sku_id].add(sku.match_key)
    alike = ConstrainedClustering({})
    for sku_id in sorted(company_of):
        alike.add(sku_id, labels[sku_id])
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, group in enumerate(alike.groups()):
        for sku_id in group:
            groups[number, company_of[sku_id]].append(sku_id)
    return [group for group in groups.values() if len(group) > 1]


def sold_together(
    candidates: Iterable[Sequence[int]], history: Iterable[HistoryRow]
) -> set[tuple[int, int]]:
    """The pairs (low id, high id) within each group of candidates that were sold side by side.

    `history` may be in any order; rows of other SKUs are ignored.
    """
    shelves = _shelves(history)
    return {
        (min(one, other), max(one, other))
        for group in candidates
        for one, other in combinations(group, 2)
        if _overlap(shelves[one], shelves[other])
    }


def _shelves(
    history: Iterable[HistoryRow],
) -> dict[int, dict[int, list[tuple[datetime, datetime]]]]:
    """For each SKU and store, the periods [from, to) during which it was sold."""
    changes: dict[tuple[int, int], list[tuple[datetime, bool]]] = defaultdict(list)
    for store_key, sku_id, scraped_at, price in history:
        changes[sku_id, store_key].append((scraped_at, price is not None))
    shelves: dict[int, dict[int, list[tuple[datetime, datetime]]]] = defaultdict(dict)
    for (sku_id, store_key), events in changes.items():
        events.sort()
        ended = [*events, (datetime.max, False)]
        shelves[sku_id][store_key] = [
            (begin, end) for (begin, is_sold), (end, _) in pairwise(ended) if is_sold
        ]
    return shelves


def _overlap(
    one: dict[int, list[tuple[datetime, datetime]]],
    other: dict[int, list[tuple[datetime, datetime]]],
) -> bool:
    return any(
        begin < other_end and other_begin < end
        for store_key in one.keys() & other.keys()
        for begin, end in one[store_key]
        for other_begin, other_end in other[store_key]
    )

"""Which SKUs one store sold at the same time, read from the price history.

Two articles that a store sells side by side are two products, however similar their names are. Once
they were sold side by side, later delistings do not change that.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime

from pipeline_assets.domain.products.constrained_clustering import connected
from pipeline_assets.domain.products.facts import Decision, Shelves, SkuFacts

HistoryRow = tuple[int, int, datetime, int | None]
"""store_key, sku_id, scraped_at, price in cents (None: delisted)."""

_Periods = list[tuple[datetime, datetime]]


def could_be_one(skus: Collection[SkuFacts], decisions: Iterable[Decision]) -> list[list[int]]:
    """The SKUs of one company without a barcode that could be one product by their names alone.

    They have the same match key, or are connected through others: an operator's *same* links
    different keys.
    """
    labels: dict[int, tuple[Hashable, ...]] = {
        sku.sku_id: () if sku.match_key is None else (sku.match_key,)
        for sku in sorted(skus, key=lambda sku: sku.sku_id)
        if sku.barcode is None
    }
    for decision in decisions:
        if decision.kind == "same":
            for sku_id in {decision.sku_id_a, decision.sku_id_b} & labels.keys():
                labels[sku_id] = (*labels[sku_id], decision)
    company_of = {sku.sku_id: sku.company for sku in skus}
    groups: list[list[int]] = []
    for component in connected(labels):
        of_company: dict[str, list[int]] = defaultdict(list)
        for sku_id in component:
            of_company[company_of[sku_id]].append(sku_id)
        groups += (group for group in of_company.values() if len(group) > 1)
    return groups


def shelves(candidates: Iterable[Sequence[int]], history: Iterable[HistoryRow]) -> Shelves:
    """Where and when the candidates were sold: two of a group that share a shelf were side by side.

    A shelf is a store at a moment when one of the group begins to be sold there: of two that are
    sold at the same time, one begins while the other is there. `history` may be in any order; rows
    of other SKUs are ignored.
    """
    sold = _periods(history)
    count = 0
    found: dict[int, tuple[int, ...]] = {}
    shared: dict[tuple[int, ...], tuple[int, ...]] = {}  # most SKUs of a large group have the same
    for group in candidates:
        begins: dict[int, set[datetime]] = defaultdict(set)
        for sku_id in group:
            for store_key, periods in sold.get(sku_id, {}).items():
                begins[store_key].update(begin for begin, _ in periods)
        moments: dict[int, tuple[int, list[datetime]]] = {}
        for store_key, of_store in begins.items():
            moments[store_key] = count, sorted(of_store)
            count += len(of_store)
        for sku_id in group:
            its = tuple(_shelves_of(sold.get(sku_id, {}), moments))
            if its:
                found[sku_id] = shared.setdefault(its, its)
    return found


def _shelves_of(
    sold: Mapping[int, _Periods], moments: Mapping[int, tuple[int, Sequence[datetime]]]
) -> Iterable[int]:
    """The shelves of one SKU; `moments`: each store's first shelf and when its shelves begin."""
    for store_key, periods in sold.items():
        first, begins = moments[store_key]
        for begin, end in periods:
            yield from range(first + bisect_left(begins, begin), first + bisect_left(begins, end))


def _periods(history: Iterable[HistoryRow]) -> dict[int, dict[int, _Periods]]:
    """For each SKU and store, the periods [from, to) during which it was sold, in order."""
    changes: dict[tuple[int, int], list[tuple[datetime, bool]]] = defaultdict(list)
    moments: dict[datetime, datetime] = {}  # one object for each, not one for each row
    for store_key, sku_id, scraped_at, price in history:
        moment = moments.setdefault(scraped_at, scraped_at)
        changes[sku_id, store_key].append((moment, price is not None))
    sold: dict[int, dict[int, _Periods]] = defaultdict(dict)
    while changes:
        (sku_id, store_key), events = changes.popitem()
        sold[sku_id][store_key] = _joined(sorted(events))
    return sold


def _joined(events: Sequence[tuple[datetime, bool]]) -> _Periods:
    periods: _Periods = []
    begin: datetime | None = None
    for moment, is_sold in events:
        if is_sold and begin is None:
            begin = moment
        elif not is_sold and begin is not None:
            periods.append((begin, moment))
            begin = None
    return [*periods, (begin, datetime.max)] if begin is not None else periods

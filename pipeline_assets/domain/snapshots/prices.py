"""How a new snapshot changes the known prices of its store: a plan, nothing is written.

A store's prices come only from its own snapshots; what is not in the snapshot, or has no price in
it, is no longer sold there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from pipeline_assets.domain.snapshots.listing import Listing, Terms

FIRST_SEEN = "first_seen"
CHANGED = "changed"
DELISTED = "delisted"
BACK = "back"


class Price(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One store's price for one SKU, its terms, and the price before that."""

    sku_id: int
    price_cents: int
    terms: Terms
    previous_price_cents: int | None


class HistoryEntry(NamedTuple):
    """One price change; `price_cents` is None for a SKU that was delisted."""

    sku_id: int
    change: str
    price_cents: int | None


@dataclass(frozen=True, slots=True)
class PricePlan:
    """How a snapshot changes its store's prices.

    `rewritten` have the same price but a different special, unit price or availability.
    """

    new: Sequence[Price]
    changed: Sequence[Price]
    rewritten: Sequence[Price]
    delisted: Sequence[int]
    unchanged: int
    history: Sequence[HistoryEntry]


def plan_prices(
    listings: Iterable[tuple[int, Listing]],
    known: Mapping[int, Price],
    last_known: Mapping[int, int],
) -> PricePlan:
    """How the listings, as (sku_id, listing), change the store's `known` prices by sku_id.

    `last_known`: the last price, in cents, of SKUs that the store once sold and no longer sells.
    """
    new: list[Price] = []
    changed: list[Price] = []
    rewritten: list[Price] = []
    history: list[HistoryEntry] = []
    seen: set[int] = set()
    unchanged = 0
    for sku_id, listing in listings:
        cents = listing.price_cents
        if cents is None:
            continue
        seen.add(sku_id)
        old = known.get(sku_id)
        if old is None:
            before = last_known.get(sku_id)
            new.append(_price(sku_id, cents, listing.terms, before))
            change = FIRST_SEEN if before is None else BACK
            history.append(HistoryEntry(sku_id, change, cents))
        elif cents != old.price_cents:
            changed.append(_price(sku_id, cents, listing.terms, old.price_cents))
            history.append(HistoryEntry(sku_id, CHANGED, cents))
        elif listing.terms != old.terms:
            rewritten.append(_price(sku_id, cents, listing.terms, old.previous_price_cents))
        else:
            unchanged += 1
    delisted = sorted(known.keys() - seen)
    history += (HistoryEntry(sku_id, DELISTED, None) for sku_id in delisted)
    return PricePlan(new, changed, rewritten, delisted, unchanged, history)


def _price(sku_id: int, cents: int, terms: Terms, previous_cents: int | None) -> Price:
    return Price(sku_id=sku_id, price_cents=cents, terms=terms, previous_price_cents=previous_cents)

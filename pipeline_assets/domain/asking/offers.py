"""What a product costs in a store, and how offers that say the same are told together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOffer:
    """One SKU in one store today; the fields mean what the columns of `store_prices` mean.

    Amounts are whole cents, `unit_price_e4` ten-thousandths of a dollar. `is_estimate`: the price
    is that of the group's anchor, `observed_store_id`.
    """

    company: str
    store_id: str
    store_name: str | None
    state: str | None
    sku: str
    product_id: int
    barcode: str | None
    name: str
    brand: str | None
    size: str | None
    category: str | None
    price_cents: int
    previous_price_cents: int | None
    was_price_cents: int | None
    is_on_special: bool
    unit_price_e4: int | None
    unit_of_measure: str | None
    is_available: bool | None
    price_since: date
    scraped_date: date
    is_estimate: bool
    observed_store_id: str
    url: str | None
    image_url: str | None

    @property
    def _terms(self) -> tuple[int, bool]:
        return self.price_cents, self.is_on_special


@dataclass(frozen=True, slots=True)
class PriceLine:
    """Offers of one SKU in stores of one group that have the same price; `shown` speaks for all.

    `anchor_store_id` is that of the group; None where the line is one store's own.
    """

    shown: StoreOffer
    offers: Sequence[StoreOffer]
    anchor_store_id: str | None

    @property
    def estimates(self) -> int:
        """How many of its stores are estimated."""
        return sum(offer.is_estimate for offer in self.offers)

    @property
    def oldest_date(self) -> date:
        """The day of the oldest snapshot that it goes by."""
        return min(offer.scraped_date for offer in self.offers)


Anchors = Mapping[tuple[str, str], str]
"""(company, store_id) → the store that anchors its group."""


def lines_of(offers: Sequence[StoreOffer], anchors: Anchors) -> Sequence[PriceLine]:
    """The offers of a product in few lines, by company, the cheapest company and line first.

    In each group of stores, those with the anchor's price make one line (where the anchor does not
    sell it, those with the commonest price); each other store has a line of its own.
    """

    def group(offer: StoreOffer) -> tuple[str, str, str]:
        anchor = anchors.get((offer.company, offer.store_id), offer.store_id)
        return offer.company, offer.sku, anchor

    lines: list[PriceLine] = []
    for (_, _, anchor), ours in groupby(sorted(offers, key=group), key=group):
        lines += _of_group(list(ours), anchor)
    cheapest: dict[str, int] = {}
    for offer in offers:
        cheapest[offer.company] = min(
            offer.price_cents, cheapest.get(offer.company, offer.price_cents)
        )
    return sorted(
        lines,
        key=lambda line: (
            cheapest[line.shown.company],
            line.shown.company,
            line.shown.price_cents,
            -len(line.offers),
            line.shown.store_id,
            line.shown.sku,
        ),
    )


def _of_group(offers: Sequence[StoreOffer], anchor: str) -> list[PriceLine]:
    counts = Counter(offer._terms for offer in offers)
    speaker = min(
        offers,
        key=lambda one: (one.store_id != anchor, -counts[one._terms], one._terms, one.store_id),
    )
    alike = [offer for offer in offers if offer._terms == speaker._terms]
    others = [offer for offer in offers if offer._terms != speaker._terms]
    told = PriceLine(speaker, alike, anchor if len(alike) > 1 else None)
    return [told, *(PriceLine(offer, [offer], None) for offer in others)]

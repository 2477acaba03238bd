"""What one company asks for one product: lowest, middle and highest price, and earlier lows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple


class SoldSku(NamedTuple):
    """A SKU and the product that it belongs to."""

    sku_id: int
    product_id: int
    company: str
    sku: str


class Offers(NamedTuple):
    """The stores that ask the same for a SKU today; `current` of them are current."""

    sku_id: int
    price_cents: int
    unit_price_e4: int | None
    unit_of_measure: str | None
    stores: int
    current: int


class PastPrice(NamedTuple):
    """A price that a SKU had anywhere: the first day on which it was in force.

    `recent_date` is the first such day within the 90 days before the last snapshot of a store, and
    `recent_store_key` a store where it was in force then; None if it was in force in none of them.
    """

    sku_id: int
    price_cents: int
    first_date: date
    recent_date: date | None
    recent_store_key: int | None


class StoreCounts(NamedTuple):
    """How many stores sell a product, and how many of them are current."""

    stores: int
    current: int


class CompanyProduct(NamedTuple):
    """A row of table `company_products`, whose columns have the same names."""

    product_id: int
    company: str
    lowest_cents: int
    median_cents: int
    highest_cents: int
    stores: int
    stores_current: int
    cheapest_sku_id: int
    unit_price_e4: int | None
    unit_of_measure: str | None
    low_90_cents: int
    low_90_date: date
    low_90_store_key: int
    low_ever_cents: int
    low_ever_date: date


Key = tuple[int, str]
"""A product and a company."""


def rows_of_products(
    skus: Mapping[int, SoldSku],
    offers: Iterable[Offers],
    past: Iterable[PastPrice],
    distinct: Mapping[Key, StoreCounts],
) -> dict[Key, CompanyProduct]:
    """Each product at each company that sells it now, from the offers and past prices of its SKUs.

    `skus`: by sku_id; `distinct`: the stores of the products of which a company has more than one
    SKU with an offer (`with_several_skus`), because a store may sell more than one of them.
    """
    sold: dict[Key, list[Offers]] = defaultdict(list)
    for offer in offers:
        sold[_key(skus[offer.sku_id])].append(offer)
    had: dict[Key, list[PastPrice]] = defaultdict(list)
    for price in past:
        had[_key(skus[price.sku_id])].append(price)
    return {
        key: _company_product(key, skus, found, had[key], distinct.get(key))
        for key, found in sold.items()
    }


def with_several_skus(skus: Mapping[int, SoldSku], offers: Iterable[Offers]) -> set[int]:
    """The SKUs of products of which the company has other SKUs with an offer too."""
    sold: dict[Key, set[int]] = defaultdict(set)
    for offer in offers:
        sold[_key(skus[offer.sku_id])].add(offer.sku_id)
    return {sku_id for sku_ids in sold.values() if len(sku_ids) > 1 for sku_id in sku_ids}


def _key(sku: SoldSku) -> Key:
    return sku.product_id, sku.company


def _company_product(
    key: Key,
    skus: Mapping[int, SoldSku],
    offers: list[Offers],
    past: list[PastPrice],
    distinct: StoreCounts | None,
) -> CompanyProduct:
    cheapest = min(offers, key=lambda offer: _rank(offer, skus[offer.sku_id].sku))
    counts = distinct or StoreCounts(
        sum(offer.stores for offer in offers), sum(offer.current for offer in offers)
    )
    ever = min((price.price_cents, price.first_date) for price in past)
    recent = min(
        (price.price_cents, price.recent_date, price.recent_store_key)
        for price in past
        if price.recent_date is not None and price.recent_store_key is not None
    )
    return CompanyProduct(
        *key,
        lowest_cents=cheapest.price_cents,
        median_cents=_lower_median(offers),
        highest_cents=max(offer.price_cents for offer in offers),
        stores=counts.stores,
        stores_current=counts.current,
        cheapest_sku_id=cheapest.sku_id,
        unit_price_e4=cheapest.unit_price_e4,
        unit_of_measure=cheapest.unit_of_measure,
        low_90_cents=recent[0],
        low_90_date=recent[1],
        low_90_store_key=recent[2],
        low_ever_cents=ever[0],
        low_ever_date=ever[1],
    )


def _rank(offer: Offers, sku: str) -> tuple[int, bool, int, str, str]:
    """The lowest price first, then the lowest unit price, then the lowest SKU as text."""
    unit_price, unit = offer.unit_price_e4, offer.unit_of_measure
    return offer.price_cents, unit_price is None, unit_price or 0, unit or "", sku


def _lower_median(offers: list[Offers]) -> int:
    """The middle one of the prices of all offers; of two, the lower."""
    ordered = sorted((offer.price_cents, offer.stores) for offer in offers)
    before_middle = (sum(stores for _, stores in ordered) - 1) // 2
    for price_cents, stores in ordered:
        if before_middle < stores:
            return price_cents
        before_middle -= stores
    raise ValueError("no offer has a store")


class CompanyProductChanges(NamedTuple):
    """How stored rows become those that there should be."""

    new: tuple[CompanyProduct, ...]
    changed: tuple[CompanyProduct, ...]
    removed: tuple[Key, ...]


def company_product_changes(
    stored: Mapping[Key, CompanyProduct], wanted: Mapping[Key, CompanyProduct]
) -> CompanyProductChanges:
    """What to write, in order of product and company."""
    return CompanyProductChanges(
        tuple(wanted[key] for key in sorted(wanted.keys() - stored.keys())),
        tuple(
            wanted[key]
            for key in sorted(wanted.keys() & stored.keys())
            if wanted[key] != stored[key]
        ),
        tuple(sorted(stored.keys() - wanted.keys())),
    )

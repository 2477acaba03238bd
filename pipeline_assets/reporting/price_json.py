"""The answer to a question for prices as one JSON object: dollars, days as `YYYY-MM-DD`."""

from datetime import UTC
from typing import Any

from pipeline_assets.catalogue.answers.found import FoundProduct, PastChange, RecentLow
from pipeline_assets.domain.asking.offers import StoreOffer


def product_as_data(product: FoundProduct, retired_id: int | None) -> dict[str, Any]:
    """Who a product is; `retired_id` is the id that was asked for, if it has been retired."""
    return {
        "product_id": product.product_id,
        "name": product.name,
        "barcode": product.barcode,
        "brand": product.brand,
        "size": product.size,
        "retired_product_id": retired_id,
    }


def offer_as_data(offer: StoreOffer, low: RecentLow | None) -> dict[str, Any]:
    """One offer; `low` is the lowest price of 90 days at its company."""
    return {
        "company": offer.company,
        "store_id": offer.store_id,
        "sku": offer.sku,
        "price": in_dollars(offer.price_cents),
        "scraped_date": offer.scraped_date.isoformat(),
        "name": offer.name,
        "brand": offer.brand,
        "size": offer.size,
        "category": offer.category,
        "unit_price": in_dollars(offer.unit_price_e4, 4),
        "unit_of_measure": offer.unit_of_measure,
        "is_on_special": offer.is_on_special,
        "was_price": in_dollars(offer.was_price_cents),
        "previous_price": in_dollars(offer.previous_price_cents),
        "price_since": offer.price_since.isoformat(),
        "is_available": offer.is_available,
        "is_estimate": offer.is_estimate,
        "observed_store_id": offer.observed_store_id,
        "store_name": offer.store_name,
        "state": offer.state,
        "lowest_90_days": None if low is None else in_dollars(low.cents),
        "lowest_90_days_date": None if low is None else low.day.isoformat(),
        "url": offer.url,
        "image_url": offer.image_url,
    }


def change_as_data(change: PastChange) -> dict[str, Any]:
    """One change of a price; `price` is null where it was not sold from then on."""
    return {
        "company": change.company,
        "store_id": change.store_id,
        "sku": change.sku,
        "kind": change.kind,
        "scraped_at": change.scraped_at.replace(tzinfo=UTC).isoformat(),
        "scraped_date": change.scraped_date.isoformat(),
        "price": in_dollars(change.price_cents),
        "price_before": in_dollars(change.price_before_cents),
    }


def in_dollars(amount: int | None, places: int = 2) -> float | None:
    """The number whose shortest decimal form is the exact amount: so it is written in JSON."""
    return None if amount is None else amount / 10**places

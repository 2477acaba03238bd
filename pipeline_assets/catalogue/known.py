"""What the catalogue knows of what one snapshot names: its store, its SKUs, their prices."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline_assets.catalogue.schema import categories, price_history, prices, skus, stores
from pipeline_assets.catalogue.statements import rows_where_in
from pipeline_assets.domain.acceptance import LastSnapshot
from pipeline_assets.domain.listings import TERM_NAMES
from pipeline_assets.domain.pricing import Price
from pipeline_assets.domain.sku_facts import KnownSku

_KNOWN_SKUS = select(
    skus.c.sku_id,
    skus.c.sku,
    skus.c.product_id,
    skus.c.name,
    skus.c.brand_name,
    skus.c.size,
    categories.c.path,
    skus.c.url,
    skus.c.image_url,
    skus.c.aldi_image_url,
    skus.c.match_key,
    skus.c.facts_at,
    skus.c.facts_store_id,
    skus.c.older_sources,
    skus.c.barcode,
    skus.c.barcode_at,
    skus.c.no_barcode_at,
).select_from(skus.outerjoin(categories, categories.c.category_id == skus.c.category_id))

_PRICES = select(
    prices.c.sku_id, *(prices.c[name] for name in TERM_NAMES), prices.c.previous_price_cents
)


@dataclass(frozen=True, slots=True)
class KnownStore:
    """A store of the catalogue; `last` is None while no snapshot of it was accepted."""

    store_key: int
    last: LastSnapshot | None


def known_store(connection: Connection, company: str, store_id: str) -> KnownStore | None:
    """The store with this identifier, if it is registered."""
    row = connection.execute(
        select(stores.c.store_key, stores.c.last_scraped_at, stores.c.last_priced_rows).where(
            stores.c.company == company, stores.c.store_id == store_id
        )
    ).one_or_none()
    if row is None:
        return None
    last = None if row[1] is None else LastSnapshot(row[1], row[2])
    return KnownStore(row[0], last)


def known_skus(connection: Connection, company: str, names: Collection[str]) -> dict[str, KnownSku]:
    """The company's SKUs among `names` (its own identifiers), by that name."""
    ours = _KNOWN_SKUS.where(skus.c.company == company)
    rows = rows_where_in(connection, ours, skus.c.sku, names)
    return {row[1]: KnownSku._make(row) for row in rows}


def known_prices(connection: Connection, store_key: int) -> dict[int, Price]:
    """Everything the store sells today, by sku_id."""
    rows = connection.execute(_PRICES.where(prices.c.store_key == store_key)).all()
    return {row[0]: Price._make(row) for row in rows}


def last_known_prices(
    connection: Connection, store_key: int, sku_ids: Collection[int]
) -> dict[int, int]:
    """The last price, in cents, that the store ever asked for each of these SKUs."""
    priced = (
        select(price_history.c.sku_id, price_history.c.price_cents)
        .where(price_history.c.store_key == store_key, price_history.c.price_cents.is_not(None))
        .order_by(price_history.c.scraped_at)  # so that the last one stays in the dictionary
    )
    rows = rows_where_in(connection, priced, price_history.c.sku_id, sku_ids)
    return {row[0]: row[1] for row in rows}

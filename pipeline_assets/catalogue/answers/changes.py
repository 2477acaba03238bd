"""How prices came to be what they are: one row per change, in whole cents."""

from datetime import date

from sqlalchemy import Connection, select

from pipeline_assets.catalogue.answers.offers import with_articles
from pipeline_assets.catalogue.answers.wanted import Statement, WantedRows, narrowed
from pipeline_assets.catalogue.schema import brands, price_history, products, skus, stores

_EARLIER = price_history.alias("earlier")


def select_changes(
    connection: Connection,
    wanted: WantedRows,
    since: date | None = None,
    until: date | None = None,
) -> Statement:
    """The changes of the wanted SKUs' prices in the wanted stores, of these days, both included.

    They come by company, store, SKU and time. `price_before_cents` is the last price that it had
    there, also for one that was away and is back.
    """
    before = (
        select(_EARLIER.c.price_cents)
        .where(
            _EARLIER.c.store_key == price_history.c.store_key,
            _EARLIER.c.sku_id == price_history.c.sku_id,
            _EARLIER.c.scraped_at < price_history.c.scraped_at,
            _EARLIER.c.price_cents.is_not(None),
        )
        .order_by(_EARLIER.c.scraped_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    origin = stores.join(price_history, price_history.c.store_key == stores.c.store_key)
    query = select(
        *(stores.c.company, stores.c.store_id, stores.c.store_name, stores.c.state),
        *(skus.c.sku, skus.c.product_id, products.c.barcode, skus.c.name),
        brands.c.name.label("brand"),
        skus.c.size,
        price_history.c.change.label("kind"),
        *(price_history.c.scraped_at, price_history.c.scraped_date, price_history.c.price_cents),
        before.label("price_before_cents"),
    ).select_from(with_articles(origin, price_history.c.sku_id))
    if since is not None:
        query = query.where(price_history.c.scraped_date >= since)
    if until is not None:
        query = query.where(price_history.c.scraped_date <= until)
    query = narrowed(connection, query, wanted, price_history.c.sku_id)
    return query.order_by(
        stores.c.company, stores.c.store_id, skus.c.sku, price_history.c.scraped_at
    )

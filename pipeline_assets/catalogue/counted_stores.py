"""Which stores count for product prices and how, and the products that their changes concern."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from pipeline_assets.catalogue.database.statements import insert_rows, rows_where_in, update_rows
from pipeline_assets.catalogue.schema import (
    company_products,
    ingested_files,
    price_history,
    prices,
    product_merges,
    product_price_stores,
    skus,
    stores,
)
from pipeline_assets.domain.answers.counted_stores import CountedStore, StoreChanges, StoreSnapshot

_COUNTED = select(*(product_price_stores.c[name] for name in CountedStore._fields))
_SOLD = select(skus.c.product_id).distinct().join(prices, prices.c.sku_id == skus.c.sku_id)


def counted_stores(connection: Connection) -> dict[int, CountedStore]:
    """The stores as they were last counted, by store_key."""
    return {row[0]: CountedStore(*row) for row in connection.execute(_COUNTED)}


def last_snapshots(connection: Connection) -> list[StoreSnapshot]:
    """The last accepted snapshot of every store that has one."""
    columns = stores.c
    wanted = select(columns.store_key, columns.last_scraped_at, columns.last_scraped_date)
    rows = connection.execute(wanted.where(columns.last_scraped_at.is_not(None)))
    return [StoreSnapshot(*row) for row in rows]


def write_counted_stores(
    connection: Connection, changes: StoreChanges, known: Collection[int]
) -> None:
    """Record how stores count from now on; `known` are those that have a row."""
    rows = {key: store._asdict() for key, store in changes.all.items()}
    insert_rows(connection, product_price_stores, [rows[key] for key in rows if key not in known])
    changed = [rows[key] for key in rows if key in known]
    update_rows(connection, product_price_stores, changed, "store_key")


def all_products(connection: Connection) -> set[int]:
    """Every product that has a SKU or a row in `company_products`."""
    of_skus = select(skus.c.product_id).distinct().where(skus.c.product_id.is_not(None))
    stored = select(company_products.c.product_id).distinct()
    return {*_numbers(connection, of_skus), *_numbers(connection, stored)}


def products_with_news(connection: Connection, file_id: int, merge_id: int) -> set[int]:
    """The products with a price that changed in a later file, or that a later merge concerns."""
    changed = (
        select(skus.c.product_id)
        .distinct()
        .select_from(ingested_files)
        .join(
            stores,
            (stores.c.company == ingested_files.c.company)
            & (stores.c.store_id == ingested_files.c.store_id),
        )
        .join(
            price_history,
            (price_history.c.scraped_date == ingested_files.c.scraped_date)
            & (price_history.c.store_key == stores.c.store_key),
        )
        .join(skus, skus.c.sku_id == price_history.c.sku_id)
        .where(ingested_files.c.file_id > file_id)
    )
    merges = product_merges.c
    later = select(merges.from_product_id, merges.into_product_id).where(merges.merge_id > merge_id)
    merged = {product_id for row in connection.execute(later) for product_id in row}
    return merged.union(_numbers(connection, changed))


def products_of_stores(connection: Connection, changes: StoreChanges) -> set[int]:
    """The products whose rows depend on how these stores count."""
    sold = rows_where_in(connection, _SOLD, prices.c.store_key, changes.current_or_not)
    lows = select(company_products.c.product_id).distinct()
    had = rows_where_in(connection, lows, company_products.c.low_90_store_key, changes.rescraped)
    priced = rows_where_in(connection, _priced_otherwise(), prices.c.store_key, changes.rescraped)
    return {row[0] for rows in (sold, had, priced) for row in rows}


def _priced_otherwise() -> Select[Any]:
    """Products of which a store has the lowest price with another unit price or SKU.

    A changed unit price is no change of the price: the history does not tell.
    """
    shown = company_products.c
    return (
        select(shown.product_id)
        .distinct()
        .select_from(prices)
        .join(skus, skus.c.sku_id == prices.c.sku_id)
        .join(
            company_products,
            (shown.product_id == skus.c.product_id) & (shown.company == skus.c.company),
        )
        .where(
            prices.c.price_cents == shown.lowest_cents,
            or_(
                prices.c.sku_id != shown.cheapest_sku_id,
                func.coalesce(prices.c.unit_price_e4, -1) != func.coalesce(shown.unit_price_e4, -1),
                func.coalesce(prices.c.unit_of_measure, "")
                != func.coalesce(shown.unit_of_measure, ""),
            ),
        )
    )


def _numbers(connection: Connection, wanted: Select[Any]) -> Iterator[int]:
    return (row[0] for row in connection.execute(wanted))

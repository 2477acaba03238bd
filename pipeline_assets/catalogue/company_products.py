"""Reads what `company_products` is made of, for some products, and writes what differs."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, String, and_, case, cast, delete, func, or_, select

from pipeline_assets.catalogue.database.statements import (
    insert_rows,
    pieces,
    rows_where_in,
    update_rows,
    where_in,
)
from pipeline_assets.catalogue.schema import (
    company_products,
    price_history,
    prices,
    product_price_stores,
    skus,
)
from pipeline_assets.domain.answers.company_products import (
    CompanyProduct,
    CompanyProductChanges,
    Key,
    Offers,
    PastPrice,
    SoldSku,
    StoreCounts,
)

_KEY = ("product_id", "company")
# A day and a store in one text: so the first day is found together with its store.
_DIGITS_FROM = 10**10
_DAY_LENGTH = len("2025-09-01")

_COUNTED = product_price_stores.c
_IS_COUNTED = _COUNTED.store_key == prices.c.store_key
_SKUS = select(*(skus.c[name] for name in SoldSku._fields))
_OFFERED = (prices.c.sku_id, prices.c.price_cents, prices.c.unit_price_e4, prices.c.unit_of_measure)
_OFFERS = (
    select(*_OFFERED, func.count(), func.sum(case((_COUNTED.is_current, 1), else_=0)))
    .join(product_price_stores, _IS_COUNTED)
    .group_by(*_OFFERED)
)
_STORE_COUNTS = (
    select(
        skus.c.product_id,
        skus.c.company,
        func.count(prices.c.store_key.distinct()),
        func.count(case((_COUNTED.is_current, prices.c.store_key)).distinct()),
    )
    .join(prices, prices.c.sku_id == skus.c.sku_id)
    .join(product_price_stores, _IS_COUNTED)
    .group_by(skus.c.product_id, skus.c.company)
)
_STORED = select(*(company_products.c[name] for name in CompanyProduct._fields))


def skus_of_products(connection: Connection, product_ids: Collection[int]) -> dict[int, SoldSku]:
    """The SKUs of these products, by sku_id."""
    rows = rows_where_in(connection, _SKUS, skus.c.product_id, product_ids)
    return {row[0]: SoldSku(*row) for row in rows}


def offers_of_skus(connection: Connection, sku_ids: Collection[int]) -> list[Offers]:
    """What the stores ask for these SKUs today."""
    rows = rows_where_in(connection, _OFFERS, prices.c.sku_id, sku_ids)
    return [Offers(row[0], row[1], row[2], row[3], row[4], int(row[5])) for row in rows]


def store_counts(connection: Connection, sku_ids: Collection[int]) -> dict[Key, StoreCounts]:
    """How many stores sell one of these SKUs or more, by product and company."""
    rows = rows_where_in(connection, _STORE_COUNTS, skus.c.sku_id, sku_ids)
    return {(row[0], row[1]): StoreCounts(row[2], row[3]) for row in rows}


def past_prices_of_skus(connection: Connection, sku_ids: Collection[int]) -> list[PastPrice]:
    """The prices that these SKUs ever had, each once, of all stores with a snapshot."""
    found: list[PastPrice] = []
    for piece in pieces(sku_ids):
        for sku_id, price_cents, first, recent in connection.execute(_past(connection, piece)):
            day = None if recent is None else date.fromisoformat(recent[:_DAY_LENGTH])
            store_key = None if recent is None else int(recent[_DAY_LENGTH:]) - _DIGITS_FROM
            found.append(PastPrice(sku_id, price_cents, first, day, store_key))
    return found


def _past(connection: Connection, sku_ids: Collection[int]) -> Select[Any]:
    columns = price_history.c
    until = func.lead(columns.scraped_at).over(
        partition_by=(columns.store_key, columns.sku_id), order_by=columns.scraped_at
    )
    history = select(
        columns.store_key,
        columns.sku_id,
        columns.price_cents,
        columns.scraped_at,
        columns.scraped_date,
        until.label("until"),
    )
    had = where_in(connection, history, columns.sku_id, sku_ids).subquery("had").c
    is_recent = or_(had.until.is_(None), had.until > _COUNTED.low_from_at)
    is_older = had.scraped_at < _COUNTED.low_from_at
    day = case((is_older, _COUNTED.low_from_date), else_=had.scraped_date)
    day_and_store = cast(day, String) + cast(had.store_key + _DIGITS_FROM, String)
    return (
        select(
            had.sku_id,
            had.price_cents,
            func.min(had.scraped_date),
            func.min(case((is_recent, day_and_store))),
        )
        .join(product_price_stores, _COUNTED.store_key == had.store_key)
        .where(had.price_cents.is_not(None))
        .group_by(had.sku_id, had.price_cents)
    )


def stored_company_products(
    connection: Connection, product_ids: Collection[int]
) -> dict[Key, CompanyProduct]:
    """The rows of table `company_products` for these products."""
    rows = rows_where_in(connection, _STORED, company_products.c.product_id, product_ids)
    return {(row[0], row[1]): CompanyProduct(*row) for row in rows}


def write_company_products(connection: Connection, changes: CompanyProductChanges) -> None:
    """Write what differs to table `company_products`."""
    for piece in pieces(changes.removed):
        gone = (
            and_(company_products.c.product_id == product_id, company_products.c.company == company)
            for product_id, company in piece
        )
        connection.execute(delete(company_products).where(or_(*gone)))
    insert_rows(connection, company_products, [row._asdict() for row in changes.new])
    update_rows(connection, company_products, [row._asdict() for row in changes.changed], *_KEY)

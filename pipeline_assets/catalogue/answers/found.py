"""Products as they are told to somebody who asked: who they are, what they cost, their past."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from pipeline_assets.catalogue.answers.changes import select_changes
from pipeline_assets.catalogue.answers.listings import select_products
from pipeline_assets.catalogue.answers.past import (
    CHANGE_FIELDS,
    ChangeDays,
    HistoryReader,
    all_changes,
    files_of_days,
)
from pipeline_assets.catalogue.answers.wanted import WantedRows
from pipeline_assets.catalogue.database.statements import where_in
from pipeline_assets.catalogue.schema import company_products, prices, skus


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """A product: its id today, and what it is called."""

    product_id: int
    barcode: str | None
    name: str
    brand: str | None
    size: str | None


@dataclass(frozen=True, slots=True)
class CompanyPrice:
    """What a company asks for a product: its lowest price in cents, and in how many stores."""

    company: str
    lowest_cents: int
    stores: int


@dataclass(frozen=True, slots=True)
class RecentLow:
    """The lowest price of the last 90 days in cents, and its first day in them."""

    cents: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PastChange:
    """One change of the price of a SKU in a store; prices are whole cents, None is not sold."""

    company: str
    store_id: str
    sku: str
    product_id: int
    kind: str
    scraped_at: datetime
    scraped_date: date
    price_cents: int | None
    price_before_cents: int | None


def products_found(
    connection: Connection, product_ids: Sequence[int], sku_ids: Sequence[int]
) -> list[FoundProduct]:
    """These products, in the order given; `sku_ids` are their SKUs."""
    rows = connection.execute(select_products(connection, WantedRows(sku_ids=sku_ids)))
    found = {
        row.product_id: FoundProduct(row.product_id, row.barcode, row.name, row.brand, row.size)
        for row in rows
    }
    return [found[product_id] for product_id in product_ids if product_id in found]


def company_prices(
    connection: Connection, product_ids: Collection[int]
) -> Mapping[int, Sequence[CompanyPrice]]:
    """For each product, what each company asks for it now, the cheapest first."""
    query = (
        select(
            skus.c.product_id,
            skus.c.company,
            func.min(prices.c.price_cents),
            func.count(prices.c.store_key.distinct()),
        )
        .join(prices, prices.c.sku_id == skus.c.sku_id)
        .group_by(skus.c.product_id, skus.c.company)
    )
    found: dict[int, list[CompanyPrice]] = {}
    for product_id, *asked in connection.execute(
        where_in(connection, query, skus.c.product_id, product_ids)
    ):
        found.setdefault(product_id, []).append(CompanyPrice(*asked))
    return {
        product_id: sorted(asked, key=lambda one: (one.lowest_cents, one.company))
        for product_id, asked in found.items()
    }


def recent_lows(
    connection: Connection, product_ids: Collection[int]
) -> Mapping[tuple[int, str], RecentLow]:
    """The lowest price of 90 days by (product, company), as post-processing last found it."""
    of = company_products.c
    query = select(of.product_id, of.company, of.low_90_cents, of.low_90_date)
    rows = connection.execute(where_in(connection, query, of.product_id, product_ids))
    return {(row[0], row[1]): RecentLow(row[2], row[3]) for row in rows if row[2] is not None}


def past_changes(
    connection: Connection, wanted: WantedRows, reader: HistoryReader
) -> list[PastChange]:
    """Every change of the wanted SKUs' prices in the wanted stores, by store, SKU and time.

    `reader` is asked only if the catalogue names files.
    """
    files = files_of_days(connection, ChangeDays())
    if files:
        found = all_changes(connection, wanted, ChangeDays(), reader, files)
        rows = [dict(zip(CHANGE_FIELDS, row, strict=True)) for piece in found for row in piece]
    else:
        selected = connection.execute(select_changes(connection, wanted))
        rows = [dict(row) for row in selected.mappings()]
    names = PastChange.__dataclass_fields__
    return [PastChange(**{name: row[name] for name in names}) for row in rows]

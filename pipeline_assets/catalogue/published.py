"""Reads what is published: views and SKUs, piece by piece, in an order that every catalogue shares.

All of it is sorted by companies' own identifiers, byte by byte, as both databases do. Each read
holds a bounded number of rows in memory, whatever the catalogue holds.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, column, func, select, table

from pipeline_assets.catalogue.column_descriptions import VIEW_COLUMNS
from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import (
    brand_aliases,
    brands,
    categories,
    companies,
    company_products,
    price_history,
    prices,
    products,
    skus,
    stores,
)
from pipeline_assets.catalogue.whole_history import history_since, without_gaps

ROWS_AT_ONCE = 5_000

_Piece = list[tuple[Any, ...]]
# By what the rows of one store are sorted.
_KEYS = {"store_prices": ("sku",), "price_changes": ("sku", "scraped_at")}


def all_shops(connection: Connection) -> list[tuple[str, str]]:
    """Every store as (company, store_id), sorted."""
    found = connection.execute(select(stores.c.company, stores.c.store_id))
    return sorted((row[0], row[1]) for row in found)


def all_companies(connection: Connection) -> list[str]:
    """Every company, sorted."""
    return sorted(connection.execute(select(companies.c.company)).scalars())


def rows_of_shop(
    connection: Connection, view: str, company: str, store_id: str
) -> Iterator[_Piece]:
    """One store's rows of `store_prices` or `price_changes`, all columns, by SKU and time.

    They come from the server as they are read: no other query may be made until all are.
    """
    key: list[ColumnElement[Any]] = [column(name) for name in _KEYS[view]]
    shown: list[ColumnElement[Any]] = [column(name) for name in VIEW_COLUMNS[view]]
    wanted = (
        select(*shown)
        .select_from(table(view))
        .where(column("company") == company, column("store_id") == store_id)
        .order_by(*key)
    )
    found = connection.execute(
        wanted, execution_options={"stream_results": True, "max_row_buffer": ROWS_AT_ONCE}
    )
    for piece in found.partitions(ROWS_AT_ONCE):
        yield [tuple(row) for row in piece]


_shown = skus.alias("shown")
_shown_aliases, _shown_brands = brand_aliases.alias(), brands.alias()

# Column of the data set `products` → where it comes from; `companies` is added.
_ARTICLE = {
    "company": skus.c.company,
    "sku": skus.c.sku,
    "product_id": skus.c.product_id,
    "barcode": products.c.barcode,
    "name": skus.c.name,
    "brand": brands.c.name,
    "size": skus.c.size,
    "description": skus.c.description,
    "category": categories.c.path,
    "url": skus.c.url,
    "image_url": skus.c.image_url,
    "product_name": _shown.c.name,
    "product_brand": _shown_brands.c.name,
    "lowest_price": company_products.c.lowest_cents,
    "median_price": company_products.c.median_cents,
    "highest_price": company_products.c.highest_cents,
    "stores": company_products.c.stores,
    "stores_current": company_products.c.stores_current,
    "unit_price": company_products.c.unit_price_e4,
    "unit_of_measure": company_products.c.unit_of_measure,
    "low_90_days": company_products.c.low_90_cents,
    "low_90_days_date": company_products.c.low_90_date,
    "low_ever": company_products.c.low_ever_cents,
    "low_ever_date": company_products.c.low_ever_date,
}
ARTICLE_COLUMNS = ("company", "sku", "product_id", "companies", *list(_ARTICLE)[3:])

_ARTICLES = (
    select(*(column.label(name) for name, column in _ARTICLE.items()))
    .select_from(skus)
    .join(products, products.c.product_id == skus.c.product_id)
    .join(_shown, _shown.c.sku_id == products.c.display_sku_id)
    .outerjoin(brand_aliases, brand_aliases.c.alias == skus.c.brand_alias)
    .outerjoin(brands, brands.c.brand_id == brand_aliases.c.brand_id)
    .outerjoin(_shown_aliases, _shown_aliases.c.alias == _shown.c.brand_alias)
    .outerjoin(_shown_brands, _shown_brands.c.brand_id == _shown_aliases.c.brand_id)
    .outerjoin(categories, categories.c.category_id == skus.c.category_id)
    .outerjoin(
        company_products,
        (company_products.c.product_id == skus.c.product_id)
        & (company_products.c.company == skus.c.company),
    )
)
# Where whole numbers become dollars: place in a row → digits after the point.
_SCALES = {
    place: 2 if column.name.endswith("_cents") else 4
    for place, column in enumerate(_ARTICLE.values())
    if column.name.endswith(("_cents", "_e4"))
}


def articles_of(connection: Connection, company: str, at_once: int) -> Iterator[_Piece]:
    """A company's SKUs with their products, by SKU; the columns are `ARTICLE_COLUMNS`."""
    after = ""
    while True:
        wanted = (
            _ARTICLES.where(skus.c.company == company, skus.c.sku > after)
            .order_by(skus.c.sku)
            .limit(at_once)
        )
        rows = connection.execute(wanted).all()
        if not rows:
            return
        sellers = _companies_of(connection, {row.product_id for row in rows})
        yield [(*row[:3], sellers[row.product_id], *_in_dollars(row)[3:]) for row in rows]
        after = rows[-1].sku


def _in_dollars(row: Row[*tuple[Any, ...]]) -> list[Any]:
    values = list(row)
    for place, digits in _SCALES.items():
        if values[place] is not None:
            values[place] = Decimal(values[place]).scaleb(-digits)
    return values


def _companies_of(connection: Connection, product_ids: set[int]) -> dict[int, list[str]]:
    """The companies that have SKUs of these products, sorted."""
    wanted = select(skus.c.product_id, skus.c.company)
    found: dict[int, set[str]] = defaultdict(set)
    for product_id, company in rows_where_in(connection, wanted, skus.c.product_id, product_ids):
        found[product_id].add(company)
    return {product_id: sorted(names) for product_id, names in found.items()}


@dataclass(frozen=True, slots=True)
class TypicalPrice:
    """What a SKU costs at the store whose price is the (lower) median of its company's stores.

    Of stores with the same price, the lowest store id counts. `past` are the prices that it had in
    that store, each with its first day, the newest first; the first is today's. Years that were
    moved to files are left out.
    """

    store_id: str
    stores: int
    unit_price_e4: int | None
    unit_of_measure: str | None
    past: Sequence[tuple[date, int]]


def typical_prices(
    connection: Connection, company: str, first: str, last: str
) -> dict[str, TypicalPrice]:
    """The typical prices, by SKU, of a company's SKUs from `first` to `last` that are sold now."""
    found: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in connection.execute(_typical(company, first, last)):
        found[row.sku].append(row)
    since = history_since(connection)
    return {
        sku: _typical_price(list(without_gaps([(row.scraped_at, row) for row in rows], since)))
        for sku, rows in found.items()
    }


def _typical(company: str, first: str, last: str) -> Select[*tuple[Any, ...]]:
    by_price = (prices.c.price_cents, stores.c.store_id)
    ranked = (
        select(
            skus.c.sku,
            prices.c.sku_id,
            prices.c.store_key,
            stores.c.store_id,
            prices.c.unit_price_e4,
            prices.c.unit_of_measure,
            func.row_number().over(partition_by=prices.c.sku_id, order_by=by_price).label("place"),
            func.count().over(partition_by=prices.c.sku_id).label("stores"),
        )
        .select_from(skus)
        .join(prices, prices.c.sku_id == skus.c.sku_id)
        .join(stores, stores.c.store_key == prices.c.store_key)
        .where(skus.c.company == company, skus.c.sku >= first, skus.c.sku <= last)
        .subquery("ranked")
    )
    of_store = (price_history.c.store_key == ranked.c.store_key) & (
        price_history.c.sku_id == ranked.c.sku_id
    )
    return (
        select(
            ranked,
            price_history.c.scraped_at,
            price_history.c.scraped_date,
            price_history.c.price_cents,
        )
        .join(price_history, of_store)
        .where(
            (ranked.c.place * 2 == ranked.c.stores) | (ranked.c.place * 2 == ranked.c.stores + 1),
            price_history.c.price_cents.is_not(None),
        )
        .order_by(ranked.c.sku, price_history.c.scraped_at.desc())
    )


def _typical_price(rows: Sequence[Row[*tuple[Any, ...]]]) -> TypicalPrice:
    first = rows[0]
    past: list[tuple[date, int]] = []
    for row in rows:  # the newest first
        if past and past[-1][1] == row.price_cents:
            past[-1] = (row.scraped_date, row.price_cents)  # it was away, or another unit came
        elif not past or past[-1][0] != row.scraped_date:
            past.append((row.scraped_date, row.price_cents))  # of one day, the last counts
    return TypicalPrice(
        first.store_id, first.stores, first.unit_price_e4, first.unit_of_measure, past
    )

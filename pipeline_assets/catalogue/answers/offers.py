"""What products cost now: one row per store and SKU, in whole cents."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Subquery,
    case,
    literal_column,
    select,
)

from pipeline_assets.catalogue.answers.wanted import Statement, WantedRows, narrowed
from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import (
    brand_aliases,
    brands,
    categories,
    prices,
    products,
    skus,
    store_group_members,
    store_groups,
    stores,
)
from pipeline_assets.catalogue.views import CURRENT_DAYS
from pipeline_assets.domain.asking.offers import Anchors, StoreOffer

# Their ids are written into the statement.
_FEW_SKUS = 1_000
_OBSERVED = stores.alias("observed")
_ANCHORS = stores.alias("anchors")


def with_articles(origin: FromClause, sku_id: ColumnElement[int]) -> FromClause:
    """`origin` joined with each SKU, by its id, its product, its brand and its category."""
    return _named(origin.join(skus, skus.c.sku_id == sku_id))


def select_names() -> Statement:
    """Each SKU's id, and what it is called: SKU, product, barcode, name, brand, size."""
    return select(
        *(skus.c.sku_id, skus.c.sku, skus.c.product_id, products.c.barcode, skus.c.name),
        brands.c.name.label("brand"),
        skus.c.size,
    ).select_from(_named(skus))


def _named(origin: FromClause) -> FromClause:
    return (
        origin.join(products, products.c.product_id == skus.c.product_id)
        .outerjoin(brand_aliases, brand_aliases.c.alias == skus.c.brand_alias)
        .outerjoin(brands, brands.c.brand_id == brand_aliases.c.brand_id)
        .outerjoin(categories, categories.c.category_id == skus.c.category_id)
    )


def select_offers(
    connection: Connection, wanted: WantedRows, *, estimates: bool = False
) -> Statement:
    """What the wanted SKUs cost in the wanted stores, in the order of company, store and SKU.

    With `estimates`, a store that is not current has the prices of its group's anchor if that is
    current, as in the view `estimated_prices`; otherwise each store has its own last prices.
    """
    sold: FromClause
    seen = _OBSERVED if estimates else stores
    query = select(
        *(stores.c.company, stores.c.store_id, stores.c.store_name, stores.c.state),
        *(skus.c.sku, skus.c.product_id, products.c.barcode, skus.c.name),
        brands.c.name.label("brand"),
        skus.c.size,
        categories.c.path.label("category"),
        *(prices.c.price_cents, prices.c.previous_price_cents, prices.c.was_price_cents),
        *(prices.c.is_on_special, prices.c.unit_price_e4, prices.c.unit_of_measure),
        prices.c.is_available,
        prices.c.price_since_date.label("price_since"),
        seen.c.last_scraped_date.label("scraped_date"),
        (seen.c.store_key != stores.c.store_key).label("is_estimate"),
        seen.c.store_id.label("observed_store_id"),
        *(skus.c.url, skus.c.image_url),
    )
    if not estimates:
        sold = stores.join(prices, prices.c.store_key == stores.c.store_key)
        query = query.select_from(with_articles(sold, prices.c.sku_id))
        query = narrowed(connection, query, wanted, prices.c.sku_id)
    elif wanted.sku_ids is None or len(wanted.sku_ids) > _FEW_SKUS:
        sold = _with_observed(connection, stores)
        sold = sold.join(prices, prices.c.store_key == _OBSERVED.c.store_key)
        query = query.select_from(with_articles(sold, prices.c.sku_id))
        query = narrowed(connection, query, wanted, prices.c.sku_id)
    else:
        query = _of_few_skus(connection, query, wanted, wanted.sku_ids)
    return query.order_by(stores.c.company, stores.c.store_id, skus.c.sku)


def _of_few_skus(
    connection: Connection, query: Statement, wanted: WantedRows, sku_ids: Sequence[int]
) -> Statement:
    """The query for estimates, from the SKUs to the stores and to just their prices there.

    MySQL and MariaDB are told this order: while they have no statistics of a table that has just
    grown, they would rather read all prices of every store.
    """
    origin = skus.join(stores, stores.c.company == skus.c.company)
    sold = _with_observed(connection, origin).join(
        prices, (prices.c.store_key == _OBSERVED.c.store_key) & (prices.c.sku_id == skus.c.sku_id)
    )
    query = query.select_from(_named(sold)).where(skus.c.sku_id.in_(sku_ids))
    for name in ("mysql", "mariadb"):
        query = query.prefix_with("STRAIGHT_JOIN", dialect=name)
    return narrowed(connection, query, replace(wanted, sku_ids=None))


def is_current(connection: Connection, of: FromClause) -> ColumnElement[bool]:
    """SQL: whether the store has a snapshot of the days within which a store is current."""
    since: ColumnElement[Any] = literal_column(
        dialect_of(connection.dialect.name).days_ago(CURRENT_DAYS)
    )
    found: ColumnElement[bool] = of.c.last_scraped_at >= since
    return found


def _with_observed(connection: Connection, origin: FromClause) -> FromClause:
    """`origin`, which has `stores`, with the store whose prices each store is shown with."""
    shop = _observed(connection)
    origin = origin.join(shop, shop.c.store_key == stores.c.store_key)
    return origin.join(_OBSERVED, _OBSERVED.c.store_key == shop.c.observed_key)


def _observed(connection: Connection) -> Subquery:
    """For each store the one whose prices it is shown with: its own, or its group's anchor's."""
    in_group = store_group_members.c
    anchor = case(
        (is_current(connection, stores), stores.c.store_key),
        (is_current(connection, _ANCHORS), _ANCHORS.c.store_key),
        else_=stores.c.store_key,
    )
    return (
        select(stores.c.store_key, anchor.label("observed_key"))
        .join(
            store_group_members,
            (in_group.company == stores.c.company) & (in_group.store_id == stores.c.store_id),
        )
        .join(store_groups, store_groups.c.group_id == in_group.group_id)
        .join(
            _ANCHORS,
            (_ANCHORS.c.company == store_groups.c.company)
            & (_ANCHORS.c.store_id == store_groups.c.anchor_store_id),
        )
        .subquery("shop")
    )


def offers_of(connection: Connection, wanted: WantedRows) -> list[StoreOffer]:
    """What the wanted SKUs cost in the wanted stores, estimates included."""
    found = connection.execute(select_offers(connection, wanted, estimates=True))
    return [StoreOffer(**row._mapping) for row in found]


def anchors_of(connection: Connection, of_companies: Collection[str]) -> Anchors:
    """The anchor of each store's group, for all stores of these companies."""
    member = store_group_members.c
    query = select(member.company, member.store_id, store_groups.c.anchor_store_id).join(
        store_groups, store_groups.c.group_id == member.group_id
    )
    rows = rows_where_in(connection, query, member.company, of_companies)
    return {(company, store_id): anchor for company, store_id, anchor in rows}

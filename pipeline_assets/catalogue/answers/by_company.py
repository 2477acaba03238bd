"""What products cost at each company, as post-processing last found it, in whole cents."""

from collections.abc import Collection

from sqlalchemy import Connection, FromClause, or_, select

from pipeline_assets.catalogue.answers.wanted import Statement, WantedRows
from pipeline_assets.catalogue.database.statements import where_in
from pipeline_assets.catalogue.schema import (
    brand_aliases,
    brands,
    categories,
    company_products,
    products,
    skus,
)

_BELOW = " › "


def select_product_prices(connection: Connection, wanted: WantedRows) -> Statement:
    """One row for each wanted product and company that sells it, by product and company.

    Name, brand, size, category and addresses are those of the company's cheapest SKU.
    """
    of = company_products.c
    query = select(
        *(of.product_id, of.company, products.c.barcode, skus.c.name),
        brands.c.name.label("brand"),
        skus.c.size,
        categories.c.path.label("category"),
        *(of.lowest_cents, of.median_cents, of.highest_cents, of.stores, of.stores_current),
        *(of.unit_price_e4, of.unit_of_measure),
        of.low_90_cents.label("low_90_days_cents"),
        of.low_90_date.label("low_90_days_date"),
        *(of.low_ever_cents, of.low_ever_date),
        *(skus.c.url, skus.c.image_url),
    ).select_from(_cheapest())
    return _narrowed(connection, query, wanted).order_by(of.product_id, of.company)


def select_cheapest_per_unit(
    connection: Connection, wanted: WantedRows, in_categories: Collection[str] | None = None
) -> Statement:
    """What a unit of each wanted product costs at each company, the cheapest of each unit first.

    `in_categories` are whole paths of categories, or their beginnings.
    """
    of = company_products.c
    query = (
        select(
            *(of.unit_of_measure, of.unit_price_e4, of.company, skus.c.sku, of.product_id),
            *(products.c.barcode, skus.c.name),
            brands.c.name.label("brand"),
            skus.c.size,
            categories.c.path.label("category"),
            of.lowest_cents.label("price_cents"),
            *(of.stores, of.stores_current, skus.c.url),
        )
        .select_from(_cheapest())
        .where(of.unit_price_e4.is_not(None))
    )
    if in_categories is not None:
        path = categories.c.path
        within = [
            (path == one) | path.startswith(one + _BELOW, autoescape=True) for one in in_categories
        ]
        query = query.where(or_(False, *within))
    query = _narrowed(connection, query, wanted)
    return query.order_by(of.unit_of_measure, of.unit_price_e4, of.company, of.product_id)


def _cheapest() -> FromClause:
    """`company_products`, each with its cheapest SKU; products retired since are left out."""
    return (
        company_products.join(products, products.c.product_id == company_products.c.product_id)
        .join(skus, skus.c.sku_id == company_products.c.cheapest_sku_id)
        .outerjoin(brand_aliases, brand_aliases.c.alias == skus.c.brand_alias)
        .outerjoin(brands, brands.c.brand_id == brand_aliases.c.brand_id)
        .outerjoin(categories, categories.c.category_id == skus.c.category_id)
    )


def _narrowed(connection: Connection, query: Statement, wanted: WantedRows) -> Statement:
    if wanted.sku_ids is not None:
        theirs = where_in(connection, select(skus.c.product_id), skus.c.sku_id, wanted.sku_ids)
        query = query.where(company_products.c.product_id.in_(theirs))
    if wanted.companies is not None:
        query = where_in(connection, query, company_products.c.company, wanted.companies)
    return query

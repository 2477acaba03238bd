"""Products and stores: what there is to ask about."""

from sqlalchemy import Connection, case, false, func, select, true

from pipeline_assets.catalogue.answers.offers import is_current
from pipeline_assets.catalogue.answers.wanted import Statement, WantedRows
from pipeline_assets.catalogue.database.statements import where_in
from pipeline_assets.catalogue.schema import (
    brand_aliases,
    brands,
    categories,
    products,
    skus,
    store_group_members,
    store_groups,
    stores,
)

_SHOWN = skus.alias("shown")


def select_products(connection: Connection, wanted: WantedRows) -> Statement:
    """The products that the wanted SKUs of the wanted companies belong to, by id.

    Name, brand, size and category are those of the SKU that stands for the product.
    """
    members = select(
        skus.c.product_id,
        func.count().label("skus"),
        func.count(skus.c.company.distinct()).label("companies"),
    ).group_by(skus.c.product_id)
    if wanted.sku_ids is not None or wanted.companies is not None:
        chosen = select(skus.c.product_id)
        if wanted.sku_ids is not None:
            chosen = where_in(connection, chosen, skus.c.sku_id, wanted.sku_ids)
        if wanted.companies is not None:
            chosen = where_in(connection, chosen, skus.c.company, wanted.companies)
        members = members.where(skus.c.product_id.in_(chosen))
    counted = members.subquery("members")
    return (
        select(
            *(products.c.product_id, products.c.barcode, _SHOWN.c.name),
            brands.c.name.label("brand"),
            _SHOWN.c.size,
            categories.c.path.label("category"),
            *(counted.c.companies, counted.c.skus, _SHOWN.c.url, _SHOWN.c.image_url),
        )
        .select_from(products)
        .join(counted, counted.c.product_id == products.c.product_id)
        .join(_SHOWN, _SHOWN.c.sku_id == products.c.display_sku_id)
        .outerjoin(brand_aliases, brand_aliases.c.alias == _SHOWN.c.brand_alias)
        .outerjoin(brands, brands.c.brand_id == brand_aliases.c.brand_id)
        .outerjoin(categories, categories.c.category_id == _SHOWN.c.category_id)
        .order_by(products.c.product_id)
    )


def select_stores(connection: Connection, wanted: WantedRows) -> Statement:
    """The stores of the wanted companies, those never scraped too, by company and number."""
    in_group, others = store_group_members, store_group_members.alias("others")
    group_size = (
        select(func.count())
        .select_from(others)
        .where(others.c.group_id == in_group.c.group_id)
        .scalar_subquery()
    )
    query = (
        select(
            *(stores.c.company, stores.c.store_id, stores.c.store_name),
            *(stores.c.suburb, stores.c.postcode, stores.c.state),
            *(stores.c.latitude, stores.c.longitude),
            stores.c.last_scraped_at.label("scraped_at"),
            stores.c.last_scraped_date.label("scraped_date"),
            case((is_current(connection, stores), true()), else_=false()).label("is_current"),
            store_groups.c.anchor_store_id,
            case((in_group.c.group_id.is_(None), 1), else_=group_size).label("stores_in_group"),
        )
        .select_from(stores)
        .outerjoin(
            in_group,
            (in_group.c.company == stores.c.company) & (in_group.c.store_id == stores.c.store_id),
        )
        .outerjoin(store_groups, store_groups.c.group_id == in_group.c.group_id)
        .order_by(stores.c.company, stores.c.store_id)
    )
    if wanted.companies is not None:
        query = where_in(connection, query, stores.c.company, wanted.companies)
    return query

"""Which products companies share, what each of them asks for those, and where it differs most.

A company's price for a product is the lower middle of the prices of its stores.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Subquery, case, func, select

from pipeline_assets.catalogue.schema import categories, company_products, products, skus
from pipeline_assets.domain.comparison.price_levels import PairBasket

LARGEST_RATIO = 3
"""Two prices of one product that differ by more are rather two different packs than a bargain."""

_SOLD = company_products.c


@dataclass(frozen=True, slots=True)
class CompanyRange:
    """How many products a company sells now, and how many of them no other company sells."""

    company: str
    products: int
    products_alone: int


@dataclass(frozen=True, slots=True)
class CategoryBasket:
    """The products of one category, by its whole path, that two companies share."""

    category: str | None
    basket: PairBasket


@dataclass(frozen=True, slots=True)
class PriceGap:
    """A product with a barcode that companies sell at different prices, in cents by company."""

    product_id: int
    name: str
    size: str | None
    barcode: str
    cents: Mapping[str, int]


def products_by_companies(connection: Connection) -> dict[int, int]:
    """How many products are sold now by one company, by two, and so on."""
    of_product = _companies_of_products()
    rows = connection.execute(
        select(of_product.c.companies, func.count())
        .group_by(of_product.c.companies)
        .order_by(of_product.c.companies)
    )
    return {row[0]: row[1] for row in rows}


def company_ranges(connection: Connection) -> list[CompanyRange]:
    """The products that each company sells now, by company."""
    of_product = _companies_of_products()
    rows = connection.execute(
        select(_SOLD.company, func.count(), func.count(case((of_product.c.companies == 1, 1))))
        .join(of_product, of_product.c.product_id == _SOLD.product_id)
        .group_by(_SOLD.company)
        .order_by(_SOLD.company)
    )
    return [CompanyRange(*row) for row in rows]


def _companies_of_products() -> Subquery:
    return (
        select(_SOLD.product_id, func.count().label("companies"))
        .group_by(_SOLD.product_id)
        .subquery("of_product")
    )


def shared_baskets(connection: Connection, companies: Collection[str]) -> list[CategoryBasket]:
    """What these companies share, pair by pair and category by category.

    A product's category is that of its SKU with the lowest (company, SKU), which names it too.
    """
    one, other = company_products.alias("one"), company_products.alias("other")
    rows = connection.execute(
        select(
            categories.c.path,
            one.c.company,
            other.c.company,
            func.count(),
            func.sum(one.c.median_cents),
            func.sum(other.c.median_cents),
            func.count(case((one.c.median_cents < other.c.median_cents, 1))),
            func.count(case((one.c.median_cents == other.c.median_cents, 1))),
        )
        .select_from(one)
        .join(other, (other.c.product_id == one.c.product_id) & (other.c.company > one.c.company))
        .join(products, products.c.product_id == one.c.product_id)
        .join(skus, skus.c.sku_id == products.c.display_sku_id)
        .join(categories, categories.c.category_id == skus.c.category_id, isouter=True)
        .where(one.c.company.in_(companies), other.c.company.in_(companies))
        .group_by(categories.c.path, one.c.company, other.c.company)
        .order_by(categories.c.path, one.c.company, other.c.company)
    )
    return [
        CategoryBasket(
            row[0], PairBasket(row[1], row[2], row[3], int(row[4]), int(row[5]), *row[6:])
        )
        for row in rows
    ]


def widest_gaps(connection: Connection, companies: Collection[str], most: int) -> list[PriceGap]:
    """The products whose prices differ most between these companies, in percent.

    Only products with a barcode, and no ratio above `LARGEST_RATIO`: what differs more is hardly
    the same pack.
    """
    low, high = func.min(_SOLD.median_cents), func.max(_SOLD.median_cents)
    widest = connection.execute(
        select(_SOLD.product_id, products.c.barcode, skus.c.name, skus.c.size)
        .join(products, products.c.product_id == _SOLD.product_id)
        .join(skus, skus.c.sku_id == products.c.display_sku_id)
        .where(products.c.barcode.is_not(None), _SOLD.company.in_(companies))
        .group_by(_SOLD.product_id, products.c.barcode, skus.c.name, skus.c.size)
        .having(low < high, high <= low * LARGEST_RATIO)
        .order_by((high * 1.0 / low).desc(), _SOLD.product_id)
        .limit(most)
    ).all()
    cents = _company_prices(connection, [row[0] for row in widest], companies)
    return [PriceGap(row[0], row[2], row[3], row[1], cents[row[0]]) for row in widest]


def _company_prices(
    connection: Connection, product_ids: Sequence[int], companies: Collection[str]
) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in connection.execute(
        select(_SOLD.product_id, _SOLD.company, _SOLD.median_cents)
        .where(_SOLD.product_id.in_(product_ids), _SOLD.company.in_(companies))
        .order_by(_SOLD.product_id, _SOLD.company)
    ):
        found.setdefault(row[0], {})[row[1]] = row[2]
    return found

"""Which products and SKUs a question means."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import (
    companies,
    product_redirects,
    products,
    sku_words,
    skus,
    stores,
)


def survivors(connection: Connection, product_ids: Collection[int]) -> Mapping[int, int]:
    """The product that each id now refers to; ids that were never assigned are left out."""
    known = select(products.c.product_id)
    found = {
        row[0]: row[0]
        for row in rows_where_in(connection, known, products.c.product_id, product_ids)
    }
    redirected = select(product_redirects.c.retired_product_id, product_redirects.c.product_id)
    retired = set(product_ids) - found.keys()
    rows = rows_where_in(connection, redirected, product_redirects.c.retired_product_id, retired)
    return found | {row[0]: row[1] for row in rows}


def product_ids_of_barcodes(connection: Connection, barcodes: Collection[str]) -> list[int]:
    """The products that have one of these barcodes (GTIN-13), ascending."""
    query = select(skus.c.product_id)
    rows = rows_where_in(connection, query, skus.c.barcode, barcodes)
    return sorted({row[0] for row in rows if row[0] is not None})


def product_ids_of_articles(
    connection: Connection, names: Collection[str], company: str | None = None
) -> list[int]:
    """The products of SKUs with one of these names, at this company or at any, ascending."""
    query = select(skus.c.product_id)
    if company is not None:
        query = query.where(skus.c.company == company)
    rows = rows_where_in(connection, query, skus.c.sku, names)
    return sorted({row[0] for row in rows if row[0] is not None})


def sku_ids_of_products(connection: Connection, product_ids: Collection[int]) -> list[int]:
    """The SKUs of these products, ascending."""
    rows = rows_where_in(connection, select(skus.c.sku_id), skus.c.product_id, product_ids)
    return sorted(row[0] for row in rows)


def sku_ids_of_articles(connection: Connection, company: str, names: Collection[str]) -> list[int]:
    """The company's SKUs with these names of its own, ascending."""
    query = select(skus.c.sku_id).where(skus.c.company == company)
    return sorted(row[0] for row in rows_where_in(connection, query, skus.c.sku, names))


def known_companies(connection: Connection) -> list[str]:
    """All companies, in alphabetical order."""
    return list(connection.scalars(select(companies.c.company).order_by(companies.c.company)))


def known_store_ids(connection: Connection, company: str) -> Sequence[str]:
    """The company's own numbers of its stores, in the order of texts."""
    query = select(stores.c.store_id).where(stores.c.company == company).order_by(stores.c.store_id)
    return list(connection.scalars(query))


# More than begin with the same two letters in any catalogue that was seen.
_MOST_WORDS = 20_000
_AFTER_EVERY_LETTER = "{"


def words_beginning(connection: Connection, start: str) -> list[str]:
    """The words of articles' names that begin with this, in their order."""
    word = sku_words.c.word
    query = select(word).distinct().where(word >= start, word < start + _AFTER_EVERY_LETTER)
    return list(connection.scalars(query.order_by(word).limit(_MOST_WORDS)))

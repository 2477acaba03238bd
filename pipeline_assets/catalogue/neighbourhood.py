"""All that decides which SKUs are one product, and the marks that show where it has changed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, select, update

from pipeline_assets.catalogue.database.statements import pieces, rows_where_in
from pipeline_assets.catalogue.schema import price_history, product_decisions, products, skus
from pipeline_assets.domain.products.co_listing import could_be_one, shelves
from pipeline_assets.domain.products.partition import Decision, Shelves, SkuFacts
from pipeline_assets.domain.products.plan import ProductFacts

_FACTS = select(
    skus.c.sku_id, skus.c.company, skus.c.sku, skus.c.barcode, skus.c.match_key, skus.c.product_id
)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """SKUs and all that decides which of them are one product.

    Closed: for each SKU, those that share its barcode, its match key, its product or an operator's
    decision are also in it. `current` is each SKU's present product.
    """

    facts: Mapping[int, SkuFacts]
    current: Mapping[int, int | None]
    products: Mapping[int, ProductFacts]
    decisions: Collection[Decision]
    shelves: Shelves


def neighbourhood(connection: Connection, sku_ids: Collection[int]) -> Neighbourhood:
    """All that decides the products of these SKUs."""
    facts: dict[int, SkuFacts] = {}
    current: dict[int, int | None] = {}
    decisions: set[Decision] = set()
    asked: dict[Column[Any], set[Any]] = defaultdict(set)
    wanted: dict[Column[Any], set[Any]] = {skus.c.sku_id: set(sku_ids)}
    while any(wanted.values()):
        found: list[Row[*tuple[Any, ...]]] = []
        for column, values in wanted.items():
            asked[column] |= values
            found += rows_where_in(connection, _FACTS, column, values)
        new = {row.sku_id: row for row in found if row.sku_id not in facts}
        facts |= {sku_id: _sku_facts(row) for sku_id, row in new.items()}
        current |= {sku_id: row.product_id for sku_id, row in new.items()}
        partners = _decisions_on(connection, new.keys())
        decisions |= partners
        wanted = {
            skus.c.barcode: {row.barcode for row in new.values()},
            skus.c.match_key: {row.match_key for row in new.values()},
            skus.c.product_id: {row.product_id for row in new.values()},
            skus.c.sku_id: {i for d in partners for i in (d.sku_id_a, d.sku_id_b)} - facts.keys(),
        }
        for column in wanted:
            wanted[column] = wanted[column] - asked[column]  # in place, it walks all that was asked
            wanted[column].discard(None)
    product_ids = {product_id for product_id in current.values() if product_id is not None}
    return Neighbourhood(
        facts,
        current,
        _products(connection, product_ids),
        decisions,
        _shelves(connection, could_be_one(facts.values(), decisions)),
    )


def _sku_facts(row: Row[*tuple[Any, ...]]) -> SkuFacts:
    sku_id, company, sku, barcode, match_key, _ = row  # as `_FACTS` selects
    return SkuFacts(sku_id=sku_id, company=company, sku=sku, barcode=barcode, match_key=match_key)


def _decisions_on(connection: Connection, sku_ids: Collection[int]) -> set[Decision]:
    columns = product_decisions.c
    wanted = select(columns.kind, columns.sku_id_a, columns.sku_id_b)
    return {
        Decision(kind=row[0], sku_id_a=row[1], sku_id_b=row[2])
        for column in (columns.sku_id_a, columns.sku_id_b)
        for row in rows_where_in(connection, wanted, column, sku_ids)
    }


def _products(connection: Connection, product_ids: Collection[int]) -> dict[int, ProductFacts]:
    wanted = select(products.c.product_id, products.c.barcode)
    rows = rows_where_in(connection, wanted, products.c.product_id, product_ids)
    return {row[0]: ProductFacts(product_id=row[0], barcode=row[1]) for row in rows}


def _shelves(connection: Connection, groups: Sequence[Sequence[int]]) -> Shelves:
    """Where and when the SKUs were sold that could be one product by their names."""
    columns = price_history.c
    wanted = select(columns.store_key, columns.sku_id, columns.scraped_at, columns.price_cents)
    sku_ids = [sku_id for group in groups for sku_id in group]
    history = rows_where_in(connection, wanted, columns.sku_id, sku_ids)
    return shelves(groups, ((row[0], row[1], row[2], row[3]) for row in history))


def sharing(
    connection: Connection, barcodes: Collection[str], match_keys: Collection[str]
) -> set[int]:
    """The SKUs that have one of these barcodes or one of these match keys."""
    wanted = select(skus.c.sku_id)
    by_barcode = rows_where_in(connection, wanted, skus.c.barcode, barcodes)
    by_key = rows_where_in(connection, wanted, skus.c.match_key, match_keys)
    return {row[0] for rows in (by_barcode, by_key) for row in rows}


def mark_changed(connection: Connection, sku_ids: Collection[int], file_id: int) -> None:
    """Record that this file changed what decides these SKUs' products."""
    for piece in pieces(sku_ids):
        connection.execute(
            update(skus).where(skus.c.sku_id.in_(piece)).values(identity_file_id=file_id)
        )


def changed_since(connection: Connection, file_id: int) -> set[int]:
    """The SKUs whose products may have changed with a file after this one."""
    wanted = select(skus.c.sku_id).where(skus.c.identity_file_id > file_id)
    return {row[0] for row in connection.execute(wanted)}


def decided(connection: Connection) -> set[int]:
    """The SKUs that an operator has made a decision on."""
    columns = product_decisions.c
    rows = connection.execute(select(columns.sku_id_a, columns.sku_id_b))
    return {sku_id for row in rows for sku_id in (row[0], row[1])}

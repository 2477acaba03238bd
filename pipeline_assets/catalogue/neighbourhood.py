"""All that decides which SKUs are one product, and the marks that show where it has changed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, select

from pipeline_assets.catalogue.database.statements import CHUNK, rows_where_in, update_where_in
from pipeline_assets.catalogue.schema import price_history, product_decisions, products, skus
from pipeline_assets.domain.products.co_listing import could_be_one, shelves
from pipeline_assets.domain.products.facts import Decision, Shelves, SkuFacts
from pipeline_assets.domain.products.plan import ProductFacts

_FACTS = select(
    skus.c.sku_id,
    skus.c.company,
    skus.c.sku,
    skus.c.barcode,
    skus.c.match_key,
    skus.c.url,
    skus.c.product_id,
)

_DECISIONS = select(
    product_decisions.c.kind, product_decisions.c.sku_id_a, product_decisions.c.sku_id_b
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
    rows, decisions = _everything(connection, sku_ids) or _closed(connection, sku_ids)
    facts = {row.sku_id: _sku_facts(row) for row in rows}
    current = {row.sku_id: row.product_id for row in rows}
    product_ids = {product_id for product_id in current.values() if product_id is not None}
    return Neighbourhood(
        facts,
        current,
        _products(connection, product_ids),
        decisions,
        _shelves(connection, could_be_one(facts.values(), decisions)),
    )


_Rows = list[Row[*tuple[Any, ...]]]


def _everything(
    connection: Connection, sku_ids: Collection[int]
) -> tuple[_Rows, set[Decision]] | None:
    """All SKUs and decisions, if these are all SKUs that there are; None otherwise.

    Reading them in one go takes a small part of the time. Few SKUs are not worth the question.
    """
    one_more = select(skus.c.sku_id).offset(len(sku_ids)).limit(1)
    if len(sku_ids) < CHUNK or connection.execute(one_more).first() is not None:
        return None
    decisions = {_decision(row) for row in connection.execute(_DECISIONS)}
    return list(connection.execute(_FACTS).all()), decisions


def _closed(connection: Connection, sku_ids: Collection[int]) -> tuple[_Rows, set[Decision]]:
    """These SKUs and those that are connected with them, and the decisions on them."""
    rows: dict[int, Row[*tuple[Any, ...]]] = {}
    decisions: set[Decision] = set()
    asked: dict[Column[Any], set[Any]] = defaultdict(set)
    wanted: dict[Column[Any], set[Any]] = {skus.c.sku_id: set(sku_ids)}
    while any(wanted.values()):
        found: _Rows = []
        for column, values in wanted.items():
            asked[column] |= values
            found += rows_where_in(connection, _FACTS, column, values)
        new = {row.sku_id: row for row in found if row.sku_id not in rows}
        rows |= new
        partners = _decisions_on(connection, new.keys())
        decisions |= partners
        wanted = {
            skus.c.barcode: {row.barcode for row in new.values()},
            skus.c.match_key: {row.match_key for row in new.values()},
            skus.c.product_id: {row.product_id for row in new.values()},
            skus.c.sku_id: {i for d in partners for i in (d.sku_id_a, d.sku_id_b)} - rows.keys(),
        }
        for column in wanted:
            wanted[column] = wanted[column] - asked[column]  # in place, it walks all that was asked
            wanted[column].discard(None)
    return list(rows.values()), decisions


def _sku_facts(row: Row[*tuple[Any, ...]]) -> SkuFacts:
    sku_id, company, sku, barcode, match_key, url, _ = row  # as `_FACTS` selects
    return SkuFacts(
        sku_id=sku_id, company=company, sku=sku, barcode=barcode, match_key=match_key, url=url
    )


def _decisions_on(connection: Connection, sku_ids: Collection[int]) -> set[Decision]:
    return {
        _decision(row)
        for column in (product_decisions.c.sku_id_a, product_decisions.c.sku_id_b)
        for row in rows_where_in(connection, _DECISIONS, column, sku_ids)
    }


def _decision(row: Row[*tuple[Any, ...]]) -> Decision:
    kind, sku_id_a, sku_id_b = row  # as `_DECISIONS` selects
    return Decision(kind=kind, sku_id_a=sku_id_a, sku_id_b=sku_id_b)


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
    update_where_in(connection, skus.c.sku_id, sku_ids, {"identity_file_id": file_id})


def changed_since(connection: Connection, file_id: int) -> set[int]:
    """The SKUs whose products may have changed with a file after this one."""
    wanted = select(skus.c.sku_id).where(skus.c.identity_file_id > file_id)
    return {row[0] for row in connection.execute(wanted)}


def has_changed_since(connection: Connection, file_id: int) -> bool:
    """Whether there are such SKUs; a decision after the file counts, too."""
    wanted = select(skus.c.sku_id).where(skus.c.identity_file_id > file_id).limit(1)
    return connection.execute(wanted).first() is not None


def decided(connection: Connection) -> set[int]:
    """The SKUs that an operator has made a decision on."""
    columns = product_decisions.c
    rows = connection.execute(select(columns.sku_id_a, columns.sku_id_b))
    return {sku_id for row in rows for sku_id in (row[0], row[1])}

"""SKUs: what is known about those that a snapshot names, and writing what it changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from pipeline_assets.catalogue.brands import get_or_create_brands
from pipeline_assets.catalogue.categories import get_or_create_categories
from pipeline_assets.catalogue.database.statements import pieces, rows_where_in, write_rows
from pipeline_assets.catalogue.database.values import every_field_of
from pipeline_assets.catalogue.schema import categories, skus
from pipeline_assets.domain.normalisation.words import nicest_spelling, normalise_brand
from pipeline_assets.domain.products.sku_facts import KnownSku, SkuPlan, SkuRecord
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.listing import ListedFacts

_KNOWN_SKUS = select(
    skus.c.sku_id,
    skus.c.sku,
    skus.c.product_id,
    skus.c.name,
    skus.c.brand_name,
    skus.c.size,
    categories.c.path,
    skus.c.url,
    skus.c.image_url,
    skus.c.aldi_image_url,
    skus.c.match_key,
    skus.c.facts_at,
    skus.c.facts_store_id,
    skus.c.older_sources,
    skus.c.barcode,
    skus.c.barcode_at,
    skus.c.no_barcode_at,
).select_from(skus.outerjoin(categories, categories.c.category_id == skus.c.category_id))


def lookup_skus(
    connection: Connection, company: str, names: Collection[str]
) -> dict[str, KnownSku]:
    """Those of the company's SKUs that are in `names` (its own identifiers), by name."""
    ours = _KNOWN_SKUS.where(skus.c.company == company)
    rows = rows_where_in(connection, ours, skus.c.sku, names)
    return {row[1]: _known_sku(row) for row in rows}


def _known_sku(row: Row[*tuple[Any, ...]]) -> KnownSku:
    (
        sku_id,
        sku,
        product_id,
        name,
        brand_name,
        size,
        category_path,
        url,
        image_url,
        aldi_image_url,
        match_key,
        facts_at,
        facts_store_id,
        older_sources,
        barcode,
        barcode_at,
        no_barcode_at,
    ) = row  # unpacked in `_KNOWN_SKUS` order: reading a row by name takes ten times as long
    facts = ListedFacts(
        name=name,
        brand=brand_name,
        size=size,
        category_path=category_path,
        url=url,
        image_url=image_url,
        aldi_image_url=aldi_image_url,
    )
    record = SkuRecord(
        facts=facts,
        match_key=match_key,
        facts_at=facts_at,
        facts_store_id=facts_store_id,
        older_sources=older_sources,
        barcode=barcode,
        barcode_at=barcode_at,
        no_barcode_at=no_barcode_at,
    )
    return KnownSku(sku_id=sku_id, sku=sku, product_id=product_id, record=record)


def apply_sku_plan(
    connection: Connection, plan: SkuPlan, header: Header, file_id: int
) -> dict[str, int]:
    """Write the SKUs' facts; returns the sku_id of each new SKU, by SKU."""
    columns = _Columns(connection, header.company, [*plan.new.values(), *plan.changed.values()])
    if plan.new:
        common = {"company": header.company, "identity_file_id": file_id}
        rows = [columns.of(row) | common | {"sku": sku} for sku, row in plan.new.items()]
        write_rows(connection, insert(skus), rows)
    if plan.changed:
        statement = update(skus).where(skus.c.sku_id == bindparam("of_sku"))
        rows = [columns.of(row) | {"of_sku": sku_id} for sku_id, row in plan.changed.items()]
        write_rows(connection, statement, rows)
    _update_in(
        connection,
        plan.seen_again,
        {"facts_at": header.scraped_at, "facts_store_id": header.store_id},
    )
    _update_in(connection, plan.barcode_seen_again, {"barcode_at": header.scraped_at})
    ours = select(skus.c.sku, skus.c.sku_id).where(skus.c.company == header.company)
    return {row[0]: row[1] for row in rows_where_in(connection, ours, skus.c.sku, plan.new.keys())}


def _update_in(connection: Connection, sku_ids: Sequence[int], values: Mapping[str, Any]) -> None:
    for piece in pieces(sku_ids):
        connection.execute(update(skus).where(skus.c.sku_id.in_(piece)).values(**values))


class _Columns:
    """Turns records into table rows; categories and brands become the ids of their own rows."""

    def __init__(self, connection: Connection, company: str, records: Iterable[SkuRecord]) -> None:
        paths: set[str] = set()
        self._brand_of: dict[str, str | None] = {}
        spellings: dict[str, str] = {}
        for record in records:
            path, brand = record.facts.category_path, record.facts.brand
            if path is not None:
                paths.add(path)
            if brand is not None and brand not in self._brand_of:
                name = normalise_brand(brand)
                self._brand_of[brand] = name
                if name is not None:
                    spellings[name] = nicest_spelling((spellings.get(name, brand), brand))
        self._category_ids = get_or_create_categories(connection, company, paths) if paths else {}
        get_or_create_brands(connection, spellings)

    def of(self, record: SkuRecord) -> dict[str, Any]:
        """The columns of table `skus` that a record fills."""
        columns = _record_columns(record)
        path, brand = columns.pop("category_path"), columns["brand_name"]
        ids = {
            "brand_alias": self._brand_of.get(brand or ""),
            "category_id": self._category_ids[path] if path else None,
        }
        return columns | ids


@every_field_of(ListedFacts)
def _fact_columns(
    *,
    name: str,
    brand: str | None,
    size: str | None,
    category_path: str | None,
    url: str | None,
    image_url: str | None,
    aldi_image_url: str | None,
) -> dict[str, Any]:
    return {
        "name": name,
        "brand_name": brand,
        "size": size,
        "category_path": category_path,
        "url": url,
        "image_url": image_url,
        "aldi_image_url": aldi_image_url,
    }


@every_field_of(SkuRecord)
def _record_columns(
    *,
    facts: ListedFacts,
    match_key: str | None,
    facts_at: datetime,
    facts_store_id: str,
    older_sources: str | None,
    barcode: str | None,
    barcode_at: datetime | None,
    no_barcode_at: datetime | None,
) -> dict[str, Any]:
    return _fact_columns(facts) | {
        "match_key": match_key,
        "facts_at": facts_at,
        "facts_store_id": facts_store_id,
        "older_sources": older_sources,
        "barcode": barcode,
        "barcode_at": barcode_at,
        "no_barcode_at": no_barcode_at,
    }

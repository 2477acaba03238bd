"""SKUs: what is known about those that a snapshot names, and writing what it changes."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline_assets.catalogue.brands import get_or_create_brands
from pipeline_assets.catalogue.categories import get_or_create_categories
from pipeline_assets.catalogue.database.statements import (
    insert_rows,
    pieces,
    rows_where_in,
    update_rows,
    update_where_in,
    where_in,
)
from pipeline_assets.catalogue.database.structs import StructQuery, as_json
from pipeline_assets.catalogue.database.values import every_field_of
from pipeline_assets.catalogue.schema import categories, prices, skus
from pipeline_assets.domain.normalisation.words import nicest_spelling, normalise_brand
from pipeline_assets.domain.products.sku_facts import KnownSku, SkuPlan, SkuRecord
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.listing import ListedFacts

_KNOWN_SKUS = StructQuery(
    KnownSku,
    as_json(
        KnownSku,
        sku_id=skus.c.sku_id,
        sku=skus.c.sku,
        product_id=skus.c.product_id,
        record=as_json(
            SkuRecord,
            facts=as_json(
                ListedFacts,
                name=skus.c.name,
                brand=skus.c.brand_name,
                size=skus.c.size,
                category_path=categories.c.path,
                url=skus.c.url,
                image_url=skus.c.image_url,
                aldi_image_url=skus.c.aldi_image_url,
                description=skus.c.description,
            ),
            match_key=skus.c.match_key,
            facts_at=skus.c.facts_at,
            facts_store_id=skus.c.facts_store_id,
            older_sources=skus.c.older_sources,
            barcode=skus.c.barcode,
            barcode_at=skus.c.barcode_at,
            no_barcode_at=skus.c.no_barcode_at,
        ),
    ),
    skus.c.sku_id,
)
_WITH_CATEGORIES = skus.outerjoin(categories, categories.c.category_id == skus.c.category_id)
_OF_COMPANY = _KNOWN_SKUS.select.select_from(_WITH_CATEGORIES)
_OF_STORE = _KNOWN_SKUS.select.select_from(
    prices.join(_WITH_CATEGORIES, skus.c.sku_id == prices.c.sku_id)
)


def lookup_skus(
    connection: Connection, company: str, store_key: int, names: Collection[str]
) -> dict[str, KnownSku]:
    """Those of the company's SKUs that are in `names` (its own identifiers), by name.

    Most of them are what the store sells now, which is quicker to read than SKUs by name.
    """
    wanted = set(names)
    sold = _KNOWN_SKUS.of(connection, _OF_STORE.where(prices.c.store_key == store_key))
    found = {sku.sku: sku for sku in sold if sku.sku in wanted}
    ours = _OF_COMPANY.where(skus.c.company == company)
    for piece in pieces(wanted - found.keys()):
        query = where_in(connection, ours, skus.c.sku, piece)
        found |= {sku.sku: sku for sku in _KNOWN_SKUS.of(connection, query)}
    return found


def apply_sku_plan(
    connection: Connection, plan: SkuPlan, header: Header, file_id: int
) -> dict[str, int]:
    """Write the SKUs' facts; returns the sku_id of each new SKU, by SKU."""
    columns = _Columns(connection, header.company, [*plan.new.values(), *plan.changed.values()])
    if plan.new:
        common = {"company": header.company, "identity_file_id": file_id}
        rows = [columns.of(row) | common | {"sku": sku} for sku, row in plan.new.items()]
        insert_rows(connection, skus, rows)
    if plan.changed:
        rows = [columns.of(row) | {"sku_id": sku_id} for sku_id, row in plan.changed.items()]
        update_rows(connection, skus, rows, "sku_id")
    source = {"facts_at": header.scraped_at, "facts_store_id": header.store_id}
    update_where_in(connection, skus.c.sku_id, plan.seen_again, source)
    barcode_source = {"barcode_at": header.scraped_at}
    update_where_in(connection, skus.c.sku_id, plan.barcode_seen_again, barcode_source)
    ours = select(skus.c.sku, skus.c.sku_id).where(skus.c.company == header.company)
    return {row[0]: row[1] for row in rows_where_in(connection, ours, skus.c.sku, plan.new.keys())}


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
    description: str | None,
) -> dict[str, Any]:
    return {
        "name": name,
        "brand_name": brand,
        "size": size,
        "category_path": category_path,
        "url": url,
        "image_url": image_url,
        "aldi_image_url": aldi_image_url,
        "description": description,
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

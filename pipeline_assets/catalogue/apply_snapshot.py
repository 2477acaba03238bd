"""Writes what a snapshot changes: SKUs, prices, history. Plans come in, rows go out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from pipeline_assets.catalogue.registry import ensure_brands, ensure_categories
from pipeline_assets.catalogue.schema import price_history, prices, skus, stores
from pipeline_assets.catalogue.statements import pieces, rows_where_in, write_rows
from pipeline_assets.domain.pricing import Price, PricePlan
from pipeline_assets.domain.sku_facts import SkuFactsRow, SkuPlan
from pipeline_assets.domain.snapshots import Header
from pipeline_assets.domain.words import nicest_spelling, normalise_brand


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
    """Turns fact rows into table rows: categories and brands become the ids of their own rows."""

    def __init__(self, connection: Connection, company: str, rows: Iterable[SkuFactsRow]) -> None:
        paths: set[str] = set()
        self._brand_of: dict[str, str | None] = {}
        spellings: dict[str, str] = {}
        for row in rows:
            path, brand = row.facts["category_path"], row.facts["brand"]
            if path is not None:
                paths.add(path)
            if brand is not None and brand not in self._brand_of:
                name = normalise_brand(brand)
                self._brand_of[brand] = name
                if name is not None:
                    spellings[name] = nicest_spelling((spellings.get(name, brand), brand))
        self._category_ids = ensure_categories(connection, company, paths) if paths else {}
        ensure_brands(connection, spellings)

    def of(self, row: SkuFactsRow) -> dict[str, Any]:
        """The columns of table `skus` that a fact row fills."""
        facts = row.facts
        path = facts["category_path"]
        return {
            "name": facts["name"],
            "brand_name": facts["brand"],
            "brand_alias": self._brand_of.get(facts["brand"] or ""),
            "size": facts["size"],
            "category_id": self._category_ids[path] if path else None,
            "url": facts["url"],
            "image_url": facts["image_url"],
            "aldi_image_url": facts["aldi_image_url"],
            "match_key": row.match_key,
            "facts_at": row.facts_at,
            "facts_store_id": row.facts_store_id,
            "older_sources": row.older_sources,
            "barcode": row.barcode,
            "barcode_at": row.barcode_at,
            "no_barcode_at": row.no_barcode_at,
        }


def apply_price_plan(
    connection: Connection, plan: PricePlan, store_key: int, header: Header
) -> None:
    """Write a store's prices of today and append what changed to the history."""
    if plan.new:
        since = {"store_key": store_key, "price_since_date": header.scraped_date}
        write_rows(connection, insert(prices), [price._asdict() | since for price in plan.new])
    if plan.changed:
        _rewrite(connection, store_key, plan.changed, {"price_since_date": header.scraped_date})
    if plan.rewritten:
        _rewrite(connection, store_key, plan.rewritten, {})
    for piece in pieces(plan.delisted):
        connection.execute(
            delete(prices).where(prices.c.store_key == store_key, prices.c.sku_id.in_(piece))
        )
    if plan.history:
        moment = {
            "store_key": store_key,
            "scraped_at": header.scraped_at,
            "scraped_date": header.scraped_date,
        }
        rows = [entry._asdict() | moment for entry in plan.history]
        write_rows(connection, insert(price_history), rows)


def _rewrite(
    connection: Connection, store_key: int, changed: Sequence[Price], more: Mapping[str, Any]
) -> None:
    statement = update(prices).where(
        prices.c.store_key == bindparam("of_store"), prices.c.sku_id == bindparam("of_sku")
    )
    rows = [
        {"of_store": store_key, "of_sku": price.sku_id, **more}
        | {name: value for name, value in price._asdict().items() if name != "sku_id"}
        for price in changed
    ]
    write_rows(connection, statement, rows)


def apply_header(connection: Connection, store_key: int, header: Header, rows_priced: int) -> None:
    """Remember the snapshot as the store's last accepted one."""
    facts: dict[str, Any] = {
        "last_scraped_at": header.scraped_at,
        "last_scraped_date": header.scraped_date,
        "last_priced_rows": rows_priced,
    }
    if header.store_name is not None:
        facts["store_name"] = header.store_name
    if header.state is not None:
        facts["state"] = header.state
    connection.execute(update(stores).where(stores.c.store_key == store_key).values(**facts))

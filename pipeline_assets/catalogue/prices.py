"""Prices and their history: a store's current prices, and writing what a snapshot changes."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from pipeline_assets.catalogue.database.statements import (
    insert_rows,
    pieces,
    rows_where_in,
    update_rows,
)
from pipeline_assets.catalogue.database.structs import StructQuery, as_json
from pipeline_assets.catalogue.database.values import every_field_of
from pipeline_assets.catalogue.schema import price_history, prices
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.domain.snapshots.listing import Terms
from pipeline_assets.domain.snapshots.prices import Price, PricePlan

_PRICES = StructQuery(
    Price,
    as_json(
        Price,
        sku_id=prices.c.sku_id,
        price_cents=prices.c.price_cents,
        terms=as_json(
            Terms,
            was_price_cents=prices.c.was_price_cents,
            saving_cents=prices.c.saving_cents,
            is_on_special=prices.c.is_on_special,
            unit_price_e4=prices.c.unit_price_e4,
            unit_of_measure=prices.c.unit_of_measure,
            is_available=prices.c.is_available,
        ),
        previous_price_cents=prices.c.previous_price_cents,
    ),
    prices.c.sku_id,
)


def lookup_prices(connection: Connection, store_key: int) -> dict[int, Price]:
    """Everything that the store sells now, by sku_id."""
    query = _PRICES.select.where(prices.c.store_key == store_key)
    return {price.sku_id: price for price in _PRICES.of(connection, query)}


def lookup_last_prices(
    connection: Connection, store_key: int, sku_ids: Collection[int]
) -> dict[int, int]:
    """The last price, in cents, that the store ever had for each of these SKUs."""
    priced = (
        select(price_history.c.sku_id, price_history.c.price_cents)
        .where(price_history.c.store_key == store_key, price_history.c.price_cents.is_not(None))
        .order_by(price_history.c.scraped_at)  # so the last one stays in the dictionary
    )
    rows = rows_where_in(connection, priced, price_history.c.sku_id, sku_ids)
    return {row[0]: row[1] for row in rows}


def apply_price_plan(
    connection: Connection, plan: PricePlan, store_key: int, header: Header
) -> None:
    """Write a store's current prices and append the changes to the history."""
    if plan.new:
        since = {"store_key": store_key, "price_since_date": header.scraped_date}
        insert_rows(connection, prices, [_columns(price) | since for price in plan.new])
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
        rows = [
            {"sku_id": sku_id, "change": change, "price_cents": price_cents} | moment
            for sku_id, change, price_cents in plan.history
        ]
        insert_rows(connection, price_history, rows)


def _rewrite(
    connection: Connection, store_key: int, changed: Sequence[Price], more: Mapping[str, Any]
) -> None:
    common = {"store_key": store_key, **more}
    rows = [common | _columns(price) for price in changed]
    update_rows(connection, prices, rows, "store_key", "sku_id")


@every_field_of(Terms)
def _term_columns(
    *,
    was_price_cents: int | None,
    saving_cents: int | None,
    is_on_special: bool,
    unit_price_e4: int | None,
    unit_of_measure: str | None,
    is_available: bool | None,
) -> dict[str, Any]:
    return {
        "was_price_cents": was_price_cents,
        "saving_cents": saving_cents,
        "is_on_special": is_on_special,
        "unit_price_e4": unit_price_e4,
        "unit_of_measure": unit_of_measure,
        "is_available": is_available,
    }


@every_field_of(Price)
def _columns(
    *, sku_id: int, price_cents: int, terms: Terms, previous_price_cents: int | None
) -> dict[str, Any]:
    return _term_columns(terms) | {
        "sku_id": sku_id,
        "price_cents": price_cents,
        "previous_price_cents": previous_price_cents,
    }

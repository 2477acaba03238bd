"""What `company_products` should hold, read from prices and history the slow and obvious way."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, select

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.schema import (
    company_products,
    price_history,
    prices,
    skus,
    stores,
)
from pipeline_assets_tests.workplace import Workplace

# The columns that are promised; which store had the low first is for the step alone.
SHOWN = (
    "product_id",
    "company",
    "lowest_cents",
    "median_cents",
    "highest_cents",
    "stores",
    "stores_current",
    "cheapest_sku_id",
    "unit_price_e4",
    "unit_of_measure",
    "low_90_cents",
    "low_90_date",
    "low_ever_cents",
    "low_ever_date",
)


class Entry(NamedTuple):
    """A change of a price: from this day on it is so many cents, None while it is not sold."""

    day: date
    cents: int | None


def shown_rows(place: Workplace) -> list[tuple[Any, ...]]:
    """The promised columns of the table, in order of its key."""
    columns = [company_products.c[name] for name in SHOWN]
    with reading(place.pipeline.engine) as connection:
        return sorted(tuple(row) for row in connection.execute(select(*columns)))


def naive_rows(place: Workplace, current_from: datetime) -> list[tuple[Any, ...]]:
    """The same, from the tables; every snapshot is of a whole day, as files without a time are."""
    sku_of = {row.sku_id: row for row in _all(place, skus)}
    store_of = {row.store_key: row for row in _all(place, stores)}
    offers = defaultdict(list)
    for price in _all(place, prices):
        sku = sku_of[price.sku_id]
        offers[sku.product_id, sku.company].append((price, sku))
    pasts: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for change in sorted(_all(place, price_history), key=lambda row: row.scraped_at):
        entry = Entry(change.scraped_date, change.price_cents)
        pasts[change.store_key, change.sku_id].append(entry)
    lows: dict[tuple[int, str], list[tuple[int, date]]] = defaultdict(list)
    recent: dict[tuple[int, str], list[tuple[int, date]]] = defaultdict(list)
    for (store_key, sku_id), past in pasts.items():
        key = sku_of[sku_id].product_id, sku_of[sku_id].company
        lows[key] += [(entry.cents, entry.day) for entry in past if entry.cents is not None]
        recent[key] += in_force(past, store_of[store_key].last_scraped_date)
    return sorted(
        (*key, *_today(found, store_of, current_from), *min(recent[key]), *min(lows[key]))
        for key, found in offers.items()
    )


def in_force(past: Sequence[Entry], last: date) -> Iterable[tuple[int, date]]:
    """What the price was on each of the 90 days before a day, and on that day."""
    for ago in range(90, -1, -1):
        day = last - timedelta(days=ago)
        before = [entry for entry in past if entry.day <= day]
        if before and before[-1].cents is not None:
            yield before[-1].cents, day


def _today(
    offers: Sequence[tuple[Any, Any]], store_of: dict[int, Any], current_from: datetime
) -> tuple[Any, ...]:
    cents = [price.price_cents for price, _ in offers]
    cheapest, sku = min(
        offers,
        key=lambda offer: (
            offer[0].price_cents,
            float("inf") if offer[0].unit_price_e4 is None else offer[0].unit_price_e4,
            offer[0].unit_of_measure or "",
            offer[1].sku,
        ),
    )
    selling = {price.store_key for price, _ in offers}
    current = [key for key in selling if store_of[key].last_scraped_at >= current_from]
    return (
        min(cents),
        statistics.median_low(cents),
        max(cents),
        len(selling),
        len(current),
        sku.sku_id,
        cheapest.unit_price_e4,
        cheapest.unit_of_measure,
    )


def _all(place: Workplace, table: Table) -> Sequence[Row[Any]]:
    with reading(place.pipeline.engine) as connection:
        return connection.execute(select(table)).all()

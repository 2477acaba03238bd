"""Catalogues with years of price history, and all that their history answers."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pipeline_assets import Catalogue
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.prices import lookup_last_prices
from pipeline_assets.catalogue.schema import price_history, skus, stores
from pipeline_assets.domain.products.co_listing import shelves
from pipeline_assets.services.retention.history import move_old_history
from pipeline_assets.services.retention.part import RetentionPart
from pipeline_assets.services.retention.time_limit import TimeLimit
from pipeline_assets_tests.workplace import Clock, Workplace, row

SHOPS = (("aldi", "A1"), ("aldi", "A2"), ("iga", "I1"))
SKUS = [str(number) for number in range(1, 8)]
# They keep a snapshot from being partial.
OTHERS = [str(number) for number in range(100, 130)]
TODAY = datetime(2026, 3, 1, 2)


def snapshot(chance: random.Random, company: str, store_id: str, day: date) -> list[dict[str, Any]]:
    """A store's day: some SKUs, at few prices; two of them have one name."""
    where = {"company": company, "store_id": store_id, "day": day.isoformat()}
    rows = [row(sku, 3, name=f"Thing {sku}", **where) for sku in OTHERS]
    for sku in chance.sample(SKUS, chance.randint(3, len(SKUS))):
        price = chance.choice((1, 1.5, 2, 2.5, 4))
        rows.append(row(sku, price, name=f"Oat Bar {int(sku) // 2}", **where))
    return rows


def fill(place: Workplace, seed: str, snapshots: int = 40) -> None:
    """Years of snapshots until today; the last store's end long before."""
    chance = random.Random(seed)
    clock = Clock(datetime(2026, 1, 1))
    place.change(clock=clock)
    first = date(2022, 11, 20)
    days = sorted(chance.sample(range((TODAY.date() - first).days), snapshots))
    for number, offset in enumerate(days):
        day = first + timedelta(days=offset)
        shop = chance.choice(SHOPS if day < date(2023, 9, 1) else SHOPS[:2])
        clock.now = datetime.combine(day, datetime.min.time()) + timedelta(hours=2)
        place.take(f"{number}.jsonl", snapshot(chance, *shop, day))
    clock.now = TODAY


def answers(place: Workplace) -> dict[str, Any]:
    """All that users are told of the past, and what rules read of it."""
    url = place.pipeline.settings.database_url
    with Catalogue(url, history_dir=place.pipeline.settings.history_path) as catalogue:
        told = {
            "changes": catalogue.changes(),
            "of 2023": catalogue.changes(since="2023-03-01", until="2024-02-01"),
            "of a company": catalogue.changes(company="iga"),
            "of a SKU": catalogue.history(company="aldi", sku=["1", "2"]),
            "of a store": catalogue.history(company="aldi", store_id="A2"),
            "of words": catalogue.history(words="oat bar"),
        }
        chunks = list(catalogue.in_chunks(50).changes())
    assert all(len(chunk) <= 50 for chunk in chunks)
    found: dict[str, Any] = {name: frame.to_csv() for name, frame in told.items()}
    found["in chunks"] = "".join(
        chunk.to_csv(index=False, header=number == 0) for number, chunk in enumerate(chunks)
    )
    assert found["in chunks"] == told["changes"].to_csv(index=False)
    return found | rules(place)


def rules(place: Workplace) -> dict[str, Any]:
    """What rules read: the last prices of each store, and what was sold side by side."""
    columns = price_history.c
    with reading(place.pipeline.engine) as connection:
        keys = connection.scalars(select(stores.c.store_key).order_by(stores.c.store_key)).all()
        ids = connection.scalars(select(skus.c.sku_id).order_by(skus.c.sku_id)).all()
        last = {key: lookup_last_prices(connection, key, ids) for key in keys}
        history = connection.execute(
            select(columns.store_key, columns.sku_id, columns.scraped_at, columns.price_cents)
        ).all()
    return {"last": last, "shelves": shelves([ids], [(*row,) for row in history])}


KEPT = {"keep_history_years": 1}


def move(place: Workplace, seconds: float = 60, **more: Any) -> RetentionPart:
    """One run of this part of retention."""
    return move_old_history(place.pipeline, TimeLimit(seconds), **more)


def files(place: Workplace) -> list[Path]:
    """The files with history."""
    return sorted(place.pipeline.settings.history_path.glob("*.parquet"))


def rows_left(place: Workplace) -> int:
    """How much history the table has."""
    number: int = place.one("SELECT COUNT(*) FROM price_history")
    return number

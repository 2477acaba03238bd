"""CPU time and memory for grouping a simulated company's stores, by their number.

    python -m benchmarks.store_groups [--seed N] [--regional SHARE] [stores ...]

There are 8 regions and at least 90 % distinct price lists; within a region, 0–3 % of the prices and
2–10 % of the SKUs vary per store. The step `reconciled_groups` runs on a SQLite catalogue, reading
and writing included: from groups of one, then again, then after a tenth of the stores have been
scraped again with other prices. Each run is measured in a process of its own, to get its own memory
peak.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, insert, text

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.schema import (
    companies,
    prices,
    products,
    skus,
    store_group_members,
    store_groups,
    stores,
)
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.groups import RECONCILED_GROUPS
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.steps import run_step
from pipeline_assets.settings import Settings

SKUS_PER_STORE = 2600
REGIONS = 8
NOW = datetime(2025, 9, 24)
Table = npt.NDArray[np.int64]


def simulate(stores: int, regional: float, rng: np.random.Generator) -> Table:
    """Prices in cents, store × SKU; -1 where a store does not sell the SKU.

    `regional`: the share of SKUs that each region prices for itself.
    """
    skus = SKUS_PER_STORE * 11 // 10
    national = rng.integers(50, 5000, skus)
    table = np.full((stores, skus), -1, dtype=np.int64)
    regions = []
    for _ in range(REGIONS):
        prices = np.where(rng.random(skus) < regional, rng.integers(50, 5000, skus), national)
        regions.append((prices, rng.permutation(skus)))
    for store in range(stores):
        prices, assortment = regions[store % REGIONS]
        table[store] = vary(prices, assortment, rng)
        if store >= REGIONS and rng.random() < 0.05:
            table[store] = table[store - REGIONS]
    return table


def vary(prices: Table, assortment: Table, rng: np.random.Generator) -> Table:
    """One store of a region: 0–3 % of its prices and 2–10 % of its SKUs are its own."""
    sold, spare = assortment[:SKUS_PER_STORE], assortment[SKUS_PER_STORE:]
    others = int(SKUS_PER_STORE * rng.uniform(0.02, 0.10))
    kept = rng.permutation(sold)[others:]
    added = rng.permutation(spare)[:others]
    chosen = np.concatenate([kept, added])
    row = np.full(prices.size, -1, dtype=np.int64)
    row[chosen] = prices[chosen]
    own = rng.permutation(chosen)[: int(SKUS_PER_STORE * rng.uniform(0, 0.03))]
    row[own] = rng.integers(50, 5000, own.size)
    return row


COMPANY = "simulated"


def open_at(folder: Path) -> Pipeline:
    """The catalogue in a folder, at the simulated moment."""
    settings = Settings(data_dir=folder, catalogue_url="")
    return Pipeline(settings, clock=lambda: NOW).prepare()


def fill(pipeline: Pipeline, table: Table) -> None:
    """The simulated company in the catalogue: every store the anchor of a group of one."""
    ids = [f"S{number:04}" for number in range(len(table))]
    seen = NOW - timedelta(days=1)
    moment = {"last_scraped_at": seen, "last_scraped_date": seen.date()}
    with writing(pipeline.engine) as connection:
        connection.execute(insert(companies), {"company": COMPANY, "first_seen_at": seen})
        rows = [{"company": COMPANY, "store_id": one, "store_key": n} for n, one in enumerate(ids)]
        connection.execute(insert(stores), [row | moment for row in rows])
        connection.execute(
            insert(store_groups),
            [
                {"company": COMPANY, "anchor_store_id": one, "group_id": n}
                for n, one in enumerate(ids)
            ],
        )
        connection.execute(
            insert(store_group_members),
            [{"company": COMPANY, "store_id": one, "group_id": n} for n, one in enumerate(ids)],
        )
        _fill_skus(connection, table.shape[1], seen)
        for store_key, row in enumerate(table):
            connection.execute(insert(prices), _price_rows(store_key, row, seen))


def _fill_skus(connection: Connection, count: int, seen: datetime) -> None:
    numbers = range(count)
    connection.execute(
        insert(products),
        [{"product_id": n, "display_sku_id": n, "created_at": seen} for n in numbers],
    )
    common = {
        "company": COMPANY,
        "facts_at": seen,
        "facts_store_id": "S0000",
        "identity_file_id": 0,
    }
    rows = [{"sku_id": n, "sku": str(n), "product_id": n, "name": f"Article {n}"} for n in numbers]
    connection.execute(insert(skus), [row | common for row in rows])


def _price_rows(store_key: int, row: Table, seen: datetime) -> list[dict[str, object]]:
    common = {"store_key": store_key, "is_on_special": False, "price_since_date": seen.date()}
    return [
        {"sku_id": int(sku), "price_cents": int(row[sku])} | common
        for sku in np.flatnonzero(row >= 0)
    ]


def scrape_again(pipeline: Pipeline, table: Table, rng: np.random.Generator) -> None:
    """A tenth of the stores get a newer snapshot, with 60 other prices."""
    with writing(pipeline.engine) as connection:
        for store in rng.permutation(len(table))[: len(table) // 10].tolist():
            changed = rng.permutation(np.flatnonzero(table[store] >= 0))[:60].tolist()
            connection.execute(
                text(
                    "UPDATE prices SET price_cents = price_cents + 1 "
                    "WHERE store_key = :store AND sku_id = :sku"
                ),
                [{"store": store, "sku": sku} for sku in changed],
            )
            connection.execute(
                text("UPDATE stores SET last_scraped_at = :now WHERE store_key = :store"),
                {"now": NOW.isoformat(sep=" ", timespec="microseconds"), "store": store},
            )


def measure(name: str, folder: Path, table: Table) -> None:
    """Run the step in a process of its own and print what it cost and found."""
    command = [sys.executable, "-m", "benchmarks.store_groups", "--in", str(folder)]
    figures = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    print(f"{len(table):6} stores, {name:12} {figures}", flush=True)


def run_here(folder: Path) -> None:
    """The measured part: reading, planning, writing; the imports are not counted."""
    pipeline = open_at(folder)
    begun = time.process_time()
    report = run_step(pipeline, RECONCILED_GROUPS, PostProcessingOptions())
    cpu_s = time.process_time() - begun
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    facts, changes = report.facts, report.changes
    print(
        f"cpu {cpu_s:6.2f} s  wall {report.seconds:6.2f} s  peak {peak_mb:5.0f} MB  "
        f"compared {facts['pairs_compared']:9,}  ejected {changes['ejections']:4}  "
        f"merges {changes['merges']:5}  groups {facts['groups']:5}"
    )


def main() -> None:
    """Simulate and measure each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stores", nargs="*", type=int, default=[125, 250, 500, 1000])
    parser.add_argument("--seed", type=int, default=20250924)
    parser.add_argument("--regional", type=float, default=0.3, help="share of regional prices")
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        run_here(options.folder)
        return
    print(f"seed {options.seed}, {options.regional:.0%} of the prices set by the region")
    for count in sorted(options.stores):
        rng = np.random.default_rng(options.seed)
        table = simulate(count, options.regional, rng)
        distinct = len(np.unique(table, axis=0)) / count
        print(f"{count:6} stores, {distinct:.1%} distinct lists of {SKUS_PER_STORE:,} SKUs")
        with tempfile.TemporaryDirectory() as folder:
            pipeline = open_at(Path(folder))
            fill(pipeline, table)
            measure("first", Path(folder), table)
            measure("second", Path(folder), table)
            scrape_again(pipeline, table, rng)
            measure("a tenth new", Path(folder), table)
            pipeline.engine.dispose()


if __name__ == "__main__":
    main()

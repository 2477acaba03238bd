"""CPU time and memory for grouping a simulated company's stores, by their number.

    python -m benchmarks.store_groups [--rounds N] [--url URL] [stores ...]

There are 8 regions and at least 90 % distinct price lists; within a region, 0–3 % of the prices and
2–10 % of the SKUs vary per store. The step `reconciled_groups` runs on a catalogue, reading and
writing included: from groups of one, then after a tenth of the stores have been scraped again with
other prices. Each run is measured in a process of its own, to get its own memory peak; imports are
not counted. Beside it an earlier commit does the same; a figure of its own is the bare reading of
the same prices with the driver.

With `--url` the catalogue is an empty database there, in place of a new SQLite file.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, insert, text

from pipeline_assets.catalogue.database.engine import reading, writing
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

if TYPE_CHECKING:
    from benchmarks.figures import Figure

# An earlier commit's code runs this file too, so other benchmarks are imported where needed.
_SCRIPT = Path(__file__).resolve()
_ROOT = _SCRIPT.parents[1]
SEED = 20250924
SKUS_PER_STORE = 2600
REGIONS = 8
REGIONAL = 0.3
"""The share of SKUs that each region prices for itself."""
NOW = datetime(2025, 9, 24)
Table = npt.NDArray[np.int64]


def simulate(stores: int, rng: np.random.Generator) -> Table:
    """Prices in cents, store × SKU; -1 where a store does not sell the SKU."""
    skus = SKUS_PER_STORE * 11 // 10
    national = rng.integers(50, 5000, skus)
    table = np.full((stores, skus), -1, dtype=np.int64)
    regions = []
    for _ in range(REGIONS):
        prices = np.where(rng.random(skus) < REGIONAL, rng.integers(50, 5000, skus), national)
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


def open_at(folder: Path, url: str = "") -> Pipeline:
    """The catalogue in a folder, or at a URL, at the simulated moment."""
    settings = Settings(data_dir=folder, catalogue_url=url)
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


def make(folder: Path, url: str, stores: int) -> None:
    """Fill a new catalogue."""
    pipeline = open_at(folder, url)
    fill(pipeline, simulate(stores, np.random.default_rng(SEED)))


def renew(folder: Path, url: str, stores: int) -> None:
    """Scrape a tenth of its stores again."""
    rng = np.random.default_rng(SEED)
    scrape_again(open_at(folder, url), simulate(stores, rng), rng)


def group(folder: Path, url: str, stores: int) -> None:
    """The measured part: reading, planning, writing; prints what it needed and found."""
    del stores
    pipeline = open_at(folder, url)
    begun = time.process_time()
    report = run_step(pipeline, RECONCILED_GROUPS, PostProcessingOptions())
    cpu_s = time.process_time() - begun
    print(json.dumps({"cpu": cpu_s, "peak": _peak_mb(), **report.facts, **report.changes}))


def _peak_mb() -> float:
    """The most memory that this process has had; `getrusage` counts its parent's in, too."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def read(folder: Path, url: str, stores: int) -> None:
    """Read all prices, row by row and store by store, with nothing but the driver."""
    pipeline = open_at(folder, url)
    with reading(pipeline.engine) as connection:
        cursor = connection.connection.cursor()
        begun = time.process_time()
        for store_key in range(stores):
            cursor.execute(f"SELECT sku_id, price_cents FROM prices WHERE store_key = {store_key}")  # noqa: S608
            cursor.fetchall()
        print(json.dumps({"cpu": time.process_time() - begun}))


_PARTS = {each.__name__: each for each in (make, renew, group, read)}


def _run(part: str, code: Path, folder: Path, url: str, stores: int) -> dict[str, Any]:
    """Run a part in a process of its own, with the code in a folder; what it printed."""
    command = [sys.executable, str(_SCRIPT), str(stores), "--part", part]
    ended = subprocess.run(
        [*command, "--in", str(folder), "--url", url],
        env=os.environ | {"PYTHONPATH": str(code)},
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(ended.stdout or "{}"))


def _readings(code: Path, stores: int, url: str) -> dict[str, dict[str, Any]]:
    """One reading of each kind, with the code in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        given = (code, Path(folder), url, stores)
        _run("make", *given)
        found = {"first": _run("group", *given), "read": _run("read", *given)}
        _run("renew", *given)
        return found | {"tenth": _run("group", *given)}


def figures(
    sizes: Sequence[int] = (1000, 3000), rounds: int = 3, url: str = "", earlier: str | None = None
) -> "list[Figure]":
    """CPU seconds and peak memory, for each number of stores; `earlier` "" leaves it out."""
    from benchmarks.earlier_commit import BEFORE, checkout

    earlier = BEFORE if earlier is None else earlier
    found: list[Figure] = []
    with checkout(earlier) if earlier else nullcontext() as before:
        for size in sizes:
            now, then = [], []
            for _ in range(rounds):
                now.append(_readings(_ROOT, size, url))
                then += [] if url or before is None else [_readings(before, size, url)]
            found += _figures(size, now, then, f"commit {earlier}")
    return found


def _figures(
    size: int, now: list[dict[str, Any]], then: list[dict[str, Any]], beside_is: str
) -> "Iterator[Figure]":
    from benchmarks.figures import Figure

    for kind, title in (("first", "for the first time"), ("tenth", "a tenth of them new")):
        for key, unit in (("cpu", "s CPU"), ("peak", "MB")):
            yield Figure(
                measure=f"groups of {size:,} stores × {SKUS_PER_STORE:,} SKUs, {title}",
                unit=unit,
                readings=tuple(one[kind][key] for one in now),
                beside=tuple(one[kind][key] for one in then),
                beside_is=beside_is if then else "",
            )
    yield Figure(
        measure=f"groups of {size:,} stores, beside the bare reading of their prices",
        unit="s CPU",
        readings=tuple(one["first"]["cpu"] for one in now),
        beside=tuple(one["read"]["cpu"] for one in now),
        beside_is="all prices by the driver, row by row",
    )


def main() -> None:
    """Measure each size asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("stores", nargs="*", type=int, default=[1000, 3000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", default="", help="an empty database for the catalogue")
    parser.add_argument("--part", choices=_PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _PARTS[options.part](options.folder, options.url, options.stores[0])
        return
    from benchmarks.figures import show

    show(figures(options.stores, 1 if options.url else options.rounds, options.url))


if __name__ == "__main__":
    main()

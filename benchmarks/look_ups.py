"""How long those who ask wait: look-ups on a catalogue of a million SKUs and 20 million prices.

    python -m benchmarks.look_ups [--skus N] [--stores N] [--only sqlite | mariadb]

Each look-up is made for other SKUs, stores and categories each time, drawn with a fixed seed, from
a connection that is open; a reading is the time until the last row is there. The goal is 50 ms for
a look-up, 200 ms for a search for words. What post-processing needs to prepare all this is
measured too, on a smaller catalogue: from nothing, and after one store was scraped again.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, text, update

from benchmarks.catalogue_of_prices import COMPANIES, NOW, Size, barcode, fill_catalogue, sku_name
from benchmarks.figures import Figure, show
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.ledger import NOTHING_CHANGED
from pipeline_assets.catalogue.schema import company_products, ingested_files, stores
from pipeline_assets.catalogue.search import product_ids_of_words
from pipeline_assets.catalogue.watermarks import set_watermark
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.answers import PRODUCT_PRICES, SKU_WORDS
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.step import Step
from pipeline_assets.services.post_processing.steps import STEPS, run_step
from pipeline_assets.settings import Settings
from pipeline_assets_tests.mariadb import running_server, server_binary

FULL = Size(1_000_000, 400)
_PREPARED_SKUS = 50_000
_SEED = 20250924
_BUFFER_BYTES = 2**32

LOOK_UPS: Mapping[str, str] = {
    "store_prices by barcode": "SELECT * FROM store_prices WHERE barcode = :barcode",
    "store_prices by product_id": "SELECT * FROM store_prices WHERE product_id = :product_id",
    "store_prices by company and sku": (
        "SELECT * FROM store_prices WHERE company = :company AND sku = :sku"
    ),
    "store_prices by company, store and sku": (
        "SELECT * FROM store_prices WHERE company = :company AND store_id = :store_id"
        " AND sku = :sku"
    ),
    "store_prices of a store, 100 rows": (
        "SELECT * FROM store_prices WHERE company = :company AND store_id = :store_id LIMIT 100"
    ),
    "store_prices of a store, 100 rows after a SKU": (
        "SELECT * FROM store_prices WHERE company = :company AND store_id = :store_id"
        " AND sku > :sku ORDER BY sku LIMIT 100"
    ),
    "product_prices by product_id": "SELECT * FROM product_prices WHERE product_id = :product_id",
    "product_prices by barcode": "SELECT * FROM product_prices WHERE barcode = :barcode",
    "cheapest_per_unit of a category, the 20 cheapest": (
        "SELECT * FROM cheapest_per_unit WHERE company = :company AND category = :category"
        " AND unit_of_measure = 'kg' ORDER BY unit_price LIMIT 20"
    ),
    "price_changes of a SKU in a store": (
        "SELECT * FROM price_changes WHERE company = :company AND store_id = :store_id"
        " AND sku = :sku ORDER BY scraped_at"
    ),
    "price_changes of a day in a store, 100 rows": (
        "SELECT * FROM price_changes WHERE company = :company AND store_id = :store_id"
        " AND scraped_date = '2025-08-01' LIMIT 100"
    ),
}
"""Queries by what they ask, with the parameters that `asked` gives."""

SEARCHES: Mapping[str, str] = {
    "a frequent word": "milk",
    "three frequent words": "milk full cream",
    "five words": "brand1 bread light plum 1L",
    "a size": "2 litres",
    "a word that is nowhere": "kohlrabi",
    "a frequent word and one that is nowhere": "milk kohlrabi",
}


def asked(chance: random.Random, size: Size) -> dict[str, Any]:
    """What one look-up asks for: a SKU and a store that sells it."""
    number = chance.randrange(size.skus_of_company * 9 // 10)  # there are pages of SKUs after it
    company = chance.randrange(len(COMPANIES))
    sku_id = company * size.skus_of_company + number + 1
    sells = [
        key
        for key in range(1, size.stores + 1)
        if key % len(COMPANIES) == company and (sku_id + key * 3) % 5 == 0
    ]
    product_id = number + 1 if number < size.shared else sku_id
    return {
        "company": COMPANIES[company],
        "sku": sku_name(number),
        "product_id": product_id,
        "barcode": barcode(product_id),
        "store_id": f"S{chance.choice(sells)}",
        "category": f"Aisle {number % 10} › Shelf {number % 200}",
    }


def steps_of(pipeline: Pipeline, size: Size, title: str) -> list[Figure]:
    """What post-processing needs to prepare the answers, from nothing and for little news."""
    fill_catalogue(pipeline, size)
    with writing(pipeline.engine) as connection:
        connection.execute(delete(company_products))
    _note_file(pipeline, 1)
    _pass_other_steps(pipeline)
    of_all = f"for the first time, {size.skus:,} SKUs and {size.prices:,} prices, {title}"
    found = [
        _seconds(f"step {step.name} {of_all}", partial(_run, pipeline, step))
        for step in (SKU_WORDS, PRODUCT_PRICES)
    ]
    _note_file(pipeline, 2)
    of_one = f"step product_prices after one store of {size.stores}, {title}"
    return [*found, _seconds(of_one, partial(_run, pipeline, PRODUCT_PRICES))]


def _pass_other_steps(pipeline: Pipeline) -> None:
    """Steps have seen no more than those before them; those are measured elsewhere."""
    with writing(pipeline.engine) as connection:
        for step in STEPS[: STEPS.index(SKU_WORDS)]:
            set_watermark(connection, step.name, 2)


def _run(pipeline: Pipeline, step: Step) -> None:
    run_step(pipeline, step, PostProcessingOptions())


def _note_file(pipeline: Pipeline, number: int) -> None:
    """A file of the first store, a day after its last, that changed the price of no SKU."""
    scraped_at = NOW + timedelta(days=number)
    common = {"scraped_at": scraped_at, "scraped_date": scraped_at.date(), "ingested_at": NOW}
    with writing(pipeline.engine) as connection:
        connection.execute(
            insert(ingested_files),
            NOTHING_CHANGED
            | common
            | dict.fromkeys(("rows_read", "rows_accepted", "rows_rejected", "rows_priced"), 0)
            | dict.fromkeys(("source_path", "archive_path"), "")
            | {"digest": str(number), "company": COMPANIES[1], "store_id": "S1"},
        )
        connection.execute(
            update(stores)
            .where(stores.c.store_key == 1)
            .values(last_scraped_at=scraped_at, last_scraped_date=scraped_at.date())
        )


def _seconds(measure: str, work: Callable[[], object]) -> Figure:
    begun = time.perf_counter()
    work()
    return Figure(measure=measure, unit="s", readings=(time.perf_counter() - begun,))


def look_up(pipeline: Pipeline, size: Size, rounds: int, title: str) -> Iterator[Figure]:
    """The time of each look-up and search."""
    with reading(pipeline.engine) as connection:
        for name, query in LOOK_UPS.items():
            chance = random.Random(_SEED)
            look_ups = [(query, asked(chance, size)) for _ in range(rounds + 1)]
            works = [partial(_rows, connection, *one) for one in look_ups]
            yield _figure(f"{name}, {title}", works)
        for name, words in SEARCHES.items():
            search = partial(product_ids_of_words, connection, words, 20)
            yield _figure(f"search for {name}, {title}", [search] * (rounds // 4 + 2))


def _rows(connection: Connection, query: str, values: Mapping[str, Any]) -> int:
    rows = connection.execute(text(query), values).all()
    assert rows, (query, values)
    return len(rows)


def _figure(measure: str, works: Sequence[Callable[[], object]]) -> Figure:
    """Milliseconds of each; the first is not counted, as it prepares the statement."""
    readings = []
    for work in works:
        begun = time.perf_counter()
        work()
        readings.append((time.perf_counter() - begun) * 1000)
    return Figure(measure=measure, unit="ms", readings=tuple(readings[1:]))


def figures(
    skus: int = FULL.skus,
    stores_: int = FULL.stores,
    rounds: int = 40,
    databases: Sequence[str] = ("sqlite", "mariadb"),
) -> list[Figure]:
    """Each look-up on each database."""
    size = Size(skus, stores_)
    prepared = Size(min(skus, _PREPARED_SKUS), stores_)
    found: list[Figure] = []
    for name in databases:
        title = {"sqlite": "SQLite", "mariadb": "MariaDB"}[name]
        with _catalogue(name) as pipeline:
            found += steps_of(pipeline, prepared, title)
        with _catalogue(name) as pipeline:
            fill_catalogue(pipeline, size)
            _run(pipeline, SKU_WORDS)
            found += look_up(pipeline, size, rounds, title)
    return found


@contextmanager
def _catalogue(database: str) -> Iterator[Pipeline]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if database == "sqlite":
            yield from _opened(folder, "")
            return
        binary = server_binary()
        if binary is None:
            sys.exit("There is no MariaDB server here; see CONTRIBUTING.md.")
        with running_server(folder, binary) as server:
            server.execute(f"SET GLOBAL innodb_buffer_pool_size = {_BUFFER_BYTES}")
            yield from _opened(folder, server.new_database())


def _opened(folder: Path, url: str) -> Iterator[Pipeline]:
    pipeline = Pipeline(Settings(data_dir=folder / "data", catalogue_url=url), lambda: NOW)
    try:
        yield pipeline.prepare()
    finally:
        pipeline.engine.dispose()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--skus", type=int, default=FULL.skus)
    parser.add_argument("--stores", type=int, default=FULL.stores)
    parser.add_argument("--only", choices=("sqlite", "mariadb"))
    asked_for = parser.parse_args()
    databases = (asked_for.only,) if asked_for.only else ("sqlite", "mariadb")
    show(figures(asked_for.skus, asked_for.stores, databases=databases))


if __name__ == "__main__":
    main()

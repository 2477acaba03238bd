"""Time and memory of a publication, of synthetic catalogues of several sizes.

    .venv/bin/python -m benchmarks.published --prices 2000000 8000000

It is not part of `make bench`: the larger catalogue alone takes minutes to make. Rows are inserted
by SQL; a fifth of the prices has changed once, and changes are spread over twelve months.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from benchmarks.children import ROOT
from pipeline_assets.catalogue.database.engine import engine_for, writing
from pipeline_assets.catalogue.database.migrate import migrate
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.publishing.publish import publish
from pipeline_assets.settings import Settings

_SKUS_OF_A_COMPANY, _SOLD_IN_A_STORE, _COMPANIES = 25_000, 4_000, 4
_NUMBERS = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
"""
_MADE = [
    "DROP INDEX ix_prices_sku_id",
    "DROP INDEX ix_price_history_sku_id",
    "INSERT INTO companies SELECT 'company' || n, '2025-01-01' FROM numbers WHERE n < {companies}",
    "INSERT INTO categories (category_id, company, path, name) SELECT n, 'company' || (n % "
    "{companies}), 'Food › Kind ' || n, 'Kind ' || n FROM numbers WHERE n < 400",
    "INSERT INTO brands (brand_id, normalised_name, name) SELECT n, 'brand' || n, 'Brand ' || n "
    "FROM numbers WHERE n < 2000",
    "INSERT INTO brand_aliases SELECT 'brand' || n, n, 'Brand ' || n FROM numbers WHERE n < 2000",
    "INSERT INTO products (product_id, barcode, display_sku_id, created_at) SELECT n, NULL, n, "
    "'2025-01-01' FROM numbers WHERE n < {skus}",
    "INSERT INTO skus (sku_id, company, sku, product_id, name, brand_name, brand_alias, size, "
    "category_id, url, image_url, facts_at, facts_store_id, identity_file_id) SELECT n, 'company' "
    "|| (n % {companies}), printf('%012d', n), n, 'An article with a usual name ' || n || ' 500g', "
    "'Brand ' || (n % 2000), 'brand' || (n % 2000), '500 g', n % 400, "
    "'https://shop.example/product/an-article-with-a-usual-name-' || n, "
    "'https://images.example/large/' || n || '.jpg', '2025-01-01', '1', 1 "
    "FROM numbers WHERE n < {skus}",
    "INSERT INTO stores (store_key, company, store_id, store_name, state, last_scraped_at, "
    "last_scraped_date) SELECT n, 'company' || (n % {companies}), 'S' || n, 'Store ' || n, 'NSW', "
    "'2025-12-01', '2025-12-01' FROM numbers WHERE n < {stores}",
    "INSERT INTO prices SELECT store_key, (numbers.n * 5 + store_key) % {of_company} * {companies} "
    "+ store_key % {companies} AS sku_id, 100 + (numbers.n * 7 + store_key) % 5000, NULL, NULL, "
    "NULL, 0, 10000 + numbers.n, 'kg', 1, '2025-06-01' FROM stores, numbers "
    "WHERE numbers.n < {sold} ORDER BY 1, 2",
    "INSERT INTO price_history SELECT store_key, sku_id, '2025-01-01 00:00:00.000000', "
    "'2025-01-01', 'first_seen', price_cents + 10 FROM prices",
    "INSERT INTO price_history SELECT store_key, sku_id, "
    "printf('2025-%02d-15 00:00:00.000000', 2 + "
    "sku_id % 11), printf('2025-%02d-15', 2 + sku_id % 11), 'changed', price_cents FROM prices "
    "WHERE (sku_id / 4) % 5 = 0",
    "CREATE INDEX ix_prices_sku_id ON prices (sku_id)",
    "CREATE INDEX ix_price_history_sku_id ON price_history (sku_id)",
]


def make_catalogue(folder: Path, prices: int) -> None:
    """A catalogue with so many prices."""
    stores = max(1, prices // _SOLD_IN_A_STORE)
    skus = _SKUS_OF_A_COMPANY * _COMPANIES
    figures = {
        "companies": _COMPANIES,
        "skus": skus,
        "of_company": _SKUS_OF_A_COMPANY,
        "stores": stores,
        "sold": _SOLD_IN_A_STORE,
    }
    folder.mkdir(parents=True)
    engine = engine_for(f"sqlite:///{folder / 'catalogue.sqlite'}")
    migrate(engine)
    numbers = _NUMBERS.format(last=max(skus, stores))
    for statement in _MADE:
        with writing(engine) as connection:
            is_insert = statement.startswith("INSERT")
            needs_numbers = "numbers" in statement
            prefix = numbers if is_insert and needs_numbers else ""
            connection.execute(text(prefix + statement.format(**figures)))
    engine.dispose()


def measure(folder: Path) -> str:
    """Publish in this process; seconds, peak of memory, what was written."""
    pipeline = Pipeline(Settings(data_dir=folder, publish_csv=False)).prepare()
    begun, cpu = time.perf_counter(), time.process_time()
    found = publish(pipeline)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = ", ".join(f"{name} {count:,}" for name, count in found.latest.rows.items())
    megabytes = found.latest.size / 2**20
    return f"{rows}: {seconds:.0f} s ({cpu:.0f} s CPU), {megabytes:.0f} MiB, peak {peak:.0f} MiB"


def main() -> None:
    """Make each catalogue, and publish it in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prices", type=int, nargs="+", default=[2_000_000, 8_000_000])
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(measure(asked.measure), flush=True)
        return
    for prices in asked.prices:
        with tempfile.TemporaryDirectory(prefix="pipeline-assets-published-") as folder:
            place = Path(folder) / "data"
            make_catalogue(place, prices)
            command = [sys.executable, "-m", "benchmarks.published", "--measure", str(place)]
            subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()

"""CPU time of `drain` for a file of known rows, by the number of products in the catalogue.

    python -m benchmarks.known_file_cpu [--rows 2800] [--files 10] [--products 0 100000]

Each file is a whole day of one store: every SKU known, some prices changed. Start-up is excluded;
Dagster's part of the run and all writing are included. Prints the median over the files.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

_FIRST_DAY = date(2025, 1, 1)
_DAGSTER_YAML = Path(__file__).resolve().parents[1] / "dagster.yaml"


class Timer:
    """Measures the process's CPU time from the beginning to the end of each file."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._begun = 0.0

    def begin(self, name: str, waiting: int) -> None:
        """Work on a file begins."""
        self._begun = time.process_time()

    def end(self, name: str, is_ok: bool) -> None:
        """Its run has ended."""
        assert is_ok, name
        self.seconds.append(time.process_time() - self._begun)

    def pause(self, seconds: float, why: str) -> None:
        """No file can be processed for this long."""


def write_day(inbox: Path, store: str, day: date, first_sku: int, rows: int, seed: int) -> None:
    """One store's snapshot of one day; about 4 in 100 prices differ from the day before's."""
    lines = _lines(store, day, first_sku, rows, random.Random(f"{store}{day}{seed}"))
    (inbox / f"{store}-{day}.jsonl").write_text("".join(lines), encoding="utf-8")


def _lines(
    store: str, day: date, first_sku: int, rows: int, chance: random.Random
) -> Iterator[str]:
    metadata = {"company": "bench", "store_id": store, "scraped_date": day.isoformat()}
    for sku in range(first_sku, first_sku + rows):
        price = 2 + sku % 900 / 100 + (chance.random() < 0.02) * 0.5
        product = {
            "sku": f"{sku:018}",
            "name": f"Article Number {sku} Of The Long Shelf 500g",
            "brand": f"BRAND {sku % 300}",
            "size": "500 g",
            "barcode": None,
            "price_current": round(price, 2),
            "price_was": None,
            "is_on_special": False,
            "per_unit_price_string": f"${price / 5:.2f} per 100 g",
            "category_path": ["Pantry", f"Shelf {sku % 40}"],
            "url": f"https://shop.example/product/article-number-{sku:018}",
            "image_url": f"https://img.example/is/image/{sku:018}/front",
        }
        yield json.dumps({"product": product, "metadata": metadata}) + "\n"


def measure(products: int, rows: int, files: int) -> tuple[float, list[float]]:
    """Median and all figures, in seconds, with about `products` other products in the catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "dagster.yaml").write_text(_DAGSTER_YAML.read_text())
        os.environ |= {
            "DAGSTER_HOME": str(home),
            "PIPELINE_DATA_DIR": str(home / "data"),
            "PIPELINE_SETTLE_S": "0",
        }
        inbox = home / "data" / "product_inbox"
        inbox.mkdir(parents=True)
        for number, first_sku in enumerate(range(10_000_000, 10_000_000 + products, rows)):
            write_day(inbox, f"other-{number}", _FIRST_DAY, first_sku, rows, 0)
        write_day(inbox, "store", _FIRST_DAY, 0, rows, 0)
        _drain()
        for number in range(1, files + 1):
            write_day(inbox, "store", _FIRST_DAY + timedelta(days=number), 0, rows, number)
        seconds = _drain()
        return statistics.median(seconds), seconds


def _drain() -> list[float]:
    from pipeline_assets.definitions import defs
    from pipeline_assets.orchestration.drain import drain_products
    from pipeline_assets.orchestration.instance import open_instance
    from pipeline_assets.services.pipeline import Pipeline

    timer = Timer()
    with open_instance() as instance:
        drain_products(Pipeline().prepare(), instance, defs, timer)
    return timer.seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_800, help="rows of a file")
    parser.add_argument("--files", type=int, default=10, help="files measured")
    parser.add_argument("--products", type=int, nargs="*", default=[0, 100_000])
    arguments = parser.parse_args()
    for products in arguments.products:
        median, seconds = measure(products, arguments.rows, arguments.files)
        print(
            f"{products:>7,} other products: median {median:.3f} s CPU a file of "
            f"{arguments.rows:,} known rows (min {min(seconds):.3f}, max {max(seconds):.3f}, "
            f"{len(seconds)} files)"
        )


if __name__ == "__main__":
    main()

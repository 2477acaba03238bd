"""Files of known rows, and a timer of the runs that take them; other benchmarks use both.

The module keeps its name: benchmarks that run an earlier commit beside this one find it there too.
"""

import json
import random
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path


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

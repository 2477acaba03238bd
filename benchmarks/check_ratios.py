"""Fails if taking a file of known rows costs grossly more than it did. Compares ratios, not times.

    python -m benchmarks.check_ratios

CPU times differ between machines; the ratio of two costs measured in one run hardly does. All
figures are medians over the files.
"""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks.known_file_cpu import measure, write_day

ROWS, FILES, MANY_PRODUCTS = 2_800, 15, 100_000
# Measured: 9 to 15, on a machine with much else to do.
MOST_TIMES_THE_BARE_LIMIT = 30
# Measured: 0.97 to 1.63; the larger one just after heavy work on the disk.
MOST_TIMES_THE_EMPTY_CATALOGUE = 3


def bare_limit() -> float:
    """CPU seconds to decode a file and write as many rows to SQLite, without anything else."""
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        for number in range(FILES):
            write_day(inbox, "store", date(2025, 1, 1) + timedelta(days=number), 0, ROWS, number)
        with sqlite3.connect(inbox / "bare.sqlite") as database:
            database.execute("CREATE TABLE prices (store, sku, price, PRIMARY KEY (store, sku))")
            return statistics.median(
                _decode_and_write(path, database) for path in sorted(inbox.glob("*.jsonl"))
            )


def _decode_and_write(path: Path, database: sqlite3.Connection) -> float:
    content = path.read_bytes()
    begun = time.process_time()
    products = [json.loads(line)["product"] for line in content.splitlines()]
    rows = [(path.name, one["sku"], one["price_current"]) for one in products]
    database.executemany("INSERT INTO prices VALUES (?, ?, ?)", rows)
    database.commit()
    return time.process_time() - begun


def main() -> int:
    """Measure, print, compare; the exit status."""
    bare = bare_limit()
    empty, _ = measure(0, ROWS, FILES)
    full, _ = measure(MANY_PRODUCTS, ROWS, FILES)
    found = (
        ("the bare limit", empty / bare, MOST_TIMES_THE_BARE_LIMIT),
        ("the cost without other products", full / empty, MOST_TIMES_THE_EMPTY_CATALOGUE),
    )
    print(f"CPU of a file of {ROWS:,} known rows: {empty:.3f} s; bare limit {bare:.4f} s")
    print(f"with {MANY_PRODUCTS:,} other products in the catalogue: {full:.3f} s")
    for what, ratio, most in found:
        print(f"{ratio:6.2f} times {what}, at most {most:g}")
    return int(any(ratio > most for _, ratio, most in found))


if __name__ == "__main__":
    sys.exit(main())

"""What a file costs without Dagster: known rows and new ones, and how that grows.

    python -m benchmarks.ingest [--without-growth]

The bare limit (`bare_limit`) takes turns with what is measured. Each size of a catalogue is
measured in a process of its own, for its peak of memory.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

from benchmarks.bare_limit import BareCatalogue
from benchmarks.children import ROOT
from benchmarks.figures import Figure, show
from benchmarks.known_file_cpu import write_day
from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets.catalogue.database.migrate import migrate
from pipeline_assets.services.ingestion.ingest_file import ingest_file
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.settings import Settings
from pipeline_assets_tests.mariadb import running_server, server_binary

SIZES = ((10_000, 100), (100_000, 100), (1_000_000, 100), (1_000_000, 1_000))
"""Products and stores in the catalogue."""

_KNOWN_ROWS = 2_800
_FIRST_DAY = date(2025, 1, 1)
_LIMIT = "bare decode and write"
NewUrl = Callable[[], str]


def figures(
    files: int = 15,
    new_rows: int = 20_000,
    rounds: int = 3,
    sizes: Sequence[tuple[int, int]] = SIZES,
) -> list[Figure]:
    """Known and new rows on both databases, and the growth on SQLite."""
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for title, databases in (("SQLite", _sqlite), ("MariaDB", _mariadb)):
            with databases(Path(folder) / title) as new_url:
                found.append(_known_file(title, new_url, files))
                found.append(_first_file(title, new_url, new_rows, rounds))
    return found + _growth(sizes, files)


@contextmanager
def _sqlite(folder: Path) -> Iterator[NewUrl]:
    folder.mkdir()
    numbers = iter(range(10**6))
    yield lambda: f"sqlite:///{folder / f'{next(numbers)}.sqlite'}"


@contextmanager
def _mariadb(folder: Path) -> Iterator[NewUrl]:
    binary = server_binary()
    if binary is None:
        sys.exit("There is no MariaDB server here; see CONTRIBUTING.md.")
    folder.mkdir()
    with running_server(folder, binary) as server:
        yield server.new_database


@contextmanager
def _pipeline(url: str) -> Iterator[Pipeline]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), catalogue_url=url, settle_s=0)
        pipeline = Pipeline(settings).prepare()
        try:
            yield pipeline
        finally:
            pipeline.engine.dispose()


@contextmanager
def _both(new_url: NewUrl) -> Iterator[tuple[Pipeline, BareCatalogue]]:
    """A catalogue, and one for the bare limit."""
    with _pipeline(new_url()) as pipeline, ExitStack() as stack:
        url = new_url()
        engine = engine_for(url)
        migrate(engine)
        engine.dispose()
        bare = BareCatalogue(pipeline.engine, url)
        stack.callback(bare.close)
        yield pipeline, bare


def _take(pipeline: Pipeline, day: int, rows: int) -> tuple[float, bytes]:
    """CPU seconds of a day's file of the store, and its content."""
    when = _FIRST_DAY + timedelta(days=day)
    write_day(Path(pipeline.folders.product_inbox), "store", when, 0, rows, day)
    content = Path(pipeline.folders.product_inbox, f"store-{when}.jsonl").read_bytes()
    begun = time.process_time()
    outcome = ingest_file(pipeline, f"store-{when}.jsonl")
    seconds = time.process_time() - begun
    assert str(outcome.state) == "archived", outcome
    return seconds, content


def _known_file(title: str, new_url: NewUrl, files: int) -> Figure:
    readings, beside = [], []
    with _both(new_url) as (pipeline, bare):
        bare.take_first(_take(pipeline, 0, _KNOWN_ROWS)[1])
        for day in range(1, files + 1):
            seconds, content = _take(pipeline, day, _KNOWN_ROWS)
            readings.append(seconds)
            beside.append(bare.take_known(content))
    return Figure(
        measure=f"known file of {_KNOWN_ROWS:,} rows, {title}",
        unit="s CPU",
        readings=tuple(readings),
        beside=tuple(beside),
        beside_is=_LIMIT,
    )


def _first_file(title: str, new_url: NewUrl, rows: int, rounds: int) -> Figure:
    readings, beside = [], []
    for _ in range(rounds):
        with _both(new_url) as (pipeline, bare):
            seconds, content = _take(pipeline, 0, rows)
            readings.append(seconds)
            beside.append(bare.take_first(content))
    return Figure(
        measure=f"first file of a store, {rows:,} new rows, {title}",
        unit="s CPU",
        readings=tuple(readings),
        beside=tuple(beside),
        beside_is=_LIMIT,
    )


def _growth(sizes: Sequence[tuple[int, int]], files: int) -> list[Figure]:
    """The same known files with more and more else in the catalogue; the smallest is beside."""
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        filled = {}
        for products, stores in sizes:
            filled[products, stores] = Path(folder) / f"{products}-{stores}.sqlite"
            fill(filled[products, stores], products, stores)
        measured: dict[tuple[int, int], list[float]] = {size: [] for size in sizes}
        peaks: dict[tuple[int, int], list[float]] = {size: [] for size in sizes}
        for size in (*sizes, *sizes):  # twice, in turns
            *seconds, peak = _in_a_process(filled[size], files)
            measured[size] += seconds
            peaks[size].append(peak)
    for products, stores in sizes:
        what = f"known file, {products:,} products and {stores:,} stores, SQLite"
        found.append(
            Figure(
                measure=what,
                unit="s CPU",
                readings=tuple(measured[products, stores]),
                beside=tuple(measured[sizes[0]]),
                beside_is="with the smallest catalogue",
            )
        )
        found.append(
            Figure(
                measure=f"{what}, peak memory", unit="MB", readings=tuple(peaks[products, stores])
            )
        )
    return found


def fill(file: Path, products: int, stores: int) -> None:
    """Make a catalogue with other products and stores, without any files."""
    engine = engine_for(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    with sqlite3.connect(file) as database:
        database.executescript(_FILLING.format(products=products, stores=stores, rows=_KNOWN_ROWS))
    database.close()


_FILLING = """
PRAGMA cache_size = -200000;
INSERT INTO companies VALUES ('bench', '2025-01-01 00:00:00.000000');
CREATE TEMP TABLE numbers AS
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {products})
  SELECT i FROM n;
INSERT INTO stores (company, store_id, last_scraped_at, last_scraped_date, last_priced_rows)
  SELECT 'bench', 'other-' || i, '2024-12-31 00:00:00.000000', '2024-12-31', {rows}
  FROM numbers WHERE i <= {stores};
INSERT INTO store_groups (company, anchor_store_id) SELECT company, store_id FROM stores;
INSERT INTO store_group_members SELECT company, anchor_store_id, group_id FROM store_groups;
INSERT INTO products (barcode, display_sku_id, created_at)
  SELECT NULL, i, '2025-01-01 00:00:00.000000' FROM numbers;
INSERT INTO skus (company, sku, product_id, name, brand_name, size, url, image_url, match_key,
    facts_at, facts_store_id, identity_file_id)
  SELECT 'bench', printf('other%013d', i), i, 'Article Number ' || i || ' Of Another Shelf 500g',
    'BRAND ' || i % 300, '500 g', 'https://shop.example/product/another-article-number-' || i,
    'https://img.example/is/image/' || i || '/front',
    '500g another article brand number of shelf ' || i,
    '2024-12-31 00:00:00.000000', 'other-1', 0
  FROM numbers;
INSERT INTO prices (store_key, sku_id, price_cents, is_on_special, price_since_date)
  SELECT s.store_key, 1 + (s.store_key * 997 + n.i) % {products}, 100 + n.i % 900, 0, '2024-12-31'
  FROM stores s JOIN numbers n ON n.i <= {rows};
INSERT INTO price_history
  SELECT store_key, sku_id, '2024-12-31 00:00:00.000000', '2024-12-31', 'first_seen', price_cents
  FROM prices;
UPDATE catalogue_totals SET total = {products} WHERE name = 'skus';
"""


def _in_a_process(file: Path, files: int) -> list[float]:
    command = [sys.executable, "-m", __spec__.name, "--here", str(file), "--files", str(files)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return [float(figure) for figure in json.loads(ended.stdout)]


def _measure_here(file: Path, files: int) -> None:
    """Prints the seconds of each file, and the peak of memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "catalogue.sqlite"
        shutil.copy(file, copied)
        with _pipeline(f"sqlite:///{copied}") as pipeline:
            _take(pipeline, 0, _KNOWN_ROWS)
            seconds = [_take(pipeline, day, _KNOWN_ROWS)[0] for day in range(1, files + 1)]
    print(json.dumps([*seconds, _peak_mb()]))


def _peak_mb() -> float:
    """The most memory that this process has had; `getrusage` counts its parent's in, too."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--without-growth", action="store_true", help="only small catalogues")
    parser.add_argument("--files", type=int, default=15, help="known files (15)")
    parser.add_argument("--here", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        _measure_here(asked.here, asked.files)
        return
    show(figures(files=asked.files, sizes=() if asked.without_growth else SIZES))


if __name__ == "__main__":
    main()

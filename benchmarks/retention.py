"""How much retention makes a catalogue and Dagster's storage smaller, and how long it takes.

`python -m benchmarks.retention` prints sizes before and after. The catalogue is a made one, with
changes of all prices in one old year; Dagster's runs are copies of the runs of a sample.
"""

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from benchmarks.catalogue_of_prices import Size, fill_catalogue
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.totals import count_tables
from pipeline_assets.orchestration.retention.runs import remove_old_runs
from pipeline_assets.services.retention.history import move_old_history
from pipeline_assets.services.retention.time_limit import TimeLimit
from pipeline_assets_tests.workplace import Clock, Workplace, row

_ALL = TimeLimit(86_400)
_NOW = datetime(2026, 2, 1)


@contextmanager
def _workplace() -> Iterator[Workplace]:
    with tempfile.TemporaryDirectory() as folder, Workplace.create(Path(folder)) as place:
        os.environ.update(place.environment)
        os.chdir(place.home)
        yield place


def main() -> None:
    """Make both, and measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--skus", type=int, default=20_000)
    options.add_argument("--stores", type=int, default=500)
    options.add_argument("--changes", type=int, default=12, help="of each price in the old year")
    options.add_argument("--runs", type=int, default=10_000)
    given = options.parse_args()
    with _workplace() as place:
        _measure_history(place, Size(given.skus, given.stores), given.changes)
        os.chdir("/")
    with _workplace() as place:
        _measure_runs(place, given.runs)
        os.chdir("/")


def _measure_history(place: Workplace, size: Size, changes: int) -> None:
    place.change(settings={"keep_history_years": 1}, clock=Clock(_NOW))
    fill_catalogue(place.pipeline, size)
    with writing(place.pipeline.engine) as connection:
        for number in range(changes):
            at = datetime(2024, 1, 3) + timedelta(days=28 * number)
            connection.execute(
                text(
                    "INSERT INTO price_history (store_key, sku_id, scraped_at, scraped_date,"
                    " `change`, price_cents) SELECT store_key, sku_id, :at, :day,"
                    " CASE WHEN :number = 0 THEN 'first_seen' ELSE 'changed' END,"
                    " price_cents + CASE WHEN :number % 2 = 0 THEN 0 ELSE 50 END FROM prices"
                ),
                {"at": f"{at}.000000", "day": f"{at.date()}", "number": number},
            )
        connection.execute(
            text("UPDATE price_history SET `change` = 'changed' WHERE scraped_date >= '2025-01-01'")
        )
        totals = count_tables(connection)
        for name, total in totals.items():
            connection.execute(
                text("UPDATE catalogue_totals SET total = :total WHERE name = :name"),
                {"total": total, "name": name},
            )
    print(f"{totals['prices']:,} prices, {totals['price_history']:,} entries of history")
    file = place.data / "catalogue.sqlite"
    _show("catalogue.sqlite before", _size(file))
    begun = time.perf_counter()
    moved = move_old_history(place.pipeline, _ALL)
    print(f"moved in {time.perf_counter() - begun:.0f} s: {dict(moved.figures)}")
    _show("history files", moved.figures["history_bytes_written"])
    _show_after(place, file)


def _measure_runs(place: Workplace, runs: int) -> None:
    for number in range(20):
        rows = [row(str(sku), 2, store_id=f"G{number}") for sku in range(20)]
        place.drop(f"{number}.jsonl", rows)
    place.drain()
    storage = place.home / ".dagster"
    events, runs_file = storage / "events" / "event_log.db", storage / "runs" / "runs.db"
    _copy(runs_file, "runs", runs // 20, with_body=True)
    _copy(runs_file, "run_tags", runs // 20, with_body=False)
    _copy(events, "event_logs", runs // 20, with_body=False)
    before = _size(events) + _size(runs_file)
    print(f"{_count(runs_file, 'runs'):,} runs, {_count(events, 'event_logs'):,} events")
    _show("runs.db and event_log.db before", before)
    place.change(settings={"keep_runs_days": 30})
    begun = time.perf_counter()
    done = remove_old_runs(place.pipeline, place.instance, _ALL)
    print(f"removed in {time.perf_counter() - begun:.0f} s: {dict(done.figures)}")
    for file in (events, runs_file):
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _show("the files after", _size(events) + _size(runs_file))
    _vacuum(events, runs_file)


def _copy(file: Path, table: str, times: int, *, with_body: bool) -> None:
    """Copy the rows of runs under other ids, and make them old."""
    with closing(sqlite3.connect(file)) as database, database:
        names = [column[1] for column in database.execute(f"PRAGMA table_info({table})")]
        others = [name for name in names if name not in ("id", "run_id")]
        moment = "datetime('now', '-400 days')"
        new_id = "substr(run_id, 1, 28) || printf('%08x', copies.number)"
        values = {name: name for name in others}
        for name in ("create_timestamp", "update_timestamp", "timestamp"):
            if name in values:
                values[name] = moment
        if with_body:
            values["run_body"] = f"replace(run_body, run_id, {new_id})"
        copied = (
            f"INSERT INTO {table} (run_id, {', '.join(others)}) "  # noqa: S608 - of constants
            f"WITH RECURSIVE copies (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copies"
            f" WHERE number < {times}) SELECT {new_id}, {', '.join(values.values())} "
            f"FROM {table}, copies WHERE run_id <> ''"
        )
        database.execute(copied)


def _count(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as database:
        return int(database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])  # noqa: S608


def _show_after(place: Workplace, file: Path) -> None:
    place.pipeline.engine.dispose()
    _show("the file after", _size(file))
    _vacuum(file)


def _vacuum(*files: Path) -> None:
    begun = time.perf_counter()
    for file in files:
        with closing(sqlite3.connect(file)) as database:
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _show(f"after VACUUM, {time.perf_counter() - begun:.0f} s", sum(map(_size, files)))


def _size(file: Path) -> int:
    endings = ("", "-wal")
    parts = [file.with_name(file.name + ending) for ending in endings]
    return sum(part.stat().st_size for part in parts if part.exists())


def _show(what: str, size: int) -> None:
    print(f"{what}: {size / 2**20:,.0f} MiB", flush=True)


if __name__ == "__main__":
    main()

"""What Dagster would keep and ask for if each store were a partition of `store_prices`.

    python -m benchmarks.store_partitions [--stores FILE.csv.gz]

A new instance with one partitioned asset, on which every store has been materialized once; beside
it the same asset without partitions. Decision 0033 draws on these figures.
"""

import argparse
import csv
import gzip
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import dagster as dg
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value

from benchmarks.children import ROOT, home_of
from benchmarks.figures import Figure, show

_RUNS = 30
_PARTITIONS = dg.DynamicPartitionsDefinition(name="stores")


@dg.asset(partitions_def=_PARTITIONS)
def by_store() -> dg.MaterializeResult[None]:
    """A store's prices, as a partition."""
    return dg.MaterializeResult(metadata={"rows": 2600})


@dg.asset
def all_stores() -> dg.MaterializeResult[None]:
    """The same, without partitions."""
    return dg.MaterializeResult(metadata={"rows": 2600})


def measure(keys: list[str]) -> list[Figure]:
    """The figures for stores with these partition keys; `DAGSTER_HOME` is empty."""
    jobs = [dg.define_asset_job("one_store", [by_store]), dg.define_asset_job("any", [all_stores])]
    definitions = dg.Definitions(assets=[by_store, all_stores], jobs=jobs)
    title = f"{len(keys):,} stores as partitions"
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions("stores", keys)
        one, free = (definitions.resolve_job_def(job.name) for job in jobs)
        plain = _runs(free, instance, [None] * _RUNS)
        run = _runs(one, instance, keys[:_RUNS])
        for key in keys[_RUNS:]:
            event = dg.AssetMaterialization("by_store", partition=key, metadata={"rows": 2600})
            instance.report_runless_asset_event(event)
        first = _spent(lambda: _look(instance))
        instance.report_runless_asset_event(
            dg.AssetMaterialization("by_store", partition=keys[0], metadata={"rows": 2600})
        )
        again = _spent(lambda: _look(instance))
    return [
        Figure(
            measure=f"{title}: a run",
            unit="s CPU",
            readings=run,
            beside=plain,
            beside_is="without partitions",
        ),
        Figure(measure=f"{title}: a first look at them", unit="s CPU", readings=(first,)),
        Figure(measure=f"{title}: a look after an event", unit="s CPU", readings=(again,)),
        Figure(measure=f"{title}: their states, as kept", unit="bytes", readings=(_kept_bytes(),)),
    ]


def _look(instance: dg.DagsterInstance) -> object:
    """What the UI asks for when it shows the asset."""
    return get_and_update_asset_status_cache_value(
        instance, dg.AssetKey("by_store"), _PARTITIONS, instance
    )


def _runs(
    job: dg.JobDefinition, instance: dg.DagsterInstance, keys: Sequence[str | None]
) -> tuple[float, ...]:
    """CPU seconds of a run for each key, after one that is not counted."""
    job.execute_in_process(instance=instance, partition_key=keys[0])
    return tuple(
        _spent(partial(job.execute_in_process, instance=instance, partition_key=key))
        for key in keys
    )


def _spent(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _kept_bytes() -> float:
    file = Path(os.environ["DAGSTER_HOME"], ".dagster", "events", "event_log.db")
    connection = sqlite3.connect(file)
    try:
        query = "SELECT MAX(LENGTH(cached_status_data)) FROM asset_keys"
        return float(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    stores = ROOT.parent / "shared" / "data" / "stores.csv.gz"
    parser.add_argument("--stores", type=Path, default=stores, help="a directory of stores")
    asked = parser.parse_args()
    with gzip.open(asked.stores, "rt", encoding="utf-8", newline="") as file:
        keys = [f"{store['company']} {store['store_id']}" for store in csv.DictReader(file)]
    with home_of() as environment:
        os.environ.update(environment)
        show(measure(keys))


if __name__ == "__main__":
    main()

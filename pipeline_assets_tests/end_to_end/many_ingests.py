"""Files that overlap in everything that can collide, and processes that take them at once.

Run with `python -m`, the number of processes as argument: it takes the files of the product inbox
that the environment names, and prints a line of JSON per file that says what happened to it. With
the further argument `all`, each process takes every file.
"""

import json
import multiprocessing
import os
import random
import subprocess
import sys
from collections import defaultdict
from typing import Any

from pipeline_assets.services.ingestion.ingest_file import ingest_file
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets_tests.enrichment.shop import gtin
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace, row

COMPANIES = ("aldi", "coles", "iga", "woolworths")
BRANDS = ("Sunny Farm", "SUNNY FARM", "Farm Sunny", "Côte d'Or", "Cote D'or", "Yumi&#039;s", None)
GOODS = ("Milk", "Oats", "Tea", "Rice", "Jam", "Salt")


def overlapping_files(seed: int, stores: int = 40, rows: int = 120) -> dict[str, list[Any]]:
    """One first snapshot each of so many stores, by file name."""
    choose = random.Random(seed)
    files = {}
    for number in range(stores):
        company = COMPANIES[number % len(COMPANIES)]
        header = {"company": company, "store_id": f"S{number}", "day": "2025-09-01"}
        skus = choose.sample(range(rows * 2), rows)
        files[f"{company}-{number}.jsonl"] = [_row(choose, sku, header) for sku in skus]
    return files


def _row(choose: random.Random, sku: int, header: dict[str, str]) -> dict[str, Any]:
    """A row: what an article is depends on its SKU, mostly; stores disagree here and there."""
    article = sku if choose.random() < 0.95 else sku + 1
    return row(
        f"{sku:05d}",
        1 + (sku * 7 + choose.randrange(3)) % 50,
        name=f"{GOODS[article % len(GOODS)]} {article // 3}",
        brand=BRANDS[(article + choose.randrange(2)) % len(BRANDS)],
        size=f"{100 + article % 4 * 100}g",
        barcode=gtin(article // 2) if choose.random() < 0.5 else None,
        category_path=["Food", GOODS[article % len(GOODS)], f"Shelf {article % 9}"],
        **header,
    )


def ingest_at_once(place: Workplace, processes: int) -> dict[str, str]:
    """Take the inbox's files with so many processes; what became of each, by name."""
    return dict(_run(place, processes))


def ingest_all_at_once(place: Workplace, processes: int) -> dict[str, list[str]]:
    """Have each of so many processes take every file; what became of each each time, by name."""
    found = defaultdict(list)
    for name, state in _run(place, processes, "all"):
        found[name].append(state)
    return {name: sorted(states) for name, states in found.items()}


def _run(place: Workplace, processes: int, *more: str) -> list[tuple[str, str]]:
    ended = subprocess.run(
        [sys.executable, "-m", __name__, str(processes), *more],
        cwd=PROJECT_ROOT,
        env=os.environ | place.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    return [tuple(json.loads(line)) for line in ended.stdout.splitlines()]


def _names() -> list[str]:
    pipeline = Pipeline()
    return [file.name for file in pipeline.files.look(pipeline.folders.product_inbox).files]


def _work(names: Any, results: Any, barrier: Any) -> None:
    """One process: files one after the other, from the list that all share."""
    pipeline = Pipeline()
    barrier.wait()
    while (name := names.get()) is not None:
        try:
            results.put((name, str(ingest_file(pipeline, name).state)))
        except Exception as error:
            results.put((name, f"{type(error).__name__}: {error}"))


def main(processes: int, *, takes_all: bool = False) -> None:
    """Fork, take the files, print what became of them."""
    fork = multiprocessing.get_context("fork")
    with fork.Pool(1) as child:  # a client of an object store works in one process alone
        files = child.apply(_names)
    results, barrier = fork.SimpleQueue(), fork.Barrier(processes)
    queues = [fork.SimpleQueue() for _ in range(processes if takes_all else 1)]
    workers = [
        fork.Process(target=_work, args=(queues[number % len(queues)], results, barrier))
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    for names in queues:
        for name in [*files, *[None] * (processes // len(queues))]:
            names.put(name)
    for _ in files * len(queues):
        print(json.dumps(results.get()), flush=True)
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), takes_all="all" in sys.argv)

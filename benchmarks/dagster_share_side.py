"""One side of `dagster_share`: seconds a file, with whichever commit's code PYTHONPATH names first.

It uses only what that commit has, too.
"""

import json
import os
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.known_file_cpu import Timer, write_day

FIRST_DAY = date(2025, 1, 1)
_INGEST = "ingest_file"


class _Timer(Timer):
    """Counts the processes that a run starts, too."""

    def begin(self, name: str, waiting: int) -> None:
        self._begun = _cpu_s()

    def end(self, name: str, is_ok: bool) -> None:
        assert is_ok, name
        self.seconds.append(_cpu_s() - self._begun)


def _cpu_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _side(files: int, rows: int) -> dict[str, list[float]]:
    """Drain a first day and then a second one, which is measured."""
    from pipeline_assets.orchestration import product_update

    ingest, spent = getattr(product_update, _INGEST), list[float]()

    def timed(*arguments: Any) -> Any:
        begun = time.process_time()
        outcome = ingest(*arguments)
        spent.append(time.process_time() - begun)
        return outcome

    setattr(product_update, _INGEST, timed)
    for day in range(2):
        spent.clear()
        total = _drain(files, rows, day)
    share = [one - ingested for one, ingested in zip(total, spent, strict=True)]
    return {"total": total, "share": share}


def _drain(files: int, rows: int, day: int) -> list[float]:
    from pipeline_assets.definitions import defs
    from pipeline_assets.orchestration.drain import drain_products
    from pipeline_assets.orchestration.instance import open_instance
    from pipeline_assets.services.pipeline import Pipeline

    inbox = Path(os.environ["PIPELINE_DATA_DIR"]) / "product_inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    for store in range(files):
        write_day(inbox, f"store-{store}", FIRST_DAY + timedelta(days=day), 0, rows, day)
    timer = _Timer()
    with open_instance() as instance:
        drain_products(Pipeline().prepare(), instance, defs, timer)
    return timer.seconds


if __name__ == "__main__":
    print(json.dumps(_side(int(sys.argv[1]), int(sys.argv[2]))))

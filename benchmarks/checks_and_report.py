"""What checks, report and pictures add to a drain of real files: CPU of the process, in pairs.

    python -m benchmarks.checks_and_report [--rounds 5] [--scrapes ../shared/data/scrapes]

Both sides drain the same files with post-processing, each in a process of its own; imports count.
One does it as commands do; the other leaves out the checks, the pictures and the report. The goal:
they add at most 10 %.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import dagster as dg

from benchmarks.children import ROOT

_SCRAPES = ROOT.parent / "shared" / "data" / "scrapes"


def drain(*, is_bare: bool) -> float:
    """Drain this environment's inbox; the CPU seconds of the whole process until now."""
    from pipeline_assets.orchestration import post_processing, product_update

    if is_bare:
        bare_job = dg.define_asset_job(
            "post_process_only",
            selection=dg.AssetSelection.groups("post_processing").without_checks(),
            executor_def=dg.in_process_executor,
        )
        with (
            patch.object(post_processing, "post_process_only_job", bare_job),
            patch.object(post_processing, "picture_metadata", lambda _: {}),
            patch.object(product_update, "report_refused_files", lambda *_: None),
        ):
            _run(makes_report=False)
    else:
        _run(makes_report=True)
    return time.process_time()


def _run(*, makes_report: bool) -> None:
    from benchmarks.known_file_cpu import Timer
    from pipeline_assets.definitions import build_defs
    from pipeline_assets.orchestration import drain as drains
    from pipeline_assets.services.pipeline import Pipeline
    from pipeline_assets.services.post_processing.options import PostProcessingOptions

    pipeline = Pipeline().prepare()
    definitions = build_defs()
    with dg.DagsterInstance.get() as instance:
        drained = drains.drain_products(pipeline, instance, definitions, Timer())
        assert not drained.failed, drained.failed
        processed = drains.post_process(instance, definitions, PostProcessingOptions())
        assert processed.success
        if makes_report:
            reported = drains.make_report(pipeline, instance, definitions)
            assert reported is not None
            assert reported.success


def _measure(scrapes: Path, *, is_bare: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copy(ROOT / "dagster.yaml", home)
        inbox = home / "data" / "product_inbox"
        inbox.mkdir(parents=True)
        for path in sorted(scrapes.glob("*.jsonl.gz")):
            shutil.copy(path, inbox)
        environment = {
            "DAGSTER_HOME": str(home),
            "PIPELINE_DATA_DIR": str(home / "data"),
            "PIPELINE_SETTLE_S": "0",
            # The cache of fonts is made once per installation.
            "MPLCONFIGDIR": str(ROOT / ".dagster" / "matplotlib"),
        }
        ended = subprocess.run(
            [sys.executable, "-m", "benchmarks.checks_and_report", "--side", _side(is_bare)],
            env=os.environ | environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            text=True,
        )
        return float(ended.stdout.splitlines()[-1])


def _side(is_bare: bool) -> str:
    return "bare" if is_bare else "whole"


def main() -> None:
    """Measure in turn, and print medians and the share that is added."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of drains (5)")
    parser.add_argument("--scrapes", type=Path, default=_SCRAPES, help="folder of real files")
    parser.add_argument("--side", choices=["bare", "whole"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(drain(is_bare=asked.side == "bare"))
        return
    if not asked.scrapes.is_dir():
        sys.exit(f"There are no real files in {asked.scrapes}; name their folder: --scrapes FOLDER")
    _measure(asked.scrapes, is_bare=False)  # warms caches
    found: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(asked.rounds):
        for is_bare in (True, False):
            found[is_bare].append(_measure(asked.scrapes, is_bare=is_bare))
    bare, whole = (statistics.median(found[is_bare]) for is_bare in (True, False))
    ratios = [one / other for one, other in zip(found[False], found[True], strict=True)]
    print(f"without  {bare:.2f} s CPU  ({', '.join(f'{s:.2f}' for s in found[True])})")
    print(f"with     {whole:.2f} s CPU  ({', '.join(f'{s:.2f}' for s in found[False])})")
    print(f"added    {statistics.median(ratios) - 1:.1%}, median of {len(ratios)} pairs")


if __name__ == "__main__":
    main()

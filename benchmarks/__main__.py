"""All benchmarks in one run: a table, and every reading in a JSON file.

    python -m benchmarks [--only NAME …] [--short] [--record]

`--record` adds the figures to the table in `docs/performance.md`.
"""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.children import ROOT
from benchmarks.figures import Figure, show, write_json
from benchmarks.history import record

_RESULTS = ROOT / ".bench" / "figures.json"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module with `figures`, and its arguments: always, and for a short look."""

    module: str
    always: Mapping[str, Any] = field(default_factory=dict)
    short: Mapping[str, Any] = field(default_factory=dict)

    def figures(self, *, is_short: bool) -> list[Figure]:
        """Measure."""
        found: Callable[..., list[Figure]] = import_module(f"benchmarks.{self.module}").figures
        return found(**self.always, **(self.short if is_short else {}))


# In the order of the questions that they answer: how long does it take, and where does that go.
_BENCHMARKS = {
    "start-up": Benchmark("start_up", short={"rounds": 3}),
    "sensor": Benchmark("sensor_way", short={"files": 20, "rounds": 1}),
    "sensor-mariadb": Benchmark(
        "sensor_way", {"on_mariadb": True}, short={"files": 20, "rounds": 1}
    ),
    "workers": Benchmark("many_workers", short={"files": 20, "workers": (2,)}),
    "real-files": Benchmark("real_files", short={"rounds": 1}),
    "dagster": Benchmark("dagster_share", short={"rounds": 1}),
    "ingest": Benchmark("ingest", short={"rounds": 1, "files": 9, "sizes": ((10_000, 100),)}),
    "groups": Benchmark("store_groups", short={"rounds": 1, "sizes": (300,)}),
    "matching": Benchmark("matching", short={"rounds": 1, "sizes": (5_000,)}),
    "post-processing": Benchmark("post_processing", short={"rounds": 1, "sizes": (50_000,)}),
    "look-ups": Benchmark("look_ups", short={"rounds": 8, "skus": 20_000, "stores_": 40}),
}


def measure(names: Sequence[str], *, is_short: bool) -> list[Figure]:
    """The figures of these benchmarks, one after the other."""
    found: list[Figure] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=None)
        for name in names:
            progress.update(task, description=f"measuring {name}")
            found += _BENCHMARKS[name].figures(is_short=is_short)
    return found


def about() -> dict[str, Any]:
    """What was measured, when, on what."""
    return {
        "commit": _git("rev-parse", "--short", "HEAD"),
        "is_changed": bool(_git("status", "--porcelain")),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
    }


def _git(*arguments: str) -> str:
    ended = subprocess.run(
        ["git", "-C", str(ROOT), *arguments],  # noqa: S607
        check=False,
        capture_output=True,
        text=True,
    )
    return ended.stdout.strip()


def main() -> None:
    """Measure, print, write, and record if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=_BENCHMARKS, help="only these benchmarks")
    parser.add_argument("--short", action="store_true", help="fewer readings, smaller catalogues")
    parser.add_argument("--record", action="store_true", help="add them to docs/performance.md")
    asked = parser.parse_args()
    facts = about()
    found = measure(asked.only or list(_BENCHMARKS), is_short=asked.short)
    show(found)
    write_json(_RESULTS, found, facts)
    print(f"\nAll readings are in {_RESULTS.relative_to(ROOT)}.")
    if asked.record:
        record(ROOT / "docs" / "performance.md", found, facts)


if __name__ == "__main__":
    main()

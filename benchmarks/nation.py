"""A nation's nights: every store of a directory, drained night after night, with what it costs.

    python -m benchmarks.nation [--stores FILE.csv.gz] [--every 1] [--skus 500] [--nights 3]

Each night is the command `drain` in a process of its own, on SQLite: all files, then
post-processing. Files are made between the nights, which is not counted. With --every 10, only one
store of ten takes part. docs/scale.md draws on the table that this prints.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

from rich.console import Console
from rich.table import Table

from benchmarks.children import COMMANDS, ROOT, home_of, product_inbox
from benchmarks.nation_files import NationStore, read_stores, write_night


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What a night took: seconds of wall and CPU time, and megabytes."""

    number: int
    files: int
    rows: int
    input_mb: float
    wall_s: float
    cpu_s: float
    peak_mb: float
    steps: dict[str, float]
    catalogue_mb: float
    dagster_mb: float

    @property
    def ingestion_s(self) -> float:
        """All but post-processing: the start of the command too."""
        return self.wall_s - sum(self.steps.values())

    @property
    def files_a_minute(self) -> float:
        """Files taken in a minute of ingestion."""
        return self.files * 60 / self.ingestion_s


def run_night(
    environment: dict[str, str], number: int, stores: list[NationStore], skus: int, day: date
) -> Night:
    """Make a night's files, and drain them."""
    rows, written = write_night(product_inbox(environment), stores, skus, number, day)
    command = [sys.executable, *COMMANDS, "drain", "--json"]
    begun = time.monotonic()
    with Popen(command, env=environment, cwd=environment["DAGSTER_HOME"], stdout=PIPE) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"drain ended with {process.returncode}")
    refused = [one for one in said["files"] if one["outcome"] != "accepted"]
    if refused or len(said["files"]) != len(stores):
        raise SystemExit(f"{len(said['files'])} files, {len(refused)} refused: {refused[:3]}")
    home = Path(environment["DAGSTER_HOME"])
    return Night(
        number=number,
        files=len(stores),
        rows=rows,
        input_mb=written / 1e6,
        wall_s=time.monotonic() - begun,
        cpu_s=used.ru_utime + used.ru_stime,
        peak_mb=used.ru_maxrss * 1024 / 1e6,
        steps={one["step"]: one["seconds"] for one in said["post_processing"]["steps"]},
        catalogue_mb=_size_mb(home / "data", "catalogue.sqlite*"),
        dagster_mb=_size_mb(home / ".dagster", "**/*.db*"),
    )


def _size_mb(folder: Path, pattern: str) -> float:
    return sum(file.stat().st_size for file in folder.glob(pattern)) / 1e6


def show(nights: list[Night]) -> None:
    """Print a column for each night."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("night")
    for night in nights:
        table.add_column(str(night.number + 1), justify="right")
    rows: dict[str, Callable[[Night], str]] = {
        "files": lambda night: f"{night.files:,}",
        "rows": lambda night: f"{night.rows:,}",
        "input, MB": lambda night: f"{night.input_mb:,.0f}",
        "ingestion, s": lambda night: f"{night.ingestion_s:,.0f}",
        "files a minute": lambda night: f"{night.files_a_minute:,.0f}",
        "post-processing, s": lambda night: f"{sum(night.steps.values()):,.1f}",
        "the whole, s": lambda night: f"{night.wall_s:,.0f}",
        "CPU, s": lambda night: f"{night.cpu_s:,.0f}",
        "peak memory, MB": lambda night: f"{night.peak_mb:,.0f}",
        "catalogue, MB": lambda night: f"{night.catalogue_mb:,.0f}",
        "Dagster's storage, MB": lambda night: f"{night.dagster_mb:,.0f}",
    }
    for name, cell in rows.items():
        table.add_row(name, *(cell(night) for night in nights))
    for step in nights[0].steps:
        table.add_row(f"  {step}, s", *(f"{night.steps[step]:,.1f}" for night in nights))
    console = Console()
    console.print(table) if console.is_terminal else Console(width=120).print(table)


def main() -> None:
    """Run the nights and print what they took, after each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    stores = ROOT.parent / "shared" / "data" / "stores.csv.gz"
    parser.add_argument("--stores", type=Path, default=stores, help="a directory of stores")
    parser.add_argument("--every", type=int, default=1, help="take one store of so many (1: all)")
    parser.add_argument("--skus", type=int, default=500, help="SKUs of a store (500)")
    parser.add_argument("--nights", type=int, default=3, help="how many nights (3)")
    asked = parser.parse_args()
    chosen = read_stores(asked.stores, asked.every)
    nights: list[Night] = []
    with home_of() as environment:
        first = datetime.now(UTC).date() - timedelta(days=asked.nights)
        for number in range(asked.nights):
            day = first + timedelta(days=number)
            nights.append(run_night(environment, number, chosen, asked.skus, day))
            show(nights)


if __name__ == "__main__":
    main()

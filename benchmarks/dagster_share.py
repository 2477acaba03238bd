"""What Dagster costs of a run in `drain`, beside what it did in an earlier commit.

    python -m benchmarks.dagster_share [--rounds 3] [--files 20] [--rows 2800]

Each file is known: a second day of a store of its own. CPU of the process and of the processes that
it starts. Dagster's share is a run's cost without that of the call that reads, plans and writes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.children import ROOT
from benchmarks.earlier_commit import BEFORE, checkout
from benchmarks.figures import Figure, show

# By its path: the earlier commit does not have it.
_SIDE = ROOT / "benchmarks" / "dagster_share_side.py"
_WHERE = {"SQLite": Path("dagster.yaml"), "MariaDB": Path("deploy/mysql/dagster.yaml")}


def figures(rounds: int = 3, files: int = 20, rows: int = 2_800) -> list[Figure]:
    """Total and Dagster's share of a run, on each database; MariaDB only where it is installed."""
    found: list[Figure] = []
    with checkout(BEFORE) as before:
        for database in _WHERE:
            with _databases(database) as environment:
                if environment is not None:
                    readings = [
                        _measured(tree, database, next(environment), files, rows)
                        for _ in range(rounds)
                        for tree in (before, ROOT)
                    ]
                    found += _figures(database, rows, readings[1::2], readings[0::2])
    return found


def _figures(
    database: str, rows: int, now: Sequence[Any], before: Sequence[Any]
) -> Iterator[Figure]:
    for name, of in (("known file of", "total"), ("Dagster's share of a known file of", "share")):
        yield Figure(
            measure=f"{name} {rows:,} rows in drain, {database}",
            unit="s CPU",
            readings=tuple(second for one in now for second in one[of]),
            beside=tuple(second for one in before for second in one[of]),
            beside_is=f"commit {BEFORE}",
        )


@contextmanager
def _databases(name: str) -> Iterator[Iterator[dict[str, str]] | None]:
    """The environments of one side after the other: new databases each time; None if there is none.

    For SQLite there is nothing to say.
    """
    if name == "SQLite":
        yield iter(dict[str, str], None)
        return
    from pipeline_assets_tests.mariadb import running_server, server_binary

    binary = server_binary()
    if binary is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), binary) as server:
        yield (_on_server(server) for _ in iter(int, 1))


def _on_server(server: Any) -> dict[str, str]:
    catalogue, storage = (server.new_database() for _ in range(2))
    parts = urlsplit(storage)
    named = {
        "HOST": parts.hostname,
        "PORT": parts.port,
        "USER": parts.username,
        "PASSWORD": parts.password or "",
        "DB": parts.path[1:],
    }
    return {"CATALOGUE_URL": catalogue} | {f"DAGSTER_MYSQL_{k}": str(v) for k, v in named.items()}


def _measured(
    tree: Path, database: str, environment: dict[str, str], files: int, rows: int
) -> dict[str, list[float]]:
    """Seconds a file, in a process with the tree's code and a new home."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(tree / _WHERE[database], Path(folder) / "dagster.yaml")
        home = {
            "DAGSTER_HOME": folder,
            "PIPELINE_DATA_DIR": f"{folder}/data",
            "PIPELINE_SETTLE_S": "0",
            "PYTHONPATH": str(tree),
        }
        ended = subprocess.run(
            [sys.executable, str(_SIDE), str(files), str(rows)],
            env=os.environ | environment | home,
            cwd=tree,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            text=True,
        )
    found: dict[str, list[float]] = json.loads(ended.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of drains")
    parser.add_argument("--files", type=int, default=20, help="files of a drain")
    parser.add_argument("--rows", type=int, default=2_800, help="rows of a file")
    asked = parser.parse_args()
    show(figures(asked.rounds, asked.files, asked.rows))


if __name__ == "__main__":
    main()

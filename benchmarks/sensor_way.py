"""The sensors' way: files a minute through a real daemon, and one file from dropped to archived.

    python -m benchmarks.sensor_way [--files 60] [--rows 2800] [--rounds 3] [--mariadb]

Each round takes the same waiting files, each of another store and all of known SKUs, in a Dagster
home of its own: through the daemon with the project's `dagster.yaml`, through the daemon with
Dagster's default launcher in it, by today's `drain`, and by the `drain` of an earlier commit. A
rate counts from the first archived file to the last.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import yaml
from sqlalchemy import create_engine, text

from benchmarks.children import ROOT
from benchmarks.earlier_commit import checkout
from benchmarks.figures import Figure, show
from benchmarks.known_file_cpu import write_day
from pipeline_assets_tests.mariadb import MariaDb, running_server, server_binary

_EARLIER = "811134b"
DAY = date(2025, 1, 1)
_LONGEST_S = 900
# Until a daemon has loaded everything and its sensors have looked once.
_WARM_UP_S, _BETWEEN_S = 30, 7
_DEFAULT_QUEUE = {
    "module": "dagster.core.run_coordinator",
    "class": "QueuedRunCoordinator",
    "config": {"dequeue_interval_seconds": 1},
}
_ARCHIVED = "SELECT moved_at FROM ingested_files WHERE moved_at IS NOT NULL ORDER BY moved_at"


@dataclass(frozen=True, slots=True)
class Home:
    """A Dagster home with a data folder of its own, on SQLite or on a server."""

    folder: Path
    code: Path
    catalogue: str
    variables: dict[str, str]

    @property
    def inbox(self) -> Path:
        """The product inbox."""
        return self.folder / "data" / "product_inbox"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this home is started with."""
        return {
            **os.environ,
            "PYTHONPATH": str(self.code),
            "DAGSTER_HOME": str(self.folder),
            "PIPELINE_DATA_DIR": str(self.folder / "data"),
            "CATALOGUE_URL": self.catalogue,
            **self.variables,
        }

    def command(self, *words: str) -> None:
        """Run one of the project's commands in it."""
        subprocess.run(
            [sys.executable, "-m", "pipeline_assets.cli", *words],
            check=True,
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
        )

    def archived(self) -> list[float]:
        """When files were archived, in order."""
        engine = create_engine(self.catalogue or f"sqlite:///{self.folder}/data/catalogue.sqlite")
        try:
            with engine.connect() as connection:
                moments = connection.execute(text(_ARCHIVED)).scalars().all()
        finally:
            engine.dispose()
        return [_seconds(one) for one in moments]


def _seconds(moment: datetime | str) -> float:
    """A moment as the catalogue keeps it, in UTC without a zone, as a timestamp."""
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return found.replace(tzinfo=UTC).timestamp()


class Bench:
    """Makes homes, all below one folder, with the databases that they are on."""

    def __init__(self, root: Path, rows: int, mariadb: MariaDb | None) -> None:
        self._root = root
        self._rows = rows
        self._mariadb = mariadb
        self._count = 0

    def home(self, launcher: str = "", code: Path = ROOT, most_runs: int | None = None) -> Home:
        """A home of its own whose catalogue knows the SKUs; `launcher` is a class of Dagster's."""
        self._count += 1
        folder = self._root / str(self._count)
        (folder / "data" / "product_inbox").mkdir(parents=True)
        source = code / ("deploy/mysql/dagster.yaml" if self._mariadb else "dagster.yaml")
        configuration = yaml.safe_load(source.read_text())
        if launcher:
            configuration.pop("run_launcher", None)
            configuration["run_coordinator"] = _DEFAULT_QUEUE
        if most_runs is not None:
            configuration["concurrency"]["runs"]["max_concurrent_runs"] = most_runs
        (folder / "dagster.yaml").write_text(yaml.safe_dump(configuration))
        (folder / "workspace.yaml").write_text((code / "workspace.yaml").read_text())
        catalogue, variables = self._databases()
        home = Home(folder, code, catalogue, variables)
        write_day(home.inbox, "first", DAY, 0, self._rows, 0)
        Home(folder, code, catalogue, {**variables, "PIPELINE_SETTLE_S": "0"}).command("drain")
        return home

    def _databases(self) -> tuple[str, dict[str, str]]:
        if self._mariadb is None:
            return "", {}
        dagsters = self._mariadb.new_database()
        return self._mariadb.new_database(), {
            "DAGSTER_MYSQL_HOST": "127.0.0.1",
            "DAGSTER_MYSQL_PORT": str(self._mariadb.port),
            "DAGSTER_MYSQL_DB": dagsters.rsplit("/", 1)[1],
            "DAGSTER_MYSQL_USER": "root",
            "DAGSTER_MYSQL_PASSWORD": "",
        }

    def fill(self, home: Home, files: int, first: int = 0) -> None:
        """Put so many files into its inbox, each of a store of its own."""
        for number in range(first, first + files):
            write_day(home.inbox, f"store-{number}", DAY, 0, self._rows, number)


@contextmanager
def daemon(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """A `dagster-daemon run` in this home; it and all that it started are gone afterwards."""
    with (home.folder / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster._daemon", "run", "-w", "workspace.yaml"],
            env=home.environment,
            cwd=home.folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(60)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def rate_of_daemon(bench: Bench, files: int, launcher: str = "") -> float:
    """Files a minute."""
    home = bench.home(launcher)
    bench.fill(home, files)
    with daemon(home):
        wait_for(home, files + 1)
    return rate(home)


def rate_of_drain(bench: Bench, files: int, code: Path = ROOT) -> float:
    """The same of `drain`."""
    home = bench.home(code=code)
    bench.fill(home, files)
    home.command("drain")
    return rate(home)


def rate(home: Home) -> float:
    """Files a minute, from the first archived to the last; the very first one is another story."""
    moments = home.archived()[1:]
    return (len(moments) - 1) / (moments[-1] - moments[0]) * 60


def latencies(bench: Bench, count: int, launcher: str = "") -> list[float]:
    """Seconds from dropping a file to its archive, one at a time, the daemon idle; settling too."""
    home = bench.home(launcher)
    home.variables["PIPELINE_POST_SUCCESS_PAUSE_S"] = "0"
    found = []
    with daemon(home):
        time.sleep(_WARM_UP_S)
        for number in range(count):
            dropped = datetime.now(UTC).timestamp()
            bench.fill(home, 1, first=number)
            wait_for(home, number + 2)
            found.append(home.archived()[-1] - dropped)
            time.sleep(_BETWEEN_S)
    return found


def wait_for(home: Home, count: int) -> None:
    """Wait until so many files are archived."""
    until = time.monotonic() + _LONGEST_S
    while len(home.archived()) < count:
        if time.monotonic() > until:
            log = (home.folder / "daemon.log").read_text()
            raise TimeoutError(f"{len(home.archived())} of {count} files\n{log[-3000:]}")
        time.sleep(0.25)


def figures(
    *, files: int = 60, rows: int = 2_800, rounds: int = 3, on_mariadb: bool = False
) -> list[Figure]:
    """Rates beside that of the default launcher and of the earlier `drain`, and the latency."""
    rates: dict[str, list[float]] = {"warm": [], "default": [], "drain": [], "earlier": []}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        mariadb = stack.enter_context(mariadb_server(folder)) if on_mariadb else None
        earlier = stack.enter_context(checkout(_EARLIER))
        bench = Bench(folder, rows, mariadb)
        for _ in range(rounds):
            rates["warm"].append(rate_of_daemon(bench, files))
            rates["earlier"].append(rate_of_drain(bench, files, earlier))
            rates["drain"].append(rate_of_drain(bench, files))
            # At its pace, a third of the files shows the rate as well.
            rates["default"].append(rate_of_daemon(bench, max(4, files // 3), "default"))
        taken = latencies(bench, rounds)
    where = "MariaDB" if on_mariadb else "SQLite"
    way = f"files through daemon and sensor, {rows:,} rows, {where}"
    warm = tuple(rates["warm"])
    return [
        _rate(way, warm, rates["default"], "Dagster's default launcher"),
        _rate(way, warm, rates["earlier"], f"`drain` of {_EARLIER}"),
        _rate(way, warm, rates["drain"], "`drain`"),
        Figure(measure=f"one file, dropped to archived, {where}", unit="s", readings=tuple(taken)),
    ]


def _rate(measure: str, readings: tuple[float, ...], beside: list[float], what: str) -> Figure:
    return Figure(
        measure=measure,
        unit="files/min",
        readings=readings,
        beside=tuple(beside),
        beside_is=what,
    )


@contextmanager
def mariadb_server(folder: Path) -> Iterator[MariaDb]:
    """A server of its own below the folder."""
    binary = server_binary()
    if binary is None:
        raise SystemExit("There is no mariadbd (Debian's package `mariadb-server`).")
    (folder / "mariadb").mkdir()
    with running_server(folder / "mariadb", binary) as server:
        yield server


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=60, help="waiting files of each round")
    parser.add_argument("--rows", type=int, default=2_800, help="rows of a file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mariadb", action="store_true", help="both storages on MariaDB")
    arguments = parser.parse_args()
    found = figures(
        files=arguments.files,
        rows=arguments.rows,
        rounds=arguments.rounds,
        on_mariadb=arguments.mariadb,
    )
    show(found)


if __name__ == "__main__":
    main()

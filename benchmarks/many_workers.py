"""Runs through a Celery broker: files a minute for 1, 2 and 4 workers, beside the warm launcher.

    python -m benchmarks.many_workers [--files 60] [--rows 2800] [--rounds 1] [--workers 1 2 4]

Each worker executes one run at a time. All of it is on this machine: the broker (Redis), MariaDB,
code server, daemon and workers share its cores, so more workers than cores show no gain. Each round
takes the same waiting files, each of another store and all of known SKUs, through `deploy/celery`
with each number of workers, and through `deploy/mysql`, whose daemon forks the runs itself, as many
at once as the most workers. A rate counts from the first archived file to the last; CPU time is of
all processes of a worker.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from benchmarks.children import ROOT
from benchmarks.figures import Figure, show
from benchmarks.known_file_cpu import write_day
from benchmarks.sensor_way import DAY, Bench, Home, daemon, mariadb_server, rate, wait_for
from pipeline_assets_tests.brokers import Redis
from pipeline_assets_tests.end_to_end.many_workers import Deployment, Worker, variables
from pipeline_assets_tests.mariadb import MariaDb


@contextmanager
def celery_home(root: Path, mariadb: MariaDb, rows: int) -> Iterator[tuple[Home, Deployment]]:
    """A new installation of `deploy/celery`, whose catalogue knows the SKUs, and its broker."""
    folder = Path(tempfile.mkdtemp(dir=root))
    (folder / "data" / "product_inbox").mkdir(parents=True)
    broker = Redis(folder)
    broker.start()
    try:
        found = variables(mariadb, broker.new_url(), folder / "data", folder)
        home = Home(folder, ROOT, found.pop("CATALOGUE_URL"), found)
        deployment = Deployment(folder, home.environment)
        deployment.install()
        write_day(home.inbox, "first", DAY, 0, rows, 0)
        Home(folder, ROOT, home.catalogue, {**found, "PIPELINE_SETTLE_S": "0"}).command("drain")
        yield home, deployment
    finally:
        broker.stop()


def through_workers(
    root: Path, mariadb: MariaDb, bench: Bench, count: int, files: int, rows: int
) -> tuple[float, float]:
    """Files a minute with so many workers, and the seconds of their CPU time for a file."""
    with celery_home(root, mariadb, rows) as (home, deployment):
        workers = [deployment.worker(f"w{number}", 1) for number in range(count)]
        try:
            for worker in workers:
                worker.wait_until_ready()
            bench.fill(home, files)
            before = sum(map(_cpu_s, workers))
            with deployment.servers(with_ui=False):
                wait_for(home, files + 1)
                spent = sum(map(_cpu_s, workers)) - before
        finally:
            for worker in workers:
                worker.stop()
        return rate(home), spent / files


def _cpu_s(worker: Worker) -> float:
    """The CPU time of a worker's processes, those that have ended included."""
    main = psutil.Process(worker.process.pid)
    times = [main.cpu_times(), *(child.cpu_times() for child in main.children())]
    ended = times[0].children_user + times[0].children_system
    return float(sum(one.user + one.system for one in times) + ended)


def through_warm_launcher(bench: Bench, files: int, most_runs: int) -> float:
    """Files a minute where the daemon forks the runs, so many at once."""
    home = bench.home(most_runs=most_runs)
    bench.fill(home, files)
    with daemon(home):
        wait_for(home, files + 1)
    return rate(home)


def figures(
    *, files: int = 60, rows: int = 2_800, rounds: int = 1, workers: Sequence[int] = (1, 2, 4)
) -> list[Figure]:
    """Rates by the number of workers, beside the warm launcher."""
    rates: dict[int, list[float]] = {count: [] for count in workers}
    warm: list[float] = []
    spent: list[float] = []
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        mariadb = stack.enter_context(mariadb_server(root))
        bench = Bench(root, rows, mariadb)
        for _ in range(rounds):
            for count in workers:
                found, cpu_s = through_workers(root, mariadb, bench, count, files, rows)
                rates[count].append(found)
                spent.append(cpu_s)
                print(f"{count} at work: {found:.1f} files/min, load {_load()}", flush=True)
            warm.append(through_warm_launcher(bench, files, max(workers)))
            print(f"warm launcher: {warm[-1]:.1f} files/min, load {_load()}", flush=True)
    return [
        *(
            Figure(
                measure=f"files through {count} Celery worker{'s' * (count > 1)}, {rows:,} rows",
                unit="files/min",
                readings=tuple(rates[count]),
                beside=tuple(warm),
                beside_is=f"warm launcher, {max(workers)} at once",
            )
            for count in workers
        ),
        Figure(measure="CPU of the workers for a file", unit="s", readings=tuple(spent)),
    ]


def _load() -> str:
    """How much work waits on this machine, and on how many cores."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at {time.strftime('%H:%M')}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=60, help="waiting files of each round")
    parser.add_argument("--rows", type=int, default=2_800, help="rows of a file")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args()
    show(figures(files=asked.files, rows=asked.rows, rounds=asked.rounds, workers=asked.workers))


if __name__ == "__main__":
    main()

"""Two workers of other machines take runs from a broker, and one of them is killed in the middle.

The runs are sent as the daemon sends them. `test_many_workers.py` has all processes.
"""

from collections import Counter
from collections.abc import Iterator

import dagster as dg
import pytest

from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.orchestration.launcher.processes import worker_of
from pipeline_assets_tests.brokers import Redis
from pipeline_assets_tests.end_to_end.many_ingests import overlapping_files
from pipeline_assets_tests.end_to_end.many_workers import (
    Deployment,
    installed,
    send,
    send_again,
)
from pipeline_assets_tests.mariadb import MariaDb
from pipeline_assets_tests.orchestration.launcher.launched import ended, eventually, look
from pipeline_assets_tests.workplace import Workplace

SEED = 20261126
FILES = 8
OUTCOMES = "SELECT outcome FROM file_attempts WHERE name = :name ORDER BY attempt_id"


@pytest.fixture
def deployment(
    mariadb: MariaDb, redis: Redis, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployment]:
    """`deploy/celery` in the workplace, and what is left of it ended."""
    with installed(workplace, mariadb, redis.new_url(), monkeypatch) as deployment:
        yield deployment


@pytest.mark.from_nothing
def test_a_killed_workers_runs_are_known_dead_and_their_files_taken_once_by_another(
    deployment: Deployment, workplace: Workplace
) -> None:
    files = overlapping_files(SEED, stores=FILES, rows=40)
    workers = [deployment.worker(name, 2, host=f"{name}.example") for name in ("one", "two")]
    assert workplace.pipeline
    for worker in workers:
        worker.wait_until_ready()
    with writing(workplace.pipeline.engine, Lock.CATALOGUE):  # nobody can finish meanwhile
        runs = {name: send(workplace, name, rows) for name, rows in files.items()}
        at_work = "SELECT COUNT(*) FROM file_attempts WHERE outcome = 'started'"
        eventually(lambda: workplace.one(at_work) == 4)
        hosts = {name: _host(look(workplace, run)) for name, run in runs.items()}
        assert Counter(hosts.values()) == {"one.example": 2, "two.example": 2, None: FILES - 4}
        workers[0].kill()
        killed = [name for name, host in hosts.items() if host == "one.example"]
        for name in killed:
            # Nobody but the killed worker's own machine can see this.
            assert ended(workplace, runs[name]).status is dg.DagsterRunStatus.FAILURE
            assert workplace.rows(OUTCOMES, name=name) == [("died",)]
    for name in killed:
        runs[name] = send(workplace, name, files[name])
    for run in runs.values():
        assert ended(workplace, run).status is dg.DagsterRunStatus.SUCCESS
    for name in killed:  # the broker delivers them again
        send_again(workplace, runs[name])
    once_more = send(workplace, "last.jsonl", files["aldi-0.jsonl"])
    ended(workplace, once_more)
    accepted = Counter(workplace.rows("SELECT name, outcome FROM file_attempts"))
    assert {count for (_, outcome), count in accepted.items() if outcome == "accepted"} == {1}
    assert workplace.one("SELECT COUNT(*) FROM file_attempts") == FILES + len(killed) + 1
    assert len(workplace.files("archive")) == FILES
    assert workplace.files("product_inbox") == []


def _host(run: dg.DagsterRun) -> str | None:
    process = worker_of(run)
    return process.split("/")[0] if process else None

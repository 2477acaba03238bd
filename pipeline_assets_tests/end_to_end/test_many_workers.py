"""`deploy/celery` for real: every process, sixty stores, and what breaks in the middle of them."""

import shutil
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from pipeline_assets.orchestration.run_records import ACTIVE
from pipeline_assets_tests import soaks
from pipeline_assets_tests.brokers import RABBITMQ_BINARY, RabbitMq, Redis
from pipeline_assets_tests.contents import Contents, contents, differences
from pipeline_assets_tests.end_to_end.dagster_dev import Ui
from pipeline_assets_tests.end_to_end.many_ingests import overlapping_files
from pipeline_assets_tests.end_to_end.many_workers import Deployment, installed
from pipeline_assets_tests.mariadb import MariaDb
from pipeline_assets_tests.object_stores import ObjectServer
from pipeline_assets_tests.processes import wait_until
from pipeline_assets_tests.workplace import Workplace

pytestmark = [pytest.mark.from_nothing, pytest.mark.soak]
SEED, ROWS = 20261126, 120
IS_IN_FULL = soaks.rounds(3) > 2
STORES = 60 if IS_IN_FULL else 24
ARCHIVED = "SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NOT NULL"
LONGEST_S = 900
AT_ONCE = 2  # runs of a worker


def test_sixty_files_through_redis_make_the_catalogue_that_drain_makes(
    workplace: Workplace,
    mariadb: MariaDb,
    breakable_redis: Redis,
    object_server: ObjectServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The broker loses all that waits in it. The inboxes are in an object store."""
    workplace.bucket = object_server.new_bucket()
    expected = drained(tmp_path_factory.mktemp("drained"), mariadb)

    def break_it() -> None:
        breakable_redis.stop(signal.SIGKILL)
        breakable_redis.start()

    with installed(workplace, mariadb, breakable_redis.new_url(), monkeypatch) as deployment:
        take_all(workplace, deployment, break_it)
        check(workplace, expected)


@pytest.mark.skipif(not IS_IN_FULL, reason="in full only")
def test_sixty_files_through_rabbitmq_make_the_catalogue_that_drain_makes(
    workplace: Workplace,
    mariadb: MariaDb,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The broker delivers anew what was not acknowledged before its restart."""
    if not Path(RABBITMQ_BINARY).exists() or shutil.which("epmd") is None:
        pytest.skip("there is no RabbitMQ (Debian's package `rabbitmq-server`)")
    expected = drained(tmp_path_factory.mktemp("drained"), mariadb)
    broker = RabbitMq(tmp_path_factory.mktemp("rabbitmq"))

    def break_it() -> None:
        broker.stop()
        broker.start()

    try:
        broker.start()
        with installed(workplace, mariadb, broker.url, monkeypatch) as deployment:
            take_all(workplace, deployment, break_it)
            check(workplace, expected)
    finally:
        broker.close()


def drained(folder: Path, mariadb: MariaDb) -> Contents:
    """What the catalogue says after `drain` has taken the files, one after the other."""
    with Workplace.create(folder) as place, pytest.MonkeyPatch.context() as patch:
        place.catalogue_url = mariadb.new_catalogue()
        for name, value in place.environment.items():
            patch.setenv(name, value)
        for name, rows in overlapping_files(SEED, STORES, ROWS).items():
            place.drop(name, rows)
        outcomes = place.outcomes(place.drain())
        assert {outcome for outcome, _ in outcomes.values()} == {"accepted"}
        place.post_process()
        return contents(place, with_figures=False)


def take_all(place: Workplace, deployment: Deployment, break_broker: Callable[[], None]) -> None:
    """Have two workers take the files; kill one, then restart the broker, with a part done."""
    for name, rows in overlapping_files(SEED, STORES, ROWS).items():
        place.drop(name, rows)
    first = [deployment.worker(name, AT_ONCE, host=f"{name}.example") for name in ("one", "two")]
    for worker in first:
        worker.wait_until_ready()
    try:
        with deployment.servers():
            wait_until(lambda: place.one(ARCHIVED) >= STORES // 6, LONGEST_S)
            first[0].kill()
            wait_until(lambda: place.one(ARCHIVED) >= STORES // 3, LONGEST_S)
            break_broker()
            deployment.worker("three", AT_ONCE, host="one.example")  # as systemd starts it again
            wait_until(lambda: place.one(ARCHIVED) == STORES, LONGEST_S)
            wait_until(lambda: is_settled(place), LONGEST_S)
            listed = Ui(deployment.ui_port).runs()
    except TimeoutError as error:
        raise AssertionError(f"{place.one(ARCHIVED)} files\n{deployment.logs()}") from error
    ended = Counter(run["status"] for run in listed if run["jobName"] == "product_update")
    # A run that was killed after its commit has failed; its file is taken all the same.
    assert ended["SUCCESS"] >= STORES - AT_ONCE
    assert ended["FAILURE"] > 0


def is_settled(place: Workplace) -> bool:
    """Whether the files were post-processed, and no run is queued, waiting or at work."""
    done = dg.RunsFilter(job_name="post_process_only", statuses=[dg.DagsterRunStatus.SUCCESS])
    active = place.instance.get_runs(dg.RunsFilter(statuses=ACTIVE))
    return bool(place.instance.get_runs(done)) and not active


def check(place: Workplace, expected: Contents) -> None:
    """Nothing is lost, nothing was done twice, and nothing is left at work."""
    place.post_process()
    assert differences(expected, contents(place, with_figures=False)) == {}
    assert place.files("product_inbox") == []
    assert len(place.files("archive")) == STORES
    assert place.one("SELECT COUNT(DISTINCT digest) FROM ingested_files") == STORES
    assert place.one("SELECT COUNT(*) FROM ingested_files") == STORES
    by_file = Counter(place.rows("SELECT name, outcome FROM file_attempts"))
    assert max(count for (_, outcome), count in by_file.items() if outcome == "accepted") == 1
    assert place.one("SELECT COUNT(*) FROM file_attempts WHERE outcome = 'started'") == 0
    assert place.one("SELECT COUNT(*) FROM file_attempts WHERE outcome = 'halted'") == 0

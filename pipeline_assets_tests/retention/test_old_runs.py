"""Old runs of Dagster go with all that belongs to them; what somebody still asks for stays."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable

from pipeline_assets.inbox.scanning import look
from pipeline_assets.orchestration.file_runs import file_tags
from pipeline_assets.orchestration.instance import open_instance
from pipeline_assets.orchestration.log_folder import LogFolder
from pipeline_assets.orchestration.mysql_storage import MySqlStorage
from pipeline_assets.orchestration.retention.runs import remove_old_runs
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets.services.retention.part import RetentionPart
from pipeline_assets.services.retention.time_limit import TimeLimit
from pipeline_assets_tests.mariadb import MariaDb
from pipeline_assets_tests.workplace import Workplace, row

MADE, SEEN = dg.AssetKey("made"), dg.AssetKey("seen")
FINE = dg.AssetCheckKey(MADE, "fine")


@dg.asset(check_specs=[dg.AssetCheckSpec("fine", asset="made")])
def made() -> Iterator[dg.MaterializeResult[None]]:
    passed = dg.AssetCheckResult(passed=True)
    yield dg.MaterializeResult(tags={"dagster/data_version": "v"}, check_results=[passed])


@dg.op
def nothing() -> None:
    pass


@dg.job
def idle() -> None:
    nothing()


DEFS = dg.Definitions(assets=[made], jobs=[idle, dg.define_asset_job("make", [made])])


@pytest.fixture(params=["sqlite", "mariadb"])
def instance(request: pytest.FixtureRequest, workplace: Workplace) -> Iterator[dg.DagsterInstance]:
    if request.param == "sqlite":
        with open_instance() as opened:
            yield opened
        return
    server: MariaDb = request.getfixturevalue("mariadb")
    names = {"module": MySqlStorage.__module__, "class": MySqlStorage.__name__}
    custom = {**names, "config": {"mysql_url": server.new_database()}}
    home = workplace.root / "mysql"
    home.mkdir()
    (home / "dagster.yaml").touch()
    overrides = {"telemetry": {"enabled": False}, "storage": {"custom": custom}}
    with dg.DagsterInstance.local_temp(str(home), overrides=overrides) as opened:
        yield opened


def run_of(instance: dg.DagsterInstance, job: str, tags: dict[str, str] | None = None) -> str:
    done = DEFS.resolve_job_def(job).execute_in_process(instance=instance, tags=tags)
    return done.run_id


def make_old(instance: dg.DagsterInstance, days: int = 400) -> None:
    """Move all that is in the storage so many days back."""
    long_ago = utc_now() - timedelta(days=days)
    runs: Any = instance.run_storage
    events: Any = instance.event_log_storage
    with runs.connect() as connection:
        for (number,) in connection.execute(RunsTable.select().with_only_columns(RunsTable.c.id)):
            then = long_ago + timedelta(seconds=number)
            made = RunsTable.update().values(create_timestamp=then, update_timestamp=then)
            connection.execute(made.where(RunsTable.c.id == number))
    with events.index_connection() as connection:
        connection.execute(SqlEventLogStorageTable.update().values(timestamp=long_ago))
        connection.execute(AssetCheckExecutionsTable.update().values(create_timestamp=long_ago))


def counts(instance: dg.DagsterInstance) -> dict[str, int]:
    runs: Any = instance.run_storage
    events: Any = instance.event_log_storage
    found = {}
    for opened, tables in (
        (runs.connect, (RunsTable, RunTagsTable)),
        (
            events.index_connection,
            (SqlEventLogStorageTable, AssetEventTagsTable, AssetCheckExecutionsTable),
        ),
    ):
        with opened() as connection:
            for table in tables:
                found[table.name] = len(connection.execute(table.select()).all())
    return found


def remove(
    place: Workplace, instance: dg.DagsterInstance, seconds: float = 60, **more: Any
) -> RetentionPart:
    place.change(settings={"keep_runs_days": 30})
    return remove_old_runs(place.pipeline, instance, TimeLimit(seconds), **more)


def test_old_runs_go_with_events_tags_and_results_and_the_last_of_each_kind_stay(
    workplace: Workplace, instance: dg.DagsterInstance
) -> None:
    for _ in range(2):
        run_of(instance, "make", {"of": "old"})
        run_of(instance, "idle", {"of": "old"})
    last_made, last_idle = run_of(instance, "make"), run_of(instance, "idle")
    for _ in range(3):
        instance.report_runless_asset_event(dg.AssetObservation(SEEN))
    make_old(instance)
    before = counts(instance)
    rehearsed = remove(workplace, instance, is_rehearsal=True)
    assert rehearsed.figures == {"runs_removed": 4}
    assert counts(instance) == before

    done = remove(workplace, instance)

    assert set(instance.get_run_ids()) == {last_made, last_idle}
    after = counts(instance)
    assert done.figures["runs_removed"] == 4
    assert done.figures["events_removed"] == before["event_logs"] - after["event_logs"]
    assert done.figures["check_results_removed"] == 2
    assert after["run_tags"] == len(instance.get_run_by_id(last_made).tags) + len(  # type: ignore[union-attr]
        instance.get_run_by_id(last_idle).tags  # type: ignore[union-attr]
    )
    assert (after["asset_event_tags"], after["asset_check_executions"]) == (1, 1)
    latest = instance.get_latest_materialization_event(MADE)
    assert latest is not None
    assert latest.run_id == last_made
    assert len(instance.fetch_observations(SEEN, limit=9).records) == 1
    (result,) = instance.event_log_storage.get_asset_check_execution_history(FINE, limit=9)
    assert result.run_id == last_made
    assert not remove(workplace, instance).figures["runs_removed"]


def test_young_runs_unfinished_ones_and_those_of_a_waiting_file_stay(
    workplace: Workplace, instance: dg.DagsterInstance
) -> None:
    workplace.drop("waits.jsonl", [row()])
    (waiting,) = look(workplace.inbox).files
    of_file = run_of(instance, "idle", file_tags(waiting.name, waiting.fingerprint))
    unfinished = instance.create_run_for_job(DEFS.resolve_job_def("idle")).run_id
    old = run_of(instance, "idle")
    make_old(instance)
    young = run_of(instance, "idle")
    remove(workplace, instance)
    assert set(instance.get_run_ids()) == {of_file, unfinished, young}
    assert instance.get_run_by_id(old) is None
    assert not instance.all_logs(old)


def test_without_time_nothing_goes_and_without_the_setting_neither(
    workplace: Workplace, instance: dg.DagsterInstance
) -> None:
    run_of(instance, "idle")
    run_of(instance, "idle")
    make_old(instance)
    cut = remove(workplace, instance, seconds=0)
    assert cut.is_cut_short
    workplace.change(settings={})
    off = remove_old_runs(workplace.pipeline, instance, TimeLimit(60))
    assert off.why_off == "PIPELINE_KEEP_RUNS_DAYS is not set."
    assert len(instance.get_run_ids()) == 2


def test_what_a_run_printed_goes_with_it(workplace: Workplace) -> None:
    with open_instance() as instance:
        run_id = run_of(instance, "idle")
        kept = run_of(instance, "idle")
        logs = workplace.root / "logs"
        for one in (run_id, kept):
            (logs / one).mkdir(parents=True)
        make_old(instance)
        instance._compute_log_manager = LogFolder(str(logs))
        remove(workplace, instance)
    assert [path.name for path in logs.iterdir()] == [kept]


def test_the_clock_of_the_pipeline_decides_what_is_old(workplace: Workplace) -> None:
    with open_instance() as instance:
        first, last = run_of(instance, "idle"), run_of(instance, "idle")
        remove(workplace, instance)
        assert set(instance.get_run_ids()) == {first, last}
        workplace.change(
            clock=lambda: (utc_now().replace(tzinfo=UTC) + timedelta(days=31)).replace(tzinfo=None)
        )
        remove(workplace, instance)
        assert instance.get_run_ids() == [last]

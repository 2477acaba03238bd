"""Events that are written together: none is lost or out of order; a killed run looks started."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import dagster as dg
import pytest
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage

from pipeline_assets.orchestration.events_together import EventsTogether, only_reports_follow
from pipeline_assets.orchestration.instance import open_instance
from pipeline_assets.orchestration.mysql_storage import MySqlStorage
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.orchestration.test_sqlite_storage import ended, in_a_fork
from pipeline_assets_tests.workplace import Workplace, row

Work = Callable[[dg.AssetExecutionContext], None]
START = [
    "ASSET_MATERIALIZATION_PLANNED",
    "RUN_START",
    "ENGINE_EVENT",
    "RESOURCE_INIT_STARTED",
    "RESOURCE_INIT_SUCCESS",
    "STEP_START",
]
REPORTS = ["ASSET_MATERIALIZATION", None, "ASSET_CHECK_EVALUATION"]
END = ["STEP_SUCCESS", "ENGINE_EVENT", "RUN_SUCCESS"]


@pytest.fixture(params=["sqlite", "mariadb"])
def instance(request: pytest.FixtureRequest, workplace: Workplace) -> Iterator[dg.DagsterInstance]:
    if request.param == "sqlite":
        with open_instance() as opened:
            yield opened
        return
    server: Server = request.getfixturevalue("mariadb")
    module, name = MySqlStorage.__module__, MySqlStorage.__name__
    overrides = {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "storage": {
            "custom": {
                "module": module,
                "class": name,
                "config": {"mysql_url": server.new_database()},
            }
        },
    }
    home = workplace.root / "mysql"
    home.mkdir()
    (home / "dagster.yaml").touch()
    with dg.DagsterInstance.local_temp(str(home), overrides=overrides) as opened:
        yield opened


def report(context: dg.AssetExecutionContext) -> None:
    context.log_event(dg.AssetMaterialization("made", tags={"dagster/data_version": "v"}))
    context.log.info("It is made.")
    context.log_event(
        dg.AssetCheckEvaluation(asset_key=dg.AssetKey("made"), check_name="fine", passed=True)
    )


def done(context: dg.AssetExecutionContext) -> None:
    only_reports_follow(context.instance, context.run.run_id)


def run_of(instance: dg.DagsterInstance, work: Work, *, resource: object = "a") -> None:
    """A run that does the work in the step of an asset; an error is recorded."""

    @dg.multi_asset(
        specs=[dg.AssetSpec("made", skippable=True)],
        required_resource_keys={"needed"},
    )
    def step(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        work(context)
        yield from ()

    resources = {"needed": resource}
    dg.materialize([step], instance=instance, resources=resources, raise_on_error=False)


def kinds(instance: dg.DagsterInstance) -> list[str | None]:
    """What is recorded of the only run, in order, without what needs no order."""
    (run,) = instance.get_runs()
    found = [entry.dagster_event_type for entry in instance.all_logs(run.run_id)]
    without = {dg.DagsterEventType.LOGS_CAPTURED}
    return [kind and kind.name for kind in found if kind not in without]


def only_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    (run,) = instance.get_runs()
    return run


def test_everything_is_recorded_in_order_with_what_follows_from_it(
    instance: dg.DagsterInstance,
) -> None:
    def work(context: dg.AssetExecutionContext) -> None:
        done(context)
        report(context)

    for _ in range(2):
        run_of(instance, work)
    for run in instance.get_runs():
        names = [
            entry.dagster_event_type and entry.dagster_event_type.name
            for entry in instance.all_logs(run.run_id)
            if entry.dagster_event_type is not dg.DagsterEventType.LOGS_CAPTURED
        ]
        assert names == [*START, *REPORTS, *END]
        assert run.status is dg.DagsterRunStatus.SUCCESS
    key = dg.AssetKey("made")
    newest = instance.get_runs()[0].run_id
    assert isinstance(instance.event_log_storage, EventsTogether)
    made = instance.get_latest_materialization_event(key)
    assert made is not None
    assert made.run_id == newest
    (record,) = instance.get_asset_records([key])
    assert record.asset_entry.last_run_id == newest
    assert record.asset_entry.last_materialization is not None
    assert (
        instance.event_log_storage.get_event_tags_for_asset(key)
        == [{"dagster/data_version": "v"}] * 2
    )
    check_key = dg.AssetCheckKey(key, "fine")
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([check_key])
    assert latest[check_key].run_id == newest


def test_dagsters_own_storage_reads_the_same(workplace: Workplace) -> None:
    workplace.drop("a.jsonl", [row("1", 1.5)])
    workplace.drop("b.jsonl", b"no snapshot\n")
    workplace.drain()
    own = ConsolidatedSqliteEventLogStorage(str(workplace.home / ".dagster" / "events"))
    for run in workplace.instance.get_runs():
        ours = workplace.instance.all_logs(run.run_id)
        assert list(own.get_logs_for_run(run.run_id)) == list(ours)
        moments = [entry.timestamp for entry in ours]
        assert moments == sorted(moments)


def test_reports_wait_for_others_and_not_for_who_reads_here(instance: dg.DagsterInstance) -> None:
    others: list[bool] = []

    def work(context: dg.AssetExecutionContext) -> None:
        done(context)
        report(context)
        storage = context.instance.event_log_storage
        assert isinstance(storage, EventsTogether)
        others.append(all(run.waiting for run in storage._here().values()))
        others.append(kinds(context.instance)[-3:] == REPORTS)

    run_of(instance, work)
    assert others == [True, True]
    assert kinds(instance) == [*START, *REPORTS, *END]


def test_a_run_killed_in_its_step_looks_started_with_all_that_was_written(
    instance: dg.DagsterInstance,
) -> None:
    def die(context: dg.AssetExecutionContext) -> None:
        context.log.info("Work begins.")
        done(context)
        report(context)
        os.kill(os.getpid(), signal.SIGKILL)

    assert ended(in_a_fork(lambda: run_of(instance, die))) == -signal.SIGKILL
    run = only_run(instance)
    assert run.status is dg.DagsterRunStatus.STARTED
    assert kinds(instance) == [*START, None]
    instance.report_run_failed(run, "it is dead")
    assert only_run(instance).status is dg.DagsterRunStatus.FAILURE
    assert kinds(instance)[-1] == "RUN_FAILURE"


def test_a_run_killed_before_its_first_step_looks_started(instance: dg.DagsterInstance) -> None:
    @dg.resource
    def deadly(_context: dg.InitResourceContext) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def run_it() -> None:
        run_of(instance, report, resource=deadly)

    assert ended(in_a_fork(run_it)) == -signal.SIGKILL
    assert only_run(instance).status is dg.DagsterRunStatus.STARTED
    assert kinds(instance) == START[:1]


def test_a_failure_is_recorded_after_what_waited(instance: dg.DagsterInstance) -> None:
    def fail(context: dg.AssetExecutionContext) -> None:
        done(context)
        report(context)
        raise ValueError

    run_of(instance, fail)
    assert only_run(instance).status is dg.DagsterRunStatus.FAILURE
    assert kinds(instance) == [
        *START,
        *REPORTS,
        "STEP_FAILURE",
        "ENGINE_EVENT",
        "RUN_FAILURE",
    ]


def test_an_interruption_is_recorded_after_what_waited(instance: dg.DagsterInstance) -> None:
    def stop(context: dg.AssetExecutionContext) -> None:
        done(context)
        report(context)
        raise dg.DagsterExecutionInterruptedError

    run_of(instance, stop)
    recorded = kinds(instance)
    assert recorded[6:9] == REPORTS
    assert recorded[9] == "STEP_FAILURE"
    assert only_run(instance).is_finished


def test_a_fork_in_a_step_does_not_write_again_what_waits_in_its_parent(
    instance: dg.DagsterInstance,
) -> None:
    def fork(context: dg.AssetExecutionContext) -> None:
        done(context)
        report(context)
        assert ended(in_a_fork(lambda: context.instance.dispose())) == 0

    run_of(instance, fork)
    assert kinds(instance) == [*START, *REPORTS, *END]


def test_an_event_that_cannot_be_written_takes_no_other_one_with_it(
    workplace: Workplace,
) -> None:
    file = workplace.home / ".dagster" / "events" / "event_log.db"
    with closing(sqlite3.connect(file)) as plain, plain:
        plain.execute(
            "CREATE TRIGGER no_poison BEFORE INSERT ON event_logs WHEN NEW.event LIKE '%poison%' "
            "BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )

    def work(context: dg.AssetExecutionContext) -> None:
        done(context)
        context.log_event(dg.AssetMaterialization("made"))
        context.log.info("poison")
        context.log_event(dg.AssetMaterialization("made"))

    with open_instance() as instance:
        with pytest.raises(Exception, match="poison"):
            run_of(instance, work)
        made = [kind for kind in kinds(instance) if kind == "ASSET_MATERIALIZATION"]
        assert len(made) == 2

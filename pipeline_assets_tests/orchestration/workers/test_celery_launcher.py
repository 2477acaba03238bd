"""What is known of runs that wait in a broker: a real one, and this process as the worker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import dagster as dg
import pytest
import yaml
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import WorkerStatus

from pipeline_assets.domain.files.recovery import RunEnd
from pipeline_assets.orchestration.alerts.failed_runs import last_events, new_failures
from pipeline_assets.orchestration.launcher.processes import worker_of
from pipeline_assets.orchestration.names import WORKER_TAG
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.workers.begun_once import begin_once, execute_once
from pipeline_assets.orchestration.workers.caretaker import record_own_deaths
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets.services.files.recovery import recover
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.brokers import Redis
from pipeline_assets_tests.end_to_end.many_workers import DEPLOY, send, send_again
from pipeline_assets_tests.orchestration.launcher.launched import look
from pipeline_assets_tests.processes import free_port
from pipeline_assets_tests.workplace import Workplace, row

OUTCOMES = "SELECT outcome FROM file_attempts ORDER BY attempt_id"
DEAD = this_process().rsplit("/", 1)[0] + "/1"
Status = dg.DagsterRunStatus


@pytest.fixture
def place(workplace: Workplace, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A workplace on SQLite whose runs go to a broker, as `deploy/celery` says."""
    file = workplace.home / "dagster.yaml"
    ours = yaml.safe_load(file.read_text("utf-8"))
    deployed = yaml.safe_load((DEPLOY / "dagster.yaml").read_text("utf-8"))
    parts = ("run_launcher", "run_coordinator", "run_monitoring", "concurrency")
    file.write_text(yaml.safe_dump(ours | {part: deployed[part] for part in parts}))
    monkeypatch.setenv("CELERY_BROKER_URL", redis.new_url())
    assert workplace.pipeline
    return workplace


def sent(place: Workplace) -> dg.DagsterRun:
    """A run that was sent to the broker."""
    return look(place, send(place, "a.jsonl", [row("1", 1.5)]))


def recovered(place: Workplace) -> None:
    recover(place.pipeline, InstanceRuns(place.instance), place.pipeline.product_inbox)


def test_a_run_waits_in_the_broker_for_as_long_as_it_takes(place: Workplace) -> None:
    run = sent(place)
    place.change(clock=lambda: utc_now() + timedelta(hours=9))
    recovered(place)
    assert look(place, run).status is Status.STARTING
    assert place.rows(OUTCOMES) == []
    execute_once(run.run_id)
    assert look(place, run).status is Status.SUCCESS
    assert worker_of(look(place, run)) == this_process()
    assert place.rows(OUTCOMES) == [("accepted",)]


def test_a_run_that_no_worker_took_is_told_and_is_no_death_of_its_file(place: Workplace) -> None:
    seen = last_events(place.instance)
    for _ in range(4):
        run = sent(place)
        place.instance.report_run_failed(run, "Run timed out.")  # as the run monitor does
        recovered(place)
    assert place.rows(OUTCOMES) == [("interrupted",)] * 4
    told = new_failures(place.instance, seen, None).runs
    assert [failure.message for failure in told] == ["Run timed out."] * 4
    execute_once(run.run_id)  # delivered in the end
    assert look(place, run).status is Status.FAILURE
    assert place.files("product_inbox") == ["a.jsonl"]


def test_of_many_deliveries_one_begins_the_run(place: Workplace) -> None:
    run = sent(place)
    with ThreadPoolExecutor(8) as pool:
        begun = list(
            pool.map(lambda _: begin_once(place.instance, place.pipeline, run.run_id), range(8))
        )
    assert [found.run_id for found in begun if found is not None] == [run.run_id]


def test_a_run_that_repeats_another_is_begun_too(place: Workplace) -> None:
    first = sent(place)
    execute_once(first.run_id)
    tags = look(place, first).tags
    again = sent(place)
    place.instance.add_run_tags(again.run_id, {WORKER_TAG: tags[WORKER_TAG]})  # as it copies them
    assert begin_once(place.instance, place.pipeline, again.run_id) is not None


def test_a_run_terminated_in_the_broker_is_never_begun(place: Workplace) -> None:
    run = sent(place)
    assert place.instance.run_launcher.terminate(run.run_id)
    assert look(place, run).status is Status.CANCELING
    execute_once(run.run_id)
    assert look(place, run).status is Status.CANCELED
    record = place.instance.get_run_record_by_id(run.run_id)
    assert record is not None
    assert InstanceRuns(place.instance).end_of(record) is RunEnd.TERMINATED
    assert not place.instance.run_launcher.terminate(run.run_id)


def test_runs_of_commands_are_left_alone(place: Workplace) -> None:
    place.drop("a.jsonl", [row("1", 1.5)])
    place.drain()
    (run, *_) = place.instance.get_runs()
    launcher = place.instance.run_launcher
    assert launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
    assert not launcher.terminate(run.run_id)


def test_while_the_broker_is_away_a_run_goes_back_into_the_queue(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://:s3cret@127.0.0.1:{free_port()}/0")
    with pytest.raises(DagsterUserCodeUnreachableError, match="broker cannot be reached") as error:
        sent(place)
    assert "s3cret" not in str(error.value)
    queue = place.instance.get_concurrency_config().run_queue_config
    assert queue is not None
    assert queue.max_user_code_failure_retries > 0  # else the daemon would fail the run
    (run,) = place.instance.get_runs()
    assert not any("s3cret" in str(entry) for entry in place.instance.all_logs(run.run_id))


def test_deaths_on_this_machine_are_recorded(place: Workplace) -> None:
    run = begin_once(place.instance, place.pipeline, sent(place).run_id)
    assert run is not None
    record_own_deaths(place.instance, place.pipeline)
    assert look(place, run).status is Status.STARTING
    dead_tag = {WORKER_TAG: f"{run.run_id} {DEAD}"}
    place.instance.add_run_tags(run.run_id, dead_tag)
    place.instance.report_run_canceling(run)
    record_own_deaths(place.instance, place.pipeline)
    assert look(place, run).status is Status.CANCELED
    other = sent(place)
    place.instance.add_run_tags(other.run_id, {WORKER_TAG: f"{other.run_id} {DEAD}"})
    elsewhere = look(place, send(place, "b.jsonl", [row("1", 1.5, store_id="B")]))
    place.instance.add_run_tags(elsewhere.run_id, {WORKER_TAG: f"{elsewhere.run_id} other/1/1"})
    record_own_deaths(place.instance, place.pipeline)
    assert look(place, other).status is Status.FAILURE
    assert look(place, elsewhere).status is Status.STARTING
    send_again(place, elsewhere)
    assert begin_once(place.instance, place.pipeline, elsewhere.run_id) is None

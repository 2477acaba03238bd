"""Runs are forked, tagged with their process, judged and terminated by whoever looks."""

import os
import signal
import threading
import time
from functools import partial

import dagster as dg
import psutil
import pytest
from dagster._core.launcher import LaunchRunContext, WorkerStatus

from pipeline_assets.orchestration.launcher import server
from pipeline_assets.orchestration.launcher.processes import ask_to_end, worker_of
from pipeline_assets.orchestration.launcher.warm_queue import WarmQueue
from pipeline_assets.orchestration.names import PROCESS_TAG, WORKER_TAG
from pipeline_assets.orchestration.run_records import InstanceRuns, runs_of_inbox
from pipeline_assets.services.files.liveness import is_alive, this_process
from pipeline_assets.services.files.recovery import recover
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets.services.operators.status import status
from pipeline_assets_tests.orchestration.launcher.launched import (
    CodeServer,
    catalogue_locked,
    ended,
    eventually,
    launch,
    launcher_of,
    look,
    new_run_of,
    worker,
)
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True
OUTCOMES = "SELECT outcome FROM file_attempts ORDER BY attempt_id"


def test_a_run_is_executed_in_a_fork_whose_process_is_its_tag(workplace: Workplace) -> None:
    assert workplace.pipeline
    run = launch(workplace, "a.jsonl")
    process = worker_of(run)
    assert process is not None
    assert process != this_process()
    assert ended(workplace, run).status is dg.DagsterRunStatus.SUCCESS
    assert workplace.files("product_inbox") == []
    assert workplace.one("SELECT COUNT(*) FROM store_prices") == 3
    assert workplace.rows("SELECT DISTINCT process FROM file_attempts") == [(process,)]
    # Its parent waits for no process: none stays behind as a zombie.
    eventually(lambda: is_alive(process) is False)
    eventually(lambda: not psutil.pid_exists(int(process.split("/")[1])))


def test_workers_share_a_server_that_waits_for_orders(workplace: Workplace) -> None:
    with catalogue_locked(workplace):
        runs = [launch(workplace, f"{name}.jsonl") for name in "abc"]
        servers = {worker(run).ppid() for run in runs}
        assert len(servers) == 1
        assert psutil.Process(servers.pop()).ppid() == os.getpid()
    for run in runs:
        assert ended(workplace, run).status is dg.DagsterRunStatus.SUCCESS
    assert workplace.one("SELECT COUNT(*) FROM store_prices") == 9


def test_the_server_is_there_before_the_first_run_where_the_queue_is_emptied(
    workplace: Workplace,
) -> None:
    queue = workplace.instance.run_coordinator
    assert isinstance(queue, WarmQueue)
    assert _servers() == []
    assert queue.dequeue_interval_seconds == 1  # as Dagster's daemon asks when it starts
    eventually(_servers)
    with catalogue_locked(workplace):
        run = launch(workplace, "a.jsonl")
        assert _servers() == [worker(run).ppid()]
    assert ended(workplace, run).status is dg.DagsterRunStatus.SUCCESS


def _servers() -> list[int]:
    """This process's servers of forks."""
    return [
        child.pid
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and server.__name__ in child.cmdline()
    ]


def test_signals_are_in_a_worker_as_in_a_new_process(workplace: Workplace) -> None:
    with catalogue_locked(workplace):
        run = launch(workplace, "a.jsonl")
        with open(f"/proc/{worker(run).pid}/status") as file:  # noqa: PTH123
            masks = dict(line.rstrip().split(":\t") for line in file if line.startswith("Sig"))
        ignored, blocked = int(masks["SigIgn"], 16), int(masks["SigBlk"], 16)
        expected = {signal.SIGPIPE, signal.SIGXFSZ}  # as Python does
        assert {number for number in signal.Signals if ignored >> (number - 1) & 1} <= expected
        assert blocked == 0
    ended(workplace, run)


def test_a_run_whose_process_was_killed_is_judged_dead_by_another_process(
    workplace: Workplace,
) -> None:
    with catalogue_locked(workplace):
        run = launch(workplace, "a.jsonl")
        with dg.DagsterInstance.get() as webserver:
            judge = launcher_of(webserver)
            assert judge.supports_check_run_worker_health
            assert judge.check_run_worker_health(run).status is WorkerStatus.RUNNING
            os.kill(worker(run).pid, signal.SIGKILL)
            eventually(lambda: judge.check_run_worker_health(run).status is WorkerStatus.FAILED)
    recover(workplace.pipeline, InstanceRuns(workplace.instance), workplace.pipeline.product_inbox)
    assert look(workplace, run).status is dg.DagsterRunStatus.FAILURE
    again = launch(workplace, "a.jsonl")
    assert ended(workplace, again).status is dg.DagsterRunStatus.SUCCESS


def test_a_run_that_the_launcher_has_not_started_is_never_judged_dead(workplace: Workplace) -> None:
    dead = this_process().rsplit("/", 1)[0] + "/1"
    elsewhere = "elsewhere/1/1"
    for tags in (
        {},
        {PROCESS_TAG: dead},  # as `drain` tags its runs
        {WORKER_TAG: f"another-run {dead}"},  # copied by a run that repeats another
    ):
        run = new_run_of(workplace, "a.jsonl", "1")
        workplace.instance.add_run_tags(run.run_id, tags)
        found = launcher_of(workplace.instance).check_run_worker_health(look(workplace, run))
        assert found.status is WorkerStatus.RUNNING, tags
    run = new_run_of(workplace, "a.jsonl", "1")
    for process, is_there in ((elsewhere, True), (dead, False), (this_process(), True)):
        workplace.instance.add_run_tags(run.run_id, {WORKER_TAG: f"{run.run_id} {process}"})
        found = launcher_of(workplace.instance).check_run_worker_health(look(workplace, run))
        assert found.status is (WorkerStatus.RUNNING if is_there else WorkerStatus.FAILED), process


def test_a_terminated_run_ends_and_its_file_waits_for_requeue(workplace: Workplace) -> None:
    with catalogue_locked(workplace):
        run = launch(workplace, "a.jsonl")
        eventually(lambda: look(workplace, run).status is dg.DagsterRunStatus.STARTED)
        with dg.DagsterInstance.get() as webserver:
            assert launcher_of(webserver).terminate(run.run_id)
            launcher_of(webserver).terminate(run.run_id)  # a second click changes nothing
            launcher_of(webserver).terminate(run.run_id)
            assert ended(workplace, run).status is dg.DagsterRunStatus.CANCELED
            assert not launcher_of(webserver).terminate(run.run_id)
    inbox = workplace.pipeline.product_inbox
    recover(workplace.pipeline, runs_of_inbox(workplace.instance, inbox), inbox)
    found = status(workplace.pipeline, partial(runs_of_inbox, workplace.instance))
    assert "terminated by an operator" in found.product_inbox.halted["a.jsonl"]
    requeue(workplace.pipeline, "a.jsonl")
    found = status(workplace.pipeline, partial(runs_of_inbox, workplace.instance))
    assert [one.file.name for one in found.product_inbox.takeable] == ["a.jsonl"]


def test_a_run_that_was_terminated_before_it_began_does_nothing(workplace: Workplace) -> None:
    path = workplace.drop("a.jsonl", b"")
    run = new_run_of(workplace, "a.jsonl", "1")
    launcher = launcher_of(workplace.instance)
    assert launcher.terminate(run.run_id)
    launcher.launch_run(LaunchRunContext(run, None))
    assert ended(workplace, run).status is dg.DagsterRunStatus.CANCELED
    assert path.exists()


def test_no_process_but_the_runs_own_is_asked_to_end() -> None:
    """This process has no handler for that signal: it would end here."""
    host, process_id, started = this_process().split("/")
    assert not ask_to_end(f"{host}/{process_id}/{int(started) - 10}")
    assert not ask_to_end(f"elsewhere/{process_id}/{started}")
    child = os.fork()
    if child == 0:
        os._exit(0)
    process = psutil.Process(child)
    eventually(lambda: process.status() == psutil.STATUS_ZOMBIE)
    assert not ask_to_end(f"{host}/{child}/{int(process.create_time())}")
    os.waitpid(child, 0)
    assert not ask_to_end(f"{host}/{child}/{started}")


def test_a_server_is_renewed_when_the_code_was_reloaded_and_has_changed(
    workplace: Workplace,
) -> None:
    code_server = CodeServer()
    servers: list[int] = []
    for change in (
        lambda: None,
        lambda: (workplace.home / ".env").write_text("A=1"),
        lambda: setattr(code_server, "server_id", "second"),
        lambda: setattr(code_server, "server_id", "third"),
    ):
        change()
        with catalogue_locked(workplace):
            run = launch(workplace, f"{len(servers)}.jsonl", code_server)
            servers.append(worker(run).ppid())
        assert ended(workplace, run).status is dg.DagsterRunStatus.SUCCESS
    first, edited, reloaded, reloaded_again = servers
    assert first == edited, "half-edited code would be loaded"
    assert reloaded != first
    assert reloaded_again == reloaded, "nothing has changed since"
    eventually(lambda: not psutil.pid_exists(first) or psutil.Process(first).status() == "zombie")


def test_a_killed_server_is_replaced(workplace: Workplace) -> None:
    with catalogue_locked(workplace):
        first = launch(workplace, "a.jsonl")
        os.kill(worker(first).ppid(), signal.SIGKILL)
        second = launch(workplace, "b.jsonl")
        assert is_alive(worker_of(first))
    for run in (first, second):
        assert ended(workplace, run).status is dg.DagsterRunStatus.SUCCESS


def test_an_order_that_a_killed_server_never_read_is_given_to_the_next(
    workplace: Workplace,
) -> None:
    with catalogue_locked(workplace):
        server = psutil.Process(worker(launch(workplace, "a.jsonl")).ppid())
    server.suspend()
    launched: list[dg.DagsterRun] = []
    launching = threading.Thread(target=lambda: launched.append(launch(workplace, "b.jsonl")))
    launching.start()
    time.sleep(0.5)  # for the order to be under way
    server.kill()
    launching.join()
    [run] = launched
    assert ended(workplace, run).status is dg.DagsterRunStatus.SUCCESS


def test_what_a_worker_cannot_begin_is_said(workplace: Workplace) -> None:
    assert workplace.pipeline
    launcher = launcher_of(workplace.instance)
    run = new_run_of(workplace, "a.jsonl", "1")
    workplace.instance.delete_run(run.run_id)
    with pytest.raises(RuntimeError, match="was not found"):
        launcher.launch_run(LaunchRunContext(run, None))

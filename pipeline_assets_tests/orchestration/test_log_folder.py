"""What runs print can be read in the UI, while they run and afterwards; no process follows it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg
import psutil
import pytest

from pipeline_assets.orchestration.instance import open_instance
from pipeline_assets_tests import prepared
from pipeline_assets_tests.orchestration.test_sqlite_storage import ended, in_a_fork
from pipeline_assets_tests.test_cli_enrichment import on_a_terminal
from pipeline_assets_tests.workplace import Workplace, row


@pytest.fixture(autouse=True)
def keeps_logs(workplace: Workplace) -> None:
    prepared.keep_logs(workplace.home)


def run_of(work: Callable[[dg.OpExecutionContext], None], *, raises: bool = True) -> str:
    """The id of a run that does the work in a step, in this process."""

    @dg.op
    def step(context: dg.OpExecutionContext) -> None:
        work(context)

    @dg.job(executor_def=dg.in_process_executor)
    def a_job() -> None:
        step()

    with open_instance() as instance:
        return a_job.execute_in_process(instance=instance, raise_on_error=raises).run_id


def captured(instance: dg.DagsterInstance, run_id: str) -> Sequence[str]:
    """The key of the run's log, from the event by which the UI finds it."""
    (event,) = instance.all_logs(run_id, of_type=dg.DagsterEventType.LOGS_CAPTURED)
    data = event.get_dagster_event().logs_captured_data
    return instance.compute_log_manager.build_log_key_for_run(run_id, data.file_key)


def log_of(run_id: str) -> tuple[str, str, bool]:
    """What the run has printed, to both streams, and whether it is all."""
    with open_instance() as instance:
        key = captured(instance, run_id)
        data = instance.compute_log_manager.get_log_data(key)
        is_complete = instance.compute_log_manager.is_capture_complete(key)
    return (data.stdout or b"").decode(), (data.stderr or b"").decode(), is_complete


def only_run() -> str:
    with open_instance() as instance:
        (run,) = instance.get_runs()
    return run.run_id


def print_somewhat(_context: dg.OpExecutionContext) -> None:
    print("from Python")
    print("an error", file=sys.stderr)
    subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)


def test_what_a_run_and_its_children_print_is_in_its_log_and_then_on_the_streams(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def run_with_streams_that_children_share() -> None:
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        run_of(print_somewhat)
        print("after the run", flush=True)

    assert ended(in_a_fork(run_with_streams_that_children_share)) == 0
    out, err, is_complete = log_of(only_run())
    assert sorted(out.splitlines()) == ["from Python", "from a child"]
    assert "an error\n" in err
    assert is_complete
    shown = capfd.readouterr()
    assert shown.out == f"{out}after the run\n"
    assert err in shown.err


def test_a_failed_run_keeps_its_log_and_gives_the_streams_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(_context: dg.OpExecutionContext) -> None:
        print("before it failed")
        raise ValueError

    assert log_of(run_of(fail, raises=False))[0] == "before it failed\n"
    capfd.readouterr()
    print("after the run")
    assert capfd.readouterr().out == "after the run\n"


def test_the_log_is_readable_during_the_run_and_no_process_follows_it() -> None:
    seen: list[object] = []
    before = psutil.Process().children(recursive=True)  # a database server of other tests

    def look(context: dg.OpExecutionContext) -> None:
        print("so far", flush=True)
        seen.append([one for one in psutil.Process().children(recursive=True) if one not in before])
        seen.append(log_of(context.run_id)[::2])

    run_of(look)
    assert seen == [[], ("so far\n", False)]


def test_a_killed_run_leaves_what_it_had_printed() -> None:
    def die(context: dg.OpExecutionContext) -> None:
        print(f"run {context.run_id}", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    assert ended(in_a_fork(lambda: print(run_of(die)))) == -signal.SIGKILL
    run_id = only_run()
    assert log_of(run_id)[::2] == (f"run {run_id}\n", False)


def test_a_closed_stream_does_not_fail_the_run() -> None:
    def run_without_reader() -> None:
        ours, theirs = os.pipe()
        os.close(ours)
        os.dup2(theirs, sys.stdout.fileno())
        assert log_of(run_of(print_somewhat))[2]

    assert ended(in_a_fork(run_without_reader)) == 0


def test_on_a_terminal_the_bar_of_a_drain_is_shown_and_not_in_the_logs(
    workplace: Workplace,
) -> None:
    for number in range(3):
        workplace.drop(f"{number}.jsonl", [row("1", 1.5, store=str(number))])
    shown = on_a_terminal("drain")
    assert re.search(r"[012]\.jsonl .*[123]/3", shown)
    assert "post-processing" in shown
    logs = sorted(Path(workplace.home, ".dagster", "logs").rglob("*.err"))
    assert len(logs) > 3
    assert [path.read_text() for path in logs] == [""] * len(logs)

"""What is alive in the server of forks, and that nothing of it outlives the daemon."""

import json
import os
import signal
import subprocess
import sys

import dagster as dg
import psutil
import pytest

from pipeline_assets.orchestration.launcher.fork_server import ForkServer
from pipeline_assets.orchestration.launcher.server import check_forkable
from pipeline_assets_tests.end_to_end.stopped import outcomes
from pipeline_assets_tests.orchestration.launcher.launched import (
    catalogue_locked,
    ended,
    eventually,
    launch,
    look,
    worker,
)
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace

_LOADED = """
import gc, json, os, sys, threading
import dagster as dg
from pipeline_assets.orchestration.launcher import server
with dg.DagsterInstance.get() as instance:
    ref = instance.get_ref()
instance = None
server.load(ref)
server.check_forkable()
import grpc, sqlalchemy
gc.unfreeze()
gc.collect()
alive = gc.get_objects()
running = getattr(threading.main_thread(), "_tstate_lock", None)  # says that it runs
locks = [one for one in alive if isinstance(one, type(threading.Lock())) and one is not running]
held = [one for one in locks if one.locked()]
print(json.dumps({
    "tasks": len(os.listdir("/proc/self/task")),
    "engines": len([one for one in alive if isinstance(one, sqlalchemy.Engine)]),
    "connections": len([one for one in alive if isinstance(one, sqlalchemy.Connection)]),
    "channels": len([one for one in alive if isinstance(one, grpc.Channel)]),
    "locks held": len(held),
    "big": sorted({"pandas", "matplotlib"} & sys.modules.keys()),
    "of the .env file": os.environ.get("PIPELINE_TESTS_OF_ENV"),
    "files": sorted(os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
                    if os.path.exists(f"/proc/self/fd/{n}") and int(n) > 2),
}))
"""


def test_nothing_that_must_not_be_forked_is_alive(workplace: Workplace) -> None:
    assert workplace.pipeline
    (workplace.home / ".env").write_text("PIPELINE_TESTS_OF_ENV=1")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", _LOADED], env=environment, capture_output=True, check=True, text=True
    )
    found = json.loads(ran.stdout.splitlines()[-1])
    files = found.pop("files")
    assert found == {
        "tasks": 1,
        "engines": 0,
        "connections": 0,
        "channels": 0,
        "locks held": 0,
        "big": [],
        "of the .env file": "1",
    }
    assert [name for name in files if str(workplace.root) in name or "socket" in name] == []


def test_a_server_takes_at_most_150_mb_of_its_own(workplace: Workplace) -> None:
    with catalogue_locked(workplace):
        run = launch(workplace, "a.jsonl")
        server = psutil.Process(worker(run).ppid())
        assert server.memory_full_info().pss < 150e6
        blas = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}
        assert {server.environ()[name] for name in blas} == {"1"}
        assert server.num_threads() == 1
    ended(workplace, run)


def test_a_second_thread_is_refused() -> None:
    import threading

    goes_on = threading.Event()
    thread = threading.Thread(target=goes_on.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="threads"):
            check_forkable()
    finally:
        goes_on.set()
        thread.join()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_with_the_daemon_its_server_and_its_runs_end(how: int, workplace: Workplace) -> None:
    assert workplace.pipeline
    module = "pipeline_assets_tests.orchestration.launcher.as_daemon"
    command = [sys.executable, "-m", module, str(workplace.root), "a.jsonl"]
    with (
        catalogue_locked(workplace),
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"PYTHONPATH": str(PROJECT_ROOT)},
        ) as daemon,
    ):
        assert daemon.stdout
        run_id, worker_id, server_id = daemon.stdout.readline().split()
        run = workplace.instance.get_run_by_id(run_id)
        assert run is not None
        eventually(lambda: look(workplace, run).status is dg.DagsterRunStatus.STARTED)
        daemon.send_signal(how)
        daemon.wait(20)
        eventually(lambda: not psutil.pid_exists(int(server_id)))
        eventually(lambda: not psutil.pid_exists(int(worker_id)))
    assert look(workplace, run).status is dg.DagsterRunStatus.FAILURE
    reasons = look(workplace, run).tags["dagster/failure_reason"]
    assert reasons == "UNEXPECTED_TERMINATION"
    assert set(outcomes(workplace)) <= {"interrupted"}


def test_a_closed_server_ends_with_its_workers(workplace: Workplace) -> None:
    with catalogue_locked(workplace):
        run = launch(workplace, "a.jsonl")
        eventually(lambda: look(workplace, run).status is dg.DagsterRunStatus.STARTED)
        server = worker(run).ppid()
        workplace.instance.run_launcher.dispose()
        assert not psutil.pid_exists(server)
        assert ended(workplace, run).status is dg.DagsterRunStatus.FAILURE
    assert set(outcomes(workplace)) <= {"interrupted"}


def test_a_server_is_closed_once_and_again(workplace: Workplace) -> None:
    server = ForkServer(workplace.instance.get_ref())
    server.start()
    server.renew()
    server.close()
    server.close()

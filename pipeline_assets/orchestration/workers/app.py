"""The Celery app of the workers: `celery -A pipeline_assets.orchestration.workers.app worker`.

Its broker and settings are those of the launcher in `dagster.yaml`, so there is nothing to set
twice. A worker imports the definitions once, and each run's process is a fork of it.
"""

import os
import traceback

from pipeline_assets.orchestration.launcher.fork_server import ONE_THREAD

os.environ.update(ONE_THREAD)  # before BLAS is loaded, which is to have no threads where forks are

from typing import Any

import dagster as dg
from celery import Celery, signals

from pipeline_assets.errors import UsageError
from pipeline_assets.orchestration.launcher.server import check_forkable, load
from pipeline_assets.orchestration.workers.begun_once import execute_once
from pipeline_assets.orchestration.workers.caretaker import keep_caretaker
from pipeline_assets.orchestration.workers.launcher import EXECUTE_RUN, CeleryLauncher
from pipeline_assets.settings import enter_dagster_home


def _app() -> Celery:
    home = enter_dagster_home()
    with dg.DagsterInstance.get() as instance:
        launcher = instance.run_launcher
        if not isinstance(launcher, CeleryLauncher):
            raise UsageError(
                f"{home / 'dagster.yaml'} does not send runs to Celery: copy "
                "deploy/celery/dagster.yaml there."
            )
        return launcher.celery


workers_app = _app()


@workers_app.task(name=EXECUTE_RUN)  # type: ignore[untyped-decorator]
def execute_run_of_broker(run_id: str) -> None:
    """Execute one run, as the launcher asks for it."""
    execute_once(run_id)


@signals.worker_init.connect  # type: ignore[untyped-decorator]
def _get_ready(**_: Any) -> None:
    """Before the pool is forked: import all that a run needs, and leave nothing open."""
    try:
        with dg.DagsterInstance.get() as instance:
            ref = instance.get_ref()
        load(ref)
        check_forkable()
        keep_caretaker()
    except Exception as error:  # of which Celery would only write a line, and go on
        traceback.print_exc()
        raise SystemExit(f"The worker cannot start: {error}") from error

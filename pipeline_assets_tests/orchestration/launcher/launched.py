"""What tests of the launcher share: runs that it starts, and what keeps them waiting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import dagster as dg
import psutil
from dagster._core.launcher import LaunchRunContext
from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.inbox.scanning import file_to_process
from pipeline_assets.orchestration.file_runs import file_config, file_tags
from pipeline_assets.orchestration.launcher.processes import worker_of
from pipeline_assets.orchestration.launcher.warm_launcher import WarmRunLauncher
from pipeline_assets.orchestration.names import INGEST_OP, PRODUCT_UPDATE
from pipeline_assets.orchestration.origins import new_run
from pipeline_assets_tests.processes import wait_until
from pipeline_assets_tests.workplace import Workplace, row

GENEROUS_S = 60


@dataclass
class CodeServer:
    """As much of a workspace as the launcher looks at: the id of the code server."""

    server_id: str = "first"

    def get_code_location(self, _name: str) -> SimpleNamespace:
        return SimpleNamespace(server_id=self.server_id)


def launcher_of(instance: dg.DagsterInstance) -> WarmRunLauncher:
    """The launcher that the project's `dagster.yaml` names."""
    launcher = instance.run_launcher
    assert isinstance(launcher, WarmRunLauncher)
    return launcher


def launch(place: Workplace, name: str, code_server: CodeServer | None = None) -> dg.DagsterRun:
    """Drop a file of its own store, and have a run started for it, as the daemon does."""
    path = place.drop(name, [row(str(sku), 1.5, store_id=name) for sku in range(3)])
    run = new_run_of(place, name, file_to_process(path).fingerprint)
    event = dg.DagsterEvent(dg.DagsterEventType.PIPELINE_STARTING.value, PRODUCT_UPDATE)
    place.instance.report_dagster_event(event, run_id=run.run_id)
    workspace: Any = code_server or CodeServer()
    launcher_of(place.instance).launch_run(LaunchRunContext(run, workspace))
    return look(place, run)


def new_run_of(place: Workplace, name: str, fingerprint: str) -> dg.DagsterRun:
    """A run for a file, not yet started."""
    return new_run(
        place.instance,
        place.definitions.resolve_job_def(PRODUCT_UPDATE),
        file_config(INGEST_OP, name),
        file_tags(name, fingerprint),
    )


def look(place: Workplace, run: dg.DagsterRun) -> dg.DagsterRun:
    """The run as it is now."""
    found = place.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found


def ended(place: Workplace, run: dg.DagsterRun) -> dg.DagsterRun:
    """The run, once it has ended."""
    eventually(lambda: look(place, run).is_finished)
    return look(place, run)


def worker(run: dg.DagsterRun) -> psutil.Process:
    """The process that executes the run."""
    process = worker_of(run)
    assert process is not None
    return psutil.Process(int(process.split("/")[1]))


@contextmanager
def catalogue_locked(place: Workplace) -> Iterator[None]:
    """Runs wait with what they want to write until the block ends."""
    with writing(place.pipeline.engine, Lock.ATTEMPTS) as connection:
        connection.execute(text("UPDATE locks SET name = name"))
        yield


def eventually(is_so: Callable[[], object], within_s: float = GENEROUS_S) -> None:
    """Wait for it."""
    wait_until(is_so, within_s, every_s=0.02)

"""Takes files until none is left that can be taken: one Dagster run a file, in this process.

For cron, and for first use. Files that arrive meanwhile are taken too.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol

import dagster as dg

from pipeline_assets.catalogue.faults import is_passing, shown_cause
from pipeline_assets.inbox.peeking import Peeked
from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.names import (
    FILE_TAG,
    FINGERPRINT_TAG,
    POST_PROCESS_ONLY,
    PRODUCT_UPDATE,
)
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.sensors import file_config
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.survey import RunOfFile, Survey, survey

_LOGGING = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Progress(Protocol):
    """Who is told how far the drain is."""

    def begin(self, name: str, waiting: int) -> None:
        """A file is taken; `waiting` more are known."""

    def end(self, name: str, is_ok: bool) -> None:
        """Its run has ended."""

    def pause(self, seconds: float, why: str) -> None:
        """Nothing can be taken for so long."""


@dataclass(slots=True)
class Drained:
    """The runs of a drain in order, which of them failed, and what was left in the inbox."""

    run_ids: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    left: Survey = field(default_factory=Survey)


def drain_products(
    pipeline: Pipeline,
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
) -> Drained:
    """Take the files of the product inbox, each by a run of job `product_update`."""
    return _Drain(pipeline, instance, definitions, progress, sleep).run()


def post_process(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    options: PostProcessingOptions,
) -> dg.ExecuteInProcessResult:
    """Run job `post_process_only` in this process."""
    config = {name: value for name, value in asdict(options).items() if value is not None}
    return definitions.resolve_job_def(POST_PROCESS_ONLY).execute_in_process(
        instance=instance,
        run_config={"resources": {"post_processing": {"config": config}}} | _LOGGING,
        raise_on_error=False,
    )


class _Drain:
    def __init__(
        self,
        pipeline: Pipeline,
        instance: dg.DagsterInstance,
        definitions: dg.Definitions,
        progress: Progress,
        sleep: Callable[[float], None],
    ) -> None:
        self._pipeline = pipeline
        self._instance = instance
        self._job = definitions.resolve_job_def(PRODUCT_UPDATE)
        self._progress = progress
        self._sleep = sleep
        self._runs = _DrainRuns(InstanceRuns(instance))
        self._settled = SettledFiles(pipeline.settings.settle_s)
        self._tried: set[str] = set()
        self._waited_for: set[str] = set()
        self._drained = Drained()

    def run(self) -> Drained:
        """Look, take what can be taken, look again, until a look finds nothing to do."""
        while True:
            found = self._look()
            chosen = [one for one in found.takeable if _version(one) not in self._tried]
            for index, one in enumerate(chosen):
                waiting = len(chosen) - index - 1 + len(found.waiting) + len(found.unsettled)
                self._take(one, waiting)
            if not chosen and not self._wait(found):
                self._drained.left = found
                return self._drained

    def _look(self) -> Survey:
        """What can be taken now; while the catalogue is locked or out of reach it waits."""
        while True:
            try:
                return survey(self._pipeline, self._runs, self._settled)
            except Exception as error:
                if not is_passing(error):
                    raise
                self._pause(self._pipeline.settings.retry_wait_s, shown_cause(error))

    def _take(self, one: Peeked, waiting: int) -> None:
        self._progress.begin(one.file.name, waiting)
        self._tried.add(_version(one))
        result = self._job.execute_in_process(
            instance=self._instance,
            run_config=file_config(one.file.name) | _LOGGING,
            tags={FILE_TAG: one.file.name, FINGERPRINT_TAG: one.file.fingerprint},
            raise_on_error=False,
        )
        self._drained.run_ids.append(result.run_id)
        if not result.success:
            self._drained.failed[one.file.name] = result.run_id
        self._progress.end(one.file.name, result.success)

    def _wait(self, found: Survey) -> bool:
        """Give files that have just arrived the time to settle; each is waited for once."""
        new = {file.name for file in found.unsettled} - self._waited_for
        if not new:
            return False
        self._waited_for |= new
        arriving = "1 file is arriving" if len(new) == 1 else f"{len(new)} files are arriving"
        self._pause(self._pipeline.settings.settle_s, arriving)
        return True

    def _pause(self, seconds: float, why: str) -> None:
        self._progress.pause(seconds, why)
        self._sleep(seconds)


def _version(one: Peeked) -> str:
    return f"{one.file.name} {one.file.fingerprint}"


class _DrainRuns:
    """Dagster's runs as a drain asks for them: those that ended badly before it are asked once."""

    def __init__(self, runs: InstanceRuns) -> None:
        self._runs = runs
        self._asked: set[str] = set()

    def active(self) -> Sequence[RunOfFile]:
        return self._runs.active()

    def ended_badly(self, fingerprints: Collection[str]) -> Sequence[RunOfFile]:
        new = set(fingerprints) - self._asked
        self._asked |= new
        return self._runs.ended_badly(new)

    def report_dead(self, run_ids: Collection[str]) -> None:
        self._runs.report_dead(run_ids)

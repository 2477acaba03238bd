"""Processes an inbox's files until none is left, one Dagster run per file, in this process.

For cron, and for first use. Files that arrive meanwhile are processed too.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar

import dagster as dg

from pipeline_assets import stopping
from pipeline_assets.catalogue.database.errors import is_transient, shown_cause
from pipeline_assets.domain.files.recovery import RunOfFile
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.scanning import InboxFile, SettledFiles
from pipeline_assets.orchestration.file_runs import file_config, file_tags
from pipeline_assets.orchestration.names import (
    BARCODE_ENRICHMENT,
    ENRICH_OP,
    INGEST_OP,
    POST_PROCESS_ONLY,
    PROCESS_TAG,
    PRODUCT_UPDATE,
    PRODUCT_UPDATE_REPORT,
    PUBLISH,
)
from pipeline_assets.orchestration.origins import execute_here
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.run_reports import failure_message
from pipeline_assets.services.enrichment.claims import claim_next
from pipeline_assets.services.enrichment.progress import Watcher
from pipeline_assets.services.files.inbox_survey import Survey, recovered_survey
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets.services.operators.reports import FailedRun
from pipeline_assets.services.operators.update_report import handled_until
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.publishing.source import has_news_to_publish

_T = TypeVar("_T")

# How often to see whether another process is done with its file.
_LOOK_AGAIN_S = 2
_LOGGING = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class DrainWatcher(Protocol):
    """Is notified of a drain's progress."""

    def begin(self, name: str, waiting: int) -> None:
        """Work on a file begins; `waiting` more are known."""

    def end(self, name: str, is_ok: bool) -> None:
        """Its run has ended."""

    def pause(self, seconds: float, why: str) -> None:
        """No file can be processed for this long."""


@dataclass(slots=True)
class Drained:
    """The runs of a drain in order, which of them failed, and what was left in it."""

    run_ids: list[str] = field(default_factory=list)
    failed: dict[str, FailedRun] = field(default_factory=dict)
    left: Survey = field(default_factory=Survey)


def drain_products(
    pipeline: Pipeline,
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    progress: DrainWatcher,
    sleep: Callable[[float], None] = stopping.sleep,
) -> Drained:
    """Process the product inbox's files, each in a run of job `product_update`.

    Asked to stop, it returns what it has done by then.
    """
    return InboxDrain(pipeline, instance, definitions, progress, sleep).run()


def drain_enrichment(
    pipeline: Pipeline,
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    progress: DrainWatcher,
    watcher: Watcher,
    *,
    waits: bool = True,
    sleep: Callable[[float], None] = stopping.sleep,
) -> Drained:
    """Process the enrichment inbox's files, each in a run of job `barcode_enrichment`.

    `waits`: wait for files that another process is working on. Asked to stop, it returns what it
    has done by then.
    """
    parts = (pipeline, instance, definitions, progress, sleep)
    return _EnrichmentDrain(*parts, watcher=watcher, waits=waits).run()


def post_process(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    options: PostProcessingOptions,
) -> dg.JobExecutionResult:
    """Run job `post_process_only` in this process."""
    config = {name: value for name, value in asdict(options).items() if value is not None}
    run_config = {"resources": {"post_processing": {"config": config}}} | _LOGGING
    return execute_here(instance, definitions.resolve_job_def(POST_PROCESS_ONLY), run_config)


def make_report(
    pipeline: Pipeline, instance: dg.DagsterInstance, definitions: dg.Definitions
) -> dg.JobExecutionResult | None:
    """Run job `product_update_report` in this process; None if there is nothing new to report."""
    until = handled_until(pipeline)
    if until is None or InstanceRuns(instance).is_reported(until):
        return None
    return execute_here(instance, definitions.resolve_job_def(PRODUCT_UPDATE_REPORT), _LOGGING)


def publish_news(
    pipeline: Pipeline, instance: dg.DagsterInstance, definitions: dg.Definitions
) -> dg.JobExecutionResult | None:
    """Run job `publish` in this process; None if the latest set shows the catalogue as it is."""
    if not has_news_to_publish(pipeline):
        return None
    return execute_here(instance, definitions.resolve_job_def(PUBLISH), _LOGGING)


class InboxDrain:
    """Looks, processes what it can, and looks again, until a look finds nothing to do."""

    job_name = PRODUCT_UPDATE
    op_name = INGEST_OP

    def __init__(
        self,
        pipeline: Pipeline,
        instance: dg.DagsterInstance,
        definitions: dg.Definitions,
        progress: DrainWatcher,
        sleep: Callable[[float], None],
    ) -> None:
        self._pipeline = pipeline
        self._instance = instance
        self._job = self._job_of(definitions)
        self._progress = progress
        self._sleep = sleep
        self._runs = _DrainRuns(InstanceRuns(instance, self.job_name))
        self._settled = SettledFiles(pipeline.settings.settle_s)
        self._tried: set[str] = set()
        self._waited_for: set[str] = set()
        self._drained = Drained()

    @property
    def _inbox(self) -> Inbox:
        return self._pipeline.product_inbox

    def run(self) -> Drained:
        """Process files until none is left that can be processed, or the process is to stop."""
        with suppress(stopping.Interrupted):
            self._process_all()
        return self._drained

    def _process_all(self) -> None:
        while True:
            stopping.check()
            found = self._patiently(self._look)
            chosen = self._patiently(partial(self._choose, found))
            for index, file in enumerate(chosen):
                if index:  # the first one may be claimed: its run tells that it was interrupted
                    stopping.check()
                waiting = len(found.takeable) - index - 1
                self._take(file, waiting + len(found.waiting) + len(found.unsettled))
            if not chosen and not self._wait(found):
                self._drained.left = found
                return

    def _look(self) -> Survey:
        return recovered_survey(self._pipeline, self._runs, self._settled, self._inbox)

    def _choose(self, found: Survey) -> Sequence[InboxFile]:
        """The files to process before the next look."""
        return [one.file for one in found.takeable if _version(one.file) not in self._tried]

    def _patiently(self, ask: Callable[[], _T]) -> _T:
        """What `ask` returns; it waits while the catalogue is locked or cannot be reached."""
        while True:
            try:
                return ask()
            except Exception as error:
                if not is_transient(error):
                    raise
                self._pause(self._pipeline.settings.retry_wait_s, shown_cause(error))

    def _take(self, file: InboxFile, waiting: int) -> None:
        self._progress.begin(file.name, waiting)
        self._tried.add(_version(file))
        result = execute_here(
            self._instance,
            self._job,
            file_config(self.op_name, file.name) | _LOGGING,
            file_tags(file.name, file.fingerprint) | {PROCESS_TAG: this_process()},
        )
        self._drained.run_ids.append(result.run_id)
        if not result.success:
            stopping.check()
            self._drained.failed[file.name] = FailedRun(result.run_id, failure_message(result))
        self._progress.end(file.name, result.success)

    def _job_of(self, definitions: dg.Definitions) -> dg.JobDefinition:
        return definitions.resolve_job_def(self.job_name)

    def _wait(self, found: Survey) -> bool:
        """Give files that have just arrived time to settle; each is waited for once."""
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


class _EnrichmentDrain(InboxDrain):
    """The same for the enrichment inbox: one file at a time, in whatever process."""

    job_name = BARCODE_ENRICHMENT
    op_name = ENRICH_OP

    def __init__(self, *parts: Any, watcher: Watcher, waits: bool) -> None:
        self._watcher = watcher
        self._waits = waits
        super().__init__(*parts)

    @property
    def _inbox(self) -> Inbox:
        return self._pipeline.barcode_enrichment_inbox

    def _choose(self, found: Survey) -> Sequence[InboxFile]:
        left = [one for one in found.takeable if _version(one.file) not in self._tried]
        file = claim_next(self._pipeline, replace(found, takeable=left))
        return [] if file is None else [file]

    def _job_of(self, definitions: dg.Definitions) -> dg.JobDefinition:
        """The job with the caller's watcher in place of the definitions' own."""
        job = super()._job_of(definitions)
        watching = dg.ResourceDefinition.hardcoded_resource(self._watcher)
        return job.with_top_level_resources({**job.resource_defs, "enrichment_watcher": watching})

    def _wait(self, found: Survey) -> bool:
        left = [one for one in found.takeable if _version(one.file) not in self._tried]
        if self._waits and (left or found.in_flight):
            self._pause(_LOOK_AGAIN_S, "another run is enriching a file")
            return True
        return super()._wait(found)


def _version(file: InboxFile) -> str:
    return f"{file.name} {file.fingerprint}"


class _DrainRuns:
    """Dagster's runs for a drain: those that ended badly before it are looked up only once."""

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

"""Group `barcode_enrichment`: missing barcodes are looked up, one file at a time."""

import time
from collections.abc import Iterator
from functools import partial

import dagster as dg
from pydantic import Field

from pipeline_assets.errors import EnrichmentBusyError
from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.file_outcomes import (
    RunOutcome,
    forget_copied_outcome,
    report_not_taken,
    report_refused_files,
    report_taken,
    tag_outcome,
)
from pipeline_assets.orchestration.file_runs import opened, tag_with, tagged_file, take
from pipeline_assets.orchestration.folder_assets import barcode_enrichment_inbox
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.orchestration.metadata import enrichment_metadata
from pipeline_assets.orchestration.names import (
    BARCODE_ENRICHMENT,
    ENRICH_OP,
    ENRICHMENT_POOL,
    MAX_RUNTIME_TAG,
)
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.services.enrichment.claims import claim_next
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets.services.enrichment.progress import Figures, Watcher
from pipeline_assets.services.files.inbox_survey import recovered_survey
from pipeline_assets.services.files.outcomes import FileOutcome, State
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.settings import Settings

_LOG_EVERY_S = 60


class EnrichmentConfig(dg.Config):
    """Which file a run enriches."""

    file: str | None = Field(
        "",
        description="Name of a file in barcode_enrichment_inbox/. If empty, the oldest file that "
        "is ready.",
    )


@dg.asset(
    name=ENRICH_OP,
    deps=[barcode_enrichment_inbox],
    group_name=BARCODE_ENRICHMENT,
    pool=ENRICHMENT_POOL,
    output_required=False,
    description="Snapshot files with barcodes filled in, placed in `product_inbox/`: tables "
    "`enriched_files` and `enriched_rows`. Changes with each file that is enriched. The answers "
    "come from the catalogue (`processed_products`, which is no dependency: it would be a circle) "
    "and from the shop's product pages.",
    kinds={"file", "http"},
)
def enriched_barcodes(
    context: dg.AssetExecutionContext,
    config: EnrichmentConfig,
    pipeline: PipelineResource,
    enrichment_watcher: dg.ResourceParam[Watcher],
) -> Iterator[dg.MaterializeResult[None]]:
    """Enriches one file and hands it to the product inbox."""
    with stoppable():
        forget_copied_outcome(context)
        ready = opened(context, pipeline)
        name = config.file or _next_file(context, ready)
        if name is None:
            context.log.info("No file in barcode_enrichment_inbox/ is ready: nothing to do.")
            tag_outcome(context, RunOutcome.NOTHING)
            return
        watcher = _LoggingWatcher(context, enrichment_watcher)
        run_id = context.run.run_id
        try:
            work = partial(enrich_file, ready, name, run_id, watcher)
            is_named = bool(config.file)
            inbox = ready.barcode_enrichment_inbox
            outcome = take(context, ready, inbox, work, is_named=is_named)
        except EnrichmentBusyError as busy:
            outcome = FileOutcome(name, State.BUSY, message=str(busy))
    if outcome.state is State.ARCHIVED and outcome.header is not None:
        report_taken(context, outcome, {ENRICH_OP: enrichment_metadata(ENRICH_OP, outcome)})
        context.log.info(f"{name} is enriched and was delivered as {outcome.delivered_to}")
    else:
        report_not_taken(context, ENRICH_OP, outcome)
    report_refused_files(context, ready)
    yield from ()  # what was made is logged as an event, whose output Dagster does not ask for


def _next_file(context: dg.AssetExecutionContext, pipeline: Pipeline) -> str | None:
    if context.retry_number:  # the first try chose it, and this run has it in flight
        return tagged_file(context)
    settled = SettledFiles(pipeline.settings.settle_s)
    runs = InstanceRuns(context.instance, BARCODE_ENRICHMENT)
    found = recovered_survey(pipeline, runs, settled, pipeline.barcode_enrichment_inbox)
    file = claim_next(pipeline, found)
    if file is None:
        return None
    tag_with(context, file)
    return file.name


class _LoggingWatcher:
    """Writes to the run's log now and then, and notifies another watcher."""

    def __init__(self, context: dg.AssetExecutionContext, other: Watcher) -> None:
        self._log = context.log
        self._other = other
        self._last_at: float | None = None

    def progress(self, figures: Figures) -> None:
        """A row is done, or the work on the file begins."""
        self._other.progress(figures)
        now = time.monotonic()
        if self._last_at is None or now - self._last_at >= _LOG_EVERY_S:
            self._last_at = now
            self._log.info(
                f"{figures.rows_done:,} of {figures.rows_wanted:,} rows without a barcode are "
                f"done, {figures.rows_left:,} are left"
            )

    def says(self, message: str) -> None:
        """Something that people should know."""
        self._log.warning(message)
        self._other.says(message)


barcode_enrichment_job = dg.define_asset_job(
    BARCODE_ENRICHMENT,
    selection=dg.AssetSelection.assets(ENRICH_OP).without_checks(),
    executor_def=dg.in_process_executor,
    tags={MAX_RUNTIME_TAG: str(int(Settings.model_fields["enrichment_max_runtime_s"].default))},
    description="Looks up the missing barcodes of one file in barcode_enrichment_inbox/: the one "
    "named in the run config, or else the oldest that is ready.",
)

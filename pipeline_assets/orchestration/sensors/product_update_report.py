"""`product_update_report_sensor`: one report once the product inbox is drained."""

from datetime import datetime, timedelta

import dagster as dg

from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.names import POST_PROCESS_ONLY, PRODUCT_UPDATE_REPORT
from pipeline_assets.orchestration.product_update_report import product_update_report_job
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.sensors.ticks import (
    CHECK_INTERVAL_S,
    Tick,
    evaluated,
    requested_once,
)
from pipeline_assets.services.files.inbox_survey import survey
from pipeline_assets.services.operators.report_timing import Since, no_report_because
from pipeline_assets.services.operators.update_report import handled_until
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.timing import read_backlog


@dg.sensor(
    name="product_update_report_sensor",
    job=product_update_report_job,
    minimum_interval_seconds=CHECK_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Requests a report once the product inbox is drained and post-processing is done.",
)
def product_update_report_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """One run of the report for all files of a drained inbox."""
    return evaluated(context, pipeline, _tick)


def _tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> Tick:
    runs = InstanceRuns(context.instance)
    handled_at = handled_until(pipeline)
    if handled_at is None:
        return dg.SkipReason("No file has been handled yet.")
    if runs.is_reported(handled_at):
        return dg.SkipReason("Nothing has been handled since the last report.")
    for job, what in _COMES_FIRST.items():
        if runs.is_active(job):
            return dg.SkipReason(what)
    now = pipeline.clock()
    reason = _idle_reason(pipeline, runs, handled_at, now)
    if reason is not None:
        return dg.SkipReason(reason)
    return requested_once(
        context,
        PRODUCT_UPDATE_REPORT,
        {"until": handled_at.isoformat()},
        now,
        "The report was requested and not made; it is requested again later.",
    )


_COMES_FIRST = {
    PRODUCT_UPDATE_REPORT: "A report is being made.",
    POST_PROCESS_ONLY: "Post-processing is running.",
}


def _idle_reason(
    pipeline: Pipeline, runs: InstanceRuns, handled_at: datetime, now: datetime
) -> str | None:
    settled = SettledFiles(pipeline.settings.settle_s)
    budget = pipeline.settings.max_peek_bytes
    found = survey(pipeline, runs, settled, pipeline.product_inbox, budget)
    post_processed_at = runs.last_end_at(POST_PROCESS_ONLY)
    since = Since(handled_at, runs.last_end_at(PRODUCT_UPDATE_REPORT), post_processed_at)
    max_wait = timedelta(seconds=pipeline.settings.post_processing_max_wait_s)
    behind = read_backlog(pipeline, post_processed_at)
    return no_report_because(found, behind, since, now, max_wait)

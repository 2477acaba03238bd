"""`post_processing_sensor`: one run of post-processing once the product inbox is drained."""

from datetime import timedelta

import dagster as dg

from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.names import POST_PROCESS_ONLY
from pipeline_assets.orchestration.post_processing import post_process_only_job
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.sensors.ticks import (
    CHECK_INTERVAL_S,
    Tick,
    evaluated,
    requested_once,
)
from pipeline_assets.services.files.inbox_survey import survey
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.timing import idle_reason, read_backlog


@dg.sensor(
    name="post_processing_sensor",
    job=post_process_only_job,
    minimum_interval_seconds=CHECK_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Requests post-processing once the product inbox is drained.",
)
def post_processing_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """One run of post-processing for all files of a drained inbox."""
    return evaluated(context, pipeline, _tick)


def _tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> Tick:
    runs = InstanceRuns(context.instance)
    if runs.is_active(POST_PROCESS_ONLY):
        return dg.SkipReason("Post-processing is running.")
    now = pipeline.clock()
    settled = SettledFiles(pipeline.settings.settle_s)
    budget = pipeline.settings.max_peek_bytes
    found = survey(pipeline, runs, settled, pipeline.product_inbox, budget)
    backlog = read_backlog(pipeline, runs.last_success_at(POST_PROCESS_ONLY))
    max_wait = timedelta(seconds=pipeline.settings.post_processing_max_wait_s)
    reason = idle_reason(found, backlog, now, max_wait)
    if reason is not None:
        return dg.SkipReason(reason)
    return requested_once(
        context,
        POST_PROCESS_ONLY,
        {"file_id": backlog.last_file_id},
        now,
        "Post-processing was requested and did not succeed; it is requested again later.",
    )

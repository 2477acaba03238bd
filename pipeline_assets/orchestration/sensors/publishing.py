"""`publish_sensor`: the data sets are published each time that post-processing has succeeded."""

import dagster as dg

from pipeline_assets.orchestration.names import POST_PROCESS_ONLY, PUBLISH
from pipeline_assets.orchestration.published import publish_job
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.sensors.ticks import (
    CHECK_INTERVAL_S,
    Tick,
    evaluated,
    requested_once,
)
from pipeline_assets.services.pipeline import Pipeline


@dg.sensor(
    name="publish_sensor",
    job=publish_job,
    minimum_interval_seconds=CHECK_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Requests that the data sets are published once post-processing is done.",
)
def publish_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """One run of job `publish` for each post-processing; it writes nothing if nothing changed."""
    return evaluated(context, pipeline, _tick)


def _tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> Tick:
    if not pipeline.settings.publish:
        return dg.SkipReason("Publishing is switched off (PIPELINE_PUBLISH).")
    runs = InstanceRuns(context.instance)
    done_at = runs.last_success_at(POST_PROCESS_ONLY)
    if done_at is None:
        return dg.SkipReason("Post-processing comes first.")
    # Its beginning counts: post-processing may have ended while the data sets were being written.
    published_at = runs.last_success_begun_at(PUBLISH)
    if published_at is not None and published_at > done_at:
        return dg.SkipReason("Nothing has been post-processed since the last publication.")
    for job, what in _COMES_FIRST.items():
        if runs.is_active(job):
            return dg.SkipReason(what)
    return requested_once(
        context,
        PUBLISH,
        {"until": done_at.isoformat()},
        pipeline.clock(),
        "Publishing was requested and failed; it is requested again later.",
    )


_COMES_FIRST = {
    PUBLISH: "The data sets are being published.",
    POST_PROCESS_ONLY: "Post-processing is running.",
}

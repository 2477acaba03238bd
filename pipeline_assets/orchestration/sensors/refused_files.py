"""`refused_files_sensor`: says anew what the check says when it has changed without a file."""

import dagster as dg

from pipeline_assets.orchestration.check_results import check_evaluation, check_key
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.sensors.ticks import Tick, evaluated
from pipeline_assets.services.checks.all_checks import evaluate
from pipeline_assets.services.checks.refused import REFUSED_FILES
from pipeline_assets.services.files.run_records import NoRuns
from pipeline_assets.services.pipeline import Pipeline

_INTERVAL_S = 30


@dg.sensor(
    name="refused_files_sensor",
    minimum_interval_seconds=_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Evaluates check `refused_files` when a refused file was requeued or acknowledged, "
    "or is no longer recent. No run is needed for that.",
)
def refused_files_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """One evaluation, if it differs from the last one that is stored."""
    return evaluated(context, pipeline, _tick)


def _tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> Tick:
    ((check, verdict),) = evaluate(pipeline, (REFUSED_FILES,), lambda _inbox: NoRuns())
    found = check_evaluation(check, verdict)
    last = _last_evaluation(context.instance, check_key(check))
    # The sentence names the newest files and counts all, so no other set of files has the same.
    if last is not None and (last.passed, last.description) == (found.passed, found.description):
        return dg.SkipReason(f"Nothing has changed: {verdict.total} refused files need someone.")
    return dg.SensorResult(asset_events=[found], skip_reason=verdict.summary)


def _last_evaluation(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey
) -> dg.AssetCheckEvaluation | None:
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).get(key)
    return latest.evaluation if latest else None

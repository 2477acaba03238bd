"""The sensor of failed runs."""

from collections.abc import Sequence

import dagster as dg

from pipeline_assets.alerts.channels import Channel
from pipeline_assets.domain.alerts.troubles import failed_runs
from pipeline_assets.orchestration.alerts.failed_runs import new_failures
from pipeline_assets.orchestration.alerts.ticks import (
    ALERTS_EVERY_S,
    HALTED_FILES,
    AlertCursor,
    alert_tick,
    check_keys,
    recorded_and_sent,
)
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.services.alerts.record import (
    jobs_with_alerts,
    quiet_failures,
    read_open_alerts,
    record_troubles,
)
from pipeline_assets.services.checks.verdict import counted
from pipeline_assets.services.pipeline import Pipeline


@dg.sensor(
    name="run_failure_alert_sensor",
    minimum_interval_seconds=ALERTS_EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Raises one alert for each kind of failure of runs, and tells when the catalogue "
    "cannot be reached. Off until a channel is set (PIPELINE_ALERT_…).",
)
def run_failure_alert_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult:
    """Record failed runs, and send what is due."""
    return alert_tick(context, pipeline, _look_at_runs, is_of_runs=True)


def _look_at_runs(
    context: dg.SensorEvaluationContext,
    pipeline: Pipeline,
    channels: Sequence[Channel],
    cursor: AlertCursor,
) -> str:
    origin = context.code_location_origin
    found = new_failures(
        context.instance,
        cursor["seen"],
        origin.location_name if origin else None,
        with_halted=HALTED_FILES not in {key.name for key in check_keys(context)},
    )
    opened = read_open_alerts(pipeline)
    troubles = failed_runs(found.runs, [one.subject for one in opened])
    runs = InstanceRuns(context.instance)
    successes = {job: runs.last_success_at(job) for job in jobs_with_alerts(opened)}
    passed = quiet_failures(pipeline, opened, successes)
    raised = record_troubles(pipeline, troubles, passed, channels)
    cursor["seen"] = found.seen  # only now: what is not recorded is found again
    return recorded_and_sent(
        f"{counted(len(found.runs), 'run')} failed", raised, pipeline, channels
    )

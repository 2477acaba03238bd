"""The sensor of failed runs."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import dagster as dg

from pipeline_assets.alerts.channels import Channel
from pipeline_assets.domain.alerts.plan import OpenAlert, told_already
from pipeline_assets.domain.alerts.troubles import RunFailure, Trouble, failed_runs
from pipeline_assets.orchestration.alerts.check_results import subject_of
from pipeline_assets.orchestration.alerts.failed_runs import new_failures
from pipeline_assets.orchestration.alerts.ticks import (
    ALERTS_EVERY_S,
    AlertCursor,
    alert_tick,
    check_keys,
    recorded_and_sent,
)
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import INBOX_OF_JOB, InstanceRuns
from pipeline_assets.services.alerts.record import (
    jobs_with_alerts,
    quiet_failures,
    read_open_alerts,
    record_troubles,
)
from pipeline_assets.services.checks.inboxes import HALTED_FILES
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
    )
    opened = read_open_alerts(pipeline)
    troubles = failed_runs(found.runs, [one.subject for one in opened])
    runs = InstanceRuns(context.instance)
    successes = {job: runs.last_success_at(job) for job in jobs_with_alerts(opened)}
    passed = quiet_failures(pipeline, opened, successes)
    raised = record_troubles(pipeline, troubles, passed, channels)
    record_troubles(pipeline, _halted(found.runs, check_keys(context), opened), (), ())
    cursor["seen"] = found.seen  # only now: what is not recorded is found again
    return recorded_and_sent(
        f"{counted(len(found.runs), 'run')} failed", raised, pipeline, channels
    )


def _halted(
    failures: Sequence[RunFailure], keys: Collection[dg.AssetCheckKey], opened: Sequence[OpenAlert]
) -> list[Trouble]:
    """What the checks of halted files will say of the files that these runs have halted."""
    files: dict[str, list[str]] = defaultdict(list)
    for one in failures:
        inbox = INBOX_OF_JOB.get(one.job)
        if inbox is not None and one.is_halted and one.file is not None:
            files[inbox].append(one.file)
    checks = {inbox: dg.AssetCheckKey(dg.AssetKey(inbox), HALTED_FILES) for inbox in files}
    return [
        told_already(subject_of(checks[inbox]), names, opened)
        for inbox, names in files.items()
        if checks[inbox] in keys
    ]

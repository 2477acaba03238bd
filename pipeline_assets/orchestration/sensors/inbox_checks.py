"""`inbox_checks_sensor`: the inboxes' checks, anew when their verdict changes without a run.

A file becomes late, or is halted by a dead run, while nothing runs that could say so. The verdicts
are reported as events without a run; the record of evaluations is what the sensor remembers.
"""

import json
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord

from pipeline_assets.domain.alerts.causes import cause_of
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.orchestration.check_results import check_evaluation, check_key
from pipeline_assets.orchestration.checks import inbox_checks_job
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns, runs_of_inbox
from pipeline_assets.orchestration.sensors.ticks import Tick, evaluated, remembered
from pipeline_assets.services.checks.all_checks import evaluate
from pipeline_assets.services.checks.check import Check
from pipeline_assets.services.checks.inboxes import INBOX_CHECKS
from pipeline_assets.services.checks.verdict import Verdict
from pipeline_assets.services.pipeline import Pipeline

_INTERVAL_S = 30
# The same cause with other files is reported anew this long after the last report.
_REFRESH_AFTER = timedelta(minutes=10)


@dg.sensor(
    name="inbox_checks_sensor",
    job=inbox_checks_job,
    minimum_interval_seconds=_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Reports the checks of the inboxes when their verdict changes, without a run.",
)
def inbox_checks_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """An evaluation for each check of the inboxes whose verdict has changed."""
    return evaluated(context, pipeline, _tick)


def _tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> Tick:
    def runs(inbox: Inbox) -> InstanceRuns:
        return runs_of_inbox(context.instance, inbox)

    records = context.instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [check_key(check) for check in INBOX_CHECKS]
    )
    shown = remembered(context)
    now = datetime.now(UTC)
    news = [
        (check, verdict)
        for check, verdict in evaluate(pipeline, INBOX_CHECKS, runs)
        if _is_news(verdict, records.get(check_key(check)), shown.get(_name(check)), now)
    ]
    told = " ".join(verdict.summary for _, verdict in news)
    return dg.SensorResult(
        asset_events=[check_evaluation(check, verdict) for check, verdict in news],
        skip_reason=told or "No verdict on the inboxes has changed.",
        cursor=json.dumps(shown | {_name(check): _files(verdict) for check, verdict in news}),
    )


def _is_news(
    verdict: Verdict, record: AssetCheckExecutionRecord | None, shown: str | None, now: datetime
) -> bool:
    """Whether the last evaluation says something else, or long ago something of other files."""
    if record is None:
        return True
    is_old = now - datetime.fromtimestamp(record.create_timestamp, UTC) >= _REFRESH_AFTER
    last = record.event.asset_check_evaluation if record.event else None
    if last is None:
        return is_old  # a run is about to evaluate it, or has died before it did
    cause = last.metadata["cause"].value if "cause" in last.metadata else None
    if (last.passed, cause) != (verdict.passed, verdict.cause):
        return True
    return is_old and _files(verdict) != shown


def _name(check: Check) -> str:
    return f"{check.asset}/{check.name}"


def _files(verdict: Verdict) -> str:
    """Which files the verdict names, for the cursor: short, whatever their names."""
    return cause_of(row[0] for row in verdict.rows)

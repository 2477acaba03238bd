"""The sensor of failing checks: a check that fails does not fail a run."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import dagster as dg

from pipeline_assets.alerts.channels import Channel
from pipeline_assets.domain.alerts.plan import OpenAlert, hold_back, news
from pipeline_assets.domain.alerts.troubles import CHECKS, Trouble
from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.alerts.check_results import latest_results, subject_of
from pipeline_assets.orchestration.alerts.ticks import (
    ALERTS_EVERY_S,
    AlertCursor,
    alert_tick,
    check_keys,
    recorded_and_sent,
)
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.services.alerts.record import read_open_alerts, record_troubles
from pipeline_assets.services.checks.inboxes import HALTED_FILES
from pipeline_assets.services.checks.refused import REFUSED_FILES
from pipeline_assets.services.files.inbox_survey import survey
from pipeline_assets.services.pipeline import Pipeline

# Checks whose verdict grows with each file while the inbox is being worked through.
_GROWING = (REFUSED_FILES.name, HALTED_FILES)
# A run that halts its file fails, which the other sensor tells; it looks as often as this one.
_RUNS_FIRST = timedelta(seconds=2 * ALERTS_EVERY_S)


@dg.sensor(
    name="check_alert_sensor",
    minimum_interval_seconds=ALERTS_EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Raises one alert for each check that fails, and another one when what it says "
    "gets worse. Off until a channel is set (PIPELINE_ALERT_…).",
)
def check_alert_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult:
    """Record failing checks, and send what is due."""
    return alert_tick(context, pipeline, _look_at_checks, is_of_runs=False)


def _look_at_checks(
    context: dg.SensorEvaluationContext,
    pipeline: Pipeline,
    channels: Sequence[Channel],
    cursor: AlertCursor,
) -> str:
    keys = check_keys(context)
    results = latest_results(context.instance, keys)
    opened = read_open_alerts(pipeline)
    raised = news(results.failed, opened)
    held = _held(context, pipeline, [key for key in keys if key.name in _GROWING], raised, cursor)
    ready = [one for one in results.failed if one.subject not in held]
    gone = _without_check(opened, {subject_of(key) for key in keys})
    count = record_troubles(pipeline, ready, results.passed | gone, channels)
    failing = f"Failing checks: {len(results.failed)}"
    if held:
        failing += f" ({len(held)} told a little later)"
    return recorded_and_sent(failing, count, pipeline, channels)


def _held(
    context: dg.SensorEvaluationContext,
    pipeline: Pipeline,
    growing: Sequence[dg.AssetCheckKey],
    raised: Sequence[Trouble],
    cursor: AlertCursor,
) -> dict[str, datetime]:
    """Which troubles wait, and since when; the cursor remembers it."""
    now = pipeline.clock()
    since = {name: datetime.fromisoformat(at) for name, at in cursor.get("held", {}).items()}
    told = {one.subject for one in raised}
    waiting = [key for key in growing if subject_of(key) in told]
    is_busy = bool(waiting) and _is_being_worked_through(context, pipeline)
    unsettled = {
        subject_of(key)
        for key in waiting
        if is_busy
        or (key.name == HALTED_FILES and now - since.get(subject_of(key), now) < _RUNS_FIRST)
    }
    longest = timedelta(seconds=pipeline.settings.alert_max_wait_s)
    held = hold_back(raised, unsettled, since, now, longest)
    cursor["held"] = {name: at.isoformat() for name, at in held.items()}
    return held


def _without_check(opened: Sequence[OpenAlert], subjects: set[str]) -> set[str]:
    """Subjects of open alerts about checks that are not there any more."""
    of_checks = {one.subject for one in opened if one.subject.startswith(f"{CHECKS}/")}
    return of_checks - subjects


def _is_being_worked_through(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> bool:
    """Whether files of the product inbox are waiting or in work; halted ones do neither."""
    settled = SettledFiles(pipeline.settings.settle_s)
    budget = pipeline.settings.max_peek_bytes
    runs = InstanceRuns(context.instance)
    found = survey(pipeline, runs, settled, pipeline.product_inbox, budget)
    return bool(
        found.takeable or found.waiting or found.unread or found.unsettled or found.in_flight
    )

"""A tick of a sensor of alerts: what it finds is recorded in the catalogue, and sent from there.

The sensors request no runs, so each tick is skipped, with what it did as the reason. Dagster's own
`run_failure_sensor` moves on when its function raises, and would lose the failure.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg

from pipeline_assets.alerts.channels import NO_CHANNEL, Channel, channels_of
from pipeline_assets.catalogue.database.errors import is_transient, shown_cause
from pipeline_assets.errors import DagsterStorageError, UnavailableError, UsageError
from pipeline_assets.orchestration.alerts.failed_runs import last_events
from pipeline_assets.orchestration.instance import refuse_temporary_storage
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.services.alerts.outages import outage_from, send_outage
from pipeline_assets.services.alerts.record import send_recorded
from pipeline_assets.services.checks.verdict import counted
from pipeline_assets.services.pipeline import Pipeline

ALERTS_EVERY_S = 30

AlertCursor = dict[str, Any]
"""What a sensor of alerts remembers; its look changes it in place."""
AlertLook = Callable[[dg.SensorEvaluationContext, Pipeline, Sequence[Channel], AlertCursor], str]
"""Records what a sensor finds, sends what is due, and says what it did."""


def alert_tick(
    context: dg.SensorEvaluationContext,
    pipeline: PipelineResource,
    look: AlertLook,
    *,
    is_of_runs: bool,
) -> dg.SensorResult:
    """A tick; nothing that goes wrong with alerts makes it fail."""
    try:
        settings = pipeline.read_settings()
    except UsageError as error:
        return dg.SensorResult(skip_reason=str(error), cursor=context.cursor)
    channels = channels_of(settings.channel_urls, settings.alert_timeout_s)
    if not channels:  # once they are on, they begin with what happens then
        return dg.SensorResult(skip_reason=NO_CHANNEL, cursor="{}")
    cursor: AlertCursor = json.loads(context.cursor) if context.cursor else {}
    if is_of_runs and "seen" not in cursor:
        cursor["seen"] = last_events(context.instance)
    try:
        refuse_temporary_storage(context.instance)
        said = look(context, pipeline.open().check(), channels, cursor)
        cursor.pop("outage", None)
    except (DagsterStorageError, UsageError) as error:
        said = str(error)
    except UnavailableError as error:
        said = str(error)
        if is_of_runs:  # one of the two tells it
            outage = outage_from(cursor.get("outage"), pipeline.clock())
            sent = send_outage(outage, error, settings, channels, pipeline.clock)
            cursor["outage"] = outage.as_data()
            said = f"{said} {sent}"
    except Exception as error:
        if not is_transient(error):
            raise
        said = f"The catalogue is busy ({shown_cause(error)}); the next tick tries again."
    return dg.SensorResult(skip_reason=said, cursor=json.dumps(cursor))


def recorded_and_sent(
    found: str, raised: int, pipeline: Pipeline, channels: Sequence[Channel]
) -> str:
    """Send what is due; returns what the tick found and did."""
    return f"{found}; {counted(raised, 'alert')} raised. {send_recorded(pipeline, channels)}"


def check_keys(context: dg.SensorEvaluationContext) -> set[dg.AssetCheckKey]:
    """Every check of the graph."""
    repository = context.repository_def
    return set(repository.asset_graph.asset_check_keys) if repository else set()

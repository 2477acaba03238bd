"""`product_inbox_sensor`: one run per settled file of the product inbox."""

import json
from datetime import datetime, timedelta

import dagster as dg

from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.product_update import product_update_job
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.sensors.inbox_observations import SHOWN, inbox_events
from pipeline_assets.orchestration.sensors.requests import run_request
from pipeline_assets.orchestration.sensors.ticks import (
    CHECK_INTERVAL_S,
    Tick,
    evaluated,
    looks,
    remembered,
)
from pipeline_assets.services.files.cycles import next_step
from pipeline_assets.services.files.inbox_counts import digest_of
from pipeline_assets.services.files.inbox_survey import recovered_survey
from pipeline_assets.services.pipeline import Pipeline


@dg.sensor(
    name="product_inbox_sensor",
    job=product_update_job,
    minimum_interval_seconds=CHECK_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Requests one run per settled file in product_inbox/, oldest first, one file of a "
    "store at a time.",
)
def product_inbox_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """One run per inbox file that can be taken now."""
    return evaluated(context, pipeline, _tick)


def _tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> Tick:
    settings = pipeline.settings
    cursor = remembered(context)
    settled = SettledFiles(settings.settle_s, cursor.get("looks"))
    runs = InstanceRuns(context.instance)
    budget = settings.max_peek_bytes
    found = recovered_survey(pipeline, runs, settled, pipeline.product_inbox, budget)
    began = cursor.get("cycle_began_at")
    step = next_step(
        found,
        datetime.fromisoformat(began) if began else None,
        runs.last_success_at(),
        pipeline.clock(),
        timedelta(seconds=settings.post_success_pause_s),
    )
    # A run that waits in a long queue would count as dead, so the queue is kept short.
    room = max(0, settings.sensor_max_requests - len(found.in_flight))
    requests = [run_request(one.file.name, one.file.fingerprint) for one in step.requests[:room]]
    began_at = step.cycle_began_at.isoformat() if step.cycle_began_at else None
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None
        if requests
        else found.on_hold or step.idle_because or "Enough runs are queued already.",
        asset_events=inbox_events(PRODUCT_INBOX, found, cursor),
        cursor=json.dumps(
            {"cycle_began_at": began_at, "looks": looks(settled), SHOWN: digest_of(found)}
        ),
    )

"""`barcode_enrichment_inbox_sensor`: one run for the next file to enrich."""

import json

import dagster as dg

from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.barcode_enrichment import barcode_enrichment_job
from pipeline_assets.orchestration.names import BARCODE_ENRICHMENT
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.sensors.requests import enrichment_request
from pipeline_assets.orchestration.sensors.ticks import (
    CHECK_INTERVAL_S,
    Tick,
    evaluated,
    looks,
    remembered,
)
from pipeline_assets.services.enrichment.claims import claim_next
from pipeline_assets.services.files.inbox_survey import recovered_survey
from pipeline_assets.services.pipeline import Pipeline


@dg.sensor(
    name="barcode_enrichment_inbox_sensor",
    job=barcode_enrichment_job,
    minimum_interval_seconds=CHECK_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Requests one run per settled file in barcode_enrichment_inbox/, oldest first, one "
    "at a time.",
)
def barcode_enrichment_inbox_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """One run for the next file to enrich, when no other is under way."""
    return evaluated(context, pipeline, _tick)


def _tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> Tick:
    settled = SettledFiles(pipeline.settings.settle_s, remembered(context).get("looks"))
    runs = InstanceRuns(context.instance, BARCODE_ENRICHMENT)
    budget = pipeline.settings.max_peek_bytes
    found = recovered_survey(pipeline, runs, settled, pipeline.barcode_enrichment_inbox, budget)
    file = claim_next(pipeline, found)
    idle_because = (
        "A file is being enriched; the others are waiting."
        if found.in_flight or found.takeable
        else "No file in barcode_enrichment_inbox/ is ready."
    )
    return dg.SensorResult(
        run_requests=[enrichment_request(file, pipeline.settings)] if file else [],
        skip_reason=None if file else idle_because,
        cursor=json.dumps({"looks": looks(settled)}),
    )

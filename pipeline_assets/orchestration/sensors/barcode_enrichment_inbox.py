"""`barcode_enrichment_inbox_sensor`: one run for the next file to enrich."""

import json

import dagster as dg

from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX
from pipeline_assets.inbox.scanning import SettledFiles
from pipeline_assets.orchestration.barcode_enrichment import barcode_enrichment_job
from pipeline_assets.orchestration.names import BARCODE_ENRICHMENT
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.orchestration.sensors.inbox_observations import SHOWN, inbox_events
from pipeline_assets.orchestration.sensors.requests import enrichment_request
from pipeline_assets.orchestration.sensors.ticks import (
    CHECK_INTERVAL_S,
    Tick,
    evaluated,
    looks,
    remembered,
)
from pipeline_assets.services.enrichment.claims import claim_next
from pipeline_assets.services.files.inbox_counts import digest_of, idle_in_words
from pipeline_assets.services.files.inbox_survey import Survey, recovered_survey
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
    cursor = remembered(context)
    settled = SettledFiles(pipeline.settings.settle_s, cursor.get("looks"))
    runs = InstanceRuns(context.instance, BARCODE_ENRICHMENT)
    budget = pipeline.settings.max_peek_bytes
    found = recovered_survey(pipeline, runs, settled, pipeline.barcode_enrichment_inbox, budget)
    file = claim_next(pipeline, found)
    return dg.SensorResult(
        run_requests=[enrichment_request(file, pipeline.settings)] if file else [],
        skip_reason=None if file else _idle_because(found),
        asset_events=inbox_events(BARCODE_ENRICHMENT_INBOX, found, cursor),
        cursor=json.dumps({"looks": looks(settled), SHOWN: digest_of(found)}),
    )


def _idle_because(found: Survey) -> str:
    if found.in_flight or found.takeable:
        at_work = " and ".join(file.name for file in found.in_flight) or "A file"
        return f"{at_work} is being enriched; the others wait, as only one is at a time."
    return idle_in_words(BARCODE_ENRICHMENT_INBOX, found)

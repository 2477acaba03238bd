"""The sensors, which are thin: each asks the services what is due and requests runs for it.

Run requests carry no run key: a used key blocks forever, even after a failure. The folder, the
record of attempts and the runs' tags decide what is requested.
"""

import json
from datetime import datetime, timedelta
from typing import Any

import dagster as dg

from pipeline_assets.errors import CatalogueUnavailableError, DagsterStorageError
from pipeline_assets.inbox.scanning import InboxFile, SettledFiles
from pipeline_assets.orchestration.barcode_enrichment import barcode_enrichment_job
from pipeline_assets.orchestration.file_runs import file_tags
from pipeline_assets.orchestration.instance import refuse_temporary_storage
from pipeline_assets.orchestration.names import (
    BARCODE_ENRICHMENT,
    ENRICH_OP,
    INGEST_OP,
    MAX_RUNTIME_TAG,
    POST_PROCESS_ONLY,
    REQUESTER_TAG,
)
from pipeline_assets.orchestration.post_processing import post_process_only_job
from pipeline_assets.orchestration.product_update import product_update_job
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import InstanceRuns
from pipeline_assets.services.enrichment.claims import claim_next
from pipeline_assets.services.files.cycles import next_step
from pipeline_assets.services.files.inbox_survey import recovered_survey, survey
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.timing import idle_reason, read_backlog
from pipeline_assets.settings import Settings

CHECK_INTERVAL_S = 5
# MySQL stores a cursor as 64 KB of text; beyond this the file system's ctime has to do.
_MAX_REMEMBERED_LOOKS = 100
# Failed post-processing is requested again after this, or when another file has arrived.
_ASK_AGAIN_AFTER = timedelta(hours=1)


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
    try:
        return _tick(context, _opened(context, pipeline))
    except (CatalogueUnavailableError, DagsterStorageError) as error:
        return dg.SkipReason(str(error))


def _opened(context: dg.SensorEvaluationContext, pipeline: PipelineResource) -> Pipeline:
    refuse_temporary_storage(context.instance)
    return pipeline.open()


def _tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SensorResult:
    settings = pipeline.settings
    cursor: dict[str, Any] = json.loads(context.cursor) if context.cursor else {}
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
        skip_reason=None if requests else step.idle_because or "Enough runs are queued already.",
        cursor=json.dumps({"cycle_began_at": began_at, "looks": _looks(settled)}),
    )


def _looks(settled: SettledFiles) -> dict[str, float]:
    return dict(sorted(settled.seen.items())[:_MAX_REMEMBERED_LOOKS])


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
    try:
        return _enrichment_tick(context, _opened(context, pipeline))
    except (CatalogueUnavailableError, DagsterStorageError) as error:
        return dg.SkipReason(str(error))


def _enrichment_tick(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SensorResult:
    cursor: dict[str, Any] = json.loads(context.cursor) if context.cursor else {}
    settled = SettledFiles(pipeline.settings.settle_s, cursor.get("looks"))
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
        cursor=json.dumps({"looks": _looks(settled)}),
    )


@dg.sensor(
    name="post_processing_sensor",
    job=post_process_only_job,
    minimum_interval_seconds=CHECK_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Requests post-processing once the product inbox is drained.",
)
def post_processing_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """One run of post-processing for all files of a drained inbox."""
    try:
        return _post_processing_tick(context, _opened(context, pipeline))
    except (CatalogueUnavailableError, DagsterStorageError) as error:
        return dg.SkipReason(str(error))


def _post_processing_tick(
    context: dg.SensorEvaluationContext, pipeline: Pipeline
) -> dg.SensorResult | dg.SkipReason:
    runs = InstanceRuns(context.instance)
    if runs.is_active(POST_PROCESS_ONLY):
        return dg.SkipReason("Post-processing is running.")
    now = pipeline.clock()
    settled = SettledFiles(pipeline.settings.settle_s)
    budget = pipeline.settings.max_peek_bytes
    found = survey(pipeline, runs, settled, pipeline.product_inbox, budget)
    backlog = read_backlog(pipeline, runs.last_success_at(POST_PROCESS_ONLY))
    max_wait = timedelta(seconds=pipeline.settings.post_processing_max_wait_s)
    reason = idle_reason(found, backlog, now, max_wait)
    if reason is not None:
        return dg.SkipReason(reason)
    asked: dict[str, Any] = json.loads(context.cursor) if context.cursor else {}
    if asked.get("file_id") == backlog.last_file_id and not _is_long_ago(asked, now):
        return dg.SkipReason(
            "Post-processing was requested and did not succeed; it is requested again later."
        )
    cursor = {"file_id": backlog.last_file_id, "asked_at": now.isoformat()}
    return dg.SensorResult(run_requests=[dg.RunRequest()], cursor=json.dumps(cursor))


def _is_long_ago(asked: dict[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(asked["asked_at"]) >= _ASK_AGAIN_AFTER


def run_request(name: str, fingerprint: str) -> dg.RunRequest:
    """A run of job `product_update` for one version of one inbox file."""
    tags = file_tags(name, fingerprint) | {REQUESTER_TAG: this_process()}
    return dg.RunRequest(run_config=file_config(INGEST_OP, name), tags=tags)


def enrichment_request(file: InboxFile, settings: Settings) -> dg.RunRequest:
    """A run of job `barcode_enrichment` for one version of one file."""
    longest = {MAX_RUNTIME_TAG: str(int(settings.enrichment_max_runtime_s))}
    tags = file_tags(file.name, file.fingerprint) | longest | {REQUESTER_TAG: this_process()}
    return dg.RunRequest(run_config=file_config(ENRICH_OP, file.name), tags=tags)


def file_config(op: str, name: str) -> dict[str, Any]:
    """The run config that names the file to take."""
    return {"ops": {op: {"config": {"file": name}}}}

"""Asset `retention`: each materialization shows what was removed or moved; job and schedule."""

import dagster as dg

from pipeline_assets.orchestration.file_runs import opened, or_start_again
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.orchestration.names import MAINTENANCE, MAX_RUNTIME_TAG, RETAIN_OP, RETENTION
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.retention.runs import remove_old_runs
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.retention.part import RetentionPart
from pipeline_assets.services.retention.retain import is_on, retain
from pipeline_assets.services.retention.time_limit import TimeLimit
from pipeline_assets.settings import Settings

# Beyond what a run may take by its own time limit: a part ends what it has begun.
_LONGEST_S = 6 * 3_600
# When the files of the night are in, and before people come.
_DAILY = "45 5 * * *"


@dg.multi_asset(
    name=RETAIN_OP,  # the job has the asset's name, and an op may not have a job's
    specs=[
        dg.AssetSpec(
            RETENTION,
            group_name=MAINTENANCE,
            description="What is old and not needed any more: Dagster's runs and events, entries "
            "in the record of attempts, price history, archived files. Each is removed or moved as "
            "its own setting says; all of them are off by default. Done once a day, and whenever "
            "somebody materializes it.",
            kinds={"python"},
        )
    ],
)
def retention(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> dg.MaterializeResult[None]:
    """Removes and moves what is old."""
    with stoppable():
        ready = opened(context, pipeline)
        message = "Retention stopped: {}. What it had done stays done, and the next run goes on."
        parts = or_start_again(context, ready, message, lambda: work_off(ready, context.instance))
    for part in parts:
        context.log.info(in_words(part))
    return dg.MaterializeResult(metadata=_metadata(parts))


def work_off(
    pipeline: Pipeline, instance: dg.DagsterInstance | None, *, is_rehearsal: bool = False
) -> list[RetentionPart]:
    """All parts, Dagster's runs last; without an instance only those of the catalogue."""
    limit = TimeLimit(pipeline.settings.retention_max_s)
    parts = retain(pipeline, limit, is_rehearsal=is_rehearsal)
    if instance is not None:
        parts.append(remove_old_runs(pipeline, instance, limit, is_rehearsal=is_rehearsal))
    return parts


def in_words(part: RetentionPart) -> str:
    """One line on what a part did."""
    if part.why_off is not None:
        return f"{part.name}: off. {part.why_off}"
    figures = ", ".join(f"{name} {figure:,}" for name, figure in part.figures.items())
    more = " The time was up: the next run goes on." if part.is_cut_short else ""
    return f"{part.name}: {figures or 'nothing to do'}.{more}"


def _metadata(parts: list[RetentionPart]) -> dict[str, dg.MetadataValue]:
    shown: dict[str, dg.MetadataValue] = {
        "what_it_did": dg.MetadataValue.md("\n".join(f"- {in_words(part)}" for part in parts)),
        "is_cut_short": dg.MetadataValue.bool(any(part.is_cut_short for part in parts)),
    }
    for part in parts:
        for name, figure in part.figures.items():
            full = name if name.startswith(part.name) else f"{part.name}_{name}"
            shown[full] = dg.MetadataValue.int(figure)
    return shown


retention_job = dg.define_asset_job(
    RETENTION,
    selection=dg.AssetSelection.assets(RETENTION).without_checks(),
    executor_def=dg.in_process_executor,
    tags={MAX_RUNTIME_TAG: str(_LONGEST_S)},
    description="Removes or moves what is old, as far as settings say so.",
)


def retention_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Once a day, in the settings' time zone; nothing is requested while all parts are off."""

    @dg.schedule(
        name="retention_schedule",
        job=retention_job,
        cron_schedule=_DAILY,
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Requests retention once a day, unless all of it is off.",
    )
    def daily(pipeline: PipelineResource) -> dg.RunRequest | dg.SkipReason:
        if not is_on(pipeline.settings_or_defaults()):
            return dg.SkipReason("Retention is off: none of its settings is set.")
        return dg.RunRequest()

    return daily

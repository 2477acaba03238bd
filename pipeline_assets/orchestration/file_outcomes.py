"""What a run tells Dagster about its file: tags to filter by, events, the check of refused files.

The list of an asset's events shows nothing of an event but its time and its partition. So the store
and the file are put there, although no asset here has partitions: to Dagster it is only a text.
"""

from collections.abc import Mapping
from enum import StrEnum

import dagster as dg

from pipeline_assets import stopping
from pipeline_assets.orchestration.check_results import check_evaluation
from pipeline_assets.orchestration.metadata import refusal_metadata
from pipeline_assets.orchestration.names import COMPANY_TAG, FILE_TAG, OUTCOME_TAG, STORE_TAG
from pipeline_assets.reporting.escaping import in_code, visible
from pipeline_assets.services.checks.all_checks import evaluate
from pipeline_assets.services.checks.refused import REFUSED_FILES
from pipeline_assets.services.files.outcomes import FileOutcome, State
from pipeline_assets.services.files.run_records import NoRuns
from pipeline_assets.services.pipeline import Pipeline

# As Dagster's own, which tells whether what was made from an asset is older than the asset.
_DATA_VERSION_TAG = "dagster/data_version"


class RunOutcome(StrEnum):
    """The values of tag `pipeline/outcome`.

    `PROCESSING` is only on a run that repeats another one, whose outcome it would show otherwise. A
    run without the tag has not ended yet, or was ended before it could say how.
    """

    ACCEPTED = "accepted"
    ENRICHED = "enriched"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    VANISHED = "vanished"
    BUSY = "busy"
    NOTHING = "nothing"
    HALTED = "halted"
    FAILED = "failed"
    PROCESSING = "processing"


def tag_outcome(
    context: dg.AssetExecutionContext, outcome: RunOutcome, more: Mapping[str, str] | None = None
) -> None:
    """Tag the run with how it ended."""
    tags = {OUTCOME_TAG: outcome.value, **(more or {})}
    context.instance.add_run_tags(context.run.run_id, tags)


def forget_copied_outcome(context: dg.AssetExecutionContext) -> None:
    """Take the other run's outcome off a run that repeats it."""
    if OUTCOME_TAG in context.run.tags:
        tag_outcome(context, RunOutcome.PROCESSING)


def report_taken(
    context: dg.AssetExecutionContext,
    outcome: FileOutcome,
    metadata: Mapping[str, Mapping[str, dg.MetadataValue]],
) -> None:
    """Record what an accepted or enriched file has materialized, with the metadata by asset."""
    for asset, values in metadata.items():
        event = dg.AssetMaterialization(
            asset,
            description=_sentence(outcome),
            metadata=values,
            partition=_label(outcome),
            tags={_DATA_VERSION_TAG: context.run.run_id},
        )
        context.log_event(event)
    is_enriched = outcome.delivered_to is not None
    done = RunOutcome.ENRICHED if is_enriched else RunOutcome.ACCEPTED
    tag_outcome(context, done, _file_tags(outcome))


def report_not_taken(context: dg.AssetExecutionContext, asset: str, outcome: FileOutcome) -> None:
    """Record an observation that says why a file brought nothing new."""
    context.log.info(f"{outcome.name}: {outcome.state} {outcome.reason or ''} {outcome.message}")
    event = dg.AssetObservation(
        asset,
        description=_sentence(outcome),
        metadata=refusal_metadata(outcome),
        partition=_label(outcome),
    )
    context.log_event(event)
    tag_outcome(context, _run_outcome(outcome), _file_tags(outcome))


def report_refused_files(context: dg.AssetExecutionContext, pipeline: Pipeline) -> None:
    """Record what the check of refused files says now; its own step in each run would cost more.

    Work on the file is done, so nothing that stands in the way fails the run.
    """
    try:
        with stopping.finishing():
            ((check, verdict),) = evaluate(pipeline, (REFUSED_FILES,), lambda _inbox: NoRuns())
    except (Exception, stopping.Interrupted) as error:
        context.log.warning(f"The check of refused files could not be made: {error}")
        return
    context.log_event(check_evaluation(check, verdict))


def _run_outcome(outcome: FileOutcome) -> RunOutcome:
    match outcome.state:
        case State.QUARANTINED:
            is_duplicate = outcome.reason == "duplicate"
            return RunOutcome.DUPLICATE if is_duplicate else RunOutcome.QUARANTINED
        case State.VANISHED:
            return RunOutcome.VANISHED
        case State.BUSY:
            return RunOutcome.BUSY
        case State.ARCHIVED:  # by a run that had died after its commit; this one moved the file
            return RunOutcome.ACCEPTED


def _store(outcome: FileOutcome) -> tuple[str | None, str | None]:
    """Company and store, as far as they are known."""
    known = outcome.header or outcome.facts
    return known.company, known.store_id


def _file_tags(outcome: FileOutcome) -> dict[str, str]:
    company, store_id = _store(outcome)
    store = {COMPANY_TAG: company, STORE_TAG: store_id}
    shown = {name: visible(value) for name, value in store.items() if value}
    return {FILE_TAG: outcome.name} | shown


def _label(outcome: FileOutcome) -> str:
    store = " ".join(filter(None, _store(outcome)))
    file = f"{outcome.name} ({outcome.reason})" if outcome.reason else outcome.name
    return visible(f"{store}: {file}" if store else file)


def _sentence(outcome: FileOutcome) -> str:
    """The file, its store, what became of it, as Markdown."""
    store = " ".join(filter(None, _store(outcome)))
    of_store = f" of {in_code(store)}" if store else ""
    reason = f" ({outcome.reason})" if outcome.reason else ""
    return f"{in_code(outcome.name)}{of_store}: {outcome.state}{reason}"

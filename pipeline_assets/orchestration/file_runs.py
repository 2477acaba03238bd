"""What runs share: choosing a file, and starting a step again after an error that passes."""

from collections.abc import Callable
from typing import Any, TypeVar

import dagster as dg

from pipeline_assets import stopping
from pipeline_assets.catalogue.database.errors import is_transient, shown_cause
from pipeline_assets.errors import (
    HaltedFileError,
    PipelineError,
    TransientError,
    UnavailableError,
    UsageError,
)
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.orchestration.file_outcomes import RunOutcome, tag_outcome
from pipeline_assets.orchestration.names import FILE_TAG, FINGERPRINT_TAG
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import fingerprint_of
from pipeline_assets.services.files.outcomes import FileOutcome, State
from pipeline_assets.services.operators.absence import explain_absence
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.settings import Settings

_T = TypeVar("_T")

_WITHOUT_END = 1_000_000

StepContextInRun = dg.AssetExecutionContext | dg.AssetCheckExecutionContext
"""The context of a step that makes assets, or of one that checks them."""


def file_tags(name: str, fingerprint: str) -> dict[str, str]:
    """The tags that say which version of which file a run takes."""
    return {FILE_TAG: name, FINGERPRINT_TAG: fingerprint}


def file_config(op: str, name: str) -> dict[str, Any]:
    """The run config that names the file to take."""
    return {"ops": {op: {"config": {"file": name}}}}


def tag_with(context: dg.AssetExecutionContext, file: InboxFile) -> None:
    """Tag the run with the file that it has chosen, for everyone to see."""
    context.instance.add_run_tags(context.run.run_id, file_tags(file.name, file.fingerprint))


def tagged_file(context: dg.AssetExecutionContext) -> str | None:
    """The file that an earlier try of this run chose."""
    stored = context.instance.get_run_by_id(context.run.run_id)
    return stored.tags.get(FILE_TAG) if stored else None


def opened(context: StepContextInRun, pipeline: PipelineResource) -> Pipeline:
    """The pipeline, once its catalogue can be reached; until then the step starts again."""
    try:
        return pipeline.open()
    except UsageError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    except UnavailableError as error:
        if not error.is_transient:
            raise dg.Failure(str(error), allow_retries=False) from error
        raise start_again(context, pipeline.read_settings(), error, _WITHOUT_END) from error


def take(
    context: dg.AssetExecutionContext,
    pipeline: Pipeline,
    inbox: Inbox,
    work: Callable[[], FileOutcome],
    *,
    is_named: bool,
) -> FileOutcome:
    """Do the work on a file of the inbox; a transient error starts the step again.

    `is_named`: the run config names the file, and the run has not chosen it itself.

    The record of attempts decides when to stop, and the file is halted. If nothing can be recorded,
    Dagster counts the tries; while the database cannot be reached, they are not counted.
    """
    settings = pipeline.settings
    try:
        outcome = work()
        if outcome.state is State.VANISHED and is_named and _is_launched_by_hand(context.run):
            outcome = explain_absence(pipeline, inbox, outcome, context.run.run_id)
        return outcome
    except TransientError as error:
        tries = _WITHOUT_END if error.is_recorded else settings.max_failures - 1
        if context.retry_number >= tries:
            tag_outcome(context, RunOutcome.FAILED)
        raise start_again(context, settings, error, tries) from error
    except UnavailableError as error:
        if not error.is_transient:
            raise _failure(context, error) from error
        raise start_again(context, settings, error, _WITHOUT_END) from error
    except (HaltedFileError, UsageError) as error:
        raise _failure(context, error) from error


def _is_launched_by_hand(run: dg.DagsterRun) -> bool:
    """Whether a person launched the run, and not a sensor or a command that had seen its file."""
    return fingerprint_of(run) is None or run.parent_run_id is not None


def _failure(context: dg.AssetExecutionContext, error: PipelineError) -> dg.Failure:
    """The failure to raise, once the run is tagged with it."""
    is_halted = isinstance(error, HaltedFileError)
    tag_outcome(context, RunOutcome.HALTED if is_halted else RunOutcome.FAILED)
    return dg.Failure(str(error), allow_retries=False)


def or_start_again(
    context: StepContextInRun, pipeline: Pipeline, message: str, work: Callable[[], _T]
) -> _T:
    """What `work` returns; after a transient error of the database the step starts again.

    `message` says what could not be done; `{}` in it stands for the cause.
    """
    try:
        return work()
    except Exception as error:
        if not is_transient(error):
            raise
        pipeline.engine.dispose()  # nothing from the failed try is reused
        failed = RuntimeError(message.replace("{}", shown_cause(error)))
        tries = pipeline.settings.max_failures - 1
        raise start_again(context, pipeline.settings, failed, tries) from error


def start_again(
    context: StepContextInRun, settings: Settings, error: Exception, tries: int
) -> dg.RetryRequested:
    """The retry to raise, once the pause is over, with a warning that names the error.

    The pause is spent here because Dagster's own hears no request to stop.
    """
    if context.retry_number < tries:
        context.log.warning(f"{error} Next try in {settings.retry_wait_s:g} s.")
        stopping.sleep(settings.retry_wait_s)
    return dg.RetryRequested(tries)

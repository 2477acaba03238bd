"""One attempt on one file of either inbox: begin, read, take or refuse, record a failure."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

from sqlalchemy.exc import DBAPIError

from pipeline_assets import stopping
from pipeline_assets.errors import (
    CatalogueUnavailableError,
    FilesUnavailableError,
    RefusedFileError,
    VanishedFileError,
)
from pipeline_assets.inbox.folders import Inbox, path_in
from pipeline_assets.inbox.reading import ReadFile, read_file
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.files.failures import (
    record_failure,
    record_interruption,
    unrecorded_failure,
)
from pipeline_assets.services.files.outcomes import FileOutcome, State
from pipeline_assets.services.files.quarantine import quarantine, vanished
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class FileAttempt:
    """A file being processed: its path, the attempt's id, the Dagster run's id."""

    pipeline: Pipeline
    path: PurePath
    attempt_id: int
    run_id: str | None


def attempt_file(
    pipeline: Pipeline,
    inbox: Inbox,
    name: str,
    run_id: str | None,
    begin: Callable[[InboxFile], int],
    take: Callable[[FileAttempt, ReadFile], FileOutcome],
) -> FileOutcome:
    """Process the inbox's file `name` to the end: archived, quarantined, or vanished meanwhile.

    `begin` records that work on it starts and returns the attempt's id; `take` does the work.

    Raises `UsageError` for the name of something that is never processed, `TransientError` if the
    file is to be tried again, `HaltedFileError` if it is not, `UnavailableError` while the
    database or the object store cannot be reached, and `Interrupted` when the process is asked to
    stop before the work is done.
    """
    begun = time.perf_counter()
    path = path_in(inbox.folder, name)
    try:
        file = pipeline.files.file_to_process(path)
    except FileNotFoundError:
        return FileOutcome(name, State.VANISHED, message=str(VanishedFileError(path)))
    try:
        attempt_id = begin(file)
    except DBAPIError as error:
        raise unrecorded_failure(file, error) from error
    try:
        outcome = _read_and_take(FileAttempt(pipeline, path, attempt_id, run_id), take)
    except CatalogueUnavailableError:
        raise
    except FilesUnavailableError as outage:
        record_interruption(pipeline, attempt_id, outage)
        raise
    except stopping.Interrupted as stop:
        record_interruption(pipeline, attempt_id, stop)
        raise
    except Exception as error:
        raise record_failure(pipeline, inbox, file, attempt_id, error) from error
    return replace(outcome, seconds=time.perf_counter() - begun)


def _read_and_take(
    attempt: FileAttempt, take: Callable[[FileAttempt, ReadFile], FileOutcome]
) -> FileOutcome:
    """Read the file and take it; a refusal is an outcome, not an error."""
    pipeline, path, attempt_id = attempt.pipeline, attempt.path, attempt.attempt_id
    try:
        read = read_file(path, pipeline.read_limits, pipeline.files.opened)
    except VanishedFileError:
        return vanished(pipeline, path, attempt_id)
    stopping.check()
    try:
        return take(attempt, read)
    except RefusedFileError as refusal:
        return quarantine(pipeline, path, read, refusal, attempt_id, attempt.run_id)

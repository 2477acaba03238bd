"""What follows when an error stops work on a file: another try, or halting."""

import errno
from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from pipeline_assets import stopping
from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.database.errors import is_transient, shown_cause
from pipeline_assets.domain.files.attempts import Event, after_failure, file_state
from pipeline_assets.errors import (
    HaltedFileError,
    PipelineError,
    TransientError,
    UnavailableError,
)
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.pipeline import Pipeline


def record_failure(
    pipeline: Pipeline, inbox: Inbox, file: InboxFile, attempt_id: int, error: Exception
) -> TransientError | HaltedFileError:
    """Record how the attempt ended; returns the error to raise instead of `error`.

    A transient error leads to another try until there have been `max_failures` in a row; any other
    error halts the file at once.
    """
    pipeline.engine.dispose()  # nothing from the failed try is reused
    try:
        return _note_failure(pipeline, inbox, file, attempt_id, error)
    except DBAPIError as another:
        return unrecorded_failure(file, another)


def record_interruption(
    pipeline: Pipeline, attempt_id: int, stop: Exception | stopping.Interrupted
) -> None:
    """Record that the attempt was interrupted, unless it has ended, as after the commit.

    Where that is impossible, such as while another process holds the lock, recovery records it:
    Dagster marks the run as interrupted.
    """
    now = pipeline.clock()
    with (
        suppress(DBAPIError, UnavailableError, stopping.Interrupted),
        stopping.finishing(),
        writing(pipeline.engine) as connection,
    ):
        attempts.interrupt(connection, attempt_id, now, str(stop))


def unrecorded_failure(file: InboxFile, error: DBAPIError) -> TransientError | HaltedFileError:
    """The error to raise if the record of attempts cannot be written, for example while locked."""
    cause = shown_cause(error)
    if is_transient(error):
        return TransientError(file.name, cause, 1, is_recorded=False)
    return HaltedFileError(file.name, cause)


def _note_failure(
    pipeline: Pipeline, inbox: Inbox, file: InboxFile, attempt_id: int, error: Exception
) -> TransientError | HaltedFileError:
    cause = shown_cause(error)
    with stopping.finishing(), writing(pipeline.engine) as connection:
        earlier = attempts.of_files(connection, inbox.name, [file.name])
        state = file_state(
            attempt for attempt in earlier if attempt.fingerprint == file.fingerprint
        )
        max_failures = pipeline.settings.max_failures
        passes = is_transient(error)
        outcome = after_failure(state, is_transient=passes, max_failures=max_failures)
        failures = state.failures + 1
        if passes and outcome is Event.HALTED:
            cause = f"{failures} failures in a row; the last one was {cause}"
        if outcome is Event.HALTED:
            cause = with_advice(cause, error)
        attempts.end(connection, attempt_id, outcome, pipeline.clock(), message=cause)
    if outcome is Event.FAILED:
        return TransientError(file.name, cause, failures)
    return HaltedFileError(file.name, cause)


def with_advice(cause: str, error: Exception) -> str:
    """The cause of a halt, and what to do about it, which the project's own errors say."""
    if isinstance(error, PipelineError):
        return cause
    return f"{cause.rstrip('.')}. {_advice(error)}"


def _advice(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "Give the process more memory, or set lower limits for files (PIPELINE_MAX_ROWS)."
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Make room on the disk."
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Permit the process to read and to write there."
    if isinstance(error, DBAPIError):
        return "See whether the catalogue's database is in order."
    return "The log of its run shows where that happened."

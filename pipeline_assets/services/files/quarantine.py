"""Moves a refused file to quarantine, unchanged, and writes an explanation next to it."""

from dataclasses import replace
from pathlib import PurePath

from pipeline_assets import stopping
from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.domain.snapshots.rows import is_row
from pipeline_assets.errors import FileFacts, RefusedFileError, VanishedFileError
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.reading import ReadFile
from pipeline_assets.inbox.refused import move_with_reason
from pipeline_assets.services.files.outcomes import FileOutcome, State
from pipeline_assets.services.pipeline import Pipeline


def quarantine(
    pipeline: Pipeline,
    path: PurePath,
    read: ReadFile,
    refusal: RefusedFileError,
    attempt_id: int,
    run_id: str | None,
) -> FileOutcome:
    """Move the inbox file at `path` to `quarantine/<reason>/` and end the attempt."""
    now = pipeline.clock()
    folder = pipeline.folders.quarantine / refusal.reason
    target = folder / filing.filed_name(read.digest, path.name)
    sidecar = {
        "file": path.name,
        "inbox": path.parent.name,
        "reason": refusal.reason,
        "message": refusal.message,
        "digest": read.digest,
        "refused_at": now.isoformat(timespec="seconds") + "Z",
        "run_id": run_id,
    }
    # One process at a time, so that none removes the explanation that another has just written.
    facts = _facts(read, refusal)
    with writing(pipeline.engine, Lock.ATTEMPTS) as connection:
        place = move_with_reason(pipeline.files, path, read.file, target, sidecar)
        if place is not None:
            attempts.end(
                connection,
                attempt_id,
                Event.QUARANTINED,
                now,
                reason=refusal.reason,
                message=refusal.message,
                digest=read.digest,
                facts=facts,
            )
    if place is None:
        return vanished(pipeline, path, attempt_id)
    return FileOutcome(
        path.name,
        State.QUARANTINED,
        pipeline.folders.relative(place),
        refusal.reason,
        refusal.message,
        facts=facts,
    )


def _facts(read: ReadFile, refusal: RefusedFileError) -> FileFacts:
    """What is known of the file: its rows can be counted even if nobody could make sense of it."""
    facts = refusal.facts
    if facts.rows_read is None and read.lines is not None:
        return replace(facts, rows_read=sum(map(is_row, read.lines)))
    return facts


def vanished(pipeline: Pipeline, path: PurePath, attempt_id: int) -> FileOutcome:
    """End the attempt because the file is gone from its inbox; this does not count as a failure."""
    message = str(VanishedFileError(path))
    with stopping.finishing(), writing(pipeline.engine) as connection:
        attempts.end(connection, attempt_id, Event.VANISHED, pipeline.clock(), message=message)
    return FileOutcome(path.name, State.VANISHED, message=message)

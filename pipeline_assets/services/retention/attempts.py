"""Removes old entries from the record of attempts, page by page."""

from datetime import timedelta

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.catalogue.retention.attempts import (
    newest_attempts,
    old_files,
    remove_attempts,
)
from pipeline_assets.domain.retention.attempts import FileName, attempts_to_remove
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.retention.part import RetentionPart, switched_off
from pipeline_assets.services.retention.time_limit import TimeLimit

_NAME = "attempts"
_AT_ONCE = 2_000


def remove_old_attempts(
    pipeline: Pipeline, limit: TimeLimit, *, is_rehearsal: bool = False
) -> RetentionPart:
    """Remove entries that are old and that nobody needs; the ledger of files is not touched.

    None that a report or check still shows is old. Each page is a transaction.
    """
    settings = pipeline.settings
    if settings.keep_attempts_days is None:
        return switched_off(_NAME, "keep_attempts_days")
    shown_s = max(settings.report_window_s, settings.refused_window_s)
    age = max(timedelta(days=settings.keep_attempts_days), timedelta(seconds=shown_s))
    before = pipeline.clock() - age
    removed, after_id = 0, 0
    while not limit.is_over:
        with writing(pipeline.engine, Lock.ATTEMPTS, is_rehearsal=is_rehearsal) as connection:
            names, last = old_files(connection, before, after_id, _AT_ONCE)
            if last is None:
                return RetentionPart(_NAME, figures={"attempts_removed": removed})
            entries = [
                entry
                for inbox, of_inbox in names.items()
                for entry in attempts.of_files(connection, inbox, sorted(of_inbox))
            ]
            # Only now that the lock is held: a file that comes back has its entries until then.
            found = attempts_to_remove(entries, before, _in_inboxes(pipeline))
            gone = set(found) - newest_attempts(connection)
            removed += _counted(gone, after_id, last) if is_rehearsal else len(gone)
            remove_attempts(connection, gone)
            after_id = last
    return RetentionPart(_NAME, figures={"attempts_removed": removed}, is_cut_short=True)


def _counted(found: set[int], after_id: int, last: int) -> int:
    """Those of this page alone: what is not removed is found again with a later one."""
    return sum(1 for one in found if after_id < one <= last)


def _in_inboxes(pipeline: Pipeline) -> set[FileName]:
    return {
        (inbox.name, file.name)
        for inbox in pipeline.inboxes
        for file in pipeline.files.look(inbox.folder).files
    }

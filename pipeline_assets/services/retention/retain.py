"""All parts of retention that work on the catalogue and its files, in their order."""

from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.retention.archive import move_old_archive
from pipeline_assets.services.retention.attempts import remove_old_attempts
from pipeline_assets.services.retention.part import RetentionPart
from pipeline_assets.services.retention.time_limit import TimeLimit
from pipeline_assets.settings import Settings

_SWITCHES = ("keep_runs_days", "keep_attempts_days", "keep_history_years", "move_archive_to")


def is_on(settings: Settings) -> bool:
    """Whether any part is on."""
    return any(getattr(settings, name, None) is not None for name in _SWITCHES)


def retain(
    pipeline: Pipeline, limit: TimeLimit, *, is_rehearsal: bool = False
) -> list[RetentionPart]:
    """What each part did, or in a rehearsal would do."""
    # Arrow starts a thread: the processes that runs are forked from must not have it.
    from pipeline_assets.services.retention.history import move_old_history

    parts = (move_old_history, move_old_archive, remove_old_attempts)
    return [part(pipeline, limit, is_rehearsal=is_rehearsal) for part in parts]

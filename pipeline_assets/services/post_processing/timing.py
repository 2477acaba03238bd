"""When post-processing is due: once the inbox is drained, or after it has waited long enough."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline_assets.catalogue import watermarks
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.services.files.inbox_survey import Survey
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.steps import STEPS


@dataclass(frozen=True, slots=True)
class Backlog:
    """The newest accepted file, and the newest that all of post-processing has seen.

    `waits_since`: when files may have started to wait for it, which is when it last ended, or when
    the first file came if it never ran.
    """

    last_file_id: int
    seen_file_id: int
    waits_since: datetime | None

    @property
    def is_behind(self) -> bool:
        """Whether there is a file that post-processing has not seen."""
        return self.last_file_id > self.seen_file_id


def idle_reason(found: Survey, behind: Backlog, now: datetime, max_wait: timedelta) -> str | None:
    """Why post-processing is not due, or None when it is; times in UTC without a zone.

    Halted files, and entries that cannot be processed, do not hold it up.
    """
    if not behind.is_behind:
        return "Nothing has been ingested since the last post-processing."
    if behind.waits_since is not None and now - behind.waits_since >= max_wait:
        return None
    return not_drained(found)


def not_drained(found: Survey) -> str | None:
    """Why the inbox is not drained, or None when it is; halted files do not count."""
    parts = (found.takeable, found.waiting, found.unread, found.unsettled, found.in_flight)
    busy = sum(map(len, parts))
    return f"Files in the product inbox still to be processed: {busy}." if busy else None


def read_backlog(pipeline: Pipeline, last_ended_at: datetime | None) -> Backlog:
    """How far post-processing is behind: its slowest step counts."""
    with reading(pipeline.engine) as connection:
        keeping = [step.name for step in STEPS if step.keeps_watermark]
        seen = [watermarks.watermark(connection, name) for name in keeping]
        waits_since = last_ended_at or watermarks.first_ingested_at(connection)
        return Backlog(watermarks.last_file_id(connection), min(seen), waits_since)

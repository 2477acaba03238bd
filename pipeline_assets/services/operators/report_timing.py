"""When a report is due: once the inbox is drained and post-processing has had its turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline_assets.services.files.inbox_survey import Survey
from pipeline_assets.services.post_processing.timing import Backlog, not_drained

# Post-processing may be switched off, or hang: then the report does not wait for it any longer.
_WAITS_FOR_POST_PROCESSING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Since:
    """What has happened, in UTC: a file was last handled, and the last report and post-processing.

    Post-processing and reports count when they have ended, however they did; None: never.
    """

    handled_at: datetime
    reported_at: datetime | None
    post_processed_at: datetime | None


def no_report_because(
    found: Survey, behind: Backlog, since: Since, now: datetime, max_wait: timedelta
) -> str | None:
    """Why no report of the files handled is due, or None when it is; times in UTC.

    Under constant arrivals, one is due when the last one is `max_wait` old.
    """
    busy = not_drained(found)
    if busy is not None:
        waits_since = since.reported_at or since.handled_at
        return None if now - waits_since >= max_wait else busy
    was_tried = since.post_processed_at is not None and since.post_processed_at > since.handled_at
    if behind.is_behind and not was_tried and now - since.handled_at < _WAITS_FOR_POST_PROCESSING:
        return "Post-processing comes first."
    return None

"""When the sensor requests runs: cycles, and the pause after each.

A cycle is the files that were in the inbox when it began; they do not wait for one another. Files
that arrive meanwhile belong to the next cycle, which begins once this one is done and
`post_success_pause_s` have passed since its last success.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.inbox.peeking import Peeked
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.files.inbox_counts import idle_in_words
from pipeline_assets.services.files.inbox_survey import Survey


@dataclass(frozen=True, slots=True)
class CycleStep:
    """What to request now and when its cycle began, or why to request nothing."""

    requests: Sequence[Peeked]
    cycle_began_at: datetime | None
    idle_because: str | None = None


def next_step(
    found: Survey,
    cycle_began_at: datetime | None,
    last_success_at: datetime | None,
    now: datetime,
    pause: timedelta,
) -> CycleStep:
    """What the sensor does at `now`; all times in UTC without a zone."""
    if found.unread and not found.takeable:
        unread = f"{len(found.unread)} of the files are still to be looked into; the others wait."
        return CycleStep((), cycle_began_at, unread)
    if cycle_began_at is not None:
        ours = [one for one in found.takeable if _lay_there(one.file, cycle_began_at)]
        if ours:
            return CycleStep(ours, cycle_began_at)
        if _is_unfinished(found, cycle_began_at):
            return CycleStep((), cycle_began_at, "The files of this cycle are being processed.")
    if not found.takeable:
        return CycleStep((), None, idle_in_words(PRODUCT_INBOX, found))
    if last_success_at is not None and now < last_success_at + pause:
        rest_s = (last_success_at + pause - now).total_seconds()
        return CycleStep((), None, f"The next cycle starts in {rest_s:.0f} s.")
    return CycleStep(found.takeable, now)


def _is_unfinished(found: Survey, cycle_began_at: datetime) -> bool:
    waiting = [one.file for one in found.waiting]
    return any(
        _lay_there(file, cycle_began_at) for file in (*found.in_flight, *found.unread, *waiting)
    )


def _lay_there(file: InboxFile, moment: datetime) -> bool:
    return file.ctime_ns / 1e9 <= (moment - datetime(1970, 1, 1)).total_seconds()

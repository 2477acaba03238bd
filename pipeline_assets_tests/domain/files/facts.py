"""Attempts and runs for the tests of this room, written down briefly."""

from datetime import datetime, timedelta

from pipeline_assets.domain.files.attempts import Attempt, Event
from pipeline_assets.domain.files.recovery import RunEnd, RunOfFile

NOW = datetime(2025, 9, 10, 12)
ALIVE, DEAD, FAR = "here/alive", "here/dead", "far/away"

DIED_THREE_TIMES = (
    "its runs died 3 times without reporting. See in their logs, and in the machine's, whether "
    "memory ran out or something ended them."
)


# Of the three processes of these tests one lives, one does not, one is out of sight.
IS_ALIVE = {ALIVE: True, DEAD: False, FAR: None}


def attempt(
    outcome: Event = Event.STARTED,
    number: int = 1,
    *,
    process: str | None = None,
    age_s: float = 0,
    run_id: str | None = None,
    name: str = "a.jsonl",
    fingerprint: str = "v1",
    reason: str | None = None,
    message: str | None = None,
) -> Attempt:
    """One line of the record, begun `age_s` seconds ago."""
    began = NOW - timedelta(seconds=age_s)
    return Attempt(
        attempt_id=number,
        inbox="product_inbox",
        name=name,
        fingerprint=fingerprint,
        outcome=outcome,
        reason=reason,
        message=message,
        run_id=run_id,
        process=process,
        started_at=began,
        ended_at=None,
    )


def run(
    run_id: str = "r1",
    *,
    process: str | None = None,
    age_s: float = 0,
    is_queued: bool = False,
    name: str = "a.jsonl",
    fingerprint: str = "v1",
    end: RunEnd | None = None,
) -> RunOfFile:
    """A Dagster run of a file, asked for `age_s` seconds ago."""
    began = NOW - timedelta(seconds=age_s)
    return RunOfFile(run_id, name, fingerprint, began, is_queued, process, end)

"""The record of attempts on an inbox file, and the state it leaves the file in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WAIVER = "forced"
"""The reason of a requeue that allows the file to be partial, or to be enriched again, once."""

USED_WAIVER = "forced, used"


class Event(StrEnum):
    """How an attempt is going or ended, or what was noted between two attempts."""

    ASKED = "asked"
    STARTED = "started"
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    VANISHED = "vanished"
    FAILED = "failed"
    DIED = "died"
    INTERRUPTED = "interrupted"
    HALTED = "halted"
    REQUEUED = "requeued"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One entry in the record; times in UTC. `process` is its process as host/pid/start second."""

    attempt_id: int
    inbox: str
    name: str
    fingerprint: str
    outcome: str
    reason: str | None
    message: str | None
    run_id: str | None
    process: str | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileState:
    """What the record says about one version of a file since it was last requeued or accepted.

    `halted` is why the file is halted; None if it is not.
    """

    failures: int = 0
    deaths: int = 0
    halted: str | None = None


def file_state(attempts: Iterable[Attempt]) -> FileState:
    """The state of one version of a file after these attempts, oldest first."""
    state = FileState()
    for attempt in attempts:
        match attempt.outcome:
            case Event.REQUEUED | Event.ACCEPTED:
                state = FileState()
            case Event.HALTED:
                # A halted file that is launched by name anyway starts counting from zero.
                state = FileState(halted=attempt.message or "")
            case Event.FAILED:
                state = FileState(state.failures + 1, state.deaths, state.halted)
            case Event.DIED:
                state = FileState(state.failures, state.deaths + 1, state.halted)
    return state


def is_forced(attempts_on_digest: Iterable[Attempt]) -> bool:
    """Whether an operator has forced the file with these bytes, and that was not used yet."""
    return any(one.outcome == Event.REQUEUED and one.reason == WAIVER for one in attempts_on_digest)


def after_failure(state: FileState, *, is_transient: bool, max_failures: int) -> Event:
    """How one more failure ends the attempt: `FAILED` if another try is due, else `HALTED`."""
    is_last = state.failures + 1 >= max_failures
    return Event.FAILED if is_transient and not is_last else Event.HALTED


def halted_by_deaths(state: FileState, max_deaths: int) -> str | None:
    """Why a file must be halted after this many dead runs; None if it need not be."""
    if state.halted is not None or state.deaths < max_deaths:
        return None
    return (
        f"its runs died {state.deaths} times without reporting. See in their logs, and in the "
        "machine's, whether memory ran out or something ended them."
    )

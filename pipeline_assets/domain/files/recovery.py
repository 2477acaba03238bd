"""What dead runs could no longer record: which attempts and runs are dead, and what follows.

A pure plan. A survey shows the inbox as the plan describes it; `recover` carries the plan out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline_assets.domain.files.attempts import (
    Attempt,
    Event,
    FileState,
    file_state,
    halted_by_deaths,
)


@dataclass(frozen=True, slots=True)
class RunOfFile:
    """A Dagster run that was requested for one inbox file; `process` executes it, where known."""

    run_id: str
    name: str
    fingerprint: str
    began_at: datetime
    is_queued: bool
    process: str | None = None


@dataclass(frozen=True, slots=True)
class RecoveryRules:
    """When a run or work on a file counts as dead, and how many deaths halt a file.

    The limits in seconds apply when nothing else shows whether it is alive.
    """

    max_runtime_s: float
    max_work_s: float
    max_deaths: int


@dataclass(frozen=True, slots=True)
class InboxRecord:
    """All that is known about the work on an inbox's files.

    `versions`: the files in it, name → fingerprint; `attempts`: every attempt on files with these
    names, oldest first; `open_attempts`: those on any file that have not ended; `of_runs`: those
    made by the active runs and by the runs that ended badly; `is_alive`: whether a process is
    alive, None when that is unknown.
    """

    versions: Mapping[str, str]
    attempts: Sequence[Attempt]
    open_attempts: Sequence[Attempt]
    of_runs: Sequence[Attempt]
    active: Sequence[RunOfFile]
    ended_badly: Sequence[RunOfFile]
    is_alive: Mapping[str, bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What to record, and the state of the files once that is done.

    `dead_runs` are still shown as active; `died` are open attempts whose process is gone;
    `never_began` are runs that ended before they began an attempt, of files in the inbox; `halts`
    are the files whose runs died too often (name → why). `in_flight` names the files that are being
    worked on; `halted` gives all halted files (name → why), whether in flight or not.
    """

    dead_runs: Sequence[RunOfFile]
    died: Sequence[Attempt]
    never_began: Sequence[RunOfFile]
    halts: Mapping[str, str]
    in_flight: Set[str]
    halted: Mapping[str, str]


def plan_recovery(record: InboxRecord, rules: RecoveryRules, now: datetime) -> Recovery:
    """Tell dead runs and attempts from working ones; `now` is in UTC without a zone."""
    dead_runs = _dead_runs(record, rules, now)
    died = [
        attempt
        for attempt in record.open_attempts
        if has_died(attempt, record.is_alive.get(attempt.process or ""), rules.max_work_s, now)
    ]
    never_began = _never_began(record, dead_runs)
    states = _states(record, died, never_began, now)
    halts = {
        name: why
        for name, state in states.items()
        if (why := halted_by_deaths(state, rules.max_deaths)) is not None
    }
    return Recovery(
        dead_runs,
        died,
        never_began,
        halts,
        _in_flight(record, dead_runs, died, rules, now),
        {name: state.halted for name, state in states.items() if state.halted is not None} | halts,
    )


def has_died(attempt: Attempt, is_alive: bool | None, max_work_s: float, now: datetime) -> bool:
    """Whether the process that began this attempt is gone, or must be presumed gone."""
    is_old = age_s(attempt.started_at, now) > max_work_s
    return attempt.outcome == Event.DIED or is_alive is False or (is_alive is None and is_old)


def age_s(moment: datetime, now: datetime) -> float:
    """The seconds from `moment` to `now`."""
    return (now - moment).total_seconds()


def _dead_runs(record: InboxRecord, rules: RecoveryRules, now: datetime) -> list[RunOfFile]:
    """The active runs that are dead: their process is gone, or did not begin its work in time.

    A run that is still queued is not dead, however long it waits; it is only requested again.
    """
    active = {run.run_id for run in record.active}
    made = [one for one in record.of_runs if one.run_id in active]
    began = {one.run_id for one in made}
    dead = {
        one.run_id
        for one in made
        if has_died(one, record.is_alive.get(one.process or ""), rules.max_work_s, now)
    }

    def is_dead(run: RunOfFile) -> bool:
        is_gone = run.process is not None and record.is_alive.get(run.process) is False
        is_overdue = age_s(run.began_at, now) > rules.max_runtime_s
        is_stuck = is_overdue and run.run_id not in began and not run.is_queued
        return run.run_id in dead or is_gone or is_stuck

    return [run for run in record.active if is_dead(run)]


def _in_flight(
    record: InboxRecord,
    dead_runs: Sequence[RunOfFile],
    died: Sequence[Attempt],
    rules: RecoveryRules,
    now: datetime,
) -> set[str]:
    """The files that are being worked on or soon will be."""
    living = {
        run.name
        for run in record.active
        if run not in dead_runs and age_s(run.began_at, now) <= rules.max_runtime_s
    }
    return living | {one.name for one in record.open_attempts if one not in died}


def _never_began(record: InboxRecord, dead_runs: Iterable[RunOfFile]) -> list[RunOfFile]:
    """The runs of files in the inbox that ended badly before they could begin an attempt."""
    began = {one.run_id for one in record.of_runs}
    # By id: a run that was active a moment ago may have been ended by another process meanwhile.
    ended = {run.run_id: run for run in (*dead_runs, *record.ended_badly)}
    return [
        run
        for run in ended.values()
        if record.versions.get(run.name) == run.fingerprint and run.run_id not in began
    ]


def _states(
    record: InboxRecord,
    died: Sequence[Attempt],
    never_began: Sequence[RunOfFile],
    now: datetime,
) -> dict[str, FileState]:
    """Each file's state by name, as if the deaths had already been recorded."""
    dead_ids = {one.attempt_id for one in died}
    of_file: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in record.attempts:
        is_dead = attempt.attempt_id in dead_ids
        as_noted = replace(attempt, outcome=Event.DIED) if is_dead else attempt
        of_file[attempt.name, attempt.fingerprint].append(as_noted)
    for run in never_began:
        of_file[run.name, run.fingerprint].append(_death(run, now))
    return {name: file_state(of_file[name, version]) for name, version in record.versions.items()}


def _death(run: RunOfFile, now: datetime) -> Attempt:
    """The entry that will be recorded for a run that never began; it has no id yet."""
    return Attempt(
        attempt_id=0,
        inbox="",
        name=run.name,
        fingerprint=run.fingerprint,
        outcome=Event.DIED,
        reason=None,
        message=None,
        run_id=run.run_id,
        process=run.process,
        started_at=now,
        ended_at=now,
    )

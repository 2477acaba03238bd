"""What dead runs could no longer record: which attempts and runs are dead, and what follows.

A pure plan. A survey shows the inbox as the plan describes it; `recover` carries the plan out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from pipeline_assets.domain.files.attempts import (
    Attempt,
    Event,
    FileState,
    file_state,
    halted_by_deaths,
)


class RunEnd(StrEnum):
    """How a run ended that did not succeed.

    `INTERRUPTED`: by a signal to its process, or with its daemon. `TERMINATED`: by an operator.
    `OVERDUE`: it took longer than a run may take. `FAILED`: in any other way.
    """

    FAILED = "failed"
    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class RunOfFile:
    """A Dagster run that was requested for one inbox file; `process` executes it, where known.

    `end` is None while it may still work. An active run has one when it can no longer begin.
    """

    run_id: str
    name: str
    fingerprint: str
    began_at: datetime
    is_queued: bool
    process: str | None = None
    end: RunEnd | None = None


@dataclass(frozen=True, slots=True)
class RunNote:
    """What is to be recorded about a run that could not record it, and why, in words."""

    run: RunOfFile
    outcome: Event
    message: str


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

    `dead_runs` are still shown as active; `died` and `interrupted` are open attempts whose process
    is gone; `notes` are about runs of files in the inbox; `halts` are the files whose runs died too
    often (name → why). `in_flight` names the files that are being worked on; `halted` gives all
    halted files (name → why), whether in flight or not.
    """

    dead_runs: Sequence[RunOfFile]
    died: Sequence[Attempt]
    interrupted: Sequence[Attempt]
    notes: Sequence[RunNote]
    halts: Mapping[str, str]
    in_flight: Set[str]
    halted: Mapping[str, str]


_ENDED_BY_SOMEONE = frozenset({RunEnd.INTERRUPTED, RunEnd.TERMINATED})


def plan_recovery(record: InboxRecord, rules: RecoveryRules, now: datetime) -> Recovery:
    """Tell dead runs and attempts from working ones; `now` is in UTC without a zone."""
    dead_runs = _dead_runs(record, rules, now)
    over = [
        attempt
        for attempt in record.open_attempts
        if has_died(attempt, record.is_alive.get(attempt.process or ""), rules.max_work_s, now)
    ]
    stopped_runs = {run.run_id for run in record.ended_badly if run.end in _ENDED_BY_SOMEONE}
    interrupted = [attempt for attempt in over if attempt.run_id in stopped_runs]
    died = [attempt for attempt in over if attempt.run_id not in stopped_runs]
    notes = _notes(record, dead_runs)
    states = _states(record, died, notes, now)
    halts = {
        name: why
        for name, state in states.items()
        if (why := halted_by_deaths(state, rules.max_deaths)) is not None
    }
    return Recovery(
        dead_runs,
        died,
        interrupted,
        notes,
        halts,
        _in_flight(record, dead_runs, over, rules, now),
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
        is_stuck = (is_overdue or run.end is not None) and not run.is_queued
        return run.run_id in dead or is_gone or (is_stuck and run.run_id not in began)

    return [run for run in record.active if is_dead(run)]


def _in_flight(
    record: InboxRecord,
    dead_runs: Sequence[RunOfFile],
    over: Sequence[Attempt],
    rules: RecoveryRules,
    now: datetime,
) -> set[str]:
    """The files that are being worked on or soon will be."""
    living = {
        run.name
        for run in record.active
        if run not in dead_runs and age_s(run.began_at, now) <= rules.max_runtime_s
    }
    return living | {one.name for one in record.open_attempts if one not in over}


def _notes(record: InboxRecord, dead_runs: Iterable[RunOfFile]) -> list[RunNote]:
    """What the runs of files in the inbox did not record themselves."""
    recorded: dict[str | None, list[str]] = defaultdict(list)
    for one in record.of_runs:
        recorded[one.run_id].append(one.outcome)
    # By id: a run that was active a moment ago may have been ended by another process meanwhile.
    ended = {run.run_id: run for run in (*dead_runs, *record.ended_badly)}
    notes = (
        _note(run, recorded[run.run_id])
        for run in ended.values()
        if record.versions.get(run.name) == run.fingerprint
    )
    return [note for note in notes if note is not None]


def _note(run: RunOfFile, recorded: Sequence[str]) -> RunNote | None:
    """What is missing in the record of a run that has ended."""
    if run.end is RunEnd.TERMINATED:
        why = (
            f"its run {run.run_id} was terminated by an operator; to have it processed, run: "
            f"pipeline-assets requeue {run.name}"
        )
        return None if Event.HALTED in recorded else RunNote(run, Event.HALTED, why)
    if run.end is RunEnd.OVERDUE and recorded[-1:] == [Event.INTERRUPTED]:
        return RunNote(run, Event.DIED, f"Run {run.run_id} took too long and was ended.")
    if recorded:
        return None
    outcome = Event.INTERRUPTED if run.end is RunEnd.INTERRUPTED else Event.DIED
    return RunNote(run, outcome, f"Run {run.run_id} ended before it started its work.")


def _states(
    record: InboxRecord, died: Sequence[Attempt], notes: Sequence[RunNote], now: datetime
) -> dict[str, FileState]:
    """Each file's state by name, as if deaths and notes had already been recorded."""
    dead_ids = {one.attempt_id for one in died}
    of_file: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for attempt in record.attempts:
        is_dead = attempt.attempt_id in dead_ids
        as_noted = replace(attempt, outcome=Event.DIED) if is_dead else attempt
        of_file[attempt.name, attempt.fingerprint].append(as_noted)
    for note in notes:
        of_file[note.run.name, note.run.fingerprint].append(_entry(note, now))
    return {name: file_state(of_file[name, version]) for name, version in record.versions.items()}


def _entry(note: RunNote, now: datetime) -> Attempt:
    """The entry that will be recorded for a note; it has no id yet."""
    return Attempt(
        attempt_id=0,
        inbox="",
        name=note.run.name,
        fingerprint=note.run.fingerprint,
        outcome=note.outcome,
        reason=None,
        message=note.message,
        run_id=note.run.run_id,
        process=note.run.process,
        started_at=now,
        ended_at=now,
    )

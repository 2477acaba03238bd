"""What waits in an inbox, and what can be done with it now.

The folder and the record of attempts are the truth; Dagster's runs say what is in flight. Files
whose process died are told from those at work, and halted when that happened too often; what the
dead could not note any more (a move, the end of a run) is noted here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.attempts import Attempt, FileState
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.ordering import takeable
from pipeline_assets.inbox.peeking import Peeked, peek
from pipeline_assets.inbox.reading import read_file
from pipeline_assets.inbox.scanning import InboxFile, SettledFiles, look
from pipeline_assets.services.files.liveness import age_s, has_died, is_alive
from pipeline_assets.services.files.open_moves import finish_moves
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class RunOfFile:
    """A Dagster run that was asked for one inbox file; `process` executes it, where known."""

    run_id: str
    name: str
    fingerprint: str
    began_at: datetime
    is_queued: bool
    process: str | None = None


class RunRecords(Protocol):
    """What the survey needs to know of Dagster's runs."""

    def active(self) -> Sequence[RunOfFile]:
        """The runs of inbox files that are queued, starting or started."""
        ...

    def ended_badly(self, fingerprints: Collection[str]) -> Sequence[RunOfFile]:
        """The failed and cancelled runs of these versions of files."""
        ...

    def report_dead(self, run_ids: Collection[str]) -> None:
        """Have these runs shown as failed: they are still shown as active, and are dead."""
        ...


@dataclass(frozen=True, slots=True)
class Survey:
    """An inbox at one moment; every entry of the folder is in exactly one of these.

    `takeable` is in the order in which to take; `waiting` files stand behind another one of their
    store; `halted` and `others` say why, by name.
    """

    takeable: Sequence[Peeked] = ()
    waiting: Sequence[Peeked] = ()
    unsettled: Sequence[InboxFile] = ()
    in_flight: Sequence[InboxFile] = ()
    halted: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


def survey(
    pipeline: Pipeline, runs: RunRecords, settled_files: SettledFiles, inbox: Inbox
) -> Survey:
    """Look at an inbox; `runs` are those of its job, `settled_files` remembers earlier looks."""
    folder = inbox.folder
    now = pipeline.clock()
    found = look(folder)
    settled, unsettled = settled_files.split(found, _seconds(now))
    active = runs.active()
    with writing(pipeline.engine, Lock.ATTEMPTS) as connection:
        finish_moves(connection, pipeline.folders, inbox, now)
        dead = _dead_runs(connection, pipeline, inbox, active, now)
        living = [run for run in active if run not in dead]
        in_flight = _names_in_flight(connection, pipeline, inbox, living, now)
        ended = runs.ended_badly({file.fingerprint for file in found.files})
        _note_deaths_before_work(connection, inbox, [*dead, *ended], found.files, now)
        states = _states(connection, pipeline, inbox, found.files, now)
    runs.report_dead([run.run_id for run in dead])
    halted = {
        file.name: message
        for file in found.files
        if (message := states[file.name].halted) is not None and file.name not in in_flight
    }
    free = [file for file in settled if file.name not in in_flight and file.name not in halted]
    flying = [file for file in found.files if file.name in in_flight]
    zone = pipeline.settings.zone
    peeked = [peek(folder, file, zone) for file in free]
    chosen = takeable(
        peeked,
        [peek(folder, file, zone) for file in unsettled if file.name not in halted],
        [peek(folder, file, zone) for file in flying],
        lambda one: read_file(folder / one.file.name, pipeline.read_limits).digest,
    )
    return Survey(
        takeable=chosen,
        waiting=[one for one in peeked if one not in chosen],
        unsettled=[f for f in unsettled if f.name not in in_flight and f.name not in halted],
        in_flight=flying,
        halted=halted,
        others=found.others,
    )


def _seconds(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1)).total_seconds()


def _dead_runs(
    connection: Connection,
    pipeline: Pipeline,
    inbox: Inbox,
    active: Sequence[RunOfFile],
    now: datetime,
) -> list[RunOfFile]:
    """The active runs that are dead: their process is gone, or never began its work in time.

    One that still waits in the queue is not dead, however long; it is only asked for again.
    """
    max_runtime_s = pipeline.settings.max_runtime_s
    attempted = attempts.of_runs(connection, {run.run_id for run in active})
    began = {attempt.run_id for attempt in attempted}
    dead = {one.run_id for one in attempted if has_died(one, inbox, now)}
    dead |= {run.run_id for run in active if run.process and is_alive(run.process) is False}
    overdue = {run.run_id for run in active if age_s(run.began_at, now) > max_runtime_s}
    return [
        run
        for run in active
        if run.run_id in dead
        or (run.run_id in overdue and run.run_id not in began and not run.is_queued)
    ]


def _names_in_flight(
    connection: Connection,
    pipeline: Pipeline,
    inbox: Inbox,
    living: Sequence[RunOfFile],
    now: datetime,
) -> set[str]:
    """The files that are being worked on; attempts whose process is gone are noted as died."""
    max_runtime_s = pipeline.settings.max_runtime_s
    names = {run.name for run in living if age_s(run.began_at, now) <= max_runtime_s}
    for attempt in attempts.started(connection, inbox.name):
        if has_died(attempt, inbox, now):
            message = f"Process {attempt.process} ended without reporting."
            attempts.end(connection, attempt.attempt_id, attempts.DIED, now, message=message)
        else:
            names.add(attempt.name)
    return names


def _note_deaths_before_work(
    connection: Connection,
    inbox: Inbox,
    ended: Sequence[RunOfFile],
    files: Sequence[InboxFile],
    now: datetime,
) -> None:
    """Runs that ended badly before they could begin an attempt died as well."""
    present = {(file.name, file.fingerprint) for file in files}
    died = [run for run in ended if (run.name, run.fingerprint) in present]
    began = {one.run_id for one in attempts.of_runs(connection, {run.run_id for run in died})}
    for run in died:
        if run.run_id not in began:
            attempts.note(
                connection,
                inbox.name,
                run.name,
                run.fingerprint,
                attempts.DIED,
                now,
                message=f"Run {run.run_id} ended before it started its work.",
                run_id=run.run_id,
            )


def _states(
    connection: Connection,
    pipeline: Pipeline,
    inbox: Inbox,
    files: Sequence[InboxFile],
    now: datetime,
) -> dict[str, FileState]:
    """Each file's state by name; a file whose runs died too often is halted here."""
    record: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in attempts.of_files(connection, inbox.name, [file.name for file in files]):
        record.setdefault((attempt.name, attempt.fingerprint), []).append(attempt)
    states = {
        file.name: attempts.file_state(record.get((file.name, file.fingerprint), []))
        for file in files
    }
    for file in files:
        state = states[file.name]
        if state.halted is None and state.deaths >= pipeline.settings.max_deaths:
            message = f"its runs died {state.deaths} times without reporting"
            attempts.note(
                connection,
                inbox.name,
                file.name,
                file.fingerprint,
                attempts.HALTED,
                now,
                message=message,
            )
            states[file.name] = FileState(state.failures, state.deaths, message)
    return states

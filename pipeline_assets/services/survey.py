"""What waits in the product inbox, and what can be done with it now.

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
from pipeline_assets.catalogue.engine import writing
from pipeline_assets.inbox.folders import PRODUCT
from pipeline_assets.inbox.ordering import takeable
from pipeline_assets.inbox.peeking import Peeked, peek
from pipeline_assets.inbox.reading import read_file
from pipeline_assets.inbox.scanning import InboxFile, SettledFiles, look
from pipeline_assets.services.moves import close_finished_moves
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.processes import is_alive


@dataclass(frozen=True, slots=True)
class RunOfFile:
    """A Dagster run that was asked for one inbox file."""

    run_id: str
    name: str
    fingerprint: str
    began_at: datetime
    is_queued: bool


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
    """The product inbox at one moment; every entry of the folder is in exactly one of these.

    `takeable` is in the order in which to take; `waiting` files stand behind another one of their
    store; `halted` and `others` say why, by name.
    """

    takeable: Sequence[Peeked] = ()
    waiting: Sequence[Peeked] = ()
    unsettled: Sequence[InboxFile] = ()
    in_flight: Sequence[InboxFile] = ()
    halted: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


def survey(pipeline: Pipeline, runs: RunRecords, settled_files: SettledFiles) -> Survey:
    """Look at the product inbox; `settled_files` remembers earlier looks."""
    inbox = pipeline.folders.product_inbox
    now = pipeline.clock()
    found = look(inbox)
    settled, unsettled = settled_files.split(found, _seconds(now))
    active = runs.active()
    with writing(pipeline.engine) as connection:
        close_finished_moves(connection, pipeline.folders, now)
        dead = _dead_runs(connection, pipeline, active, now)
        living = [run for run in active if run not in dead]
        in_flight = _names_in_flight(connection, pipeline, living, now)
        ended = runs.ended_badly({file.fingerprint for file in found.files})
        _note_deaths_before_work(connection, [*dead, *ended], found.files, now)
        states = _states(connection, pipeline, found.files, now)
    runs.report_dead([run.run_id for run in dead])
    halted = {
        file.name: message
        for file in found.files
        if (message := states[file.name].halted) is not None and file.name not in in_flight
    }
    free = [file for file in settled if file.name not in in_flight and file.name not in halted]
    flying = [file for file in found.files if file.name in in_flight]
    zone = pipeline.settings.zone
    peeked = [peek(inbox, file, zone) for file in free]
    chosen = takeable(
        peeked,
        [peek(inbox, file, zone) for file in unsettled if file.name not in halted],
        [peek(inbox, file, zone) for file in flying],
        lambda one: read_file(inbox / one.file.name, pipeline.read_limits).digest,
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
    connection: Connection, pipeline: Pipeline, active: Sequence[RunOfFile], now: datetime
) -> list[RunOfFile]:
    """The active runs that are dead: their process is gone, or never began its work in time.

    One that still waits in the queue is not dead, however long; it is only asked for again.
    """
    max_runtime_s = pipeline.settings.max_runtime_s
    attempted = attempts.of_runs(connection, {run.run_id for run in active})
    began = {attempt.run_id for attempt in attempted}
    dead = {one.run_id for one in attempted if _has_died(one, max_runtime_s, now)}
    overdue = {run.run_id for run in active if _age_s(run.began_at, now) > max_runtime_s}
    return [
        run
        for run in active
        if run.run_id in dead
        or (run.run_id in overdue and run.run_id not in began and not run.is_queued)
    ]


def _has_died(attempt: Attempt, max_runtime_s: float, now: datetime) -> bool:
    alive = is_alive(attempt.process)
    is_old = _age_s(attempt.started_at, now) > max_runtime_s
    return attempt.outcome == attempts.DIED or alive is False or (alive is None and is_old)


def _age_s(moment: datetime, now: datetime) -> float:
    return (now - moment).total_seconds()


def _names_in_flight(
    connection: Connection, pipeline: Pipeline, living: Sequence[RunOfFile], now: datetime
) -> set[str]:
    """The files that are being worked on; attempts whose process is gone are noted as died."""
    max_runtime_s = pipeline.settings.max_runtime_s
    names = {run.name for run in living if _age_s(run.began_at, now) <= max_runtime_s}
    for attempt in attempts.started(connection, PRODUCT):
        if _has_died(attempt, max_runtime_s, now):
            message = f"The process {attempt.process} ended without a word."
            attempts.end(connection, attempt.attempt_id, attempts.DIED, now, message=message)
        else:
            names.add(attempt.name)
    return names


def _note_deaths_before_work(
    connection: Connection, ended: Sequence[RunOfFile], files: Sequence[InboxFile], now: datetime
) -> None:
    """Runs that ended badly before they could begin an attempt died as well."""
    present = {(file.name, file.fingerprint) for file in files}
    died = [run for run in ended if (run.name, run.fingerprint) in present]
    began = {one.run_id for one in attempts.of_runs(connection, {run.run_id for run in died})}
    for run in died:
        if run.run_id not in began:
            attempts.note(
                connection,
                PRODUCT,
                run.name,
                run.fingerprint,
                attempts.DIED,
                now,
                message=f"The run {run.run_id} ended before it began its work.",
                run_id=run.run_id,
            )


def _states(
    connection: Connection, pipeline: Pipeline, files: Sequence[InboxFile], now: datetime
) -> dict[str, FileState]:
    """Each file's state by name; a file whose runs died too often is halted here."""
    record: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in attempts.of_files(connection, PRODUCT, [file.name for file in files]):
        record.setdefault((attempt.name, attempt.fingerprint), []).append(attempt)
    states = {
        file.name: attempts.file_state(record.get((file.name, file.fingerprint), []))
        for file in files
    }
    for file in files:
        state = states[file.name]
        if state.halted is None and state.deaths >= pipeline.settings.max_deaths:
            message = f"its run died {state.deaths} times without a word"
            attempts.note(
                connection,
                PRODUCT,
                file.name,
                file.fingerprint,
                attempts.HALTED,
                now,
                message=message,
            )
            states[file.name] = FileState(state.failures, state.deaths, message)
    return states

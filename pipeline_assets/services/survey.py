"""What waits in the product inbox, and what can be done with it now.

The folder and the record of attempts are the truth; Dagster's runs say what is in flight. Files
whose process died are told from those at work, and halted when that happened too often.
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
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.processes import is_alive


@dataclass(frozen=True, slots=True)
class RunOfFile:
    """A Dagster run that was asked for one inbox file."""

    run_id: str
    name: str
    fingerprint: str
    began_at: datetime
    is_over: bool


class RunRecords(Protocol):
    """What the survey needs to know of Dagster's runs."""

    def active(self) -> Sequence[RunOfFile]:
        """The runs of inbox files that are queued, starting or started."""
        ...

    def ended_badly(self, fingerprints: Collection[str]) -> Sequence[RunOfFile]:
        """The failed and cancelled runs of these versions of files."""
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
    with writing(pipeline.engine) as connection:
        in_flight = _names_in_flight(connection, pipeline, runs.active(), now)
        states = _states(connection, pipeline, runs, found.files, now)
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


def _names_in_flight(
    connection: Connection, pipeline: Pipeline, active: Sequence[RunOfFile], now: datetime
) -> set[str]:
    """The files that are being worked on; attempts whose process is gone are noted as died."""
    names: set[str] = set()
    dead_runs: set[str | None] = set()
    max_runtime_s = pipeline.settings.max_runtime_s
    for attempt in attempts.started(connection, PRODUCT):
        alive = is_alive(attempt.process)
        is_old = (now - attempt.started_at).total_seconds() > max_runtime_s
        if alive is False or (alive is None and is_old):
            _note_death(connection, attempt, now)
            dead_runs.add(attempt.run_id)
        else:
            names.add(attempt.name)
    young = (run for run in active if (now - run.began_at).total_seconds() <= max_runtime_s)
    return names | {run.name for run in young if run.run_id not in dead_runs}


def _note_death(connection: Connection, attempt: Attempt, now: datetime) -> None:
    message = f"The process {attempt.process} ended without a word."
    attempts.end(connection, attempt.attempt_id, attempts.DIED, now, message=message)


def _states(
    connection: Connection,
    pipeline: Pipeline,
    runs: RunRecords,
    files: Sequence[InboxFile],
    now: datetime,
) -> dict[str, FileState]:
    """Each file's state by name; a file whose runs died too often is halted here."""
    _note_dead_runs(connection, pipeline, runs, files, now)
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


def _note_dead_runs(
    connection: Connection,
    pipeline: Pipeline,
    runs: RunRecords,
    files: Sequence[InboxFile],
    now: datetime,
) -> None:
    """Runs that ended, or are long overdue, before they could begin an attempt died as well."""
    present = {(file.name, file.fingerprint) for file in files}
    overdue = [
        run
        for run in runs.active()
        if (now - run.began_at).total_seconds() > pipeline.settings.max_runtime_s
    ]
    ended = runs.ended_badly({file.fingerprint for file in files}) if files else []
    dead = [run for run in (*overdue, *ended) if (run.name, run.fingerprint) in present]
    began = attempts.known_run_ids(connection, {run.run_id for run in dead})
    for run in dead:
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

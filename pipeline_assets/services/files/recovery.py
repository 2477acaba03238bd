"""Records what a dead process could not: finished moves, attempts and runs that died.

Everything that processes files recovers first. Looking alone (`inbox_survey`) changes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.domain.files.recovery import (
    InboxRecord,
    Recovery,
    RecoveryRules,
    RunOfFile,
    plan_recovery,
)
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.inbox.refused import discard_false
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.files.liveness import is_alive
from pipeline_assets.services.files.open_moves import finish_moves
from pipeline_assets.services.files.run_records import RunRecords
from pipeline_assets.services.pipeline import Pipeline


def recover(pipeline: Pipeline, runs: RunRecords, inbox: Inbox) -> None:
    """Record moves and deaths; halt files whose runs died too often."""
    now = pipeline.clock()
    files = pipeline.files.look(inbox.folder).files
    active = runs.active()
    with writing(pipeline.engine, Lock.ATTEMPTS) as connection:
        finish_moves(connection, pipeline, inbox, now)
        # Only now that the lock is held: a drain asks for these once, and waits for a lock anew.
        ended_badly = runs.ended_badly({file.fingerprint for file in files})
        record = read_record(connection, inbox, files, active, ended_badly)
        plan = plan_recovery(record, recovery_rules(pipeline, inbox), now)
        _write(connection, inbox, record, plan, now)
        if plan.died:
            dead = {(one.name, one.run_id) for one in plan.died}
            discard_false(pipeline.files, pipeline.folders.quarantine, inbox.name, dead)
    runs.report_dead([run.run_id for run in plan.dead_runs])


def recovery_rules(pipeline: Pipeline, inbox: Inbox) -> RecoveryRules:
    """When something counts as dead in this inbox."""
    settings = pipeline.settings
    return RecoveryRules(settings.max_runtime_s, inbox.max_work_s, settings.max_deaths)


def read_record(
    connection: Connection,
    inbox: Inbox,
    files: Sequence[InboxFile],
    active: Sequence[RunOfFile],
    ended_badly: Sequence[RunOfFile],
) -> InboxRecord:
    """What the catalogue, Dagster's runs and this machine's processes say about these files."""
    open_attempts = attempts.started(connection, inbox.name)
    of_runs = attempts.of_runs(connection, {run.run_id for run in (*active, *ended_badly)})
    return InboxRecord(
        versions={file.name: file.fingerprint for file in files},
        attempts=attempts.of_files(connection, inbox.name, [file.name for file in files]),
        open_attempts=open_attempts,
        of_runs=of_runs,
        active=active,
        ended_badly=ended_badly,
        is_alive=_liveness(
            [one.process for one in (*open_attempts, *of_runs)] + [run.process for run in active]
        ),
    )


def _liveness(processes: Iterable[str | None]) -> dict[str, bool | None]:
    return {process: is_alive(process) for process in {*processes} if process is not None}


def _write(
    connection: Connection, inbox: Inbox, record: InboxRecord, plan: Recovery, now: datetime
) -> None:
    for attempt in plan.died:
        message = f"Process {attempt.process} ended without reporting."
        attempts.end(connection, attempt.attempt_id, Event.DIED, now, message=message)
    for attempt in plan.interrupted:
        message = "Its run was interrupted before it could record that."
        attempts.interrupt(connection, attempt.attempt_id, now, message)
    for note in plan.notes:
        run = note.run
        attempts.note(
            connection,
            inbox.name,
            run.name,
            run.fingerprint,
            note.outcome,
            now,
            message=note.message,
            run_id=run.run_id,
        )
    for name, why in plan.halts.items():
        version = record.versions[name]
        attempts.note(connection, inbox.name, name, version, Event.HALTED, now, message=why)

"""The record of attempts: what happened to each version of each inbox file, in order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, insert, select, update

from pipeline_assets.catalogue.database.statements import insert_row, rows_where_in
from pipeline_assets.catalogue.schema import file_attempts

STARTED = "started"
ACCEPTED = "accepted"
QUARANTINED = "quarantined"
HALTED = "halted"
FAILED = "failed"
DIED = "died"
REQUEUED = "requeued"
VANISHED = "vanished"
ASKED = "asked"

FORCED = "forced"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the record."""

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
    """What the record says of one version of a file, since it was last requeued."""

    failures: int = 0
    deaths: int = 0
    halted: str | None = None


_ATTEMPT = select(*(file_attempts.c[name] for name in Attempt.__dataclass_fields__)).order_by(
    file_attempts.c.attempt_id
)


def begin(
    connection: Connection,
    inbox: str,
    name: str,
    fingerprint: str,
    now: datetime,
    run_id: str | None,
    process: str,
) -> int:
    """Note that work on a file starts; returns the attempt's id.

    An earlier attempt of the same run that is still open has failed, and that could not be written.
    """
    for earlier in of_runs(connection, [run_id] if run_id is not None else []):
        if earlier.outcome == STARTED:  # by its id, so that no other run's row is locked
            end(connection, earlier.attempt_id, FAILED, now)
    row = {
        "inbox": inbox,
        "name": name,
        "fingerprint": fingerprint,
        "outcome": STARTED,
        "run_id": run_id,
        "process": process,
        "started_at": now,
    }
    return insert_row(connection, file_attempts, row)


def end(
    connection: Connection,
    attempt_id: int,
    outcome: str,
    now: datetime,
    *,
    reason: str | None = None,
    message: str | None = None,
    digest: str | None = None,
) -> None:
    """Note how an attempt ended."""
    connection.execute(
        update(file_attempts)
        .where(file_attempts.c.attempt_id == attempt_id)
        .values(outcome=outcome, reason=reason, message=message, digest=digest, ended_at=now)
    )


def note(
    connection: Connection,
    inbox: str,
    name: str,
    fingerprint: str,
    outcome: str,
    now: datetime,
    *,
    reason: str | None = None,
    message: str | None = None,
    digest: str | None = None,
    run_id: str | None = None,
) -> None:
    """Note something that is no attempt but counts for the next: a requeue, a halt."""
    row = {
        "inbox": inbox,
        "name": name,
        "fingerprint": fingerprint,
        "digest": digest,
        "outcome": outcome,
        "reason": reason,
        "message": message,
        "run_id": run_id,
        "started_at": now,
        "ended_at": now,
    }
    connection.execute(insert(file_attempts).values(row))


def started(connection: Connection, inbox: str) -> list[Attempt]:
    """The attempts that have not ended: at work now, or dead."""
    rows = connection.execute(
        _ATTEMPT.where(file_attempts.c.outcome == STARTED, file_attempts.c.inbox == inbox)
    )
    return [Attempt(*row) for row in rows]


def asked_since(connection: Connection, inbox: str, moment: datetime) -> list[Attempt]:
    """The files that a run was asked for since `moment`, and that no attempt was begun on since."""
    rows = connection.execute(
        _ATTEMPT.where(file_attempts.c.inbox == inbox, file_attempts.c.started_at >= moment)
    )
    asked: dict[str, Attempt] = {}
    for attempt in (Attempt(*row) for row in rows):
        asked.pop(attempt.name, None)
        if attempt.outcome == ASKED:
            asked[attempt.name] = attempt
    return list(asked.values())


def of_files(connection: Connection, inbox: str, names: Collection[str]) -> list[Attempt]:
    """Every attempt on files of these names, oldest first within a name."""
    ours = _ATTEMPT.where(file_attempts.c.inbox == inbox)
    return [Attempt(*row) for row in rows_where_in(connection, ours, file_attempts.c.name, names)]


def of_runs(connection: Connection, run_ids: Collection[str]) -> list[Attempt]:
    """Every attempt that one of these runs made, and what was noted of them, oldest first."""
    rows = rows_where_in(connection, _ATTEMPT, file_attempts.c.run_id, run_ids)
    return [Attempt(*row) for row in rows]


def may_be_partial(connection: Connection, digest: str) -> bool:
    """Whether an operator has permitted the file with this digest to be partial."""
    permitted = exists().where(
        file_attempts.c.digest == digest,
        file_attempts.c.outcome == REQUEUED,
        file_attempts.c.reason == FORCED,
    )
    return bool(connection.execute(select(permitted)).scalar_one())


def file_state(attempts: Sequence[Attempt]) -> FileState:
    """What the attempts on one version of a file, oldest first, come to."""
    state = FileState()
    for attempt in attempts:
        if attempt.outcome in (REQUEUED, ACCEPTED):
            state = FileState()
        elif attempt.outcome == HALTED:
            # Whoever launches it by name all the same tries anew.
            state = FileState(halted=attempt.message or "")
        elif attempt.outcome == FAILED:
            state = FileState(state.failures + 1, state.deaths, state.halted)
        elif attempt.outcome == DIED:
            state = FileState(state.failures, state.deaths + 1, state.halted)
    return state

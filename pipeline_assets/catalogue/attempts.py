"""The record of attempts: what happened to each version of each inbox file, in order."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from pipeline_assets.catalogue.database.statements import insert_row, rows_where_in
from pipeline_assets.catalogue.schema import file_attempts
from pipeline_assets.domain.files.attempts import USED_WAIVER, WAIVER, Attempt, Event
from pipeline_assets.errors import FileFacts

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
    """Record that work on a file starts; returns the attempt's id.

    If an earlier attempt of the same run is still open, it failed and that could not be recorded.
    """
    for earlier in of_runs(connection, [run_id] if run_id is not None else []):
        if earlier.outcome == Event.STARTED:  # by its id, so no other run's row is locked
            end(connection, earlier.attempt_id, Event.FAILED, now)
    row = {
        "inbox": inbox,
        "name": name,
        "fingerprint": fingerprint,
        "outcome": Event.STARTED.value,
        "run_id": run_id,
        "process": process,
        "started_at": now,
    }
    return insert_row(connection, file_attempts, row)


def end(
    connection: Connection,
    attempt_id: int,
    outcome: Event,
    now: datetime,
    *,
    reason: str | None = None,
    message: str | None = None,
    digest: str | None = None,
    facts: FileFacts | None = None,
) -> None:
    """Record how an attempt ended; `facts` are those of a file that was refused."""
    values = {"outcome": outcome.value, "reason": reason, "message": message, "digest": digest}
    connection.execute(
        update(file_attempts)
        .where(file_attempts.c.attempt_id == attempt_id)
        .values(**values, ended_at=now, **asdict(facts or FileFacts()))
    )


def interrupt(connection: Connection, attempt_id: int, now: datetime, message: str) -> None:
    """Record that an attempt was interrupted, unless it has ended."""
    connection.execute(
        update(file_attempts)
        .where(
            file_attempts.c.attempt_id == attempt_id,
            file_attempts.c.outcome == Event.STARTED.value,
        )
        .values(outcome=Event.INTERRUPTED.value, message=message, ended_at=now)
    )


def note(
    connection: Connection,
    inbox: str,
    name: str,
    fingerprint: str,
    outcome: Event,
    now: datetime,
    *,
    reason: str | None = None,
    message: str | None = None,
    digest: str | None = None,
    run_id: str | None = None,
) -> None:
    """Record something that is not an attempt but matters for the next one: a requeue, a halt."""
    row = {
        "inbox": inbox,
        "name": name,
        "fingerprint": fingerprint,
        "digest": digest,
        "outcome": outcome.value,
        "reason": reason,
        "message": message,
        "run_id": run_id,
        "started_at": now,
        "ended_at": now,
    }
    connection.execute(insert(file_attempts).values(row))


def started(connection: Connection, inbox: str) -> list[Attempt]:
    """The attempts that have not ended: still working, or dead."""
    rows = connection.execute(
        _ATTEMPT.where(
            file_attempts.c.outcome == Event.STARTED.value, file_attempts.c.inbox == inbox
        )
    )
    return [Attempt(*row) for row in rows]


def asked_since(connection: Connection, inbox: str, moment: datetime) -> list[Attempt]:
    """The files for which a run was requested since `moment` and no attempt has begun since."""
    rows = connection.execute(
        _ATTEMPT.where(file_attempts.c.inbox == inbox, file_attempts.c.started_at >= moment)
    )
    asked: dict[str, Attempt] = {}
    for attempt in (Attempt(*row) for row in rows):
        asked.pop(attempt.name, None)
        if attempt.outcome == Event.ASKED:
            asked[attempt.name] = attempt
    return list(asked.values())


def of_files(connection: Connection, inbox: str, names: Collection[str]) -> list[Attempt]:
    """Every attempt on files with these names, oldest first within a name."""
    ours = _ATTEMPT.where(file_attempts.c.inbox == inbox)
    return [Attempt(*row) for row in rows_where_in(connection, ours, file_attempts.c.name, names)]


def of_runs(connection: Connection, run_ids: Collection[str]) -> list[Attempt]:
    """Every attempt that these runs made, and what was recorded about them, oldest first."""
    rows = rows_where_in(connection, _ATTEMPT, file_attempts.c.run_id, run_ids)
    return [Attempt(*row) for row in rows]


def of_digest(connection: Connection, inbox: str, digest: str) -> list[Attempt]:
    """Every attempt on a file with these (unpacked) bytes, whatever its name, oldest first."""
    ours = file_attempts.c.inbox == inbox
    rows = connection.execute(_ATTEMPT.where(file_attempts.c.digest == digest, ours))
    return [Attempt(*row) for row in rows]


def last_by_digest(
    connection: Connection, inbox: str, digests: Collection[str]
) -> dict[str, Attempt]:
    """The last entry about a file with each of these digests, by digest."""
    columns = file_attempts.c
    wanted = _ATTEMPT.add_columns(columns.digest).where(columns.inbox == inbox)
    rows = rows_where_in(connection, wanted, columns.digest, digests)
    return {row[-1]: Attempt(*row[:-1]) for row in rows}


def use_waiver(connection: Connection, inbox: str, digest: str) -> None:
    """Record that what an operator forced for these bytes has happened: it is allowed once."""
    columns = file_attempts.c
    connection.execute(
        update(file_attempts)
        .where(columns.digest == digest, columns.inbox == inbox, columns.reason == WAIVER)
        .values(reason=USED_WAIVER)
    )

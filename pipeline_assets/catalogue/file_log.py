"""The log of handled files: what became of each file of a window of time, newest first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select

from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import enriched_files, file_attempts, ingested_files
from pipeline_assets.domain.files.attempts import Event


@dataclass(frozen=True, slots=True)
class LoggedFile:
    """How the last attempt on one version of a file ended, or what was noted about it since.

    Times are in UTC. Which store it is from and its rows are known as far as it could be read; what
    it changed, only of a snapshot that was accepted.
    """

    handled_at: datetime
    began_at: datetime
    inbox: str
    name: str
    company: str | None
    store_id: str | None
    outcome: str
    reason: str | None
    message: str | None
    rows_read: int | None
    rows_rejected: int | None
    prices_new: int | None
    prices_changed: int | None
    prices_delisted: int | None
    run_id: str | None
    acknowledged_at: datetime | None

    @property
    def seconds(self) -> float:
        """How long the last attempt took."""
        return (self.handled_at - self.began_at).total_seconds()


@dataclass(frozen=True, slots=True)
class FileLog:
    """The files of a window, newest first, as far as they are shown; `outcomes` counts all."""

    since: datetime
    files: Sequence[LoggedFile] = ()
    outcomes: Mapping[str, int] = field(default_factory=dict)

    @property
    def not_shown(self) -> int:
        """How many older files of the window there are."""
        return sum(self.outcomes.values()) - len(self.files)

    @property
    def refused_share(self) -> float | None:
        """The share of the window's accepted and refused files that were refused; 0 to 1."""
        refused = self.outcomes.get(Event.QUARANTINED, 0)
        judged = refused + self.outcomes.get(Event.ACCEPTED, 0)
        return refused / judged if judged else None


def read_file_log(connection: Connection, since: datetime, most: int) -> FileLog:
    """What became of the files of both inboxes since then, at most so many of them."""
    shown = _log(since).limit(most)
    files = [LoggedFile(*row) for row in connection.execute(shown)]
    columns = file_attempts.c
    counted = (
        select(columns.outcome, func.count())
        .where(columns.attempt_id.in_(_last_attempts(since)))
        .group_by(columns.outcome)
        .order_by(columns.outcome)
    )
    return FileLog(since, files, {row[0]: row[1] for row in connection.execute(counted)})


def last_handled_at(connection: Connection) -> datetime | None:
    """When a file was last handled, in UTC; None while nothing was."""
    columns = file_attempts.c
    newest = (
        select(columns.ended_at)
        .where(columns.ended_at.is_not(None), columns.outcome.not_in(_NOT_HANDLED))
        .order_by(columns.ended_at.desc())
        .limit(1)
    )
    return connection.execute(newest).scalar_one_or_none()


def halted_since(connection: Connection, inbox: str, names: Collection[str]) -> dict[str, datetime]:
    """When files of these names were last halted, by name, as far as that is on record; in UTC."""
    columns = file_attempts.c
    wanted = (
        select(columns.name, func.max(columns.ended_at))
        .where(columns.inbox == inbox, columns.outcome == Event.HALTED.value)
        .group_by(columns.name)
    )
    return {row[0]: row[1] for row in rows_where_in(connection, wanted, columns.name, names)}


def acknowledged(connection: Connection, digests: Collection[str]) -> set[tuple[str, str, str]]:
    """The refused files that an operator has acknowledged, as (inbox, name, digest).

    One that was refused again after that is none of them.
    """
    columns = file_attempts.c
    wanted = (
        select(columns.inbox, columns.name, columns.digest, columns.acknowledged_at)
        .where(columns.outcome == Event.QUARANTINED.value)
        .order_by(columns.attempt_id)
    )
    rows = rows_where_in(connection, wanted, columns.digest, digests)
    last = {(row[0], row[1], row[2]): row[3] for row in rows}
    return {file for file, acknowledged_at in last.items() if acknowledged_at is not None}


# Noted by people and sensors: nothing was done with the file.
_NOT_HANDLED = [Event.ASKED.value, Event.REQUEUED.value]


def _log(since: datetime) -> Select[Any]:
    """The log's rows, newest first, with the columns of `LoggedFile` in its order."""
    ours, taken, enriched = file_attempts.c, ingested_files.c, enriched_files.c
    # An enriched file can have the bytes of its source, so the digest alone does not tell.
    is_taken = and_(
        ours.outcome == Event.ACCEPTED.value,
        taken.digest == ours.digest,
        taken.source_path == ours.inbox + "/" + ours.name,
    )
    return (
        select(
            ours.ended_at,
            ours.started_at,
            ours.inbox,
            ours.name,
            func.coalesce(ours.company, taken.company, enriched.company),
            func.coalesce(ours.store_id, taken.store_id, enriched.store_id),
            ours.outcome,
            ours.reason,
            ours.message,
            func.coalesce(ours.rows_read, taken.rows_read, enriched.rows_read),
            func.coalesce(ours.rows_rejected, taken.rows_rejected),
            taken.prices_new,
            taken.prices_changed,
            taken.prices_delisted,
            ours.run_id,
            ours.acknowledged_at,
        )
        .select_from(
            file_attempts.outerjoin(ingested_files, is_taken).outerjoin(
                enriched_files, enriched.digest == ours.digest
            )
        )
        .where(ours.attempt_id.in_(_last_attempts(since)))
        .order_by(ours.ended_at.desc(), ours.attempt_id.desc())
    )


def _last_attempts(since: datetime) -> Select[Any]:
    """The ids of each file version's last attempt that ended since then.

    That a file had vanished says nothing if another run had taken it.
    """
    columns = file_attempts.c
    told = case((columns.outcome != Event.VANISHED.value, columns.attempt_id))
    return (
        select(func.coalesce(func.max(told), func.max(columns.attempt_id)))
        .where(columns.ended_at >= since, columns.outcome != Event.ASKED.value)
        .group_by(columns.inbox, columns.name, columns.fingerprint)
    )

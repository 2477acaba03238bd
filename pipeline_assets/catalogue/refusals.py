"""Reads and acknowledges the refusals among the attempts."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from pipeline_assets.catalogue.database.statements import pieces
from pipeline_assets.catalogue.schema import file_attempts
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.domain.files.refusals import Refusal

_COLUMNS = file_attempts.c
_REFUSAL = (
    select(
        _COLUMNS.attempt_id,
        _COLUMNS.inbox,
        _COLUMNS.name,
        _COLUMNS.fingerprint,
        _COLUMNS.digest,
        _COLUMNS.reason,
        _COLUMNS.message,
        _COLUMNS.company,
        _COLUMNS.store_id,
        _COLUMNS.ended_at,
        _COLUMNS.acknowledged_at,
    )
    .where(_COLUMNS.outcome == Event.QUARANTINED.value)
    .order_by(_COLUMNS.attempt_id)
)


def refused_since(connection: Connection, since: datetime) -> list[Refusal]:
    """The refusals since then, in UTC, oldest first, whether acknowledged or not.

    An index on the outcome is in the order of the ids as well, so neither all refusals nor all
    attempts are read: the work follows what has ended since then.
    """
    # A sum, as SQLite would otherwise look for the first id from the record's beginning.
    first = select(func.min(_COLUMNS.attempt_id + 0)).where(_COLUMNS.ended_at >= since)
    recent = _REFUSAL.where(
        _COLUMNS.attempt_id >= first.scalar_subquery(), _COLUMNS.ended_at >= since
    )
    return [Refusal(*row) for row in connection.execute(recent)]


def all_refused(connection: Connection) -> list[Refusal]:
    """Every refusal on record, oldest first: the work follows the record's length."""
    return [Refusal(*row) for row in connection.execute(_REFUSAL)]


def record_acknowledged(
    connection: Connection, attempt_ids: Collection[int], now: datetime
) -> None:
    """Record that an operator has seen these refusals, and that nothing more needs to be done."""
    for piece in pieces(attempt_ids):
        connection.execute(
            update(file_attempts).where(_COLUMNS.attempt_id.in_(piece)).values(acknowledged_at=now)
        )

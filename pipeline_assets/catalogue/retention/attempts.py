"""Old entries in the record of attempts: read page by page, and removed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from pipeline_assets.catalogue.database.statements import pieces
from pipeline_assets.catalogue.schema import file_attempts
from pipeline_assets.domain.files.attempts import Event

_COLUMNS = file_attempts.c
# Noted by people and sensors: nothing was done with the file.
_NOT_HANDLED = (Event.ASKED.value, Event.REQUEUED.value)


def old_files(
    connection: Connection, before: datetime, after_id: int, most: int
) -> tuple[dict[str, set[str]], int | None]:
    """The names of files with entries that ended before then (UTC), by inbox.

    They are those of at most `most` entries after `after_id`; the number of the last of these is
    returned too, None if there is none.
    """
    rows = connection.execute(
        select(_COLUMNS.attempt_id, _COLUMNS.inbox, _COLUMNS.name)
        .where(_COLUMNS.attempt_id > after_id, _COLUMNS.ended_at < before)
        .order_by(_COLUMNS.attempt_id)
        .limit(most)
    ).all()
    names: dict[str, set[str]] = {}
    for _, inbox, name in rows:
        names.setdefault(inbox, set()).add(name)
    return names, rows[-1][0] if rows else None


def newest_attempts(connection: Connection) -> set[int]:
    """The newest entry, and the newest that says that a file was handled: both always stay.

    Without the first, its number would be given again; from the second, reports know whether there
    is news.
    """
    newest = select(func.max(_COLUMNS.attempt_id))
    handled = (
        select(_COLUMNS.attempt_id)
        .where(_COLUMNS.ended_at.is_not(None), _COLUMNS.outcome.not_in(_NOT_HANDLED))
        .order_by(_COLUMNS.ended_at.desc(), _COLUMNS.attempt_id.desc())
        .limit(1)
    )
    found = (connection.execute(query).scalar_one_or_none() for query in (newest, handled))
    return {one for one in found if one is not None}


def remove_attempts(connection: Connection, attempt_ids: Collection[int]) -> None:
    """Remove these entries."""
    for piece in pieces(attempt_ids):
        connection.execute(delete(file_attempts).where(_COLUMNS.attempt_id.in_(piece)))

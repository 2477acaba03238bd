"""From when on the table has every change: earlier years may have been moved to files."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, func, select

from pipeline_assets.catalogue.schema import price_history_files

_T = TypeVar("_T")


def history_since(connection: Connection) -> datetime | None:
    """That moment, in UTC; None if the table has all changes there are."""
    found = select(func.max(price_history_files.c.until_at))
    since: datetime | None = connection.execute(found).scalar_one()
    return since


def without_gaps(
    newest_first: Iterable[tuple[datetime, _T]], since: datetime | None
) -> Iterator[_T]:
    """One SKU's changes in one store as far back as none is missing; each comes with its time.

    The last is the one that was in force at `since`: that stays in the table.
    """
    for at, change in newest_first:
        yield change
        if since is not None and at < since:
            return

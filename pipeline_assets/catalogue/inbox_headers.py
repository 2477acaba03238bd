"""What was found in the headers of the objects that wait in an inbox, by key and etag.

A memory, so that a process that has just started need not read each of them again. Without it,
everything would be found out again.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from pipeline_assets.catalogue.database.statements import insert_rows, pieces, rows_where_in
from pipeline_assets.catalogue.schema import inbox_headers


@dataclass(frozen=True, slots=True)
class KeptHeader:
    """The store and time (UTC) that one version of a file says; None where it says none."""

    name: str
    fingerprint: str
    company: str | None
    store_id: str | None
    scraped_at: datetime | None


_HEADER = select(*(inbox_headers.c[name] for name in KeptHeader.__dataclass_fields__))


def kept_headers(connection: Connection, inbox: str, names: Collection[str]) -> list[KeptHeader]:
    """What is known of files with these names."""
    ours = _HEADER.where(inbox_headers.c.inbox == inbox)
    return [
        KeptHeader(*row) for row in rows_where_in(connection, ours, inbox_headers.c.name, names)
    ]


def keep_headers(connection: Connection, inbox: str, headers: Sequence[KeptHeader]) -> None:
    """Remember these, in place of what was known of files with their names."""
    forget_headers(connection, inbox, [header.name for header in headers])
    insert_rows(connection, inbox_headers, [{"inbox": inbox} | asdict(one) for one in headers])


def forget_headers(connection: Connection, inbox: str, names: Collection[str]) -> None:
    """Forget what is known of files with these names."""
    for piece in pieces(names):
        connection.execute(
            delete(inbox_headers).where(
                inbox_headers.c.inbox == inbox, inbox_headers.c.name.in_(piece)
            )
        )


def names_of_headers(connection: Connection, inbox: str) -> set[str]:
    """The names of all files of the inbox that something is known of."""
    rows = connection.execute(select(inbox_headers.c.name).where(inbox_headers.c.inbox == inbox))
    return {name for (name,) in rows}

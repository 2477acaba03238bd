"""The ledger of accepted files: each counts once, and each move starts and ends here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from pipeline_assets.catalogue.database.statements import insert_row, rows_where_in
from pipeline_assets.catalogue.schema import enriched_files, ingested_files


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An accepted file: where it came from, where it goes, and when it got there (None: open).

    Besides, which store it is from and how many rows it has.
    """

    file_id: int
    digest: str
    source_path: str
    archive_path: str
    moved_at: datetime | None
    company: str
    store_id: str
    rows_read: int
    rows_rejected: int


# What a file changes is known only after it has a file_id.
NOTHING_CHANGED = {
    "skus_new": 0,
    "products_new": 0,
    "prices_new": 0,
    "prices_changed": 0,
    "prices_unchanged": 0,
    "prices_delisted": 0,
}

_ENTRY = select(*(ingested_files.c[name] for name in LedgerEntry.__dataclass_fields__))


def entry_with_digest(connection: Connection, digest: str) -> LedgerEntry | None:
    """The accepted file with these (unpacked) bytes."""
    row = connection.execute(_ENTRY.where(ingested_files.c.digest == digest)).one_or_none()
    return None if row is None else LedgerEntry(*row)


def open_moves(connection: Connection) -> list[LedgerEntry]:
    """Accepted files that are not recorded as archived."""
    rows = connection.execute(_ENTRY.where(ingested_files.c.moved_at.is_(None)))
    return [LedgerEntry(*row) for row in rows]


def add_entry(connection: Connection, values: Mapping[str, Any]) -> int:
    """Add a file to the ledger with its move still open; returns its file_id."""
    return insert_row(connection, ingested_files, values)


def complete_entry(connection: Connection, file_id: int, counts: Mapping[str, int]) -> None:
    """Add what the file changed."""
    connection.execute(
        update(ingested_files).where(ingested_files.c.file_id == file_id).values(**counts)
    )


def close_move(connection: Connection, file_id: int, archive_path: str, now: datetime) -> None:
    """Record that the file is at `archive_path`."""
    connection.execute(
        update(ingested_files)
        .where(ingested_files.c.file_id == file_id)
        .values(archive_path=archive_path, moved_at=now)
    )


def number_of_files(connection: Connection) -> int:
    """How many files have ever been accepted."""
    return connection.execute(select(func.count()).select_from(ingested_files)).scalar_one()


def handled_digests(connection: Connection) -> set[str]:
    """The digests of all files that were accepted, and of the sources of enriched files."""
    accepted = connection.scalars(select(ingested_files.c.digest))
    enriched = connection.scalars(select(enriched_files.c.digest))
    return {*accepted, *enriched}


def sources_of(connection: Connection, digests: Collection[str]) -> dict[str, str]:
    """Where the accepted ones of these files came from, by digest."""
    wanted = select(ingested_files.c.digest, ingested_files.c.source_path)
    rows = rows_where_in(connection, wanted, ingested_files.c.digest, digests)
    return {row[0]: row[1] for row in rows}

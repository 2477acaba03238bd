"""The ledger of accepted files: figures that do not add up, and where the files should be."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from pipeline_assets.catalogue.checks.offenders import Offenders, find_offenders
from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import enriched_files, ingested_files

_ROWS_AT_ONCE = 10_000


def files_that_do_not_add_up(connection: Connection) -> Offenders:
    """Files with other rows than accepted and rejected ones, or with a priced row not written."""
    files = ingested_files.c
    written = files.prices_new + files.prices_changed + files.prices_unchanged
    return find_offenders(
        connection,
        select(
            files.file_id,
            files.company,
            files.store_id,
            files.scraped_date,
            files.rows_read,
            files.rows_accepted,
            files.rows_rejected,
            files.rows_priced,
            written.label("prices_written"),
            files.archive_path,
        )
        .where(
            or_(
                files.rows_read != files.rows_accepted + files.rows_rejected,
                files.rows_priced > files.rows_accepted,
                files.rows_priced != written,
            )
        )
        .order_by(files.file_id.desc()),
    )


def archived_since(connection: Connection, moment: datetime) -> Iterator[tuple[str, int, str]]:
    """The files that were archived since `moment`: (archive path, file_id, source path)."""
    files = ingested_files.c
    rows = connection.execute(
        select(files.archive_path, files.file_id, files.source_path)
        .where(files.moved_at >= moment)
        .order_by(files.file_id),
        execution_options={"yield_per": _ROWS_AT_ONCE},
    )
    for row in rows:
        yield row[0], row[1], row[2]


def places_of_two(connection: Connection, moment: datetime) -> Offenders:
    """Places in the archive that the ledger gives to more than one file since `moment`."""
    files = ingested_files.c
    number = func.count()
    return find_offenders(
        connection,
        select(files.archive_path, number.label("files"), func.max(files.file_id).label("file_id"))
        .where(files.moved_at >= moment)
        .group_by(files.archive_path)
        .having(number > 1)
        .order_by(files.archive_path),
    )


def known_places(connection: Connection, prefixes: Collection[str]) -> dict[str, set[str]]:
    """Where the ledger has the files whose digests begin so, by prefix; all of one length.

    A prefix of a file that was enriched is left out: its source may be archived more than once.
    """
    if not prefixes:
        return {}
    length = len(next(iter(prefixes)))
    places: dict[str, set[str]] = {}
    columns = ingested_files.c
    start = func.substr(columns.digest, 1, length, type_=columns.digest.type)
    for row in rows_where_in(connection, select(start, columns.archive_path), start, prefixes):
        places.setdefault(row[0], set()).add(row[1])
    digest = enriched_files.c.digest
    start = func.substr(digest, 1, length, type_=digest.type)
    for row in rows_where_in(connection, select(start), start, prefixes):
        places.pop(row[0], None)
    return places

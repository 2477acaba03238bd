"""Where the ledger has archived files, and the record that one is at another place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import ingested_files

_FILES = ingested_files.c


def archived_before(
    connection: Connection, folder: str, moment: datetime, after_id: int, most: int
) -> Sequence[tuple[int, str]]:
    """Files that were archived before then (UTC) and are still below `folder`: id and place.

    At most `most` of them, by id, after the one with `after_id`.
    """
    is_here = _FILES.archive_path.startswith(f"{folder}/", autoescape=True)
    rows = connection.execute(
        select(_FILES.file_id, _FILES.archive_path)
        .where(_FILES.file_id > after_id, _FILES.moved_at < moment, is_here)
        .order_by(_FILES.file_id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def places_known(connection: Connection, places: Collection[str]) -> set[str]:
    """Those of these places that the ledger has for a file."""
    wanted = select(_FILES.archive_path)
    return {row[0] for row in rows_where_in(connection, wanted, _FILES.archive_path, places)}


def record_places(connection: Connection, places: Mapping[int, str]) -> None:
    """Record where these files are now, by file_id."""
    for file_id, place in places.items():
        connection.execute(
            update(ingested_files).where(_FILES.file_id == file_id).values(archive_path=place)
        )

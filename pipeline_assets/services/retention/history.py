"""Moves old price history to yearly files: written, verified, recorded, and only then removed.

Whatever a crash leaves is finished by the next run. A file without a record is not read. From when
it is recorded, answers take a change from the file, whether the table still has it or not; and only
what a recorded file has is removed from the table, store by store.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from pipeline_assets import stopping
from pipeline_assets.catalogue.database.engine import Lock, reading, writing
from pipeline_assets.catalogue.retention import history as catalogue
from pipeline_assets.catalogue.retention.history import HistoryOfStore, MovedFile
from pipeline_assets.catalogue.watermarks import last_file_id
from pipeline_assets.domain.retention.history import (
    PastEntry,
    entries_not_needed,
    first_kept_moment,
)
from pipeline_assets.folder_lock import alone_in
from pipeline_assets.history.columns import MovedChange
from pipeline_assets.history.reading import HistoryFolder
from pipeline_assets.history.writing import YearlyFiles
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.retention.part import RetentionPart, switched_off
from pipeline_assets.services.retention.time_limit import TimeLimit

_NAME = "history"
_DAY = timedelta(days=1)


def move_old_history(
    pipeline: Pipeline, limit: TimeLimit, *, is_rehearsal: bool = False
) -> RetentionPart:
    """Move the years that are over for long enough to files, and remove what no rule needs."""
    years = pipeline.settings.keep_history_years
    if years is None:
        return switched_off(_NAME, "keep_history_years")
    until = first_kept_moment(pipeline.clock(), years)
    folder = pipeline.settings.history_path
    if is_rehearsal:
        with reading(pipeline.engine) as connection:
            is_due = _is_due(connection, until)
            old = catalogue.count_history(connection, until) if is_due else 0
        return RetentionPart(_NAME, figures={"history_rows_older": old})
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        written = _write(pipeline, folder, until)
        removed, is_cut_short = _remove(pipeline, folder, limit)
    figures = {
        "history_files_written": len(written),
        "history_rows_written": sum(file.row_count for file in written),
        "history_bytes_written": sum(file.byte_count for file in written),
        "history_rows_removed": removed,
    }
    return RetentionPart(_NAME, None, figures, is_cut_short)


def _is_due(connection: Connection, until: datetime) -> bool:
    """Whether there is a year that is in no file yet, or a late snapshot of one that is."""
    moved = catalogue.moved_files(connection)
    if not moved:
        return catalogue.has_history(connection, None, until.date())
    last = max(file.until_at for file in moved)
    seen = max(file.seen_file_id for file in moved)
    return catalogue.has_late_files(connection, seen, min(until, last)) or (
        until > last and catalogue.has_history(connection, (last + _DAY).date(), until.date())
    )


def _write(pipeline: Pipeline, folder: Path, until: datetime) -> list[MovedFile]:
    """Write and record what is older than `until` (UTC) and in no file yet."""
    with reading(pipeline.engine) as connection:
        if not _is_due(connection, until):
            return []
        moved = catalogue.moved_files(connection)
        seen = last_file_id(connection)
        names = _checked(folder, moved)
        files = YearlyFiles(folder)
        covered = HistoryFolder(folder).covered(names)
        for store in catalogue.stores_with_history(connection):
            stopping.check()
            for changes in _changes(connection, store, until, covered[store.store_key]):
                files.add(changes)
        stopping.check()
        finished = files.finish()
    now = pipeline.clock()
    written = [
        MovedFile(
            name=file.name,
            year=file.year,
            until_at=datetime(file.year + 1, 1, 1),
            row_count=file.rows,
            byte_count=file.size,
            digest=file.digest,
            seen_file_id=seen,
            moved_at=now,
            removed_at=None,
        )
        for file in finished
    ]
    with writing(pipeline.engine, Lock.CATALOGUE) as connection:
        catalogue.record_moved_files(connection, written)
        catalogue.note_seen(connection, seen)
    return written


def _changes(
    connection: Connection, store: HistoryOfStore, until: datetime, covered: datetime
) -> Iterator[list[MovedChange]]:
    """A store's changes that are in no file yet, each with the price before it."""
    before: tuple[int, int | None] = (0, None)
    for piece in catalogue.entries_of_store(connection, store.store_key, until):
        found = []
        for entry, sku in piece:
            price_before = before[1] if before[0] == entry.sku_id else None
            if entry.scraped_at > covered:
                found.append(_change(store, sku, entry, price_before))
            last = price_before if entry.price_cents is None else entry.price_cents
            before = entry.sku_id, last
        yield found


def _change(
    store: HistoryOfStore, sku: str, entry: PastEntry, price_before: int | None
) -> MovedChange:
    return MovedChange(
        store_key=store.store_key,
        sku_id=entry.sku_id,
        company=store.company,
        store_id=store.store_id,
        sku=sku,
        scraped_at=entry.scraped_at,
        scraped_date=entry.scraped_date,
        change=entry.change,
        price_cents=entry.price_cents,
        price_before_cents=price_before,
    )


def _remove(pipeline: Pipeline, folder: Path, limit: TimeLimit) -> tuple[int, bool]:
    """Remove what recorded files have and no rule needs; how much, and whether time was short."""
    with reading(pipeline.engine) as connection:
        moved = catalogue.moved_files(connection)
        shops = catalogue.stores_with_history(connection)
    if all(file.removed_at is not None for file in moved):
        return 0, False
    covered = HistoryFolder(folder).covered(_checked(folder, moved))
    until = max(file.until_at for file in moved)
    removed = 0
    for store in shops:
        if limit.is_over:
            return removed, True
        # Only what a file has; and what is compared with prices of today stays.
        before = min(until, store.open_from_at, covered[store.store_key] + timedelta.resolution)
        with writing(pipeline.engine, Lock.CATALOGUE) as connection:
            entries = catalogue.old_entries(connection, store.store_key, before)
            gone = entries_not_needed(entries)
            catalogue.remove_entries(connection, store.store_key, gone)
        removed += len(gone)
    with writing(pipeline.engine, Lock.CATALOGUE) as connection:
        catalogue.note_removed(connection, pipeline.clock())
    return removed, False


def _checked(folder: Path, moved: Sequence[MovedFile]) -> list[str]:
    """The names of these files, which are there and whole."""
    HistoryFolder(folder).check({file.name: file.byte_count for file in moved})
    return [file.name for file in moved]

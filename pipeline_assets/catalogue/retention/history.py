"""The price history as retention sees it: what is old, which files have it, what is removed."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from pipeline_assets.catalogue.database.statements import delete_rows
from pipeline_assets.catalogue.schema import (
    ingested_files,
    price_history,
    price_history_files,
    product_price_stores,
    skus,
    stores,
)
from pipeline_assets.catalogue.totals import add_to_totals
from pipeline_assets.domain.retention.history import PastEntry

_ROWS_AT_ONCE = 20_000
_HISTORY, _FILES = price_history.c, price_history_files.c
_ENTRY = select(*(_HISTORY[name] for name in PastEntry._fields)).order_by(
    _HISTORY.sku_id, _HISTORY.scraped_at
)


@dataclass(frozen=True, slots=True)
class MovedFile:
    """A file that the catalogue has moved history to; see table `price_history_files`."""

    name: str
    year: int
    until_at: datetime
    row_count: int
    byte_count: int
    digest: str
    seen_file_id: int
    moved_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryOfStore:
    """A store with history; its entries from `open_from_at` (UTC) on are compared with today's."""

    store_key: int
    company: str
    store_id: str
    open_from_at: datetime


# Prices of the last 90 days before a store's last snapshot are compared, days of its own zone.
_COMPARED = timedelta(days=92)


def moved_files(connection: Connection) -> list[MovedFile]:
    """The files, by year."""
    names = MovedFile.__dataclass_fields__
    rows = connection.execute(
        select(*(_FILES[name] for name in names)).order_by(_FILES.year, _FILES.name)
    )
    return [MovedFile(*row) for row in rows]


def has_history(connection: Connection, since: date | None, before: date) -> bool:
    """Whether there are entries with a day before that, and from `since` on."""
    wanted = select(_HISTORY.store_key).where(_HISTORY.scraped_date < before).limit(1)
    if since is not None:
        wanted = wanted.where(_HISTORY.scraped_date >= since)
    return connection.execute(wanted).first() is not None


def count_history(connection: Connection, before: datetime) -> int:
    """How many entries are older than that (UTC): the work follows the table's length."""
    wanted = select(func.count()).select_from(price_history).where(_HISTORY.scraped_at < before)
    return connection.execute(wanted).scalar_one()


def has_late_files(connection: Connection, after_id: int, before: datetime) -> bool:
    """Whether a file was accepted after that one whose snapshot is older than `before` (UTC)."""
    files = ingested_files.c
    wanted = select(files.file_id).where(files.file_id > after_id, files.scraped_at < before)
    return connection.execute(wanted.limit(1)).first() is not None


def stores_with_history(connection: Connection) -> list[HistoryOfStore]:
    """All stores that have a snapshot, by their keys."""
    counted = product_price_stores.c
    rows = connection.execute(
        select(
            stores.c.store_key,
            stores.c.company,
            stores.c.store_id,
            stores.c.last_scraped_at,
            counted.low_from_at,
        )
        .outerjoin(product_price_stores, counted.store_key == stores.c.store_key)
        .where(stores.c.last_scraped_at.is_not(None))
        .order_by(stores.c.store_key)
    )
    return [
        HistoryOfStore(row[0], row[1], row[2], min(row[3] - _COMPARED, row[4] or datetime.max))
        for row in rows
    ]


def entries_of_store(
    connection: Connection, store_key: int, before: datetime
) -> Iterator[list[tuple[PastEntry, str]]]:
    """A store's entries that are older than `before` (UTC) with their SKUs, by SKU and time."""
    wanted = (
        _ENTRY.add_columns(skus.c.sku)
        .join(skus, skus.c.sku_id == _HISTORY.sku_id)
        .where(_HISTORY.store_key == store_key, _HISTORY.scraped_at < before)
    )
    found = connection.execute(
        wanted, execution_options={"stream_results": True, "max_row_buffer": _ROWS_AT_ONCE}
    )
    for piece in found.partitions(_ROWS_AT_ONCE):
        yield [(PastEntry(*row[:-1]), row[-1]) for row in piece]


def old_entries(connection: Connection, store_key: int, before: datetime) -> list[PastEntry]:
    """The same without SKUs, in one list."""
    rows = connection.execute(
        _ENTRY.where(_HISTORY.store_key == store_key, _HISTORY.scraped_at < before)
    )
    return [PastEntry(*row) for row in rows]


def record_moved_files(connection: Connection, files: Sequence[MovedFile]) -> None:
    """From now on, these files answer for their years. One that is known stays as it is."""
    known = set(connection.scalars(select(_FILES.name)))
    for file in files:
        if file.name not in known:
            connection.execute(insert(price_history_files).values(**asdict(file)))


def note_seen(connection: Connection, file_id: int) -> None:
    """Record that no snapshot up to this accepted file is missing in the files."""
    connection.execute(update(price_history_files).values(seen_file_id=file_id))


def remove_entries(connection: Connection, store_key: int, gone: Sequence[PastEntry]) -> None:
    """Remove these entries of a store."""
    rows = [
        {"store_key": store_key, "sku_id": one.sku_id, "scraped_at": one.scraped_at} for one in gone
    ]
    delete_rows(connection, price_history, rows)
    add_to_totals(connection, {"price_history": -len(rows)})


def note_removed(connection: Connection, now: datetime) -> None:
    """Record that what no rule needs of the files' years is gone from the table."""
    connection.execute(
        update(price_history_files).where(_FILES.removed_at.is_(None)).values(removed_at=now)
    )

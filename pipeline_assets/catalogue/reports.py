"""Reads for people: what happened to files, what the catalogue holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from pipeline_assets.catalogue.database.statements import rows_where_in
from pipeline_assets.catalogue.schema import (
    brands,
    companies,
    file_attempts,
    ingested_files,
    metadata,
    price_history,
    prices,
    products,
    skus,
    stores,
)
from pipeline_assets.catalogue.totals import read_totals

FILE_FIGURES = (
    "rows_read",
    "rows_accepted",
    "rows_rejected",
    "skus_new",
    "products_new",
    "prices_new",
    "prices_changed",
    "prices_unchanged",
    "prices_delisted",
)


@dataclass(frozen=True, slots=True)
class FileReport:
    """How the last attempt on a file ended; `figures` only if it was accepted."""

    name: str
    outcome: str
    reason: str | None
    message: str | None
    run_id: str | None
    figures: dict[str, int]


def files_of_runs(connection: Connection, run_ids: Collection[str]) -> list[FileReport]:
    """What happened to the files that these runs processed, in the order of the attempts."""
    columns = file_attempts.c
    wanted = select(
        columns.name, columns.outcome, columns.reason, columns.message, columns.run_id
    ).order_by(columns.attempt_id)
    last = {row.run_id: row for row in rows_where_in(connection, wanted, columns.run_id, run_ids)}
    figures = _figures_of_runs(connection, run_ids)
    return [
        FileReport(row[0], row[1], row[2], row[3], run_id, figures.get(run_id, {}))
        for run_id, row in last.items()
    ]


def _figures_of_runs(connection: Connection, run_ids: Collection[str]) -> dict[str, dict[str, int]]:
    wanted = select(ingested_files.c.run_id, *(ingested_files.c[name] for name in FILE_FIGURES))
    rows = rows_where_in(connection, wanted, ingested_files.c.run_id, run_ids)
    return {row[0]: dict(zip(FILE_FIGURES, row[1:], strict=True)) for row in rows}


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the catalogue holds as a whole; stores are current by their last accepted snapshot."""

    prices: int
    skus: int
    stores: int
    stores_current: int


def read_holdings(connection: Connection, current_since: datetime) -> Holdings:
    """What the catalogue holds, without counting its large tables; a time in UTC."""
    totals = read_totals(connection)
    is_current = stores.c.last_scraped_at >= current_since
    known, current = connection.execute(
        select(func.count(), func.count(case((is_current, 1)))).select_from(stores)
    ).one()
    return Holdings(totals["prices"], totals["skus"], known, current)


def count_rows(connection: Connection, table: str) -> int:
    """How many rows the table of this name has."""
    counted = select(func.count()).select_from(metadata.tables[table])
    return connection.execute(counted).scalar_one()


def sizes(connection: Connection) -> dict[str, int]:
    """How much the catalogue holds, by table."""
    tables = (companies, stores, brands, products, skus, prices, price_history, ingested_files)
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables
    }

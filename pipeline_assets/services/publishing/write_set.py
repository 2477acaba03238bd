"""Writes the files of one set into a folder: store by store, page by page, from one transaction."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from pipeline_assets import stopping
from pipeline_assets.catalogue.published import (
    ROWS_AT_ONCE,
    all_companies,
    all_shops,
    articles_of,
    rows_of_shop,
    typical_prices,
)
from pipeline_assets.publishing.arrow import batch_of
from pipeline_assets.publishing.columns import RowValues
from pipeline_assets.publishing.comparison import ComparisonTarget
from pipeline_assets.publishing.csv_files import CsvTarget
from pipeline_assets.publishing.data_package import DESCRIPTOR, DescribedFiles, data_package
from pipeline_assets.publishing.parquet import MonthlyParquet, ParquetTarget
from pipeline_assets.publishing.sets import files_of
from pipeline_assets.services.publishing.comparison import compared_articles
from pipeline_assets.services.publishing.data_sets import (
    COMPARISON,
    DATA_SETS,
    PRICE_CHANGES,
    PRICES,
    PRODUCTS,
    DataSet,
)

_DAY = [column.name for column in PRICE_CHANGES.columns].index("scraped_date")
# Each is typically sold in many stores, all of which are looked at together.
_ARTICLES_AT_ONCE = 500


def write_set(connection: Connection, folder: Path, *, with_csv: bool) -> dict[str, int]:
    """Write all data sets and their descriptor; returns the rows of each data set."""
    rows = {
        PRICES.name: _write_prices(connection, folder, with_csv=with_csv),
        PRODUCTS.name: _write_products(connection, folder, with_csv=with_csv),
        PRICE_CHANGES.name: _write_changes(connection, folder, with_csv=with_csv),
        COMPARISON.name: _write_comparison(connection, folder),
    }
    (folder / DESCRIPTOR).write_text(_descriptor(folder), encoding="utf-8")
    return rows


def _write_prices(connection: Connection, folder: Path, *, with_csv: bool) -> int:
    with ExitStack() as stack:
        target = _table(stack, folder, PRICES)
        copies = _copies(stack, folder, PRICES, with_csv=with_csv)
        for company, store_id in all_shops(connection):
            stopping.check()
            for piece in rows_of_shop(connection, "store_prices", company, store_id):
                _add(PRICES, piece, target, copies)
        return target.rows


def _write_products(connection: Connection, folder: Path, *, with_csv: bool) -> int:
    with ExitStack() as stack:
        target = _table(stack, folder, PRODUCTS)
        copies = _copies(stack, folder, PRODUCTS, with_csv=with_csv)
        for company in all_companies(connection):
            for piece in articles_of(connection, company, ROWS_AT_ONCE):
                stopping.check()
                _add(PRODUCTS, piece, target, copies)
        return target.rows


def _write_changes(connection: Connection, folder: Path, *, with_csv: bool) -> int:
    columns, key = PRICE_CHANGES.columns, PRICE_CHANGES.key
    with ExitStack() as stack:
        months = stack.enter_context(MonthlyParquet(folder / PRICE_CHANGES.file, columns, key))
        copies = _copies(stack, folder, PRICE_CHANGES, with_csv=with_csv)
        for company, store_id in all_shops(connection):
            stopping.check()
            for piece in rows_of_shop(connection, "price_changes", company, store_id):
                by_month = sorted(piece, key=_month)  # keeps the order within a month
                for month, rows in groupby(by_month, key=_month):
                    months.add(month, batch_of(columns, list(rows)))
                for each in copies:
                    each.add(batch_of(columns, piece))
        return months.rows


def _month(row: Sequence[Any]) -> str:
    """The month of a change; one database gives its day as a text, the other as a date."""
    day: date | str = row[_DAY]
    return str(day)[:7]


def _write_comparison(connection: Connection, folder: Path) -> int:
    with ComparisonTarget(folder / COMPARISON.file) as target:
        for company in all_companies(connection):
            for piece in articles_of(connection, company, _ARTICLES_AT_ONCE):
                stopping.check()
                first, last = piece[0][1], piece[-1][1]
                typical = typical_prices(connection, company, first, last)
                target.add(compared_articles(piece, typical))
        return target.rows


def _table(stack: ExitStack, folder: Path, data_set: DataSet) -> ParquetTarget:
    target = ParquetTarget(folder / data_set.file, data_set.columns, data_set.key)
    return stack.enter_context(target)


def _copies(
    stack: ExitStack, folder: Path, data_set: DataSet, *, with_csv: bool
) -> Sequence[CsvTarget]:
    """The CSV file of a data set, if there is to be one."""
    if not with_csv:
        return []
    return [stack.enter_context(CsvTarget(folder / f"{data_set.name}.csv", data_set.columns))]


def _add(
    data_set: DataSet, rows: RowValues, target: ParquetTarget, copies: Sequence[CsvTarget]
) -> None:
    batch = batch_of(data_set.columns, rows)
    target.add(batch)
    for each in copies:
        each.add(batch)


def _descriptor(folder: Path) -> str:
    files = files_of(folder)
    sizes = {path: int(file["bytes"]) for path, file in files.items()}
    digests = {path: str(file["sha256"]) for path, file in files.items()}
    resources = [
        DescribedFiles(
            data_set.name if ending != "csv" else f"{data_set.name}-csv",
            data_set.title,
            data_set.description,
            ending,
            paths,
            data_set.columns,
            data_set.key,
            sizes,
            digests,
        )
        for data_set in DATA_SETS
        for ending in ("parquet", "csv", "json")
        if (paths := _paths(files, f"{data_set.name}.{ending}"))
    ]
    return data_package(
        "Prices of supermarkets",
        "What supermarkets charge, as their shops' pages showed it: today's prices, the products, "
        "and each change of a price.",
        resources,
    )


def _paths(files: dict[str, dict[str, Any]], name: str) -> list[str]:
    """The file of this name, or all files of the folder of this name."""
    return [path for path in files if path == name or path.startswith(f"{name}/")]

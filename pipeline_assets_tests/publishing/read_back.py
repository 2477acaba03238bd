"""Published files as their users read them, and the views beside them, as comparable rows."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline_assets.publishing.columns import PublishedColumn
from pipeline_assets.services.publishing.data_sets import DataSet
from pipeline_assets_tests.workplace import Workplace

Shown = list[tuple[Any, ...]]


def by_pandas(path: Path, data_set: DataSet) -> Shown:
    """The rows of a file, in its order; those of a folder of months, sorted by the key."""
    frame = pd.read_parquet(path)
    if path.is_dir():
        assert set(frame["month"]) == {str(day)[:7] for day in frame["scraped_date"]}
        frame = frame.sort_values(list(data_set.key), kind="stable")
    names = [column.name for column in data_set.columns]
    assert list(frame.columns)[: len(names)] == names
    return _shown(data_set, frame[names].itertuples(index=False, name=None))


def by_duckdb(path: Path, data_set: DataSet) -> Shown:
    """The same, by DuckDB, sorted by the data set's key."""
    files = path / "**/*.parquet" if path.is_dir() else path
    names = ", ".join(f'"{column.name}"' for column in data_set.columns)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            f"SELECT {names} FROM read_parquet('{files}') ORDER BY {', '.join(data_set.key)}"
        )
        return _shown(data_set, found.fetchall())


def by_csv(path: Path, data_set: DataSet) -> Shown:
    """The same, from the CSV file, by DuckDB with the columns' types."""
    kinds = {"ARRAY": "JSON", "DATETIME": "TIMESTAMPTZ"}
    types = {
        column.name: kinds.get(column.sql_type, column.sql_type) for column in data_set.columns
    }
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            "SELECT * FROM read_csv(?, header = true, columns = ?, quote = '\"', escape = '\"', "
            "nullstr = '', allow_quoted_nulls = false)",
            [str(path), types],
        )
        return _shown(data_set, found.fetchall())


def of_view(place: Workplace, view: str, data_set: DataSet) -> Shown:
    """The view's rows, in the order of the data set."""
    names = ", ".join(column.name for column in data_set.columns)
    rows = place.rows(f"SELECT {names} FROM {view} ORDER BY {', '.join(data_set.key)}")
    return _shown(data_set, rows)


def _shown(data_set: DataSet, rows: Iterable[Iterable[Any]]) -> Shown:
    return [
        tuple(_plain(column, value) for column, value in zip(data_set.columns, row, strict=True))
        for row in rows
    ]


def _plain(column: PublishedColumn, value: Any) -> Any:
    """A value in one form, whoever has read it; numbers with exactly their digits."""
    if column.kind == "array":
        return None if value is None else tuple(value)
    if value is None or pd.isna(value):
        return None
    if column.kind == "number":
        digits = column.digits[1]
        if isinstance(value, float):  # as SQLite has it
            return Decimal(f"{value:.{digits}f}")
        assert isinstance(value, Decimal)
        return value.quantize(Decimal(1).scaleb(-digits))
    if column.kind == "boolean":
        return bool(value)
    if column.kind == "integer":
        return int(value)
    if column.kind == "date":
        return value.isoformat()[:10] if isinstance(value, date) else value
    if column.kind == "datetime":
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=None).isoformat(timespec="microseconds")
    return value

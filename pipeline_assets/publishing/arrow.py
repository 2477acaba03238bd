"""RowValues from a database as Arrow, exactly.

SQLite gives dates and times as texts, truth values as numbers, and decimals as the doubles nearest
to them; other databases have types for these.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_assets.publishing.columns import PublishedColumn, RowValues

_UTC = "UTC"


def schema_of(columns: Sequence[PublishedColumn]) -> pa.Schema:
    """The columns as an Arrow schema."""
    return pa.schema([(column.name, _type(column)) for column in columns])


def batch_of(columns: Sequence[PublishedColumn], rows: RowValues) -> pa.RecordBatch:
    """The rows as Arrow; raises `ArrowInvalid` for a value that its column cannot hold."""
    values: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [
        _READ[column.kind](column, list(each)) for column, each in zip(columns, values, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema_of(columns))


def _type(column: PublishedColumn) -> pa.DataType:
    if column.kind == "number":
        return pa.decimal128(*column.digits)
    return _TYPES[column.kind]


_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", _UTC),
    "array": pa.list_(pa.string()),
}


def _as_it_is(column: PublishedColumn, values: list[Any]) -> pa.Array:
    return pa.array(values, _type(column))


def _booleans(column: PublishedColumn, values: list[Any]) -> pa.Array:
    return pa.array([None if one is None else bool(one) for one in values], _type(column))


def _decimals(column: PublishedColumn, values: list[Any]) -> pa.Array:
    if _has(values, float):
        # Rounding to the column's digits gives back the number that the double is nearest to.
        return pa.array(values, pa.float64()).cast(_type(column))
    return pa.array(values, _type(column))


def _dates(column: PublishedColumn, values: list[Any]) -> pa.Array:
    if _has(values, str):
        return pa.array(values, pa.string()).cast(_type(column))
    return pa.array(values, _type(column))


def _moments(column: PublishedColumn, values: list[Any]) -> pa.Array:
    without_zone = pa.timestamp(_type(column).unit)
    if _has(values, str):
        return pc.assume_timezone(pa.array(values, pa.string()).cast(without_zone), _UTC)
    return pc.assume_timezone(pa.array(values, without_zone), _UTC)


def _has(values: list[Any], kind: type) -> bool:
    return any(isinstance(value, kind) for value in values)


_READ: dict[str, Callable[[PublishedColumn, list[Any]], pa.Array]] = {
    "string": _as_it_is,
    "integer": _as_it_is,
    "boolean": _booleans,
    "number": _decimals,
    "date": _dates,
    "datetime": _moments,
    "array": _as_it_is,
}

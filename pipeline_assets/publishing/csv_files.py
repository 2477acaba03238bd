"""CSV files (RFC 4180: UTF-8, CRLF, quotes doubled) of the same batches as the Parquet files.

Values stand there as they are. A text that a spreadsheet takes for a formula is not changed: a
program that reads the file would get another text than the shop's.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import CSVWriter, WriteOptions

from pipeline_assets.publishing.arrow import schema_of
from pipeline_assets.publishing.columns import PublishedColumn

_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class CsvTarget:
    """A CSV file that is being written. A list is a JSON array; nothing is nothing, without quotes.

    Texts are in quotes, so that an empty one differs from none.
    """

    def __init__(self, path: Path, columns: Sequence[PublishedColumn]) -> None:
        as_text = {column.name for column in columns if column.kind in ("array", "datetime")}
        self._columns = columns
        self._schema = pa.schema(
            [
                (column.name, pa.string() if column.name in as_text else _plain(column))
                for column in columns
            ]
        )
        self._writer = CSVWriter(path, self._schema, write_options=WriteOptions(eol="\r\n"))

    def add(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        arrays = [
            _cell(column, array) for column, array in zip(self._columns, batch.columns, strict=True)
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def __enter__(self) -> "CsvTarget":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the file."""
        self._writer.close()


def _plain(column: PublishedColumn) -> pa.DataType:
    return schema_of([column]).field(0).type


def _cell(column: PublishedColumn, array: pa.Array) -> pa.Array:
    if column.kind == "datetime":
        return pc.strftime(array, format=_MOMENT)
    if column.kind == "array":
        lists = array.to_pylist()
        return pa.array(
            [None if one is None else json.dumps(one, ensure_ascii=False) for one in lists],
            pa.string(),
        )
    return array

"""Parquet files whose bytes follow from their rows alone: same rows in same order, same bytes.

They hold no time of creation. Row groups have a fixed number of rows, so what is in memory does
not grow with the file.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline_assets.publishing.arrow import schema_of
from pipeline_assets.publishing.columns import PublishedColumn

ROWS_PER_GROUP = 65_536


class ParquetTarget:
    """A Parquet file that is being written. Its rows come sorted by the columns of `key`."""

    def __init__(self, path: Path, columns: Sequence[PublishedColumn], key: Sequence[str]) -> None:
        schema = schema_of(columns)
        self.rows = 0
        self.rows_waiting = 0
        self._waiting: list[pa.RecordBatch] = []
        self._writer = pq.ParquetWriter(
            path,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=True,  # names, brands and categories occur again and again
            write_page_checksum=True,
            sorting_columns=pq.SortingColumn.from_ordering(
                schema, [(name, "ascending") for name in key]
            ),
        )

    def add(self, batch: pa.RecordBatch) -> None:
        """Add rows; they are written once they fill a row group."""
        self._waiting.append(batch)
        self.rows += batch.num_rows
        self.rows_waiting += batch.num_rows
        if self.rows_waiting >= ROWS_PER_GROUP:
            self._write(self.rows_waiting - self.rows_waiting % ROWS_PER_GROUP)

    def flush(self) -> None:
        """Write the rows that wait as a smaller row group."""
        if self.rows_waiting:
            self._write(self.rows_waiting)

    def _write(self, rows: int) -> None:
        waiting = pa.Table.from_batches(self._waiting)
        self._writer.write_table(waiting.slice(0, rows), row_group_size=ROWS_PER_GROUP)
        self._waiting = waiting.slice(rows).to_batches()
        self.rows_waiting -= rows

    def __enter__(self) -> "ParquetTarget":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the file; after an error it is closed as it is, for its folder is dropped."""
        if error is None:
            self.flush()
        self._writer.close()


class MonthlyParquet:
    """A folder with a Parquet file per month, which readers take for one table with a `month`.

    Rows come sorted by the columns of `key`, months mixed. What waits in memory is bounded for all
    months together: beyond that, the month with the most rows is written.
    """

    def __init__(
        self, folder: Path, columns: Sequence[PublishedColumn], key: Sequence[str]
    ) -> None:
        folder.mkdir()
        self._folder, self._columns, self._key = folder, columns, key
        self._targets: dict[str, ParquetTarget] = {}

    @property
    def rows(self) -> int:
        """How many rows there are by now."""
        return sum(target.rows for target in self._targets.values())

    def add(self, month: str, batch: pa.RecordBatch) -> None:
        """Add rows of a month, such as `2025-09`."""
        if month not in self._targets:
            place = self._folder / f"month={month}" / "part-0.parquet"
            place.parent.mkdir()
            self._targets[month] = ParquetTarget(place, self._columns, self._key)
        self._targets[month].add(batch)
        while sum(target.rows_waiting for target in self._targets.values()) > 2 * ROWS_PER_GROUP:
            fullest = max(sorted(self._targets), key=lambda at: self._targets[at].rows_waiting)
            self._targets[fullest].flush()

    def __enter__(self) -> "MonthlyParquet":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the files of all months."""
        for target in self._targets.values():
            target.__exit__(kind, error, trace)

"""Writes the files of some years side by side, and gives each its name once it is verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline_assets import stopping
from pipeline_assets.errors import PipelineError
from pipeline_assets.history.columns import HISTORY_SCHEMA, SORTED_BY, MovedChange, checksum_of
from pipeline_assets.on_disk import sha256_of, sync_to_disk

_ROWS_PER_GROUP = 65_536
_UNFINISHED = ".unfinished-"


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file that is on disk and was read back: its year, rows, bytes and SHA-256."""

    name: str
    year: int
    rows: int
    size: int
    digest: str


class YearlyFiles:
    """Files that are being written, one for each year. Rows come by store, SKU and time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._years: dict[int, _Unfinished] = {}
        for left in folder.glob(f"{_UNFINISHED}*"):
            left.unlink()  # of a process that was killed

    def add(self, changes: Sequence[MovedChange]) -> None:
        """Add changes to the files of their years."""
        of_year: dict[int, list[MovedChange]] = {}
        for change in changes:
            of_year.setdefault(change.scraped_at.year, []).append(change)
        for year, found in of_year.items():
            if year not in self._years:
                self._years[year] = _Unfinished(self._folder / f"{_UNFINISHED}{year}.parquet")
            self._years[year].add(found)

    def finish(self) -> list[HistoryFile]:
        """Have all of them on disk and read back, and then give them their names; by year.

        Raises `PipelineError` if what is read is not what was written: then none has a name.
        """
        for unfinished in self._years.values():
            unfinished.close()
        for unfinished in self._years.values():
            stopping.check()
            unfinished.verify()
        found = [one.appear(year) for year, one in sorted(self._years.items())]
        sync_to_disk(self._folder)
        return found


class _Unfinished:
    """One file under its hidden name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[MovedChange] = []
        self._rows, self._checksum = 0, 0
        self._writer = pq.ParquetWriter(
            path,
            HISTORY_SCHEMA,
            version="2.6",
            compression="zstd",
            use_dictionary=True,
            write_page_checksum=True,
            sorting_columns=pq.SortingColumn.from_ordering(
                HISTORY_SCHEMA, [(name, "ascending") for name in SORTED_BY]
            ),
        )

    def add(self, changes: Sequence[MovedChange]) -> None:
        self._waiting += changes
        while len(self._waiting) >= _ROWS_PER_GROUP:
            self._write(self._waiting[:_ROWS_PER_GROUP])
            del self._waiting[:_ROWS_PER_GROUP]

    def _write(self, rows: Sequence[MovedChange]) -> None:
        columns = list(zip(*rows, strict=True))
        arrays = [
            pa.array(values, field.type)
            for values, field in zip(columns, HISTORY_SCHEMA, strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=HISTORY_SCHEMA)
        self._rows += batch.num_rows
        self._checksum = (self._checksum + checksum_of(batch)) % 2**64
        self._writer.write_batch(batch, row_group_size=_ROWS_PER_GROUP)

    def close(self) -> None:
        if self._waiting:
            self._write(self._waiting)
            self._waiting = []
        self._writer.close()
        sync_to_disk(self._path)

    def verify(self) -> None:
        rows, checksum = 0, 0
        with pq.ParquetFile(self._path, page_checksum_verification=True) as file:
            for batch in file.iter_batches(_ROWS_PER_GROUP):
                rows += batch.num_rows
                checksum = (checksum + checksum_of(batch)) % 2**64
        if (rows, checksum) != (self._rows, self._checksum):
            raise PipelineError(
                f"{self._path} does not hold what was written to it. Nothing was moved; check the "
                "disk and try again."
            )

    def appear(self, year: int) -> HistoryFile:
        """Give it the name that says its year and digest; the same file from before is replaced."""
        digest = sha256_of(self._path)
        name = f"price_history-{year}-{digest[:12]}.parquet"
        size = self._path.stat().st_size
        self._path.replace(self._path.with_name(name))
        return HistoryFile(name, year, self._rows, size, digest)

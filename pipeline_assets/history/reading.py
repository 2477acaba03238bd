"""Reads what the files hold of some stores and SKUs.

What reads Parquet is imported where it is needed: most catalogues have no such files.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline_assets.errors import PipelineError

if TYPE_CHECKING:
    import pyarrow.dataset as ds

    from pipeline_assets.history.columns import MovedChange

_READ_AT_ONCE = 65_536


class HistoryFolder:
    """The folder with the files that the catalogue names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, sizes: Mapping[str, int]) -> None:
        """Raise `PipelineError` unless these files are there, with these sizes in bytes."""
        for name, size in sizes.items():
            path = self._folder / name
            if not path.is_file() or path.stat().st_size != size:
                raise PipelineError(
                    f"Price history was moved to {path}, and that file is not there or is not "
                    "whole. Put it back from a backup, or name the folder that has it in "
                    "PIPELINE_HISTORY_DIR."
                )

    def of_store(self, names: Sequence[str], store_key: int) -> "list[MovedChange]":
        """A store's changes in these files."""
        return list(self._rows(names, "store_key", [store_key]))

    def of_skus(self, names: Sequence[str], sku_ids: Sequence[int]) -> "list[MovedChange]":
        """The changes of these SKUs in all stores."""
        return list(self._rows(names, "sku_id", sku_ids))

    def covered(self, names: Sequence[str]) -> dict[int, datetime]:
        """For each store, the moment (UTC) of its last change in these files, by store_key."""
        import pyarrow as pa

        last: dict[int, datetime] = defaultdict(lambda: datetime.min)
        if not names:
            return last
        columns = ["store_key", "scraped_at"]
        for batch in self._dataset(names).to_batches(columns=columns, batch_size=_READ_AT_ONCE):
            grouped = pa.Table.from_batches([batch]).group_by("store_key")
            for row in grouped.aggregate([("scraped_at", "max")]).to_pylist():
                moment = _naive(row["scraped_at_max"])
                last[row["store_key"]] = max(last[row["store_key"]], moment)
        return last

    def _rows(
        self, names: Sequence[str], column: str, values: Sequence[int]
    ) -> "Iterator[MovedChange]":
        import pyarrow.compute as pc

        from pipeline_assets.history.columns import HISTORY_SCHEMA, MovedChange

        if not names:
            return
        wanted: Any = pc.field(column).isin(list(values))
        if len(values) == 1:
            wanted = pc.field(column) == values[0]  # row groups without it are not read
        for batch in self._dataset(names).to_batches(filter=wanted, batch_size=_READ_AT_ONCE):
            columns = [batch.column(name).to_pylist() for name in HISTORY_SCHEMA.names]
            for row in zip(*columns, strict=True):
                change = MovedChange(*row)
                yield change._replace(scraped_at=_naive(change.scraped_at))

    def _dataset(self, names: Sequence[str]) -> "ds.Dataset":
        import pyarrow.dataset as ds

        from pipeline_assets.history.columns import HISTORY_SCHEMA

        paths = [str(self._folder / name) for name in names]
        return ds.dataset(paths, schema=HISTORY_SCHEMA, format="parquet")


def _naive(moment: datetime) -> datetime:
    """A moment in UTC without a zone, as the catalogue has it."""
    return moment.astimezone(UTC).replace(tzinfo=None)

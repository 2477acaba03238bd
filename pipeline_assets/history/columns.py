"""The columns of a history file, and a checksum of rows that does not depend on how they lie."""

from datetime import date, datetime
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HISTORY_SCHEMA = pa.schema(
    [
        ("store_key", pa.int64()),
        ("sku_id", pa.int64()),
        ("company", pa.string()),
        ("store_id", pa.string()),
        ("sku", pa.string()),
        ("scraped_at", pa.timestamp("us", tz="UTC")),
        ("scraped_date", pa.date32()),
        ("change", pa.string()),
        ("price_cents", pa.int32()),
        ("price_before_cents", pa.int32()),
    ]
)
SORTED_BY = ("store_key", "sku_id", "scraped_at")

_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


class MovedChange(NamedTuple):
    """One row of a file: a change of a price, as `HISTORY_SCHEMA` has it; times in UTC."""

    store_key: int
    sku_id: int
    company: str
    store_id: str
    sku: str
    scraped_at: datetime
    scraped_date: date
    change: str
    price_cents: int | None
    price_before_cents: int | None


def checksum_of(batch: pa.RecordBatch) -> int:
    """A number for the rows of a batch; those of several batches are added up modulo 2**64."""
    mixed = np.zeros(batch.num_rows, dtype=np.uint64)
    for name in HISTORY_SCHEMA.names:
        mixed = (mixed ^ _numbers(batch.column(name))) * _MIX
        mixed ^= mixed >> _SHIFT
    return int(mixed.sum(dtype=np.uint64))


def _numbers(column: pa.Array) -> Any:
    """A column as whole numbers; of a text, its distinct values are numbered by their bytes."""
    if pa.types.is_string(column.type):
        encoded = column.dictionary_encode()
        values = [crc32(one.encode()) for one in encoded.dictionary.to_pylist()]
        return np.array(values, dtype=np.uint64)[encoded.indices.to_numpy(zero_copy_only=False)]
    whole = pa.int32() if pa.types.is_date32(column.type) else pa.int64()
    numbers = pc.fill_null(column.cast(whole), -1).cast(pa.int64())
    return numbers.to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)

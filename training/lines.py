"""The rows of scrape files, oldest file first."""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any


def products_in(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Company and product of every row, in the order of the files' dates and names."""
    files = sorted(folder.glob("*.jsonl*"), key=lambda path: (_date(path), path.name))
    for path in files:
        packed = path.read_bytes()
        unpacked = gzip.decompress(packed) if path.suffix == ".gz" else packed
        for line in unpacked.splitlines():
            row = json.loads(line, parse_float=Decimal)
            yield str(row["metadata"]["company"]).lower(), row["product"]


def _date(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".jsonl")[-10:]

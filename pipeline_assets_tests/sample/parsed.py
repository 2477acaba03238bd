"""The sample's files as these tests look at them: parsed with `json` alone, not by the pipeline."""

import gzip
import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from pipeline_assets.sample.generator import SampleFile, sample_files

LAST_DAY = date(2025, 9, 23)
DAYS = [LAST_DAY - timedelta(days=back) for back in (2, 1, 0)]
ALDI_ALIKE = ["G901", "G902", "G903"]
ALDI_APART = "G907"
COLES_TO_ENRICH, COLES, IGA, WOOLWORTHS = "COL:0451", "COL:0617", "90451", "90417"

Row = dict[str, Any]


@dataclass(frozen=True)
class Parsed:
    """One file: its unpacked lines, and what the good ones among them say."""

    file: SampleFile
    lines: list[bytes]
    rows: list[Row]

    @property
    def metadata(self) -> Row:
        """The metadata of the first line."""
        metadata: Row = self.rows[0]["metadata"]
        return metadata

    @property
    def store_id(self) -> str:
        """The store whose file it is."""
        return str(self.metadata["store_id"])

    @property
    def day(self) -> str:
        """The day in its metadata."""
        return str(self.metadata.get("scraped_date") or self.metadata["scraped_at"])[:10]

    @property
    def products(self) -> dict[str, Row]:
        """The good rows' products by SKU as text, the first of each."""
        products: dict[str, Row] = {}
        for row in self.rows:
            products.setdefault(str(row["product"]["sku"]), row["product"])
        return products

    @property
    def prices(self) -> dict[str, float]:
        """SKU → price, of those that have one."""
        return {
            sku: product["price_current"]
            for sku, product in self.products.items()
            if product["price_current"] is not None
        }


@cache
def parsed_files() -> list[Parsed]:
    """The sample of `LAST_DAY`."""
    return [_parsed(file) for file in sample_files(LAST_DAY)]


def of_store(store_id: str) -> list[Parsed]:
    """A store's files, the earliest first."""
    files = [file for file in parsed_files() if file.store_id == store_id]
    return sorted(files, key=lambda file: file.day)


def _parsed(file: SampleFile) -> Parsed:
    content = gzip.decompress(file.content) if file.name.endswith(".gz") else file.content
    lines = content.splitlines()
    store_id = json.loads(lines[0])["metadata"]["store_id"]
    return Parsed(file, lines, [row for line in lines if (row := _good_row(line, store_id))])


def _good_row(line: bytes, store_id: str) -> Row | None:
    """The row, unless it is one of the malformed ones (a repeated SKU is not seen here)."""
    try:
        row: Row = json.loads(line)
    except ValueError:
        return None
    product = row.get("product") if row else None
    if not product or row["metadata"]["store_id"] != store_id:
        return None
    name, price = product["name"], product["price_current"]
    is_good = name and len(name) <= 512 and product["sku"] and price not in ("N/A", 0)
    return row if is_good else None

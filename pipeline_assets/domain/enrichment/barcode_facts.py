"""Barcodes of SKUs that were looked up elsewhere: rows of a table, and what they add to a SKU.

A table has the columns company, sku, barcode and seen_date; a barcode `none` says that the page
showed none on that day. Of several barcodes of a SKU the newest counts (same time: the lower
number), whether a snapshot or a table gave it, so the order in which they come plays no part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from pipeline_assets.domain.normalisation.barcodes import normalise_barcode
from pipeline_assets.domain.normalisation.timestamps import parse_moment
from pipeline_assets.domain.products.sku_facts import SkuRecord
from pipeline_assets.domain.snapshots.header import MAX_KEY_LENGTH, identifier
from pipeline_assets.domain.snapshots.listing import MAX_SKU_LENGTH

BARCODE_COLUMNS = ("company", "sku", "barcode", "seen_date")
_NONE = "none"

SkuName = tuple[str, str]
"""A company and its own number of the article."""


@dataclass(frozen=True, slots=True)
class BarcodeFact:
    """What is known of a SKU's barcode; times in UTC.

    `no_barcode_at`: when its page was last seen to have none.
    """

    barcode: str | None = None
    barcode_at: datetime | None = None
    no_barcode_at: datetime | None = None

    def __or__(self, other: "BarcodeFact") -> "BarcodeFact":
        """What both know together; the same whichever comes first."""
        known = [one for one in (self, other) if one.barcode and one.barcode_at]
        newest = min(known, key=_precedence, default=BarcodeFact())
        none_at = max(filter(None, (self.no_barcode_at, other.no_barcode_at)), default=None)
        return BarcodeFact(newest.barcode, newest.barcode_at, none_at)


def _precedence(fact: BarcodeFact) -> tuple[timedelta, str]:
    assert fact.barcode_at is not None
    return datetime.min - fact.barcode_at, fact.barcode or ""


@dataclass(frozen=True, slots=True)
class RefusedBarcode:
    """A row that could not be read: its line in the file, and why in words."""

    line: int
    message: str


def read_barcode_facts(
    rows: Iterable[tuple[int, Mapping[str, object]]], zone: ZoneInfo, latest: datetime
) -> tuple[dict[SkuName, BarcodeFact], list[RefusedBarcode]]:
    """What the rows say of each SKU, and the rows that cannot be read.

    `rows` are line and cells by column. Days are those of `zone`; one after `latest` (UTC) is
    refused.
    """
    facts: dict[SkuName, BarcodeFact] = {}
    refused = []
    for line, row in rows:
        try:
            name, fact = _fact(row, zone, latest)
        except ValueError as error:
            refused.append(RefusedBarcode(line, str(error)))
        else:
            facts[name] = facts[name] | fact if name in facts else fact
    return facts, refused


def _fact(
    row: Mapping[str, object], zone: ZoneInfo, latest: datetime
) -> tuple[SkuName, BarcodeFact]:
    """Raises `ValueError`, which says what is wrong."""
    if row.get(None):  # type: ignore[call-overload] # where the reader puts what is too much
        raise ValueError("there are more cells than columns")
    company = identifier(_cell(row, "company").lower())
    if company is None:
        raise ValueError(f"company is empty or longer than {MAX_KEY_LENGTH} characters")
    sku = _cell(row, "sku")
    if not 0 < len(sku) <= MAX_SKU_LENGTH:
        raise ValueError(f"sku is empty or longer than {MAX_SKU_LENGTH} characters")
    moment = parse_moment(_cell(row, "seen_date"), zone)
    if moment is None:
        raise ValueError("seen_date is not a day such as 2025-09-23")
    seen_at = moment[0]
    if seen_at > latest:
        raise ValueError("seen_date is in the future")
    barcode = _cell(row, "barcode")
    if barcode.lower() == _NONE:
        return (company, sku), BarcodeFact(no_barcode_at=seen_at)
    return (company, sku), BarcodeFact(_barcode(barcode, sku), seen_at)


def _cell(row: Mapping[str, object], name: str) -> str:
    return str(row.get(name) or "").strip()


def _barcode(text: str, sku: str) -> str:
    if not text:
        raise ValueError(f"barcode is empty; where a page showed none, write {_NONE}")
    barcode = normalise_barcode(text, sku)
    if barcode is None:
        raise ValueError(
            "barcode is not a GTIN that names the article everywhere: its check digit is wrong, or "
            "it is a shop's own number, a case of several or the SKU"
        )
    return barcode


def with_fact(record: SkuRecord, fact: BarcodeFact) -> SkuRecord:
    """The record with what is known of the barcode besides."""
    both = BarcodeFact(record.barcode, record.barcode_at, record.no_barcode_at) | fact
    return msgspec.structs.replace(
        record,
        barcode=both.barcode,
        barcode_at=both.barcode_at,
        no_barcode_at=both.no_barcode_at,
    )

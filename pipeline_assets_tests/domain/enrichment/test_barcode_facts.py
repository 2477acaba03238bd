"""Barcodes that were looked up elsewhere: how rows are read, and which of several facts counts."""

from datetime import datetime
from functools import reduce
from itertools import permutations
from operator import or_
from zoneinfo import ZoneInfo

import pytest

from pipeline_assets.domain.enrichment.barcode_facts import (
    BarcodeFact,
    RefusedBarcode,
    read_barcode_facts,
)

ZONE = ZoneInfo("Australia/Sydney")
LATEST = datetime(2025, 9, 24, 12)
HIGHER, LOWER = "9300000000026", "9300000000019"
ROW = {"company": " Coles ", "sku": " 0398953 ", "barcode": LOWER, "seen_date": "2025-09-20"}


def read(*rows: dict[str, str]) -> tuple[dict[tuple[str, str], BarcodeFact], list[RefusedBarcode]]:
    return read_barcode_facts(enumerate(rows, 2), ZONE, LATEST)


def test_a_row_names_company_sku_barcode_and_day() -> None:
    at = datetime(2025, 9, 19, 14)  # midnight in Sydney
    facts, refused = read(ROW, ROW | {"sku": "2", "barcode": "NONE"})
    assert refused == []
    assert facts == {
        ("coles", "0398953"): BarcodeFact(LOWER, at),
        ("coles", "2"): BarcodeFact(no_barcode_at=at),
    }


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"company": ""}, "company is empty"),
        ({"sku": " "}, "sku is empty"),
        ({"sku": "x" * 129}, "sku is empty or longer than 128"),
        ({"barcode": ""}, "barcode is empty; where a page showed none, write none"),
        ({"barcode": "9300000000010"}, "check digit"),
        ({"barcode": "2000000000008"}, "shop's own number"),
        ({"barcode": "abc"}, "not a GTIN"),
        ({"sku": LOWER}, "or the SKU"),
        ({"seen_date": ""}, "seen_date is not a day"),
        ({"seen_date": "20/09/2025"}, "seen_date is not a day"),
        ({"seen_date": "2026-01-01"}, "in the future"),
        ({None: ["more"]}, "more cells than columns"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line(
    cells: dict[str, str], says: str
) -> None:
    facts, refused = read(ROW, ROW | cells)
    assert len(facts) == 1
    assert [one.line for one in refused] == [3]
    assert says in refused[0].message


def test_the_newest_counts_and_at_the_same_time_the_lower_in_whatever_order() -> None:
    one, two = datetime(2025, 9, 1), datetime(2025, 9, 2)
    facts = [
        BarcodeFact(LOWER, one),
        BarcodeFact(HIGHER, two),
        BarcodeFact(LOWER, two),
        BarcodeFact(no_barcode_at=one),
        BarcodeFact(no_barcode_at=two),
        BarcodeFact(),
    ]
    for several in permutations(facts):
        assert reduce(or_, several) == BarcodeFact(LOWER, two, two)
    assert BarcodeFact(LOWER, one) | BarcodeFact(HIGHER, two) == BarcodeFact(HIGHER, two)

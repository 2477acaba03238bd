"""The real Coles file without its barcodes, a shop that serves them: the same catalogue."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets_tests.commands import in_this_process
from pipeline_assets_tests.enrichment.shop import Shop, at_shop, linked_page, open_shop, to_enrich
from pipeline_assets_tests.workplace import Workplace

COLES = "coles-firle-401-2025-09-23.jsonl"


def real_rows(real_scrapes: Path) -> list[dict[str, Any]]:
    """The rows of the Coles file."""
    text = gzip.decompress((real_scrapes / f"{COLES}.gz").read_bytes()).decode()
    return [json.loads(line) for line in text.splitlines()]


def without_barcodes(rows: list[dict[str, Any]], shop: Shop) -> list[dict[str, Any]]:
    """The rows as the scraper leaves them, their pages at the shop, which knows the barcodes."""
    taken = []
    for row in rows:
        product = dict(row["product"])
        sku = str(product["sku"])
        shop.pages[sku] = linked_page(sku=sku, gtin13=product["barcode"])
        taken.append({**row, "product": product | {"barcode": None, "url": shop.url(sku)}})
    return taken


def test_a_drain_gives_the_same_barcodes_as_the_file_that_had_them(
    real_scrapes: Path,
    drained_real_files: Workplace,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    rows = real_rows(real_scrapes)
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        to_enrich(workplace, COLES, without_barcodes(rows, shop))
        ran = in_this_process(capfd)("drain", "--json")
    assert ran.status == 0, ran.err
    report = ran.json()
    figures = report["barcode_enrichment"]["files"][0]["figures"]
    assert figures["rows_read"] == len(rows) == len(shop.asked)
    assert [one["outcome"] for one in report["files"]] == ["accepted"]
    has_barcode = "SELECT sku, barcode FROM skus WHERE company = 'coles' ORDER BY sku"
    assert workplace.rows(has_barcode) == drained_real_files.rows(has_barcode)
    found = workplace.one("SELECT COUNT(*) FROM skus WHERE barcode IS NOT NULL")
    assert found == figures["rows_found"] > 1_900
    priced = "SELECT sku, price FROM store_prices WHERE company = 'coles' ORDER BY sku"
    assert workplace.rows(priced) == drained_real_files.rows(priced)

    # The next day's file asks only where there was none: that is known for ninety days only, and
    # these snapshots are older.
    again = [{**row, "metadata": row["metadata"] | {"scraped_at": "2025-09-24"}} for row in rows]
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        to_enrich(workplace, "next.jsonl", without_barcodes(again, shop))
        ran = in_this_process(capfd)("enrich", "--json")
    assert ran.status == 0
    figures = ran.json()["files"][0]["figures"]
    assert figures["rows_from_catalogue"] == found
    assert len(shop.asked) == len(rows) - found

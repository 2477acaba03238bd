"""A retailer's own ways are in its own module, and a new retailer needs nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline_assets.domain.retailers import (
    IMAGE_KEYS,
    NO_BARCODE_KEYS,
    PAGE_HOSTS,
    RETAILERS,
    Retailer,
    retailer_of,
)
from pipeline_assets.settings import Settings
from pipeline_assets_tests.workplace import PROJECT_ROOT

FOODLAND = '''"""Foodland, a retailer of this test only."""

from pipeline_assets.domain.retailers._retailer import PageData, Retailer

RETAILER = Retailer(
    company="foodland",
    page_hosts=("shop.foodland.example",),
    page_data=PageData("script#state", ("catalogue.item",), barcode="codes.ean"),
    store_cookie="shop",
    image_key="foodland_image_url",
    no_barcode_key="has_no_foodland_barcode",
)
'''

# Run next to that module; prints what then holds as one JSON object.
ASK = """
import json
from zoneinfo import ZoneInfo

from pipeline_assets.domain.enrichment.product_pages import read_product_page
from pipeline_assets.domain.enrichment.rows import Answer, Outcome, enriched_lines, wanted_rows
from pipeline_assets.domain.retailers import retailer_of
from pipeline_assets.domain.snapshots.rows import parse_snapshot
from pipeline_assets.settings import Settings

foodland = retailer_of("foodland")
default = Settings.model_fields["enrichment_hosts"].default
line = json.dumps({
    "product": {
        "sku": "1", "name": "Tea", "foodland_image_url": "https://i.example/1",
        "url": "https://shop.foodland.example/1",
    },
    "metadata": {"company": "Foodland", "store_id": "F:7", "scraped_date": "2025-09-23"},
}).encode()
(marked,) = enriched_lines([line], {1: Answer(Outcome.NONE)}, foodland.no_barcode_key)
(listing,) = parse_snapshot([marked], ZoneInfo("UTC")).listings
page = b'<script id="state">{"catalogue": {"item": {"codes": {"ean": "9310645111766"}}}}</script>'
print(json.dumps({
    "is_host": "shop.foodland.example" in default.split(","),
    "image": listing.facts.aldi_image_url,
    "has_no_barcode": listing.has_no_barcode,
    "wanted": [len(wanted_rows([line])), len(wanted_rows([marked]))],
    "mark": json.loads(marked)["product"]["has_no_foodland_barcode"],
    "barcode": read_product_page(page, "1").barcode,
    "cookies": foodland.cookies_for("F:7"),
}))
"""


def with_foodland(folder: Path) -> dict[str, Any]:
    """What holds in a copy of the package with one more module."""
    copy = folder / "pipeline_assets"
    shutil.copytree(PROJECT_ROOT / "pipeline_assets", copy)
    (copy / "domain" / "retailers" / "foodland.py").write_text(FOODLAND)
    ran = subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_a_new_retailer_is_one_new_file(tmp_path: Path) -> None:
    assert with_foodland(tmp_path) == {
        "is_host": True,
        "image": "https://i.example/1",
        "has_no_barcode": True,
        "wanted": [1, 0],
        "mark": True,
        "barcode": "9310645111766",
        "cookies": {"shop": "7"},
    }


def test_the_retailers_of_today_keep_their_public_names() -> None:
    assert {"aldi", "coles"} <= {retailer.company for retailer in RETAILERS}
    assert "aldi_image_url" in IMAGE_KEYS
    assert "has_no_coles_barcode" in NO_BARCODE_KEYS
    for store_id in ("COL:401", "AU:COL:401", "401"):
        assert retailer_of("coles").cookies_for(store_id) == {"fulfillmentStoreId": "401"}


def test_a_retailer_without_peculiarities_needs_no_file() -> None:
    corner_shop = retailer_of("corner shop")
    assert corner_shop == Retailer("corner shop")
    assert corner_shop.cookies_for("7") == {}
    assert corner_shop.no_barcode_key == "has_no_coles_barcode"


def test_the_default_hosts_follow_from_the_retailers() -> None:
    assert "www.coles.com.au" in PAGE_HOSTS
    assert Settings.model_fields["enrichment_hosts"].default == ",".join(PAGE_HOSTS)

"""SKUs as they are written and read back: every fact in its own place."""

from datetime import datetime

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.skus import lookup_skus
from pipeline_assets.domain.products.sku_facts import KnownSku, SkuRecord
from pipeline_assets.domain.snapshots.listing import ListedFacts
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True
MONDAY, TUESDAY = "2025-09-01T08:00:00+00:00", "2025-09-02T08:00:00+00:00"


def test_a_sku_is_read_as_it_was_written_and_as_it_was_changed(workplace: Workplace) -> None:
    first = row(
        "7",
        name="Green Tea 100pk",
        day=MONDAY,
        brand="Bushells",
        size="100pk",
        barcode="9300000000019",
        category_path=["Drinks", "Tea"],
        url="https://shop.example/1",
        image_url="https://img.example/1",
        aldi_image_url="https://img.example/{slug}",
    )
    second = row("7", name="Black Tea 100pk", day=TUESDAY, has_no_coles_barcode=True)
    workplace.take("one.jsonl", [first])
    workplace.take("two.jsonl", [second])

    with reading(workplace.pipeline.engine) as connection:
        known = lookup_skus(connection, "aldi", ["7", "8"])

    monday = '["2025-09-01T08:00:00","G1"]'
    older = ("aldi_image_url", "brand", "category_path", "image_url", "size", "url")
    assert known == {
        "7": KnownSku(
            sku_id=workplace.one("SELECT sku_id FROM skus"),
            sku="7",
            product_id=workplace.one("SELECT product_id FROM products"),
            record=SkuRecord(
                facts=ListedFacts(
                    name="Black Tea 100pk",
                    brand="Bushells",
                    size="100pk",
                    category_path="Drinks › Tea",
                    url="https://shop.example/1",
                    image_url="https://img.example/1",
                    aldi_image_url="https://img.example/{slug}",
                ),
                match_key="100pk black bushells tea",
                facts_at=datetime(2025, 9, 2, 8),
                facts_store_id="G1",
                older_sources="{" + ",".join(f'"{name}":{monday}' for name in older) + "}",
                barcode="9300000000019",
                barcode_at=datetime(2025, 9, 1, 8),
                no_barcode_at=datetime(2025, 9, 2, 8),
            ),
        )
    }

"""SKUs as they are written and read back: every fact in its own place."""

from datetime import datetime
from typing import Any

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
        description=None,
    )
    second = row("7", name="Black Tea 100pk", day=TUESDAY, has_no_coles_barcode=True)
    workplace.take("one.jsonl", [first])
    workplace.take("two.jsonl", [second])

    with reading(workplace.pipeline.engine) as connection:
        known = lookup_skus(connection, "aldi", 1, ["7", "8"])

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
                    description=None,
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


# Texts that could be taken for something else, or cut, where rows are read and written as JSON.
STRANGE = [
    *(
        "null",
        "true",
        "1",
        "1.5",
        "[]",
        '"',
        "\\",
        "\\u0041",
        "a\\",
        "\\'",
        "'",
        "%s",
        "%%",
        ":a",
        "?",
    ),
    *("a\0b", "a\nb", "a\tb", "a\x01b", "a\x1fb", "a\u2028b", "a\x7fb", "\ufeffa", "\uffffa"),
    *("Ünïcödé", "日本語", "😀", "e\u0301", "a b", "$[0]", "2025-09-01T08:00:00", "x" * 128),
]


def test_strange_texts_are_read_as_they_were_written(workplace: Workplace) -> None:
    def day(number: int) -> list[dict[str, Any]]:
        return [
            row(
                text,
                day=f"2025-09-0{number}",
                **dict.fromkeys(("name", "brand", "size", "url", "image_url"), text),
                category_path=[text],
            )
            for text in STRANGE
        ]

    first = workplace.take("one.jsonl", day(1))
    assert first.counts["skus_new"] == len(STRANGE)
    again = workplace.take("two.jsonl", day(2))
    assert (again.counts["skus_new"], again.counts["skus_changed"]) == (0, 0)
    assert again.counts["prices_unchanged"] == len(STRANGE)
    with reading(workplace.pipeline.engine) as connection:
        of_store = lookup_skus(connection, "aldi", 1, STRANGE)
        by_name = lookup_skus(connection, "aldi", 2, STRANGE)
    assert of_store == by_name
    for text in STRANGE:
        facts = of_store[text].record.facts
        assert facts.name == facts.brand == facts.size == facts.url == facts.category_path == text
    workplace.take("three.jsonl", [row(text, 9, day="2025-09-03", name="x") for text in STRANGE])
    assert workplace.one("SELECT COUNT(*) FROM prices WHERE price_cents = 900") == len(STRANGE)
    assert workplace.one("SELECT COUNT(*) FROM skus WHERE name = 'x'") == len(STRANGE)

"""The SKUs that training reads: from a catalogue as from files."""

import gzip
import json
from pathlib import Path

import msgspec

from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets_tests.workplace import Workplace, row
from training.truth import hidden, skus_in_catalogue, skus_in_files

ON_BOTH_DATABASES = True

LINES = [
    row(
        "7",
        3.5,
        company="coles",
        store_id="COL:1",
        name="Plum Jam",
        brand="HJ Heinz Company",
        size="375g",
        barcode="9300000000019",
        description="COTTEES JAM PLUM",
        category_path=["Pantry", "Jams"],
    ),
    row("8", None, company="coles", store_id="COL:1", name="Fig Jam"),
]


def without_ids(skus: list[MatchableSku]) -> list[MatchableSku]:
    return [msgspec.structs.replace(sku, sku_id=0) for sku in skus]


def test_a_catalogue_gives_the_skus_that_its_files_have(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = tmp_path / "scrapes"
    folder.mkdir()
    text = "".join(f"{json.dumps(line)}\n" for line in LINES)
    (folder / "coles-1-2025-09-01.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    expected = [
        MatchableSku(
            sku_id=0,
            company="coles",
            sku="7",
            name="Plum Jam",
            brand="HJ Heinz Company",
            size="375g",
            category_path="Pantry › Jams",
            description="COTTEES JAM PLUM",
            barcode="9300000000019",
            price_cents=350,
        ),
        MatchableSku(sku_id=0, company="coles", sku="8", name="Fig Jam"),
    ]
    workplace.take("1.jsonl", LINES)
    assert without_ids(skus_in_files(folder)) == expected
    url = workplace.pipeline.engine.url.render_as_string(hide_password=False)
    assert without_ids(skus_in_catalogue(url)) == expected
    assert [sku.barcode for sku in hidden(expected)] == [None, None]

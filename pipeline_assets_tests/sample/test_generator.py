import gzip
import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from pipeline_assets.sample.generator import SampleFile, sample_files
from pipeline_assets_tests.sample.parsed import (
    ALDI_ALIKE,
    ALDI_APART,
    COLES,
    COLES_TO_ENRICH,
    DAYS,
    IGA,
    LAST_DAY,
    WOOLWORTHS,
    of_store,
    parsed_files,
)

_IN_ANOTHER_PROCESS = """
from datetime import date
from pipeline_assets_tests.sample.test_generator import digest
from pipeline_assets.sample.generator import sample_files
print(digest(sample_files(date(2025, 9, 23))))
"""


def digest(files: list[SampleFile]) -> str:
    """Of everything: inboxes, names and bytes, in their order."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.inbox}/{file.name}/{len(file.content)}/".encode() + file.content)
    return whole.hexdigest()


def test_the_same_date_gives_the_same_bytes_in_every_process() -> None:
    here = digest(sample_files(LAST_DAY))
    assert here == digest(sample_files(LAST_DAY))
    elsewhere = subprocess.run(
        [sys.executable, "-c", _IN_ANOTHER_PROCESS],
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == here


def test_another_date_changes_the_dates_and_nothing_else() -> None:
    later = LAST_DAY + timedelta(days=400)
    assert digest(sample_files(later)) != digest(sample_files(LAST_DAY))
    dates = {str(day + timedelta(days=400)): str(day) for day in DAYS}
    assert [_backdated(file, dates) for file in sample_files(later)] == [
        _backdated(file, {}) for file in sample_files(LAST_DAY)
    ]


def _backdated(file: SampleFile, dates: dict[str, str]) -> tuple[str, str]:
    content = gzip.decompress(file.content) if file.name.endswith(".gz") else file.content
    name, text = file.name, content.decode()
    for later, earlier in dates.items():
        name, text = name.replace(later, earlier), text.replace(later, earlier)
    return name, text


def test_it_holds_four_companies_and_eight_stores_on_three_days() -> None:
    files = parsed_files()
    assert len(files) == len({file.file.name for file in files}) == 24
    assert 2200 <= sum(len(file.lines) for file in files) <= 2800
    assert Counter(file.metadata["company"] for file in files) == {
        "aldi": 12,
        "coles": 6,
        "iga": 3,
        "woolworths": 3,
    }
    assert len({file.store_id for file in files}) == 8
    assert [file.day for file in files] == [str(day) for day in DAYS for _ in range(8)]


def test_names_are_like_the_real_ones() -> None:
    names = [file.name for file in sample_files(date(2025, 9, 23))]
    assert names[16] == "aldi-sample-hill-g901-2025-09-23.jsonl"
    assert names[15] == "woolworths-sample-plaza-90417-2025-09-22.jsonl.gz"


def test_one_file_is_packed_without_a_time_or_a_name() -> None:
    packed = [file.file for file in parsed_files() if file.file.content[:2] == b"\x1f\x8b"]
    assert [file.name[-9:] for file in packed] == [".jsonl.gz"]
    flags, time = packed[0].content[3], packed[0].content[4:8]
    assert (flags, time) == (0, b"\0\0\0\0")


def test_files_are_ascii_and_every_line_is_ended() -> None:
    for file in sample_files(LAST_DAY):
        if not file.name.endswith(".gz"):
            assert file.content.isascii()
            assert file.content.endswith(b"}\n")


def test_exactly_one_product_file_is_partial_and_it_is_its_stores_last() -> None:
    ratios = {
        later.file.name: len(later.prices) / len(earlier.prices)
        for store_id in {file.store_id for file in parsed_files()}
        for earlier, later in zip(of_store(store_id), of_store(store_id)[1:], strict=False)
    }
    partial = [name for name, ratio in ratios.items() if ratio < 0.9]
    assert partial == ["aldi-sample-dunes-g907-2025-09-23.jsonl"]
    assert min(ratio for name, ratio in ratios.items() if name not in partial) > 0.93


def test_the_file_to_enrich_is_the_last_of_its_store_and_the_only_one() -> None:
    inboxes = [file.file.inbox for file in of_store(COLES_TO_ENRICH)]
    assert inboxes == ["product_inbox", "product_inbox", "barcode_enrichment_inbox"]
    others = [file for file in parsed_files() if file.store_id != COLES_TO_ENRICH]
    assert {file.file.inbox for file in others} == {"product_inbox"}


def test_no_row_to_enrich_needs_a_request() -> None:
    *_, earlier, to_enrich = of_store(COLES_TO_ENRICH)
    products = to_enrich.products
    ways = Counter(_settled_by(product) for product in products.values())
    assert ways == {"barcode": 82, "known to have none": 6, "no page": 6}
    found = [
        sku
        for sku, product in earlier.products.items()
        if product["barcode"] is None and sku in products and products[sku]["barcode"]
    ]
    assert len(found) == 29


def _settled_by(product: dict[str, object]) -> str:
    """By which way alone; an in-store number is no barcode, so it must be settled otherwise."""
    if product.get("has_no_coles_barcode") is True:
        return "known to have none"
    if product["url"] is None:
        return "no page"
    barcode = product["barcode"]
    return "barcode" if isinstance(barcode, str) and barcode[0] != "2" else "a request"


def test_three_aldi_stores_price_alike_and_the_fourth_does_not() -> None:
    for day in range(3):
        anchor = of_store(ALDI_ALIKE[0])[day].prices
        for store_id in ALDI_ALIKE[1:]:
            common, agreement = _agreement(anchor, of_store(store_id)[day].prices)
            assert common > 0.95
            assert agreement >= 0.99
    alike, apart = of_store(ALDI_ALIKE[0])[1].prices, of_store(ALDI_APART)[1].prices
    assert _agreement(alike, apart)[1] < 0.8
    assert of_store(ALDI_ALIKE[0])[2].prices != of_store(ALDI_ALIKE[2])[2].prices


def _agreement(one: dict[str, float], other: dict[str, float]) -> tuple[float, float]:
    common = one.keys() & other.keys()
    equal = sum(one[sku] == other[sku] for sku in common)
    return len(common) / max(len(one), len(other)), equal / len(common)


def test_prices_change_and_articles_go_come_back_and_appear_in_every_company() -> None:
    for store_id in (ALDI_ALIKE[0], COLES, IGA, WOOLWORTHS):
        first, second, third = (file.prices for file in of_store(store_id))
        for before, after in ((first, second), (second, third)):
            common = before.keys() & after.keys()
            changed = sum(before[sku] != after[sku] for sku in common)
            assert 2 <= changed <= len(common) // 4
            assert before.keys() - after.keys()
            assert after.keys() - before.keys()
        assert first.keys() & third.keys() - second.keys()


def test_specials_start_and_end() -> None:
    for store_id in (COLES, IGA, WOOLWORTHS):
        special_days = [
            {sku for sku, product in file.products.items() if product["is_on_special"]}
            for file in of_store(store_id)
        ]
        first, second, third = special_days
        assert (second - first) | (third - second)
        assert (first - second) | (second - third)

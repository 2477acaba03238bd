"""The main job on the real scrape files, compared with a naive reading of them."""

import gzip
import json
import random
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline_assets_tests.end_to_end.naive_catalogue import NaiveFile, Price, read_files
from pipeline_assets_tests.workplace import Workplace

DALBY_PARTIAL = "aldi-dalby-g100-2025-09-23.jsonl.gz"


@pytest.fixture(scope="module")
def naive(real_scrapes: Path) -> list[NaiveFile]:
    return read_files(real_scrapes.glob("*.jsonl.gz"))


@pytest.fixture
def drained(drained_real_files: Workplace) -> Workplace:
    return drained_real_files


def shown_prices(place: Workplace) -> dict[tuple[str, str, str], Price]:
    """The view `store_prices`, in the shape of the naive reading."""
    rows = place.rows(
        "SELECT company, store_id, sku, price, was_price, is_on_special, unit_price, "
        "unit_of_measure FROM store_prices"
    )
    return {
        (company, store_id, sku): (
            _decimal(price, 2) or Decimal(-1),
            _decimal(was, 2),
            bool(is_on_special),
            _decimal(unit_price, 4),
            unit,
        )
        for company, store_id, sku, price, was, is_on_special, unit_price, unit in rows
    }


def _decimal(value: float | None, places: int) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.{places}f}")


def expected_prices(naive: list[NaiveFile]) -> dict[tuple[str, str, str], Price]:
    """For each store the rows of its last file but the partial one."""
    last: dict[tuple[str, str], NaiveFile] = {}
    for file in sorted(naive, key=lambda file: file.time):
        if file.name != DALBY_PARTIAL:
            last[file.store] = file
    return {
        (*store, sku): price for store, file in last.items() for sku, price in file.prices().items()
    }


def test_nineteen_files_are_accepted_and_the_partial_one_is_quarantined(
    drained: Workplace,
) -> None:
    assert drained.files("product_inbox") == []
    assert len(drained.files("archive")) == 19
    kept = [name for name in drained.files("quarantine") if not name.endswith(".json")]
    assert [name[name.index("-") + 1 :] for name in kept] == [DALBY_PARTIAL]
    assert kept[0].startswith("partial/")
    sidecar = json.loads((drained.data / "quarantine" / f"{kept[0]}.json").read_text())
    assert sidecar["reason"] == "partial"
    assert "2336 rows" in sidecar["message"]
    assert "2601" in sidecar["message"]


def test_store_prices_shows_exactly_what_each_stores_last_file_says(
    drained: Workplace, naive: list[NaiveFile]
) -> None:
    shown = shown_prices(drained)
    expected = expected_prices(naive)
    assert len(expected) == 28_281
    assert len({key[:2] for key in expected}) == 11
    assert shown.keys() == expected.keys()
    assert {key: shown[key] for key in shown if shown[key] != expected[key]} == {}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.repeats)])
def test_the_order_and_packing_in_which_files_are_dropped_plays_no_part(
    seed: int, drained: Workplace, real_scrapes: Path, workplace: Workplace
) -> None:
    chance = random.Random(seed)
    paths = sorted(real_scrapes.glob("*.jsonl.gz"))
    chance.shuffle(paths)
    for path in paths:
        is_plain = chance.random() < 0.5
        content = path.read_bytes()
        workplace.drop(
            path.name.removesuffix(".gz") if is_plain else path.name,
            gzip.decompress(content) if is_plain else content,
        )
    workplace.drain()
    view = "SELECT * FROM store_prices ORDER BY company, store_id, sku"
    assert workplace.rows(view) == drained.rows(view)
    history = "SELECT * FROM price_history ORDER BY store_key, sku_id, scraped_at"
    assert workplace.rows(history) == drained.rows(history)


def test_draining_the_same_files_again_changes_nothing_but_the_record_of_attempts(
    drained: Workplace, real_scrapes: Path
) -> None:
    before = drained.tables()
    for path in real_scrapes.glob("*.jsonl.gz"):
        shutil.copy(path, drained.inbox)
    outcomes = drained.outcomes(drained.drain())
    assert Counter(outcomes.values()) == {
        ("quarantined", "duplicate"): 19,
        ("quarantined", "partial"): 1,
    }
    assert outcomes[DALBY_PARTIAL] == ("quarantined", "partial")
    assert drained.tables() == before
    assert len(before["price_history"]) > 28_281


def test_every_row_of_every_file_is_accepted_or_rejected_with_its_line(
    drained: Workplace, naive: list[NaiveFile]
) -> None:
    ledger = {
        name.rpartition("/")[2]: (read, accepted, rejected)
        for name, read, accepted, rejected in drained.rows(
            "SELECT source_path, rows_read, rows_accepted, rows_rejected FROM ingested_files"
        )
    }
    assert len(ledger) == 19
    for file in naive:
        repeated = (
            [
                number
                for number, row in file.rows.items()
                if any(
                    earlier < number and other["product"]["sku"] == row["product"]["sku"]
                    for earlier, other in file.rows.items()
                )
            ]
            if len({row["product"]["sku"] for row in file.rows.values()}) < len(file.rows)
            else []
        )
        if file.name in ledger:
            read, accepted, rejected = ledger[file.name]
            assert read == accepted + rejected == len(file.rows)
            assert rejected == len(repeated)
        assert _rejected_lines(drained, file.name) == repeated


def _rejected_lines(place: Workplace, name: str) -> list[int]:
    found = [path for path in (place.data / "rejects").iterdir() if f"-{name}." in path.name]
    if not found:
        return []
    lines = [json.loads(line) for line in found[0].read_text("utf-8").splitlines()]
    assert {line["reason"] for line in lines} == {"repeated_sku"}
    return [line["line"] for line in lines]


def test_a_skus_history_reads_back_over_the_three_days_of_carindale(
    drained: Workplace, naive: list[NaiveFile]
) -> None:
    days = sorted(
        (file for file in naive if file.store == ("aldi", "G102")), key=lambda file: file.time
    )
    assert [file.time for file in days] == ["2025-09-09", "2025-09-12", "2025-09-23"]
    expected: dict[str, list[tuple[str, str, Decimal | None]]] = {}
    for file in days:
        prices = file.prices()
        for sku in prices.keys() | expected.keys():
            price = prices[sku][0] if sku in prices else None
            past = expected.setdefault(sku, [])
            if not past:
                past.append((file.time, "first_seen", price))
            elif past[-1][2] is None and price is not None:
                past.append((file.time, "back", price))
            elif past[-1][2] is not None and price is None:
                past.append((file.time, "delisted", None))
            elif past[-1][2] != price:
                past.append((file.time, "changed", price))
    shown: dict[str, list[tuple[str, str, Decimal | None]]] = {}
    for sku, day, change, cents in drained.rows(
        "SELECT sku, scraped_date, change, price_cents FROM price_history "
        "JOIN stores USING (store_key) JOIN skus USING (sku_id) "
        "WHERE store_id = 'G102' ORDER BY scraped_at"
    ):
        price = None if cents is None else Decimal(cents) / 100
        shown.setdefault(sku, []).append((day, change, price))
    assert shown == expected
    changes = Counter(change for past in shown.values() for _, change, _ in past)
    assert changes["changed"] == 99
    assert changes["delisted"] > 50


def test_no_product_holds_two_barcodes_and_no_price_hangs_in_the_air(drained: Workplace) -> None:
    assert (
        drained.rows(
            "SELECT product_id FROM skus WHERE barcode IS NOT NULL "
            "GROUP BY product_id HAVING COUNT(DISTINCT barcode) > 1"
        )
        == []
    )
    assert drained.one("SELECT COUNT(*) FROM skus WHERE product_id IS NULL") == 0
    assert (
        drained.one(
            "SELECT COUNT(*) FROM products LEFT JOIN skus ON sku_id = display_sku_id "
            "AND skus.product_id = products.product_id WHERE sku_id IS NULL"
        )
        == 0
    )
    assert drained.one("SELECT COUNT(*) FROM prices") == 28_281

"""The views on the real files, row for row, beside a naive reading of the files."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.kept_settings import keep_settings
from pipeline_assets.catalogue.search import product_ids_of_words
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.end_to_end.naive_catalogue import read_files
from pipeline_assets_tests.end_to_end.naive_views import NaiveShops, Store
from pipeline_assets_tests.workplace import Workplace

DALBY_PARTIAL = "aldi-dalby-g100-2025-09-23.jsonl.gz"
# Stores whose last snapshot is of 22 September or later are current, the others are not.
CURRENT_SINCE = date(2025, 9, 22)
AS_ON_THAT_DAY = PostProcessingOptions(relaxed_staleness=True)
FACTS = "name, size, category, url, image_url"
TERMS = "price, previous_price, was_price, is_on_special, unit_price, unit_of_measure, is_available"
REST = f"{FACTS}, {TERMS}, price_since, scraped_date, store_name, state"


@pytest.fixture(scope="module")
def naive(real_scrapes: Path) -> NaiveShops:
    files = read_files(real_scrapes.glob("*.jsonl.gz"))
    return NaiveShops(file for file in files if file.name != DALBY_PARTIAL)


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def place(
    request: pytest.FixtureRequest, real_scrapes: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workplace]:
    """The real files, taken and post-processed twice on the way, as on three evenings."""
    place = Workplace.create(tmp_path_factory.mktemp("views"))
    if request.param == "mariadb":
        place.catalogue_url = request.getfixturevalue("mariadb").new_catalogue()
    paths = sorted(real_scrapes.glob("*.jsonl.gz"), key=lambda path: (path.name[-19:], path.name))
    with pytest.MonkeyPatch.context() as patch, enter(place, patch):
        for number, path in enumerate(paths):
            place.take(path.name, path.read_bytes())
            if number in (6, 13):
                place.post_process(AS_ON_THAT_DAY)
        place.post_process(AS_ON_THAT_DAY)
        yield place


def amount(value: Any) -> Decimal | None:
    """An amount of money as either database shows it, exactly: to ten-thousandths of a dollar."""
    return None if value is None else Decimal(f"{value:.4f}")


def plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row in which equal values of both databases and of the files are equal."""
    return tuple(
        amount(value)
        if isinstance(value, Decimal | float)
        else value.isoformat()
        if isinstance(value, date)
        else int(value)
        if isinstance(value, bool)
        else value
        for value in row
    )


def by_key(rows: list[tuple[Any, ...]], length: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    found = {plain(row[:length]): plain(row[length:]) for row in rows}
    assert len(found) == len(rows)
    return found


def differences(found: Any, expected: Any) -> dict[Any, Any]:
    """Rows that differ; each with what was found and what was expected."""
    expected = {key: plain(row) for key, row in expected.items()}
    return {
        key: (found.get(key), expected.get(key))
        for key in found.keys() | expected.keys()
        if found.get(key) != expected.get(key)
    }


def test_store_prices_shows_each_row_of_each_stores_last_file(
    place: Workplace, naive: NaiveShops
) -> None:
    shown = place.rows(f"SELECT company, store_id, sku, {REST} FROM store_prices")
    assert len(shown) == 28_281
    assert differences(by_key(shown, 3), naive.store_prices()) == {}


def test_estimated_prices_shows_own_prices_of_current_stores_and_the_anchors_for_others(
    place: Workplace, naive: NaiveShops, request: pytest.FixtureRequest
) -> None:
    days = (datetime.now(UTC).date() - CURRENT_SINCE).days + 1
    request.addfinalizer(lambda: anchored_by(place, "G120", "G395"))
    anchored_by(place, "G395", "G120")  # one that is current, unlike some members
    keep_settings(place.pipeline.engine, {"current_days": str(days)})
    anchors = {
        (company, store_id): (company, anchor)
        for company, store_id, anchor in place.rows(
            "SELECT company, store_id, anchor_store_id FROM store_group_members "
            "JOIN store_groups USING (company, group_id)"
        )
    }
    observed = {store: _observed(naive, store, anchors[store]) for store in naive.stores}
    assert {store for store, other in observed.items() if store != other} != set(), anchors
    shown = place.rows(
        f"SELECT company, store_id, sku, is_estimate, observed_store_id, {REST} "
        "FROM estimated_prices"
    )
    expected = {}
    for store, other in observed.items():
        of_store = naive.stores[store].name, naive.stores[store].state
        for sku in naive.stores[other].prices:
            row = naive.row(other, sku)
            expected[(*store, sku)] = (store != other, other[1], *row[:-2], *of_store)
    assert differences(by_key(shown, 3), expected) == {}


def anchored_by(place: Workplace, old: str, new: str) -> None:
    """Make another store the anchor of a group of Aldi's."""
    changed = text(
        "UPDATE store_groups SET anchor_store_id = :new "
        "WHERE company = 'aldi' AND anchor_store_id = :old"
    )
    with writing(place.pipeline.engine) as connection:
        assert connection.execute(changed, {"old": old, "new": new}).rowcount == 1


def _observed(naive: NaiveShops, store: Store, anchor: Store) -> Store:
    def is_current(one: Store) -> bool:
        return naive.stores[one].day >= CURRENT_SINCE.isoformat()

    return anchor if is_current(anchor) and not is_current(store) else store


def test_price_changes_shows_each_change_between_the_files(
    place: Workplace, naive: NaiveShops
) -> None:
    shown = place.rows(
        "SELECT company, store_id, sku, scraped_date, kind, price, price_before, difference, "
        "difference_share FROM price_changes"
    )
    found = by_key(shown, 4)
    shares = {key: row[-1] for key, row in found.items()}
    expected = naive.price_changes()
    assert differences({key: row[:-1] for key, row in found.items()}, expected) == {}
    for key, (_, _, before, difference) in expected.items():
        share = None if difference is None else round(float(difference / before), 4)
        assert (None if shares[key] is None else float(shares[key])) == share


def test_product_prices_shows_todays_prices_and_the_lows_of_each_company(
    place: Workplace, naive: NaiveShops
) -> None:
    product_of = {
        (company, sku): product_id
        for company, sku, product_id in place.rows("SELECT company, sku, product_id FROM skus")
    }
    shown = place.rows(
        "SELECT product_id, company, lowest_price, median_price, highest_price, stores, "
        "unit_price, unit_of_measure, low_90_days, low_90_days_date, low_ever, low_ever_date "
        "FROM product_prices"
    )
    found, expected = by_key(shown, 2), naive.product_prices(product_of)
    assert differences(found, expected) == {}
    assert any(row[0] != row[-2] for row in expected.values())  # some are not at their lowest


def test_cheapest_per_unit_has_all_of_them_that_have_a_unit_price(
    place: Workplace, naive: NaiveShops
) -> None:
    columns = "company, unit_of_measure, unit_price"
    shown = place.rows(f"SELECT product_id, {columns}, lowest_price FROM product_prices")
    units = place.rows(f"SELECT product_id, {columns}, price FROM cheapest_per_unit")
    assert sorted(units) == sorted(row for row in shown if row[3] is not None)
    category = "Grocery › Fruit And Vegetable › Fruit › Apples, Pears And Bananas"
    (first, *_) = place.rows(
        "SELECT sku, unit_price FROM cheapest_per_unit "
        "WHERE category = :category AND unit_of_measure = 'kg' ORDER BY unit_price, sku",
        category=category,
    )
    prices = {
        sku: price
        for (_, _, sku), row in naive.store_prices().items()
        if row[2] == category and row[10] == "kg" and (price := row[9]) is not None
    }
    assert (first[0], amount(first[1])) == min(prices.items(), key=lambda item: (item[1], item[0]))


def test_vegemite_is_found_at_both_companies(place: Workplace) -> None:
    with reading(place.pipeline.engine) as connection:
        found = product_ids_of_words(connection, "Vegemite", 50)
    listed = ", ".join(map(str, found))
    rows = place.rows(f"SELECT company, name FROM product_prices WHERE product_id IN ({listed})")
    named = {company for company, name in rows if "vegemite" in name.lower()}
    assert named >= {"coles", "iga"}


def test_post_processing_again_changes_nothing(place: Workplace) -> None:
    assert {
        report.step: report.changed
        for report in place.post_process(AS_ON_THAT_DAY)
        if report.changed
    } == {}

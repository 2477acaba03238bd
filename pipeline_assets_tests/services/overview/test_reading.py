"""What the catalogue report reads, by small examples with known figures."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from pipeline_assets.catalogue.overview.week import PricePoint
from pipeline_assets.reporting.pages.overview import CatalogueOverview, StoreTotals
from pipeline_assets.services.operators.store_directory import bring_in_stores
from pipeline_assets.services.overview.reading import CheckSummary, read_overview
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

NOW = datetime(2025, 9, 24, 2)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    workplace.change(clock=Clock(NOW))
    return workplace


def overview_of(place: Workplace) -> CatalogueOverview:
    place.post_process()
    return read_overview(place.pipeline, CheckSummary())


def scrape(
    place: Workplace, company: str, prices: dict[str, float], day: str, store_id: str = "1"
) -> None:
    rows = [
        row(sku, price, name=f"Article {sku}", company=company, store_id=store_id, day=day)
        for sku, price in prices.items()
    ]
    outcome = place.take(f"{company}-{store_id}-{day}.jsonl", rows)
    assert outcome.place is not None, outcome.message


def shared(place: Workplace, company: str, prices: Sequence[float], category: str) -> None:
    """A snapshot of articles that other companies have under the same names."""
    place.take(
        f"{company}.jsonl",
        [
            row(f"{company}{at}", price, name=f"Thing {at}", company=company, store_id="1",
                day="2025-09-23", category_path=category.split(" › "), brand="Maker")
            for at, price in enumerate(prices)
        ],
    )  # fmt: skip


def test_an_empty_catalogue_has_no_figures(place: Workplace) -> None:
    found = overview_of(place)
    assert (found.products, found.standings, found.companies) == (0, [], [])
    assert (found.levels, found.departments, found.gaps, found.shared_by) == ({}, [], [], {})
    assert (found.falls, found.rises, found.weeks, found.activity) == ([], [], [], [])
    assert (found.places, found.stale, found.groups.groups) == ([], 0, 0)


def test_one_of_each_shared_product_is_what_companies_are_compared_on(place: Workplace) -> None:
    shared(place, "aldi", [1, 2, 3, 4, 5, 100], "Pantry › Spreads")
    shared(place, "iga", [2, 2, 2, 8, 6], "Grocery › Pantry")
    found = overview_of(place)
    (basket,) = found.baskets
    assert (basket.company_a, basket.company_b, basket.products) == ("aldi", "iga", 5)
    assert (basket.cents_a, basket.cents_b) == (1500, 2000)
    assert (basket.cheaper_a, basket.equal, basket.cheaper_b) == (3, 1, 1)
    assert found.levels == pytest.approx({"aldi": 100, "iga": 400 / 3})
    (pantry,) = found.departments
    assert (pantry.name, pantry.products) == ("Pantry", 5)
    assert pantry.levels == pytest.approx(found.levels)
    assert found.shared_by == {1: 1, 2: 5}
    assert found.gaps == []  # none has a barcode


def test_four_shared_products_are_too_few(place: Workplace) -> None:
    shared(place, "aldi", [1, 2, 3, 4], "Pantry")
    shared(place, "iga", [2, 2, 2, 8], "Pantry")
    found = overview_of(place)
    assert [one.products for one in found.baskets] == [4]
    assert (found.levels, found.departments) == ({}, [])


def test_the_moves_of_the_week_are_by_share_and_carry_their_past(place: Workplace) -> None:
    scrape(place, "aldi", {"a": 4, "b": 10, "c": 3, "old": 8}, "2025-09-01")
    scrape(place, "aldi", {"a": 4, "b": 9, "c": 3, "old": 4}, "2025-09-10")
    scrape(place, "aldi", {"a": 1, "b": 8, "c": 6, "old": 4}, "2025-09-20")
    scrape(place, "aldi", {"a": 4, "b": 10}, "2025-09-13", "2")
    scrape(place, "aldi", {"a": 1, "b": 10}, "2025-09-20", "2")
    found = overview_of(place)
    shown = [(one.sku, one.before_cents, one.now_cents, one.stores) for one in found.falls]
    assert shown == [("a", 400, 100, 2), ("b", 900, 800, 1)]
    assert [(one.sku, one.now_cents) for one in found.rises] == [("c", 600)]
    (week,) = found.weeks
    assert (week.falls, week.rises, week.since) == (3, 1, date(2025, 9, 13))
    assert found.falls[1].history == [
        PricePoint(date(2025, 9, 1), 1000),
        PricePoint(date(2025, 9, 10), 900),
        PricePoint(date(2025, 9, 20), 800),
    ]


def test_articles_come_and_go_by_their_companys_days(place: Workplace) -> None:
    scrape(place, "aldi", {"stays": 1, "goes": 2, "went": 3}, "2025-09-01")
    scrape(place, "aldi", {"stays": 1, "goes": 2, "else": 1}, "2025-09-13")  # went went earlier
    scrape(place, "aldi", {"stays": 1, "else": 1, "new": 4.5}, "2025-09-20")
    scrape(place, "aldi", {"new": 4.25, "away": 7}, "2025-09-20", "2")
    scrape(place, "coles", {"x": 1}, "2025-09-20")
    aldi, coles = overview_of(place).range_changes
    assert coles.is_new
    assert (coles.came, coles.went, coles.arrivals) == (0, 0, ())
    assert (aldi.company, aldi.is_new, aldi.came, aldi.went) == ("aldi", False, 2, 1)
    assert {(one.sku, one.cents) for one in aldi.arrivals} == {("new", 425), ("away", 700)}
    assert [(one.sku, one.cents) for one in aldi.departures] == [("goes", 200)]


def test_stores_are_counted_by_state_as_known_scraped_and_current(place: Workplace) -> None:
    directory = place.root / "stores.csv"
    directory.write_text(
        "company,store_id,store_name,suburb,state,postcode,latitude,longitude\n"
        "aldi,1,,,NSW,,-33.9,151.2\n"
        "aldi,2,,,new south wales,,,\n"
        "aldi,3,,,??,,-37.8,145.0\n"
        "coles,1,,,vic,,,\n"
    )
    bring_in_stores(place.pipeline, directory)
    scrape(place, "aldi", {"a": 1}, "2025-09-23", "1")
    scrape(place, "aldi", {"a": 1}, "2025-09-01", "2")
    found = overview_of(place)
    assert found.coverage == {
        ("NSW", "aldi"): StoreTotals(2, 2, 1),
        ("elsewhere", "aldi"): StoreTotals(1, 0, 0),
        ("VIC", "coles"): StoreTotals(1, 0, 0),
    }
    assert [(one.store_id, one.anchor_store_id) for one in found.places] == [
        ("1", "1"),
        ("3", None),
    ]
    assert (found.stale, [one.store_id for one in found.stalest]) == (1, ["2"])


def test_files_of_the_last_week_tell_how_good_the_data_is(place: Workplace) -> None:
    priced = {"1": 1, "2": -1, "3": None}
    rows = [row(sku, price, day="2025-09-23") for sku, price in priced.items()]
    place.take("good.jsonl", rows)
    place.take("bad.jsonl", b"\xff\xfe")
    place.take("worse.jsonl", b"\xff\xfe\x00")
    place.take("again.jsonl", rows)
    found = overview_of(place)
    (aldi,) = found.accepted
    assert (aldi.files, aldi.rows_read, aldi.rows_rejected, aldi.rows_unpriced) == (1, 3, 1, 1)
    assert {one.reason: one.files for one in found.refused} == {"unreadable": 2, "duplicate": 1}
    place.change(clock=Clock(datetime(2025, 10, 24)))
    later = overview_of(place)
    assert (later.accepted, later.refused) == ([], [])


def test_only_the_companies_with_the_most_prices_are_shown(place: Workplace) -> None:
    for number in range(8):
        prices = {f"{at}": 1.0 for at in range(number + 1)}
        scrape(place, f"company{number}", prices, "2025-09-23")
    found = overview_of(place)
    assert found.companies == [f"company{number}" for number in range(2, 8)]
    assert found.companies_left_out == 2
    assert len(found.standings) == 8


def test_the_same_catalogue_at_the_same_time_is_read_alike(place: Workplace) -> None:
    shared(place, "aldi", [1, 2, 3, 4, 5, 100], "Pantry › Spreads")
    shared(place, "iga", [2, 2, 2, 8, 6], "Grocery › Pantry")
    first = overview_of(place)
    assert read_overview(place.pipeline, CheckSummary()) == first
    place.change(clock=Clock(datetime(2025, 9, 25, 2)))
    assert read_overview(place.pipeline, CheckSummary()).state != first.state

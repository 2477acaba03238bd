"""What pictures show of the twenty real files, against slow, obvious loops."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from math import floor

import pytest

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.reporting.pictures.catalogue_growth import GrowthDrawing
from pipeline_assets.reporting.pictures.groups_before_after import GroupsDrawing
from pipeline_assets.reporting.pictures.price_changes import PriceChangesDrawing
from pipeline_assets.reporting.pictures.sheet import DETAILS, pictures
from pipeline_assets.reporting.pictures.store_agreement import AgreementDrawing
from pipeline_assets.services.operators.day_of_prices import DayOfPrices, read_day_of_prices
from pipeline_assets_tests.reporting.shown_pictures import picture_in
from pipeline_assets_tests.workplace import Workplace

NEWEST_STORES = {"aldi": {"G102"}, "coles": {"COL:401"}, "iga": {"21981"}}


@pytest.fixture
def day(drained_real_files: Workplace) -> DayOfPrices:
    with reading(drained_real_files.pipeline.engine) as connection:
        return read_day_of_prices(connection)


def last_changes(place: Workplace) -> dict[tuple[str, str, str], tuple[int, int]]:
    """(company, store, SKU) → price before and after what its store's last file changed."""
    histories: dict[tuple[str, str, str], list[tuple[str, int | None]]] = defaultdict(list)
    last: dict[tuple[str, str], str] = {}
    for company, store_id, sku, at, cents in place.rows(
        "SELECT s.company, s.store_id, sku, h.scraped_at, price_cents FROM price_history h "
        "JOIN stores s USING (store_key) JOIN skus USING (sku_id) ORDER BY h.scraped_at"
    ):
        histories[company, store_id, sku].append((at, cents))
    for company, store_id, at in place.rows(
        "SELECT company, store_id, scraped_at FROM ingested_files"
    ):
        last[company, store_id] = max(at, last.get((company, store_id), ""))
    found = {}
    for (company, store_id, sku), history in histories.items():
        (at, now), earlier = history[-1], [cents for _, cents in history[:-1] if cents is not None]
        is_of_the_day = store_id in NEWEST_STORES[company] and at == last[company, store_id]
        if is_of_the_day and now is not None and earlier and earlier[-1] != now:
            found[company, store_id, sku] = (earlier[-1], now)
    return found


def test_the_days_price_changes_are_those_of_the_history(
    drained_real_files: Workplace, day: DayOfPrices
) -> None:
    changes = last_changes(drained_real_files)
    assert len(changes) == 95
    counted = Counter(
        (company, min(20, floor((now - before) * 20 / before)))
        for (company, _, _), (before, now) in changes.items()
    )
    assert {(one.company, one.step): one.prices for one in day.steps} == counted
    by_share = sorted(changes.items(), key=lambda one: one[1][1] / one[1][0])
    shares = [one.now_cents / one.before_cents for one in day.falls]
    assert shares == [now / before for _, (before, now) in by_share[:10]]
    shares = [one.now_cents / one.before_cents for one in day.rises]
    assert shares == [now / before for _, (before, now) in by_share[:-11:-1]]
    for one in (*day.rises, *day.falls):
        key = one.company, one.store_id, one.sku
        assert changes[key] == (one.before_cents, one.now_cents)
    first = day.rises[0]
    assert (first.name, first.store_name) == ("Gourmet Tomatoes Loose", "carindale")


def test_growth_ends_with_what_the_catalogue_holds(
    drained_real_files: Workplace, day: DayOfPrices
) -> None:
    drawing = GrowthDrawing(day.growth)
    for table, count in (("skus", lambda one: one.skus), ("stores", lambda one: one.stores)):
        held = drained_real_files.rows(f"SELECT company, COUNT(*) FROM {table} GROUP BY company")
        totals = drawing.totals(count)
        assert {company: line[-1][1] for company, line in totals.items()} == dict(held)


def test_the_groups_of_the_real_stores_are_drawn_as_they_are(
    real_catalogue: Callable[[datetime], Workplace], day: DayOfPrices
) -> None:
    place = real_catalogue(datetime(2025, 9, 24))
    (report,) = [one for one in place.post_process() if one.step == "reconciled_groups"]
    agreement, groups = report.drawings
    assert isinstance(agreement, AgreementDrawing)
    assert isinstance(groups, GroupsDrawing)
    table = agreement.companies["aldi"]
    assert table.stores_in_all == len(table.store_ids) == 9
    prices: dict[str, dict[int, int]] = defaultdict(dict)
    for store_id, sku_id, cents in place.rows(
        "SELECT store_id, sku_id, price_cents FROM prices JOIN stores USING (store_key)"
    ):
        prices[store_id][sku_id] = cents
    for row, one in enumerate(table.store_ids):
        for column, other in enumerate(table.store_ids):
            common = prices[one].keys() & prices[other].keys()
            equal = sum(prices[one][sku] == prices[other][sku] for sku in common)
            assert table.agreement[row, column] == equal / len(common)
    (aldi,) = groups.companies
    assert (aldi.company, aldi.before) == ("aldi", (1,) * 9)
    assert sorted(aldi.after, reverse=True) == list(table.group_sizes)
    assert aldi.stores_moved == report.changes["stores_moved"] == 6
    shown = pictures(
        [PriceChangesDrawing(day.days, day.steps), GrowthDrawing(day.growth), *report.drawings]
    )
    assert sum(map(len, shown.values())) < 30_000
    assert {round(picture_in(text).width / 6.4) for text in shown.values()} == {
        DETAILS[0].dots_per_inch
    }

"""The report's figures against slow, obvious counting: on the sample, and on the real files."""

from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline_assets.catalogue.overview.sharing import LARGEST_RATIO
from pipeline_assets.reporting.pages.overview import CatalogueOverview
from pipeline_assets.sample.generator import sample_files
from pipeline_assets.services.overview.reading import CheckSummary, read_overview
from pipeline_assets_tests.services.overview.naive_overview import NaiveOverview
from pipeline_assets_tests.workplace import Clock, Workplace

ON_BOTH_DATABASES = True


@pytest.fixture
def sample(workplace: Workplace) -> Workplace:
    """The sample's three days, with post-processing done."""
    workplace.change(clock=Clock(datetime(2025, 9, 24, 2)))
    for file in sample_files(date(2025, 9, 23)):
        if file.inbox == "product_inbox":
            workplace.take(file.name, file.content)
    workplace.post_process()
    return workplace


@pytest.fixture
def real(workplace: Workplace, real_scrapes: Path) -> Workplace:
    """The real files, in the order of their days, with post-processing done."""
    workplace.change(clock=Clock(datetime(2025, 9, 24, 2)))
    files = sorted(real_scrapes.glob("*.jsonl.gz"), key=lambda one: one.name[-19:])
    for path in files:
        workplace.take(path.name, path.read_bytes())
    workplace.post_process()
    return workplace


def overview_of(place: Workplace) -> CatalogueOverview:
    return read_overview(place.pipeline, CheckSummary())


def test_the_samples_figures_are_those_of_slow_counting(sample: Workplace) -> None:
    assert_agree(sample)
    found = overview_of(sample)
    assert len(found.levels) >= 3
    assert len(found.departments) >= 2
    assert found.falls
    assert found.rises


def test_the_real_files_figures_are_those_of_slow_counting(real: Workplace) -> None:
    assert_agree(real)
    found = overview_of(real)
    assert {one.company: one.stores_scraped for one in found.standings} == {
        "aldi": 9,
        "coles": 1,
        "iga": 1,
    }
    (coles_and_iga,) = (one for one in found.baskets if one.company_a == "coles")
    assert coles_and_iga.products >= 135
    assert [one.files for one in found.refused] == [1]
    assert (found.groups.groups, found.groups.alone, found.groups.flagged) == (5, 4, 0)


def assert_agree(place: Workplace) -> None:
    found, naive = overview_of(place), NaiveOverview(place)
    assert sum(one.prices for one in found.standings) == len(naive.sold) > 100
    assert sum(one.specials for one in found.standings) == sum(
        one.is_on_special for one in naive.sold
    )
    assert sum(one.skus for one in found.standings) == len(naive.skus)
    assert found.shared_by == naive.shared_by()
    assert {one.company: (one.products, one.products_alone) for one in found.ranges} == (
        naive.ranges()
    )
    assert found.baskets == naive.baskets()
    assert_gaps(place, found, naive)
    assert_week(found, naive)


def assert_gaps(place: Workplace, found: CatalogueOverview, naive: NaiveOverview) -> None:
    rows = place.rows("SELECT product_id FROM products WHERE barcode IS NOT NULL")
    ratios = naive.gap_ratios({row[0] for row in rows}, LARGEST_RATIO)
    shown = [max(gap.cents.values()) / min(gap.cents.values()) for gap in found.gaps]
    assert shown == pytest.approx(ratios[: len(shown)])
    assert len(shown) == min(10, len(ratios)) > 0
    middle = naive.middle_prices()
    assert all(gap.cents == middle[gap.product_id] for gap in found.gaps)


def assert_week(found: CatalogueOverview, naive: NaiveOverview) -> None:
    moved = naive.moved()
    for week in found.weeks:
        its = [one for one in moved if one.company == week.company]
        falls = sum(one.cents < (one.before or 0) for one in its)
        assert (week.falls, week.rises) == (falls, len(its) - falls)
    for shown, is_fall in ((found.falls, True), (found.rises, False)):
        expected = naive.largest(falls=is_fall, most=8)
        # Of equal ones, either may be the last that has room.
        assert [one.now_cents / one.before_cents for one in shown] == pytest.approx(
            [row[3] / row[2] for row in expected]
        )
        for one in shown:
            assert one.history[-1].cents == one.now_cents
            assert one.stores == sum(
                (each.company, each.sku, each.before, each.cents)
                == (one.company, one.sku, one.before_cents, one.now_cents)
                for each in moved
            )
    for change in found.range_changes:
        if not change.is_new:
            came, went = naive.came_and_went(change.company)
            assert (change.came, change.went) == (len(came), len(went))
            assert {one.sku for one in change.arrivals} <= came
            assert {one.sku for one in change.departures} <= went

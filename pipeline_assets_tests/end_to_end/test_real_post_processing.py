"""Post-processing on the twenty real files: checked by name, and against slow, obvious loops."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets_tests.workplace import Clock, Workplace

MakeCatalogue = Callable[[datetime], Workplace]

DAY_AFTER = datetime(2025, 9, 24)
LONG_AFTER = datetime(2026, 11, 24)
NOW_AND_OPTIONS = [
    pytest.param(DAY_AFTER, PostProcessingOptions(), id="the day after"),
    pytest.param(LONG_AFTER, PostProcessingOptions(relaxed_staleness=True), id="relaxed staleness"),
]
FULL_STORES = {"G102", "G120", "G395", "G467", "G498", "G577", "G700"}


def post_process(place: Workplace, options: PostProcessingOptions) -> dict[str, StepReport]:
    return {report.step: report for report in place.post_process(options)}


def groups(place: Workplace) -> dict[tuple[str, str], set[str]]:
    """The store ids of each group, by (company, anchor)."""
    found: dict[tuple[str, str], set[str]] = {}
    for company, anchor, store_id in place.rows(
        "SELECT g.company, anchor_store_id, store_id FROM store_groups g "
        "LEFT JOIN store_group_members m ON m.group_id = g.group_id"
    ):
        found.setdefault((company, anchor), set()).add(store_id)
    return found


def prices(place: Workplace) -> dict[tuple[str, str], dict[int, int]]:
    """Price in cents by SKU, by (company, store id)."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for company, store_id, sku_id, cents in place.rows(
        "SELECT company, store_id, sku_id, price_cents FROM prices JOIN stores USING (store_key)"
    ):
        found.setdefault((company, store_id), {})[sku_id] = cents
    return found


def matches(one: dict[int, int], other: dict[int, int]) -> bool:
    """Agreement the slow, obvious way."""
    common = [sku for sku in one if sku in other]
    equal = [sku for sku in common if one[sku] == other[sku]]
    is_comparable = 3 * len(common) >= 2 * max(len(one), len(other))
    return bool(common) and is_comparable and 100 * len(equal) >= 98 * len(common)


def is_current(place: Workplace, options: PostProcessingOptions, store: tuple[str, str]) -> bool:
    moments = {
        (company, store_id): datetime.fromisoformat(moment)
        for company, store_id, moment in place.rows(
            "SELECT company, store_id, last_scraped_at FROM stores"
        )
    }
    newest = max(at for (company, _), at in moments.items() if company == store[0])
    reference = newest if options.relaxed_staleness else place.pipeline.clock()
    return (reference - moments[store]).total_seconds() <= 7 * 86_400


@pytest.mark.parametrize(("now", "options"), NOW_AND_OPTIONS)
def test_the_groups_of_the_real_stores_are_these(
    now: datetime, options: PostProcessingOptions, real_catalogue: MakeCatalogue
) -> None:
    place = real_catalogue(now)
    report = post_process(place, options)["reconciled_groups"]
    assert groups(place) == {
        ("aldi", "G395"): FULL_STORES,
        ("aldi", "G100"): {"G100"},
        ("aldi", "G558"): {"G558"},
        ("coles", "COL:401"): {"COL:401"},
        ("iga", "21981"): {"21981"},
    }
    assert report.changes["merges"] == 6
    # G100 is not current, but alone in its group.
    assert place.one("SELECT COUNT(*) FROM store_groups WHERE is_flagged") == 0


@pytest.mark.parametrize(("now", "options"), NOW_AND_OPTIONS)
def test_groups_hold_what_they_promise_by_slow_and_obvious_counting(
    now: datetime, options: PostProcessingOptions, real_catalogue: MakeCatalogue
) -> None:
    place = real_catalogue(now)
    post_process(place, options)
    found = groups(place)
    lists = prices(place)
    members = [(company, store) for (company, _), stores in found.items() for store in stores]
    assert len(members) == len(set(members)) == 11
    for (company, anchor), stores in found.items():
        assert anchor in stores
        for store_id in stores - {anchor}:
            if is_current(place, options, (company, store_id)):
                assert matches(lists[company, store_id], lists[company, anchor])
    current = [key for key in found if is_current(place, options, key)]
    for one in current:
        for other in current:
            if one < other and one[0] == other[0]:
                assert not matches(lists[one], lists[other])


@pytest.mark.parametrize(("now", "options"), NOW_AND_OPTIONS)
def test_a_second_run_changes_nothing(
    now: datetime, options: PostProcessingOptions, real_catalogue: MakeCatalogue
) -> None:
    place = real_catalogue(now)
    first = post_process(place, options)
    assert list(first) == [step.name for step in STEPS]
    assert first["reconciled_groups"].facts["pairs_compared"] == 28
    before = place.tables()
    exported = _written(place)
    second = post_process(place, options)
    assert {step: report.changed for step, report in second.items() if report.changed} == {}
    assert second["reconciled_groups"].facts["pairs_compared"] == 0
    assert place.tables() == before
    assert _written(place) == exported
    assert len(exported) == 2


def _written(place: Workplace) -> dict[str, tuple[int, int]]:
    """Which file each exported table is, and when it was written."""
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in (place.data / "translation_tables").iterdir()
    }


@pytest.mark.parametrize(("now", "options"), NOW_AND_OPTIONS)
def test_store_prices_stays_the_same_but_for_product_barcode_and_brand(
    now: datetime, options: PostProcessingOptions, real_catalogue: MakeCatalogue
) -> None:
    place = real_catalogue(now)
    view = (
        "SELECT company, store_id, sku, name, price, previous_price, was_price, is_on_special, "
        "unit_price, unit_of_measure, scraped_date FROM store_prices "
        "ORDER BY company, store_id, sku"
    )
    history = "SELECT * FROM price_history ORDER BY store_key, sku_id, scraped_at"
    before = place.rows(view), place.rows(history)
    post_process(place, options)
    assert (place.rows(view), place.rows(history)) == before
    assert len(before[0]) == 28_281


def test_brands_that_are_one_are_one_and_makers_stay_apart(real_catalogue: MakeCatalogue) -> None:
    place = real_catalogue(DAY_AFTER)
    post_process(place, PostProcessingOptions())
    brand_of = dict(
        place.rows("SELECT alias, name FROM brand_aliases JOIN brands USING (brand_id)")
    )
    assert brand_of["aust kellogg ltd pty"] == brand_of["kelloggs"] == "Kellogg's"
    assert brand_of["foods ltd pty sunbeam"] == brand_of["sunbeam"] == "Sunbeam"
    assert brand_of["life savers"] == brand_of["lifesavers"]
    assert brand_of["ferrero"] != brand_of["nutella"]
    assert brand_of["bega cheese limited"] != brand_of["kraft"]
    assert brand_of["australia company heinz hj limited"] != brand_of["cottees"]


def test_a_dry_run_tells_the_plan_and_changes_nothing(real_catalogue: MakeCatalogue) -> None:
    place = real_catalogue(DAY_AFTER)
    before = place.tables()
    report = post_process(place, PostProcessingOptions(dry_run=True))
    assert report["reconciled_groups"].changes["merges"] == 6
    assert any("joins G395" in line for line in report["reconciled_groups"].details)
    assert report["brand_translations"].changes["written"] == 49
    assert place.tables() == before
    assert place.files("translation_tables") == []


def test_the_order_in_which_stores_came_plays_no_part(
    real_catalogue: MakeCatalogue, real_scrapes: Path, workplace: Workplace
) -> None:
    expected = real_catalogue(DAY_AFTER)
    post_process(expected, PostProcessingOptions())
    workplace.clock = Clock(DAY_AFTER)
    # Each store's files in order of their days, the stores the other way round than in a drain.
    for path in sorted(real_scrapes.glob("*.gz"), key=lambda path: (path.name[-19:], _rank(path))):
        workplace.take(path.name, path.read_bytes())
    post_process(workplace, PostProcessingOptions())
    assert groups(workplace) == groups(expected)
    for same in (
        "SELECT alias, canonical, rule, evidence FROM brand_translations ORDER BY alias",
        "SELECT match_key, canonical_key FROM product_translations ORDER BY match_key",
        "SELECT company, sku, skus.barcode, products.barcode, match_key FROM skus "
        "JOIN products USING (product_id) ORDER BY company, sku",
    ):
        assert workplace.rows(same) == expected.rows(same)
    assert _partition(workplace) == _partition(expected)


def _rank(path: Path) -> int:
    return -sum(path.name.encode())


def _partition(place: Workplace) -> set[frozenset[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = {}
    for product_id, company, sku in place.rows("SELECT product_id, company, sku FROM skus"):
        found.setdefault(product_id, set()).add((company, sku))
    return {frozenset(skus) for skus in found.values()}

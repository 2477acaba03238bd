"""The check on stores that have fallen silent, and what view `stores_to_scrape` says of them."""

from datetime import datetime, timedelta

import pytest

from pipeline_assets.services.checks.stores import STALE_STORES
from pipeline_assets_tests.services.checks.judging import judged
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

NOW = datetime(2025, 9, 20, 12)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """Two companies; the last of three stores was scraped on 11 September."""
    workplace.change(clock=Clock(NOW))
    for company, store_id, day in (("aldi", "G1", 11), ("aldi", "G2", 19), ("iga", "I1", 18)):
        rows = [row(company=company, store_id=store_id, day=f"2025-09-{day}")]
        workplace.take(f"{store_id}.jsonl", rows)
    return workplace


def test_stores_with_a_recent_snapshot_are_not_stale(place: Workplace) -> None:
    place.change(clock=Clock(NOW - timedelta(days=3)))
    verdict = judged(place, STALE_STORES)
    assert verdict.passed
    assert verdict.summary == "Each of 3 stores has a snapshot of the last 7 days."


def test_a_silent_store_is_named_with_its_age(place: Workplace) -> None:
    verdict = judged(place, STALE_STORES)
    assert not verdict.passed
    assert verdict.rows == [("aldi", "G1", 9, "2025-09-10 14:00", None, None)]
    assert "1 of 3 stores have no snapshot of the last 7 days; some of `aldi`." in verdict.summary
    assert verdict.figures["silent_companies"] == 0


def test_a_silent_company_is_named_as_a_whole(place: Workplace) -> None:
    place.change(clock=Clock(NOW + timedelta(days=5)))
    verdict = judged(place, STALE_STORES)
    assert [found[:2] for found in verdict.rows] == [("aldi", "G1"), ("iga", "I1")]
    assert "; all stores of `iga`; some of `aldi`." in verdict.summary
    assert verdict.figures["silent_companies"] == 1


def test_the_cause_changes_with_the_stores_and_not_with_the_day(place: Workplace) -> None:
    first = judged(place, STALE_STORES).cause
    place.change(clock=Clock(NOW + timedelta(days=1)))
    assert judged(place, STALE_STORES).cause == first
    place.change(clock=Clock(NOW + timedelta(days=5)))
    assert judged(place, STALE_STORES).cause != first


def test_the_age_is_a_setting_of_its_own_or_the_current_days(place: Workplace) -> None:
    place.change(settings={"current_days": 10})
    assert judged(place, STALE_STORES).passed
    place.change(settings={"current_days": 10, "check_stale_days": 2})
    assert judged(place, STALE_STORES).total == 2


def test_a_store_that_was_never_scraped_is_not_stale(place: Workplace) -> None:
    with place.pipeline.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO stores (company, store_id) VALUES ('iga', 'new')")
    assert judged(place, STALE_STORES).total == 1
    assert judged(place, STALE_STORES).figures["stores"] == 3


def test_the_view_calls_a_store_current_that_the_check_passes(workplace: Workplace) -> None:
    now = workplace.pipeline.clock()
    workplace.change(clock=Clock(now), settings={"current_days": 3})
    for store_id, days in (("G1", 1), ("G2", 5)):
        day = (now - timedelta(days=days)).date().isoformat()
        workplace.take(f"{store_id}.jsonl", [row(store_id=store_id, day=day)])
    reasons = dict(workplace.rows("SELECT store_id, reason FROM stores_to_scrape"))
    assert reasons == {"G1": "current", "G2": "stale"}
    assert [found[1] for found in judged(workplace, STALE_STORES).rows] == ["G2"]

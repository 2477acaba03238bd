"""The day's price changes: which prices count, in which step, and which are the largest."""

from datetime import date, datetime

import pytest

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.movements import (
    CompanyDay,
    PriceMovement,
    PriceStep,
    company_days,
    largest_falls,
    largest_rises,
    price_steps,
)
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


def take(
    place: Workplace, at: str, prices: dict[str, float], store_id: str = "G1", company: str = "aldi"
) -> None:
    """One snapshot of a store, as SKU → price."""
    rows = [
        row(sku, price, name=f"Article {sku}", day=at, store_id=store_id, company=company)
        for sku, price in prices.items()
    ]
    outcome = place.take(f"{company}-{store_id}-{at.replace(':', '')}.jsonl", rows)
    assert outcome.reason is None, outcome.message


def steps(place: Workplace) -> list[tuple[str, int, int]]:
    with reading(place.pipeline.engine) as connection:
        found = price_steps(connection, company_days(connection))
    assert all(type(one) is PriceStep for one in found)
    return [(one.company, one.step, one.prices) for one in found]


def largest(place: Workplace, most: int = 10) -> tuple[list[PriceMovement], list[PriceMovement]]:
    with reading(place.pipeline.engine) as connection:
        days = company_days(connection)
        return largest_rises(connection, days, most), largest_falls(connection, days, most)


@pytest.mark.parametrize(
    ("before", "now", "step"),
    [
        (10, 10.01, 0),
        (10, 10.49, 0),
        (10, 10.5, 1),
        (10, 14.99, 9),
        (10, 19.99, 19),
        (10, 20, 20),
        (10, 500, 20),
        (10, 9.99, -1),
        (10, 9.5, -1),
        (10, 9.49, -2),
        (99999.99, 99999.98, -1),
        (99999.99, 0.01, -20),
        # 199,999 of 95,238 ninety-nine-thousandths: four digits would round it up to a step of 2.
        (952.38, 1000.0, 1),
        (7000.01, 7350.01, 0),
    ],
)
def test_a_change_counts_in_its_step(
    workplace: Workplace, before: float, now: float, step: int
) -> None:
    take(workplace, "2025-09-01", {"1": before, "2": 5})
    take(workplace, "2025-09-02", {"1": now, "2": 5})
    assert steps(workplace) == [("aldi", step, 1)]


def test_only_changes_at_the_last_snapshots_of_a_companys_last_day_count(
    workplace: Workplace,
) -> None:
    for store_id in ("G1", "G2", "G3"):
        take(workplace, "2025-09-01T08:00:00Z", {"1": 1.0, "2": 1.0, "3": 1.0}, store_id)
    take(workplace, "2025-09-02T07:59:59Z", {"1": 2.0, "2": 2.0, "3": 2.0}, "G1")  # a day before
    take(workplace, "2025-09-02T08:00:01Z", {"1": 1.2, "2": 1.0, "3": 1.0}, "G2")
    take(workplace, "2025-09-03T08:00:00Z", {"1": 0.8, "2": 1.0, "3": 1.0}, "G3")
    take(workplace, "2025-08-01", {"9": 1.0}, "1", "iga")
    take(workplace, "2025-08-02", {"9": 1.5}, "1", "iga")
    assert steps(workplace) == [("aldi", -4, 1), ("aldi", 4, 1), ("iga", 10, 1)]
    with reading(workplace.pipeline.engine) as connection:
        days = company_days(connection)
    assert days == [
        CompanyDay("aldi", datetime(2025, 9, 3, 8), date(2025, 9, 3)),
        CompanyDay("iga", datetime(2025, 8, 1, 14), date(2025, 8, 2)),
    ]


def test_new_and_delisted_prices_are_no_changes_and_one_that_is_back_at_another_is(
    workplace: Workplace,
) -> None:
    kept = {str(number): 1.0 for number in range(10, 40)}
    take(workplace, "2025-09-01", {"1": 1.0, "2": 1.0, "3": 1.0, **kept})
    take(workplace, "2025-09-02", {"1": 1.0, "3": 1.0, **kept})
    take(workplace, "2025-09-03", {"1": 1.0, "2": 1.1, "4": 7.0, **kept})
    assert steps(workplace) == [("aldi", 2, 1)]
    rises, falls = largest(workplace)
    assert [(one.sku, one.before_cents, one.now_cents) for one in rises] == [("2", 100, 110)]
    assert falls == []


def test_a_price_that_stays_after_it_changed_earlier_on_the_day_has_changed_on_it(
    workplace: Workplace,
) -> None:
    for at, price in (("2025-09-01", 1.0), ("2025-09-02T08:00:00", 2.0), ("2025-09-02T09:00", 2.0)):
        take(workplace, at, {"1": price})
    assert steps(workplace) == [("aldi", 20, 1)]


def test_the_largest_movements_are_first_one_for_all_stores_where_it_was_the_same(
    workplace: Workplace,
) -> None:
    before = {"1": 1.0, "2": 1.0, "3": 1.0, "4": 2.0}
    for store_id, changed in (
        ("G2", {"1": 1.5, "2": 3.0, "3": 0.5, "4": 3.0}),
        ("G1", {"1": 1.5, "2": 1.0, "3": 0.9, "4": 1.0}),
    ):
        take(workplace, "2025-09-01", before, store_id)
        take(workplace, "2025-09-02", changed, store_id)
    rises, falls = largest(workplace)
    assert [
        (one.sku, one.before_cents, one.now_cents, one.stores, one.store_id) for one in rises
    ] == [
        ("2", 100, 300, 1, "G2"),
        ("1", 100, 150, 2, "G1"),
        ("4", 200, 300, 1, "G2"),
    ]
    assert [
        (one.sku, one.before_cents, one.now_cents, one.stores, one.store_id) for one in falls
    ] == [
        ("3", 100, 50, 1, "G2"),
        ("4", 200, 100, 1, "G1"),
        ("3", 100, 90, 1, "G1"),
    ]
    first = PriceMovement("aldi", "2", "Article 2", 100, 300, 1, "G2", None)
    assert largest(workplace, most=1) == ([first], [falls[0]])


def test_an_empty_catalogue_has_no_day_and_no_change(workplace: Workplace) -> None:
    assert steps(workplace) == []
    assert largest(workplace) == ([], [])

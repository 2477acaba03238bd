"""Checks on prices: jumps, too many specials, rows that came without a price."""

from collections.abc import Mapping

import pytest

from pipeline_assets.services.checks.prices import (
    PRICE_CHANGES_ARE_PLAUSIBLE,
    ROWS_HAVE_PRICES,
    SPECIALS_ARE_PLAUSIBLE,
)
from pipeline_assets_tests.services.checks.judging import judged
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

SKUS = range(20)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """One store with twenty prices."""
    snapshot(workplace, 1, dict.fromkeys(SKUS, 10.0))
    return workplace


def snapshot(
    place: Workplace, day: int, asked: Mapping[int, float | None], company: str = "aldi"
) -> None:
    """The store is scraped on this day of September with these prices."""
    date = f"2025-09-{day:02}"
    rows = [
        row(sku, price, name=f"Tea {sku}", company=company, day=date)
        for sku, price in asked.items()
    ]
    place.take(f"{company}-{date}.jsonl", rows)


def test_prices_that_move_as_prices_do_are_plausible(place: Workplace) -> None:
    snapshot(place, 2, {sku: 10.0 + sku / 5 for sku in SKUS})
    verdict = judged(place, PRICE_CHANGES_ARE_PLAUSIBLE)
    assert verdict.passed
    assert verdict.figures == {"changes": 19, "implausible": 0}
    assert verdict.summary == (
        "0 of 19 price changes of the last day are by more than 80%: not more than usual."
    )


def test_a_rise_and_a_fall_beyond_the_threshold_are_listed_the_worst_first(
    place: Workplace,
) -> None:
    snapshot(place, 2, dict.fromkeys(SKUS, 10.0) | {3: 18.01, 4: 1.99, 5: 18.0, 6: 2.0, 7: 1000.0})
    verdict = judged(place, PRICE_CHANGES_ARE_PLAUSIBLE)
    assert not verdict.passed
    assert [(found[2], *found[4:6]) for found in verdict.rows] == [
        ("7", 10.0, 1000.0),
        ("4", 10.0, 1.99),
        ("3", 10.0, 18.01),
    ]
    assert "too many at `aldi`." in verdict.summary
    assert verdict.figures == {"changes": 5, "implausible": 3}


def test_the_end_of_a_special_is_plausible(place: Workplace) -> None:
    snapshot(place, 2, dict.fromkeys(SKUS, 10.0) | {3: 5.0})
    snapshot(place, 3, dict.fromkeys(SKUS, 10.0))
    verdict = judged(place, PRICE_CHANGES_ARE_PLAUSIBLE)
    assert verdict.passed
    assert verdict.figures == {"changes": 1, "implausible": 0}


def test_changes_of_earlier_days_do_not_count(place: Workplace) -> None:
    snapshot(place, 2, dict.fromkeys(SKUS, 10.0) | {3: 1.0})
    assert not judged(place, PRICE_CHANGES_ARE_PLAUSIBLE).passed
    snapshot(place, 3, dict.fromkeys(SKUS, 10.0) | {3: 1.0})
    assert not judged(place, PRICE_CHANGES_ARE_PLAUSIBLE).passed  # a night has two dates
    snapshot(place, 4, dict.fromkeys(SKUS, 10.0) | {3: 1.0})
    assert judged(place, PRICE_CHANGES_ARE_PLAUSIBLE).passed


def test_a_tolerated_share_of_jumps_is_shown_but_passes(place: Workplace) -> None:
    place.change(settings={"check_max_price_jumps": 0.1})
    snapshot(place, 2, dict.fromkeys(SKUS, 10.1) | {3: 50.0})
    verdict = judged(place, PRICE_CHANGES_ARE_PLAUSIBLE)
    assert (verdict.passed, verdict.total, verdict.cause) == (True, 1, "none")
    assert [found[2] for found in verdict.rows] == ["3"]


def test_a_companys_own_changes_are_its_measure(place: Workplace) -> None:
    place.change(settings={"check_max_price_jumps": 0.1})
    snapshot(place, 2, dict.fromkeys(SKUS, 10.1))
    snapshot(place, 1, {1: 10.0, 2: 10.0}, "iga")
    snapshot(place, 2, {1: 10.0, 2: 1.0}, "iga")
    verdict = judged(place, PRICE_CHANGES_ARE_PLAUSIBLE)
    assert "too many at `iga`." in verdict.summary
    assert [found[0] for found in verdict.rows] == ["iga"]


def test_a_company_with_most_of_its_prices_on_special_is_named(place: Workplace) -> None:
    def offered(day: int, specials: int) -> None:
        rows = [
            row(sku, 5, name=f"Tea {sku}", day=f"2025-09-{day:02}", is_on_special=sku < specials)
            for sku in SKUS
        ]
        place.take(f"{day}.jsonl", rows)

    offered(2, 10)
    verdict = judged(place, SPECIALS_ARE_PLAUSIBLE)
    assert verdict.passed
    assert verdict.rows == [("aldi", 10, 20, 0.5)]
    offered(3, 11)
    verdict = judged(place, SPECIALS_ARE_PLAUSIBLE)
    assert not verdict.passed
    assert verdict.rows == [("aldi", 11, 20, 0.55)]
    assert "of the last day are specials at `aldi`." in verdict.summary


def test_a_store_whose_rows_lack_prices_is_named(place: Workplace) -> None:
    snapshot(place, 2, dict.fromkeys(SKUS, 10.0) | dict.fromkeys(range(20, 25), None))
    assert judged(place, ROWS_HAVE_PRICES).passed
    snapshot(place, 3, dict.fromkeys(SKUS, 10.0) | dict.fromkeys(range(20, 26), None))
    verdict = judged(place, ROWS_HAVE_PRICES)
    assert not verdict.passed
    assert [(found[0], found[1], *found[3:5]) for found in verdict.rows] == [("aldi", "G1", 26, 20)]
    snapshot(place, 4, dict.fromkeys(SKUS, 10.0))
    assert judged(place, ROWS_HAVE_PRICES).passed  # only the newest snapshot counts


def test_a_catalogue_without_prices_has_nothing_implausible(workplace: Workplace) -> None:
    for check in (PRICE_CHANGES_ARE_PLAUSIBLE, SPECIALS_ARE_PLAUSIBLE, ROWS_HAVE_PRICES):
        assert judged(workplace, check).passed, check.name


def test_companies_are_named_as_text_and_not_too_many_of_them(place: Workplace) -> None:
    place.change(settings={"check_max_specials": 0})
    hostile = "a`](http://x) <b>"
    for company in (hostile, *(f"z{number}" for number in range(6))):
        rows = [row(company=company, is_on_special=True)]
        place.take("c.jsonl", rows)
    verdict = judged(place, SPECIALS_ARE_PLAUSIBLE)
    assert verdict.total == 7
    assert f"at ``{hostile}``, `z0`, `z1`, `z2`, `z3` and 2 more. Compare" in verdict.summary

"""What a plan costs: memory by blocks, not by pairs of stores; reading by what is due."""

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from pipeline_assets.domain.groups import best_matches, counts
from pipeline_assets.domain.groups.plan import GroupingSettings
from pipeline_assets_tests.domain.groups.companies import (
    Company,
    assert_settled,
    company_of,
    priced,
)

SKUS = 40
FEW, TIMES = 300, 4


def company_of_stores(count: int) -> Company:
    """Stores with lists of their own, most of which match many others."""
    random = np.random.default_rng(3)
    company = Company(GroupingSettings(min_agreement=Fraction(9, 10)))
    for number in range(count):
        prices = np.full(SKUS, 100)
        prices[random.integers(SKUS, size=3)] = random.integers(101, 10_000, size=3)
        company.scrape(f"{number:05}", dict(enumerate(prices.tolist())))
    return company


def peak_bytes(company: Company) -> int:
    """The most memory that planning takes at once."""
    tracemalloc.start()
    try:
        plan = company.plan()
        assert len(plan.merges) > len(company.states) / 2
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_square_of_the_stores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counts, "BLOCK_LISTS", 64)
    monkeypatch.setattr(best_matches, "MOST_PAIRS", 5_000)
    few, many = (peak_bytes(company_of_stores(count)) for count in (FEW, TIMES * FEW))
    assert many / few < 1.5 * TIMES  # with the square it would be four times that


def test_a_tenth_of_the_stores_new_reads_and_compares_what_is_due_alone() -> None:
    """Forty stores in ten groups; of one group a member is new, of another the anchor."""
    company = company_of({f"{at:02}": priced(100, at // 4 * 10) for at in range(40)})
    assert company.run().pairs_compared == 40 * 39 // 2
    assert_settled(company)
    assert set(company.groups().values()) == {f"{at:02}" for at in range(0, 40, 4)}
    company.scrape("05", priced(100, 11), days_ago=0)
    company.scrape("08", priced(100, 21), days_ago=0)
    plan = company.run()
    anchors = {f"{at:02}" for at in range(0, 40, 4)}
    # 05 with its anchor; 08 with its three members, and with the other nine anchors.
    assert plan.pairs_compared == 1 + 3 + 9
    assert {one for read in company.reads for one in read} == {"05", "09", "10", "11", *anchors}
    assert len(company.reads) == 2
    assert_settled(company)


def test_a_new_member_that_left_its_group_is_compared_with_all_anchors_and_reads_no_member() -> (
    None
):
    company = company_of({f"{at:02}": priced(100, at // 4 * 10) for at in range(40)})
    company.run()
    company.scrape("05", priced(100, 55), days_ago=0)
    assert company.run().pairs_compared == 1 + 9
    assert {one for read in company.reads for one in read} == {
        "05",
        *(f"{at:02}" for at in range(0, 40, 4)),
    }

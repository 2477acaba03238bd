"""Plans over several rounds of snapshots, which remember, against an oracle that does not."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.domain.groups import best_matches, counts
from pipeline_assets.domain.groups.plan import (
    GroupingSettings,
    GroupPlan,
    newest_scrape,
)
from pipeline_assets_tests.domain.groups.companies import (
    NOW,
    Company,
    assert_settled,
)
from pipeline_assets_tests.domain.groups.naive_groups import PricesBySku

Scrape = tuple[str, PricesBySku, int]
"""Store, prices, days before the round's day."""
LISTS = st.one_of(
    st.dictionaries(st.integers(0, 5), st.sampled_from([100, 101]), max_size=6),
    st.fixed_dictionaries({sku: st.sampled_from([100, 100, 101]) for sku in range(6)}),
)
SCRAPES = st.tuples(st.sampled_from("abcdefgh"), LISTS, st.integers(0, 9))
ROUNDS = st.lists(
    st.tuples(
        st.lists(SCRAPES, min_size=0, max_size=8),
        st.booleans(),
        st.sampled_from(
            [
                GroupingSettings(min_common=Fraction(1, 2), min_agreement=Fraction(3, 4)),
                GroupingSettings(min_common=Fraction(1, 2), min_agreement=Fraction(3, 4)),
                GroupingSettings(min_common=Fraction(2, 3), min_agreement=Fraction(2, 3)),
            ]
        ),
    ),
    min_size=1,
    max_size=6,
)


def scrape_later(company: Company, scrapes: list[Scrape], day: int) -> None:
    """Accept the snapshots; a store's is always later than its last one."""
    for store_id, prices, days_ago in scrapes:
        last = company.states.get(store_id)
        company.scrape(store_id, prices, days_ago=days_ago - day)
        if last and company.states[store_id].scraped_at <= last.scraped_at:
            later = last.scraped_at + timedelta(minutes=1)
            company.states[store_id] = replace(last, scraped_at=later)


def assert_groups_are_sound(company: Company, reference: datetime) -> None:
    """Every anchor is in its own group, and a run of the oracle finds nothing left to do."""
    groups = company.groups()
    assert all(groups[anchor] == anchor for anchor in groups.values())
    left = company.naive_plan(reference)
    assert (left.ejected, left.merged, left.anchor_of) == ([], [], groups)


def assert_same_as_the_oracle(company: Company, reference: datetime) -> GroupPlan:
    expected = company.naive_plan(reference)
    plan = company.run(reference)
    assert [(one.store_id, one.anchor_id) for one in plan.ejections] == expected.ejected
    assert [
        (
            one.joining_anchor_id,
            one.into_anchor_id,
            list(one.moved_store_ids),
            list(one.left_store_ids),
        )
        for one in plan.merges
    ] == expected.merged
    assert dict(plan.anchor_of) == expected.anchor_of == company.groups()
    assert list(plan.flagged_anchors) == expected.flagged
    return plan


@settings(max_examples=300, deadline=None, print_blob=True)
@given(rounds=ROUNDS)
def test_with_its_memory_the_plan_is_what_the_oracle_finds_without(
    rounds: list[tuple[list[Scrape], bool, GroupingSettings]],
) -> None:
    company = Company()
    for day, (scrapes, is_relaxed, chosen) in enumerate(rounds):
        scrape_later(company, scrapes, day=day * 4)
        if not company.states:
            continue
        company.settings = chosen
        newest = newest_scrape(list(company.states.values()))
        reference = newest if is_relaxed else NOW + timedelta(days=day * 4)
        assert_same_as_the_oracle(company, reference)
        assert_groups_are_sound(company, reference)
        assert_settled(company, reference)


def scrape_near_the_threshold(company: Company, random: np.random.Generator, day: int) -> None:
    """A share of 24 stores is scraped; their lists lie around two, mostly near enough to match."""
    for at in np.flatnonzero(random.random(24) < (0.3 if day else 1)).tolist():
        changed = random.integers(40, size=random.integers(0, 4)).tolist()
        prices = {sku: 100 + (sku < 10 * (at % 2)) for sku in range(40)}
        prices.update({sku: int(random.integers(101, 104)) for sku in changed})
        for sku in random.integers(40, size=random.choice([0, 1, 3, 20])).tolist():
            prices.pop(sku, None)
        company.scrape(f"{at * 7 % 24:02}", prices, days_ago=float(random.random()) - day)


@pytest.mark.parametrize("most_pairs", [best_matches.MOST_PAIRS, 40, 2])
@settings(max_examples=30, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**32))
def test_many_stores_near_the_threshold_group_as_the_oracle_says(
    seed: int, most_pairs: int
) -> None:
    """Also when there is not room for all of their matches at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(best_matches, "MOST_PAIRS", most_pairs)
        patch.setattr(counts, "BLOCK_LISTS", 5)
        assert_many_stores_group_as_the_oracle_says(seed)


def assert_many_stores_group_as_the_oracle_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    company = Company(GroupingSettings(min_agreement=Fraction(19, 20)))
    for day in (0, 3, 6, 9):
        scrape_near_the_threshold(company, random, day)
        reference = NOW + timedelta(days=day)
        assert_same_as_the_oracle(company, reference)
        assert_settled(company, reference)

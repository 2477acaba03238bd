"""The health check, what is compared again, and what the input must be, by example."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from pipeline_assets.domain.groups.agreement import PairFigures
from pipeline_assets.domain.groups.plan import (
    Ejection,
    GroupingSettings,
    Mark,
    StoreState,
    plan_groups,
)
from pipeline_assets_tests.domain.groups.companies import (
    NOW,
    Company,
    assert_settled,
    changed_at,
    company_of,
    price_lists,
    priced,
)

# Health check


def test_a_member_whose_newer_prices_differ_leaves_and_can_merge_elsewhere() -> None:
    company = company_of({"a": priced(100), "b": priced(100), "z": priced(100, 10)})
    company.run()
    company.scrape("b", priced(100, 10), days_ago=0)
    plan = company.run()
    assert plan.ejections == (Ejection("b", "a", PairFigures(90, 100, 100), is_comparable=True),)
    assert plan.ejections[0].reason == "90 of 100 common SKUs have the same price"
    assert company.groups() == {"a": "a", "b": "b", "z": "b"}
    assert_settled(company)


def test_a_member_whose_list_shrank_leaves_because_it_is_not_comparable() -> None:
    company = company_of({"a": priced(100), "b": priced(100)})
    company.run()
    company.scrape("b", priced(66), days_ago=0)
    plan = company.run()
    assert plan.ejections == (Ejection("b", "a", PairFigures(66, 66, 100), is_comparable=False),)
    assert plan.ejections[0].reason == "66 SKUs in common, of 100 in the larger list"
    assert company.groups() == {"a": "a", "b": "b"}


def test_an_anchor_that_is_not_current_is_flagged_and_its_changed_members_regroup() -> None:
    company = company_of({one: priced(100) for one in "abcde"})
    company.run()
    company.scrape("a", priced(100), days_ago=8)
    company.scrape("e", priced(100), days_ago=9)
    for one in "bc":
        company.scrape(one, priced(100, 50), days_ago=0)
    plan = company.run()
    assert plan.flagged_anchors == ("a",)
    assert [(one.store_id, one.anchor_id) for one in plan.ejections] == [("b", "a"), ("c", "a")]
    assert company.groups() == {"a": "a", "b": "b", "c": "b", "d": "a", "e": "a"}
    assert_settled(company)


def test_a_store_alone_in_its_group_is_not_flagged_whether_it_always_was_or_became_so() -> None:
    company = company_of({one: priced(100) for one in "ab"} | {"z": priced(100, 50)})
    company.run()
    for one in "az":
        company.scrape(one, company.prices[one], days_ago=30)
    assert company.run().flagged_anchors == ("a",)
    company.scrape("b", priced(100, 50), days_ago=0)
    plan = company.run()
    assert company.groups() == {"a": "a", "b": "b", "z": "z"}
    assert plan.flagged_anchors == ()


def test_a_member_that_is_not_current_stays_though_its_anchor_changed() -> None:
    company = company_of({"a": priced(100), "b": priced(100)})
    company.run()
    company.scrape("b", priced(100), days_ago=20)
    company.scrape("a", priced(100, 50), days_ago=0)
    plan = company.run()
    assert plan.pairs_compared == 0
    assert company.groups() == {"a": "a", "b": "a"}


# What is compared again


def six_unlike_stores() -> Company:
    company = company_of({one: priced(100, 10 * at) for at, one in enumerate("abcdef")})
    assert company.run().pairs_compared == 15
    assert_settled(company)
    return company


def test_a_newer_snapshot_of_an_anchor_is_compared_with_each_other_anchor_once() -> None:
    company = six_unlike_stores()
    company.scrape("c", priced(100, 25), days_ago=0)
    assert company.run().pairs_compared == 5
    assert_settled(company)


def test_a_newer_snapshot_of_a_member_that_still_matches_is_compared_with_its_anchor_only() -> None:
    company = six_unlike_stores()
    company.scrape("g", priced(100))
    assert company.run().pairs_compared == 6
    company.scrape("g", priced(100, 1), days_ago=0)
    plan = company.run()
    assert (plan.pairs_compared, dict(plan.moved)) == (1, {})
    assert plan.marks["g"] == Mark(
        rules="common>=2/3 agreement>=49/50",
        scraped_at=NOW,
        anchor_id="a",
        anchor_scraped_at=NOW - timedelta(days=1),
        equal=99,
        both=100,
    )
    assert_settled(company)


def test_a_newer_snapshot_of_an_anchor_is_compared_with_its_current_members_too() -> None:
    company = six_unlike_stores()
    company.scrape("g", priced(100))
    company.scrape("h", priced(100))
    company.run()
    company.scrape("h", priced(100), days_ago=30)
    company.scrape("a", priced(100, 1), days_ago=0)
    assert company.run().pairs_compared == 5 + 1


@pytest.mark.parametrize(
    ("changed", "pairs"),
    [
        (GroupingSettings(min_agreement=Fraction(97, 100)), 15),
        (GroupingSettings(min_common=Fraction(1, 2)), 15),
        (GroupingSettings(current_days=8), 0),
    ],
)
def test_another_threshold_ends_what_was_known(changed: GroupingSettings, pairs: int) -> None:
    company = six_unlike_stores()
    company.settings = changed
    assert company.run().pairs_compared == pairs
    assert_settled(company)


def test_an_anchor_that_sat_out_a_run_is_compared_with_those_it_missed() -> None:
    company = Company()
    company.scrape("a", priced(100), days_ago=10)
    company.scrape("z", priced(100, 50), days_ago=11)
    relaxed = NOW - timedelta(days=10)
    assert company.run(relaxed).pairs_compared == 1
    company.scrape("b", priced(100), days_ago=9)
    assert company.run(NOW).pairs_compared == 0
    assert company.run(relaxed).merges[0].joining_anchor_id == "b"


def test_the_remembered_agreement_of_a_member_counts_when_both_are_anchors_again() -> None:
    company = company_of({"e": changed_at(1), "f": changed_at(1, 3, 4)})
    company.run()
    for store_id, anchor_id, skus in [("b", "b", ()), ("g", "b", (3, 4)), ("a", "a", (5, 6))]:
        company.scrape(store_id, changed_at(*skus))
        company.states[store_id] = replace(company.states[store_id], anchor_id=anchor_id)
    for store_id in "cdh":
        company.scrape(store_id, changed_at(5, 6))
        company.states[store_id] = replace(company.states[store_id], anchor_id="a")
    plan = company.run()
    assert [(one.joining_anchor_id, one.into_anchor_id) for one in plan.merges] == [
        ("e", "b"),  # e leaves f behind
        ("b", "a"),  # b leaves e and g behind
        ("g", "f"),  # 99 %, before the 98 % that e and f are remembered by
        ("e", "f"),
    ]
    assert plan.merges[-1].figures.agreement == Fraction(98, 100)


# What the input must be


def test_the_order_of_the_stores_plays_no_part() -> None:
    company = company_of({one: priced(100, at % 5) for at, one in enumerate("qwertyuiop")})
    expected = company.plan()
    stores = list(company.states.values())
    lists = price_lists(dict(reversed(company.prices.items())))
    found = plan_groups(stores[::-1], lists, NOW, company.settings)
    assert found == expected
    assert len(expected.merges) > 3


def test_a_company_without_stores_has_an_empty_plan() -> None:
    assert plan_groups([], price_lists({}), NOW, GroupingSettings()).is_empty


@pytest.mark.parametrize(
    ("stores", "complaint"),
    [
        ([StoreState("a", NOW, "b")], "a is in the group of b, which is not an anchor"),
        (
            [StoreState("a", NOW, "b"), StoreState("b", NOW, "c"), StoreState("c", NOW, "c")],
            "a is in the group of b, which is not an anchor",
        ),
        ([StoreState("a", NOW, "a"), StoreState("a", NOW, "a")], "a store appears twice"),
        ([StoreState("a", NOW, "a")], "price lists do not belong to the given stores"),
    ],
)
def test_contradicting_groups_are_refused(stores: list[StoreState], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        plan_groups(stores, price_lists({"z": priced(3)}), NOW, GroupingSettings())

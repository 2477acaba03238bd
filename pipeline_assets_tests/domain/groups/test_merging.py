"""Which pair of groups merges, which one joins the other, and which stores move with it."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from pipeline_assets.domain.groups.agreement import PairFigures
from pipeline_assets.domain.groups.merging import GroupMerge
from pipeline_assets.domain.groups.plan import newest_scrape
from pipeline_assets_tests.domain.groups.companies import (
    NOW,
    Company,
    assert_settled,
    changed_at,
    company_of,
    priced,
)


def test_stores_with_the_same_prices_become_one_group_under_the_lowest_id() -> None:
    company = company_of({"9": priced(100), "10": priced(100), "2": priced(100)})
    plan = company.run()
    assert company.groups() == {"10": "10", "2": "10", "9": "10"}
    assert plan.merges == (
        GroupMerge("2", "10", PairFigures(100, 100, 100), ("2",), ()),
        GroupMerge("9", "10", PairFigures(100, 100, 100), ("9",), ()),
    )
    assert dict(plan.moved) == {"2": "10", "9": "10"}
    assert plan.pairs_compared == 3
    assert_settled(company)


def test_the_highest_agreement_merges_first_and_the_third_store_is_measured_at_the_anchor() -> None:
    company = company_of({"a": priced(100, 2), "b": priced(100), "c": priced(100, 1)})
    plan = company.run()
    assert [(one.joining_anchor_id, one.into_anchor_id) for one in plan.merges] == [
        ("c", "a"),
        ("b", "a"),
    ]
    assert [one.figures.agreement for one in plan.merges] == [Fraction(99, 100), Fraction(98, 100)]


def test_the_smaller_group_joins_the_larger_whatever_the_ids() -> None:
    company = company_of({"y": priced(100), "z": priced(100)})
    company.run()
    company.scrape("a", priced(100))
    plan = company.run()
    assert [(one.joining_anchor_id, one.into_anchor_id) for one in plan.merges] == [("a", "y")]
    assert company.groups() == {"a": "y", "y": "y", "z": "y"}


def test_of_equal_agreements_the_pair_with_most_stores_goes_first() -> None:
    company = company_of({"c": changed_at(0, 1), "d": changed_at(0, 1)})
    company.run()
    company.scrape("a", changed_at())
    company.scrape("b", changed_at(2, 3))
    plan = company.run()
    assert [(one.joining_anchor_id, one.into_anchor_id) for one in plan.merges] == [("a", "c")]
    assert company.groups() == {"a": "c", "b": "b", "c": "c", "d": "c"}


def test_a_group_that_grew_to_the_same_size_wins_the_tie_by_its_lower_id() -> None:
    company = company_of({"c": changed_at(0, 1), "e": changed_at(0, 1)})
    company.run()
    company.scrape("a", changed_at())
    for store_id in "bd":
        company.scrape(store_id, changed_at(2, 3))
    plan = company.run()
    assert [(one.joining_anchor_id, one.into_anchor_id) for one in plan.merges] == [
        ("d", "b"),
        ("a", "b"),
    ]


def test_members_that_do_not_match_the_new_anchor_become_groups_of_their_own() -> None:
    company = company_of({one: changed_at() for one in "abc"})
    company.scrape("x", changed_at(0))
    company.scrape("m", changed_at(0, 1))
    company.scrape("n", changed_at(0, 1, 2), days_ago=30)
    for member in "mn":
        company.states[member] = replace(company.states[member], anchor_id="x")
    plan = company.run()
    last = plan.merges[-1]
    assert (last.joining_anchor_id, last.into_anchor_id) == ("x", "a")
    assert (last.moved_store_ids, last.left_store_ids) == (("x", "m"), ("n",))
    assert company.groups() == {"a": "a", "b": "a", "c": "a", "m": "a", "n": "n", "x": "a"}
    assert plan.flagged_anchors == ()  # nobody leans on n
    assert_settled(company)


def test_a_store_that_is_left_and_not_current_waits_for_its_next_snapshot() -> None:
    company = company_of({one: changed_at() for one in "bcd"})
    company.scrape("x", changed_at(0))
    company.scrape("a", changed_at(0, 1, 2), days_ago=30)
    company.states["a"] = replace(company.states["a"], anchor_id="x")
    company.scrape("z", changed_at(0, 1, 2, 3))
    assert company.run().merges[-1].left_store_ids == ("a",)
    assert (company.groups()["a"], company.groups()["z"]) == ("a", "z")
    company.scrape("a", changed_at(0, 1, 2), days_ago=0)
    company.run()
    assert (company.groups()["a"], company.groups()["z"]) == ("a", "a")


def test_a_store_left_by_one_merge_is_a_candidate_of_the_next() -> None:
    company = company_of({"a": priced(100), "b": priced(100), "c": priced(100)})
    company.scrape("x", priced(100, 2))
    company.scrape("m", priced(100, 4))
    company.scrape("z", priced(100, 6))
    company.states["m"] = replace(company.states["m"], anchor_id="x")
    plan = company.run()
    assert [(one.joining_anchor_id, one.into_anchor_id) for one in plan.merges] == [
        ("b", "a"),
        ("c", "a"),
        ("x", "a"),
        ("z", "m"),
    ]
    assert plan.merges[2].left_store_ids == ("m",)
    assert company.groups() == {"a": "a", "b": "a", "c": "a", "m": "m", "x": "a", "z": "m"}


def test_a_152_row_first_scrape_neither_joins_full_stores_nor_anchors_them() -> None:
    full = priced(2600)
    company = company_of({"A": priced(152), "B": full, "C": full})
    company.run()
    assert company.groups() == {"A": "A", "B": "B", "C": "B"}


def test_stores_that_are_not_current_do_not_merge() -> None:
    company = company_of({"a": priced(100)})
    company.scrape("b", priced(100), days_ago=7)
    company.scrape("c", priced(100), days_ago=7.001)
    plan = company.run()
    assert company.groups() == {"a": "a", "b": "a", "c": "c"}
    assert plan.flagged_anchors == ()
    assert plan.pairs_compared == 1


def test_relaxed_staleness_counts_from_the_newest_snapshot_of_the_company() -> None:
    company = Company()
    company.scrape("a", priced(100), days_ago=400)
    company.scrape("b", priced(100), days_ago=406)
    company.scrape("c", priced(100), days_ago=408)
    assert company.plan().is_empty
    reference = newest_scrape(list(company.states.values()))
    assert reference == NOW - timedelta(days=400)
    company.run(reference)
    assert company.groups() == {"a": "a", "b": "a", "c": "c"}

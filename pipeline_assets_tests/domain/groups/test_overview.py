"""What people see of groups: which stores are shown in which order, how well they agree."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pytest

from pipeline_assets.domain.groups.agreement import compare_lists
from pipeline_assets.domain.groups.overview import GroupSizes, group_sizes, store_agreement
from pipeline_assets.domain.groups.plan import GroupPlan, StoreState
from pipeline_assets_tests.domain.groups.companies import price_lists
from pipeline_assets_tests.domain.groups.test_agreement import lists_of, random_company

ANCHORS = {"000": "001", "001": "001", "002": "001", "003": "004", "004": "004", "005": "005"}


def test_groups_are_shown_from_the_largest_each_with_its_anchor_first() -> None:
    lists = lists_of(*[{1: 100 + at} for at in range(6)])
    found = store_agreement(lists, ANCHORS, most=6)
    assert found.store_ids == ("001", "000", "002", "004", "003", "005")
    assert found.group_sizes == (3, 2, 1)
    assert found.stores_in_all == 6


@pytest.mark.parametrize(
    ("most", "store_ids", "sizes"),
    [
        (5, ("001", "000", "004", "003", "005"), (2, 2, 1)),
        (4, ("001", "000", "004", "005"), (2, 1, 1)),
        (3, ("001", "004", "005"), (1, 1, 1)),
        (2, ("001", "004"), (1, 1)),
    ],
)
def test_without_room_for_all_each_group_shows_its_anchor_before_any_shows_a_second_store(
    most: int, store_ids: tuple[str, ...], sizes: tuple[int, ...]
) -> None:
    lists = lists_of(*[{1: 100 + at} for at in range(6)])
    found = store_agreement(lists, ANCHORS, most)
    assert (found.store_ids, found.group_sizes, found.stores_in_all) == (store_ids, sizes, 6)


def test_the_table_holds_the_exact_share_of_equal_prices_however_little_is_common() -> None:
    lists = lists_of(
        {1: 100, 2: 200, 3: 300, 4: 400},
        {1: 100, 2: 200, 3: 300, 4: 401},
        {4: 400, 8: 1, 9: 1},
        {7: 100},
    )
    found = store_agreement(lists, dict.fromkeys(lists.store_ids, "000"), most=4)
    assert found.store_ids == ("000", "001", "002", "003")
    nothing = np.nan
    expected = [
        [1, 0.75, 1, nothing],
        [0.75, 1, 0, nothing],
        [1, 0, 1, nothing],
        [nothing, nothing, nothing, 1],
    ]
    np.testing.assert_array_equal(found.agreement, expected)


@pytest.mark.parametrize("most", [1, 7, 20, 40])
def test_some_of_many_stores_agree_as_any_two_of_them_do(most: int) -> None:
    lists = lists_of(*random_company(seed=11, n_stores=40))
    anchor_of = {name: f"{int(name) // 5 * 5:03}" for name in lists.store_ids}
    found = store_agreement(lists, anchor_of, most)
    assert len(found.store_ids) == sum(found.group_sizes) == most
    number = {name: at for at, name in enumerate(lists.store_ids)}
    for row, one in enumerate(found.store_ids):
        for column, other in enumerate(found.store_ids):
            figures = compare_lists(lists.one(number[one]), lists.one(number[other]))
            share = figures.equal / figures.both if figures.both else np.nan
            np.testing.assert_equal(found.agreement[row, column], share)


def test_only_the_lists_of_the_stores_shown_are_read() -> None:
    reads: list[list[str]] = []
    lists = price_lists({name: {1: 100} for name in ANCHORS}, reads)
    store_agreement(lists, ANCHORS, most=2)
    assert reads == [["001", "004"]]


def test_a_company_without_prices_has_no_agreement() -> None:
    lists = price_lists({"1": {}, "2": {}})
    found = store_agreement(lists, {"1": "1", "2": "2"}, most=2)
    assert np.isnan(found.agreement).all()


def plan_of(anchor_of: Mapping[str, str], moved: Mapping[str, str]) -> GroupPlan:
    return GroupPlan((), (), (), anchor_of, moved, {}, pairs_compared=0)


def test_the_sizes_of_groups_are_counted_before_and_after() -> None:
    before = {"1": "1", "2": "1", "3": "1", "4": "4", "5": "5"}
    stores = [StoreState(name, datetime(2025, 9, 1), anchor) for name, anchor in before.items()]
    moved = {"3": "4", "5": "4"}
    found = group_sizes("aldi", stores, plan_of(before | moved, moved))
    assert found == GroupSizes("aldi", before=(3, 1, 1), after=(3, 2), stores_moved=2)

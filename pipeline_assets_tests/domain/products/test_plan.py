"""Which product ids stay, which SKUs move; whatever the products were, the plan gets there."""

import pytest
from hypothesis import given, settings

from pipeline_assets.domain.products.partition import partition
from pipeline_assets.domain.products.plan import (
    CreatedProduct,
    NewProduct,
    ProductMerge,
    ProductPlan,
    ProductSplit,
    ProductSummary,
)
from pipeline_assets_tests.domain.products.shelves import Shelf, plan_for, shelves, sku
from pipeline_assets_tests.domain.products.universes import Universe

B1, B2 = "9300000000017", "9300000000024"


def test_new_skus_get_a_product_and_are_neither_merge_nor_split() -> None:
    plan = plan_for([sku(2, B1), sku(1, B1), sku(3)], {1: None, 2: None, 3: None}, {})
    assert plan == ProductPlan(
        (
            CreatedProduct((1, 2), ProductSummary(B1, 1)),
            CreatedProduct((3,), ProductSummary(None, 3)),
        ),
        {},
        (),
        (),
        {},
    )


def test_a_new_sku_goes_into_the_product_there_is_and_may_become_the_one_it_shows() -> None:
    plan = plan_for([sku(1, B1), sku(2, B1)], {1: None, 2: 70}, {70: B1})
    assert plan == ProductPlan((), {1: 70}, (), (), {70: ProductSummary(B1, 1)})


def test_nothing_is_planned_when_all_is_as_it_should_be() -> None:
    plan = plan_for([sku(1, B1), sku(2, B1), sku(3)], {1: 70, 2: 70, 3: 71}, {70: B1, 71: None})
    assert plan.is_empty


def test_a_barcode_learnt_later_is_shown_and_moves_nothing() -> None:
    plan = plan_for([sku(1, B1, "k")], {1: 70}, {70: None})
    assert plan == ProductPlan((), {}, (), (), {70: ProductSummary(B1, 1)})
    assert not plan.is_empty


def test_a_barcode_learnt_later_merges_what_its_key_stands_for() -> None:
    plan = plan_for([sku(1, B1, "k"), sku(2, None, "k")], {1: 70, 2: 71}, {70: None, 71: None})
    evidence = {"sku_ids": [2, 1], "match_key": "k", "barcode": B1}
    assert plan.merges == (ProductMerge(71, 70, "key_with_one_barcode", evidence),)
    assert plan.moves == {2: 70}
    assert plan.summaries == {70: ProductSummary(B1, 1)}


@pytest.mark.parametrize(
    ("barcodes", "current", "survivor"),
    [
        ({70: None, 71: B1}, {1: 70, 2: 70, 3: 71}, 71),
        ({70: B1, 71: B1}, {1: 70, 2: 71, 3: 71}, 71),
        ({70: B1, 71: B1}, {1: 71, 2: 70, 3: None}, 70),
        ({70: None, 71: None}, {1: 71, 2: 71, 3: 70}, 71),
    ],
    ids=["with a barcode", "with more SKUs", "older", "with more SKUs, none with a barcode"],
)
def test_of_several_products_the_one_stays_that_goes_before(
    barcodes: dict[int, str | None], current: dict[int, int | None], survivor: int
) -> None:
    plan = plan_for([sku(1, B1), sku(2, B1), sku(3, B1)], current, barcodes)
    assert [(merge.retired_id, merge.survivor_id) for merge in plan.merges] == [
        (141 - survivor, survivor)
    ]
    assert {plan.moves.get(sku_id, current[sku_id]) for sku_id in current} == {survivor}


def test_a_sku_whose_barcode_changes_leaves_for_the_product_that_has_it() -> None:
    skus = [sku(1, B1), sku(2, B2), sku(3, B2)]
    plan = plan_for(skus, {1: 70, 2: 70, 3: 71}, {70: B1, 71: B2})
    evidence = {"sku_ids": [2, 1], "barcodes": [B2, B1]}
    assert plan.splits == (ProductSplit(70, 71, (2,), "barcode_differs", evidence),)
    assert plan.moves == {2: 71}
    assert plan.merges == ()
    assert plan.created == ()
    assert plan.summaries == {70: ProductSummary(B1, 1), 71: ProductSummary(B2, 2)}


def test_a_product_whose_only_sku_changes_its_barcode_stays_that_product() -> None:
    plan = plan_for([sku(1, B2)], {1: 70}, {70: B1})
    assert plan == ProductPlan((), {}, (), (), {70: ProductSummary(B2, 1)})


def test_a_product_that_comes_apart_stays_where_its_barcode_is() -> None:
    skus = [sku(1, B1, "k"), sku(2, B1, "k"), sku(3, B2, "k")]
    plan = plan_for(skus, {1: 70, 2: 70, 3: 70}, {70: B2})
    assert plan.created == (CreatedProduct((1, 2), ProductSummary(B1, 1)),)
    assert plan.splits[0].into == NewProduct(0)
    assert plan.splits[0].sku_ids == (1, 2)
    assert plan.moves == {}


@pytest.mark.parametrize(
    ("keys", "moved"), [("aabb", (3, 4)), ("abbb", (1,))], ids=["the first", "the larger"]
)
def test_a_product_without_a_barcode_stays_with_most_of_its_skus_then_the_lowest(
    keys: str, moved: tuple[int, ...]
) -> None:
    skus = [sku(place, None, key) for place, key in enumerate(keys, 1)]
    plan = plan_for(skus, dict.fromkeys([1, 2, 3, 4], 70), {70: None})
    assert [split.sku_ids for split in plan.splits] == [moved]
    assert plan.splits[0].reason == "key_differs"
    (product_id,) = plan.summaries
    assert product_id == 70


def test_a_product_can_retire_into_one_while_some_of_it_goes_to_another() -> None:
    skus = [sku(1, B1), sku(2, B1), sku(3, B2), sku(4, B1)]
    plan = plan_for(skus, {1: 70, 4: 70, 2: 71, 3: 71}, {70: B1, 71: B1})
    assert [(merge.retired_id, merge.survivor_id) for merge in plan.merges] == [(71, 70)]
    assert [(split.from_product_id, split.into) for split in plan.splits] == [(71, NewProduct(0))]
    assert plan.moves == {2: 70}


@settings(derandomize=False, deadline=None, max_examples=300)
@given(shelves())
def test_the_plan_leads_to_the_partition_and_then_there_is_nothing_left_to_do(
    drawn: tuple[Universe, Shelf],
) -> None:
    universe, shelf = drawn
    before = set(shelf.summaries)
    plan = shelf.plan(universe)
    shelf.apply(plan)
    blocks = partition(*universe)
    product_of = shelf.current
    for block in blocks:
        (product_id,) = {product_of[sku_id] for sku_id in block.members}
        assert product_id is not None
        if product_id in plan.summaries or product_id not in before:
            assert shelf.summaries[product_id] == ProductSummary(block.barcode, block.members[0])
    assert len({*product_of.values()}) == len(blocks) == len(shelf.summaries)
    assert {shelf.resolve(product_id) for product_id in before} <= set(shelf.summaries)
    assert shelf.plan(universe).is_empty


@settings(derandomize=False, deadline=None)
@given(shelves())
def test_every_move_from_a_product_is_on_record_once(drawn: tuple[Universe, Shelf]) -> None:
    universe, shelf = drawn
    plan = shelf.plan(universe)
    survivor = {merge.retired_id: merge.survivor_id for merge in plan.merges}
    split = {(split.from_product_id, i): split.into for split in plan.splits for i in split.sku_ids}
    target: dict[int, int | NewProduct] = {**plan.moves}
    for index, created in enumerate(plan.created):
        target.update(dict.fromkeys(created.members, NewProduct(index)))
    for sku_id, source in shelf.current.items():
        if source is not None and sku_id in target:
            assert (survivor.get(source) == target[sku_id]) != ((source, sku_id) in split)
            assert split.get((source, sku_id), target[sku_id]) == target[sku_id]
    assert len(split) == sum(len(record.sku_ids) for record in plan.splits)
    assert {i for _, i in split} <= set(target)
    assert len(survivor) == len(plan.merges)

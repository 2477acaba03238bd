"""Which SKUs are one product: each rule by an example."""

from collections.abc import Collection, Iterable
from itertools import cycle
from time import process_time

import pytest

from pipeline_assets.domain.products.facts import Decision, SkuFacts
from pipeline_assets.domain.products.partition import Block, PlacementRule, partition
from pipeline_assets_tests.domain.products.universes import never, same, shelves_of

B1, B2 = "9300000000017", "9300000000024"


def sku(sku_id: int, company: str, barcode: str | None = None, key: str | None = None) -> SkuFacts:
    return SkuFacts(sku_id, company, f"{sku_id:03}", barcode, key, None)


def members(
    skus: Iterable[SkuFacts],
    decisions: Iterable[Decision] = (),
    on_shelves: Iterable[Collection[int]] = (),
) -> list[tuple[int, ...]]:
    return [block.members for block in partition(skus, decisions, shelves_of(on_shelves))]


def rules(
    skus: Iterable[SkuFacts],
    decisions: Iterable[Decision] = (),
    on_shelves: Iterable[Collection[int]] = (),
) -> dict[int, str]:
    return {
        sku_id: str(rule)
        for block in partition(skus, decisions, shelves_of(on_shelves))
        for sku_id, rule in block.rules.items()
    }


def test_equal_barcodes_across_companies_are_one_product() -> None:
    skus = [sku(1, "woolworths", B1, "oats"), sku(2, "aldi", B1, "rolled oats")]
    assert partition(skus, [], {}) == [
        Block((2, 1), B1, {1: PlacementRule.BARCODE, 2: PlacementRule.BARCODE})
    ]


def test_a_key_with_one_barcode_leads_a_sku_without_to_it() -> None:
    skus = [sku(1, "aldi", B1, "oats"), sku(2, "coles", None, "oats"), sku(3, "iga", B1, "o")]
    assert members(skus) == [(1, 2, 3)]
    assert rules(skus) == {1: "barcode", 2: "key_with_one_barcode", 3: "barcode"}


def test_the_only_holder_of_a_barcode_is_with_the_others_by_its_key() -> None:
    assert rules([sku(1, "aldi", B1, "oats"), sku(2, "coles", None, "oats")]) == {
        1: "key_with_one_barcode",
        2: "key_with_one_barcode",
    }


def test_a_key_with_two_barcodes_leads_nowhere() -> None:
    skus = [sku(1, "aldi", B1, "oats"), sku(2, "coles", None, "oats"), sku(3, "iga", B2, "oats")]
    assert members(skus) == [(1,), (2,), (3,)]
    assert rules(skus) == {1: "alone", 2: "alone", 3: "alone"}


def test_skus_with_an_ambiguous_key_are_one_product_of_their_own() -> None:
    skus = [
        sku(1, "aldi", B1, "oats"),
        sku(2, "coles", None, "oats"),
        sku(3, "iga", B2, "oats"),
        sku(4, "woolworths", None, "oats"),
    ]
    assert members(skus) == [(1,), (2, 4), (3,)]
    assert rules(skus)[2] == rules(skus)[4] == "same_key"


def test_equal_keys_without_barcodes_are_one_product_across_companies() -> None:
    skus = [sku(1, "coles", None, "oats"), sku(2, "aldi", None, "oats")]
    assert partition(skus, [], {}) == [
        Block((2, 1), None, {1: PlacementRule.SAME_KEY, 2: PlacementRule.SAME_KEY})
    ]


def test_two_skus_with_one_key_in_one_store_are_two_products() -> None:
    """The third company's SKU goes with the lowest of them, whatever its sku_id."""
    skus = [
        SkuFacts(7, "aldi", "A", None, "oats", None),
        SkuFacts(3, "aldi", "B", None, "oats", None),
        SkuFacts(5, "coles", "C", None, "oats", None),
    ]
    assert members(skus, on_shelves=[{3, 7}]) == [(7, 5), (3,)]


def test_two_skus_with_one_key_that_no_store_sells_together_are_one_product() -> None:
    """A retailer that gives an article a new number has not made a second article."""
    assert members([sku(1, "aldi", None, "oats"), sku(2, "aldi", None, "oats")]) == [(1, 2)]


def test_what_is_sold_together_does_not_part_a_barcode_or_the_way_to_one() -> None:
    skus = [sku(1, "aldi", B1), sku(2, "aldi", B1, "oats"), sku(3, "aldi", None, "oats")]
    assert members(skus, on_shelves=[{1, 2, 3}]) == [(1, 2, 3)]


def test_skus_without_a_key_match_nothing() -> None:
    skus = [sku(1, "aldi"), sku(2, "coles"), sku(3, "iga", B1)]
    assert members(skus) == [(1,), (2,), (3,)]


def test_a_barcode_outdoes_an_equal_key() -> None:
    assert members([sku(1, "aldi", B1, "oats"), sku(2, "coles", B2, "oats")]) == [(1,), (2,)]


def test_a_decided_same_joins_two_barcodes_and_all_that_have_them() -> None:
    skus = [sku(1, "aldi", B2), sku(2, "coles", B1), sku(3, "iga", B2), sku(4, "iga", B1, "k")]
    (block,) = partition([*skus, sku(5, "coles", None, "k")], [same(1, 2)], {})
    assert block.members == (1, 2, 5, 3, 4)
    assert block.barcode == B1


def test_a_decided_same_joins_what_a_store_sells_together() -> None:
    skus = [sku(1, "aldi", None, "oats"), sku(2, "aldi", None, "oats")]
    assert members(skus, [same(1, 2)], [{1, 2}]) == [(1, 2)]
    assert rules(skus, [same(1, 2)], [{1, 2}]) == {1: "decided", 2: "decided"}


def test_a_sku_follows_the_one_it_was_decided_to_be_the_same_as() -> None:
    skus = [sku(1, "aldi", B1, "oats"), sku(2, "coles", None, "oats"), sku(3, "iga", None, "tea")]
    assert members(skus, [same(2, 3)]) == [(1, 2, 3)]
    assert rules(skus, [same(2, 3)])[3] == "decided"


def test_decided_skus_whose_keys_lead_to_two_barcodes_are_put_to_neither() -> None:
    skus = [
        sku(1, "aldi", B1, "oats"),
        sku(2, "coles", None, "oats"),
        sku(3, "coles", None, "tea"),
        sku(4, "iga", B2, "tea"),
    ]
    assert members(skus, [same(2, 3)]) == [(1,), (2, 3), (4,)]


def test_a_decided_never_parts_equal_barcodes() -> None:
    skus = [sku(1, "aldi", B1), sku(2, "coles", B1), sku(3, "iga", B1, "oats")]
    assert members(skus, [never(1, 2)]) == [(1, 3), (2,)]


def test_a_sku_that_may_not_be_with_one_holder_of_its_barcode_is_with_the_other() -> None:
    skus = [sku(1, "aldi", B1, "oats"), sku(2, "coles", B1), sku(3, "iga", None, "oats")]
    assert members(skus, [never(1, 2), never(3, 1)]) == [(1,), (2, 3)]


def test_skus_kept_from_their_barcode_are_left_to_their_keys() -> None:
    """Else 2 and 3, which share no key, and 3 and 4, sold side by side, would become one."""
    skus = [
        sku(1, "aldi", B1, "oats"),
        sku(5, "coles", B1, "tea"),
        sku(2, "iga", None, "oats"),
        sku(3, "iga", None, "tea"),
        sku(4, "iga", None, "tea"),
    ]
    apart = [never(a, b) for a in (1, 5) for b in (2, 3, 4)]
    assert members(skus, apart, [{3, 4}]) == [(1, 5), (2,), (3,), (4,)]
    assert members(skus, apart) == [(1, 5), (2,), (3, 4)]


def test_a_never_does_not_bring_together_what_only_the_third_one_links() -> None:
    """1 has one barcode, 4 the other; only the pair 2 and 3 has both, and it is not with 1."""
    skus = [sku(1, "aldi", B1), sku(2, "coles", B1), sku(3, "coles", B2), sku(4, "iga", B2)]
    assert members(skus, [same(2, 3)]) == [(1, 2, 3, 4)]
    assert members(skus, [same(2, 3), never(1, 2)]) == [(1,), (2, 3, 4)]
    skus[3] = sku(4, "aldi", B2)
    assert members(skus, [same(2, 3), never(1, 2)]) == [(1,), (4, 2, 3)]


def test_same_wins_where_decisions_contradict() -> None:
    skus = [sku(1, "aldi"), sku(2, "coles"), sku(3, "iga")]
    assert members(skus, [same(1, 2), same(2, 3), never(1, 3)]) == [(1, 2, 3)]


def test_decisions_about_skus_that_are_not_given_are_ignored() -> None:
    skus = [sku(1, "aldi"), sku(2, "coles", B1), sku(3, "iga", B1)]
    decisions = [same(1, 99), same(99, 2), never(2, 99)]
    assert members(skus, decisions) == [(1,), (2, 3)]


def test_a_sku_whose_barcode_changes_goes_where_the_new_one_is() -> None:
    others = [sku(1, "aldi", B1), sku(2, "coles", B2)]
    assert members([*others, sku(3, "iga", B1)]) == [(1, 3), (2,)]
    assert members([*others, sku(3, "iga", B2)]) == [(1,), (2, 3)]


def test_a_barcode_learnt_later_takes_the_others_of_its_key_along() -> None:
    others = [sku(2, "coles", None, "oats"), sku(3, "iga", B1, "porridge")]
    assert members([*others, sku(1, "aldi", None, "oats")]) == [(1, 2), (3,)]
    assert members([*others, sku(1, "aldi", B1, "oats")]) == [(1, 2, 3)]


def test_no_skus_make_no_products() -> None:
    assert partition([], [same(1, 2)], {1: [0]}) == []


@pytest.mark.parametrize("kind", ["barcode", "key", "sold"])
def test_a_large_neighbourhood_takes_seconds_at_most(kind: str) -> None:
    """A bound for what would grow with the square; some hundred times what is needed."""
    count = 20_000
    skus = [
        SkuFacts(i, company, f"{i:06}", B1 if kind == "barcode" else None, "k", None)
        for i, company in zip(range(count), cycle(("iga", "aldi")), strict=False)
    ]
    sold = [{0, i} for i in range(2, count, 2)] if kind == "sold" else []
    started = process_time()
    blocks = partition(skus, [never(0, 1)], shelves_of(sold))
    assert process_time() - started < 5
    assert len(blocks) == 2

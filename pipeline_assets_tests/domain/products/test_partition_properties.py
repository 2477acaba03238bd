"""Which SKUs are one product, in any small universe: the rules hold, and a naive oracle agrees."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets.domain.products.facts import Decision
from pipeline_assets.domain.products.partition import PlacementRule, partition
from pipeline_assets_tests.domain.products.naive_partition import naive_partition
from pipeline_assets_tests.domain.products.universes import Universe, universes


@settings(derandomize=False, deadline=None, max_examples=400)
@given(universes())
def test_the_partition_is_that_of_the_naive_oracle(universe: Universe) -> None:
    blocks = partition(*universe)
    assert {frozenset(block.members) for block in blocks} == naive_partition(
        universe.skus, universe.decisions, universe.sold_together
    )


@settings(derandomize=False, deadline=None)
@given(universes(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_told_plays_no_part(
    universe: Universe, random: Random
) -> None:
    told = partition(*universe)
    skus, decisions = [*universe.skus], [*universe.decisions]
    random.shuffle(skus)
    random.shuffle(decisions)
    swapped = [Decision(d.kind, d.sku_id_b, d.sku_id_a) for d in decisions]
    assert partition(skus, swapped, universe.shelves) == told


@settings(derandomize=False, deadline=None)
@given(universes())
def test_blocks_hold_each_sku_once_and_say_what_they_should(universe: Universe) -> None:
    by_id = {fact.sku_id: fact for fact in universe.skus}
    blocks = partition(*universe)
    held = [sku_id for block in blocks for sku_id in block.members]
    assert sorted(held) == sorted(by_id)
    places = [
        [(by_id[sku_id].company, by_id[sku_id].sku) for sku_id in block.members] for block in blocks
    ]
    assert all(place == sorted(place) for place in places)
    assert [place[0] for place in places] == sorted(place[0] for place in places)
    for block in blocks:
        barcodes = {by_id[sku_id].barcode for sku_id in block.members} - {None}
        assert block.barcode == min(barcodes, key=str, default=None)
        assert set(block.rules) == set(block.members)
        assert (PlacementRule.ALONE in block.rules.values()) == (len(block.members) == 1)


@settings(derandomize=False, deadline=None)
@given(universes())
def test_no_product_holds_two_barcodes_unless_an_operator_said_so(universe: Universe) -> None:
    by_id = {fact.sku_id: fact for fact in universe.skus}
    said = [{d.sku_id_a, d.sku_id_b} for d in universe.decisions if d.kind == "same"]
    for block in partition(*universe):
        holders = [i for i in block.members if by_id[i].barcode]
        reached: set[int] = set(holders[:1])
        for _ in block.members:  # as many steps as could be needed
            barcodes = {by_id[i].barcode for i in reached} - {None}
            reached |= {i for i in block.members if by_id[i].barcode in barcodes}
            reached |= set().union(*(pair for pair in said if pair & reached))
            reached &= set(block.members)
        assert reached >= set(holders)


@settings(derandomize=False, deadline=None)
@given(universes(most_decisions=0))
def test_without_decisions_every_pair_is_as_the_rules_say(universe: Universe) -> None:
    """The contract's sentences, about each two SKUs; only what is sold together leaves a choice."""
    by_id = {fact.sku_id: fact for fact in universe.skus}
    block_of = {i: block for block in partition(*universe) for i in block.members}
    for a in universe.skus:
        keyed = {b.barcode for b in universe.skus if a.match_key and b.match_key == a.match_key}
        leads_to = keyed - {None} if len(keyed - {None}) == 1 else set()
        block = block_of[a.sku_id]
        if a.barcode is None and leads_to:
            assert {block.barcode} == leads_to
        if a.barcode is None and not leads_to:
            assert {by_id[i].match_key for i in block.members} == {a.match_key}
            assert not any(
                x < y and (x, y) in universe.sold_together
                for x in block.members
                for y in block.members
            )
        for b in universe.skus:
            if a.barcode is not None and b.barcode is not None:
                assert (block is block_of[b.sku_id]) == (a.barcode == b.barcode)


@settings(derandomize=False, deadline=None)
@given(universes(most_decisions=8))
def test_what_operators_decided_goes_before_the_rules(universe: Universe) -> None:
    block_of = {i: block for block in partition(*universe) for i in block.members}
    sames = [d for d in universe.decisions if d.kind == "same"]
    known = [d for d in universe.decisions if {d.sku_id_a, d.sku_id_b} <= block_of.keys()]
    for d in known:
        are_one = block_of[d.sku_id_a] is block_of[d.sku_id_b]
        if d.kind == "same":
            assert are_one
        elif are_one and d.sku_id_a != d.sku_id_b:
            assert any(d.sku_id_a in (s.sku_id_a, s.sku_id_b) for s in sames)
            assert any(d.sku_id_b in (s.sku_id_a, s.sku_id_b) for s in sames)

"""What is recorded about a merge or a split: a reason, and evidence that supports it."""

import json
from collections.abc import Collection, Iterable

from hypothesis import given, settings

from pipeline_assets.domain.products.facts import Decision, SkuFacts
from pipeline_assets.domain.products.plan import NewProduct, ProductMerge, ProductSplit
from pipeline_assets.domain.products.reasons import Reason
from pipeline_assets_tests.domain.products.shelves import Shelf, plan_for, shelves, sku
from pipeline_assets_tests.domain.products.universes import Universe, never, same, shelves_of

B1, B2 = "9300000000017", "9300000000024"


def merged(
    skus: list[SkuFacts],
    decisions: Iterable[Decision] = (),
    on_shelves: Iterable[Collection[int]] = (),
) -> tuple[str, dict[str, object]]:
    """The reason and evidence when SKU 1's product and the product of all others become one."""
    current = {fact.sku_id: 70 if fact.sku_id == 1 else 71 for fact in skus}
    (merge,) = plan_for(
        skus, current, {70: None, 71: None}, decisions, shelves_of(on_shelves)
    ).merges
    return merge.reason, dict(merge.evidence)


def parted(
    skus: list[SkuFacts],
    decisions: Iterable[Decision] = (),
    on_shelves: Iterable[Collection[int]] = (),
) -> tuple[str, dict[str, object]]:
    """The reason and evidence when SKU 9 is not one product with the others any more."""
    current = {fact.sku_id: 70 for fact in skus}
    (split,) = plan_for(skus, current, {70: None}, decisions, shelves_of(on_shelves)).splits
    assert 9 in split.sku_ids
    return split.reason, dict(split.evidence)


def test_a_merge_tells_its_reason() -> None:
    assert merged([sku(1, B1), sku(2), sku(3, B1)], [same(2, 3)]) == (
        "same_barcode",
        {"sku_ids": [1, 3], "barcode": B1},
    )
    assert merged([sku(1, B1, "k"), sku(2, None, "k")]) == (
        "key_with_one_barcode",
        {"sku_ids": [2, 1], "match_key": "k", "barcode": B1},
    )
    assert merged([sku(1, None, "k"), sku(2, None, "k")]) == (
        "same_key",
        {"sku_ids": [2, 1], "match_key": "k"},
    )
    assert merged([sku(1, B1, "k"), sku(2, B2, "k")], [same(2, 1)]) == (
        "decided_same",
        {"sku_ids": [2, 1]},
    )


def test_a_merge_of_what_is_sold_together_is_the_operators() -> None:
    skus = [sku(1, None, "k"), sku(2, None, "k")]
    assert merged(skus, [same(1, 2)], [{1, 2}])[0] == "decided_same"


def test_a_split_tells_its_reason() -> None:
    assert parted([sku(1, B1, "k"), sku(9, None, "k")], [never(9, 1)]) == (
        "decided_never",
        {"sku_ids": [9, 1]},
    )
    assert parted([sku(1, B1, "k"), sku(9, B2, "k")]) == (
        "barcode_differs",
        {"sku_ids": [9, 1], "barcodes": [B2, B1]},
    )
    assert parted([sku(1, B1, "k"), sku(9, None, "l")]) == (
        "key_differs",
        {"sku_ids": [9, 1], "match_keys": ["l", "k"]},
    )
    assert parted([sku(1, None, "k"), sku(9, None, "k")], on_shelves=[{1, 9}]) == (
        "sold_together",
        {"sku_ids": [9, 1], "match_key": "k"},
    )


def test_a_key_that_turned_out_to_be_ambiguous_is_told_with_its_barcodes() -> None:
    skus = [sku(1, B1, "k"), sku(2, B2, "k"), sku(3, None, "k")]
    plan = plan_for(skus, {1: 70, 2: None, 3: 70}, {70: B1})
    evidence = {"sku_ids": [3, 1], "match_key": "k", "barcodes": [B1, B2]}
    assert plan.splits == (ProductSplit(70, NewProduct(1), (3,), "key_ambiguous", evidence),)


def test_a_sku_that_an_operator_put_elsewhere_is_told_so() -> None:
    skus = [sku(1, B1, "k"), sku(2, B2), sku(3, None, "k")]
    on_shelves = shelves_of([{1, 3}])  # which only rule 3 looks at
    plan = plan_for(skus, {1: 70, 2: 71, 3: 70}, {70: B1, 71: B2}, [same(2, 3)], on_shelves)
    assert plan.splits == (ProductSplit(70, 71, (3,), "decided_same", {"sku_ids": [3, 2]}),)


def test_a_sku_left_behind_by_one_that_an_operator_tied_to_a_barcode_is_told_so() -> None:
    skus = [sku(1, B1), sku(2, None, "k"), sku(9, None, "k")]
    assert parted(skus, [same(1, 2)]) == ("decided_same", {"sku_ids": [1, 2]})


def test_a_never_between_their_companions_is_told_of_skus_that_went_along() -> None:
    skus = [sku(1, B1, "k"), sku(2, B1), sku(3, None, "k"), sku(4, B1)]
    current = {1: 70, 2: 71, 3: 71, 4: 71}
    plan = plan_for(skus, current, {70: B1, 71: B1}, [never(1, 2), same(2, 4)])
    assert plan.splits == (ProductSplit(71, 70, (3,), "decided_never", {"sku_ids": [1, 2]}),)


@settings(derandomize=False, deadline=None, max_examples=400)
@given(shelves())
def test_the_evidence_bears_out_the_reason(drawn: tuple[Universe, Shelf]) -> None:
    universe, shelf = drawn
    plan = shelf.plan(universe)
    records: list[ProductMerge | ProductSplit] = [*plan.merges, *plan.splits]
    for record in records:
        assert json.loads(json.dumps(record.evidence)) == record.evidence
        assert_shown(record, universe)


def assert_shown(record: ProductMerge | ProductSplit, universe: Universe) -> None:
    """The two SKUs of the evidence have what the reason says of them."""
    by_id = {fact.sku_id: fact for fact in universe.skus}
    evidence = dict(record.evidence)
    sku_ids = evidence.pop("sku_ids")
    assert isinstance(sku_ids, list)
    a, b = (by_id[sku_id] for sku_id in sku_ids)
    match Reason(record.reason):
        case Reason.SAME_BARCODE:
            assert evidence == {"barcode": a.barcode} == {"barcode": b.barcode}
        case Reason.KEY_WITH_ONE_BARCODE:
            assert a.barcode is None
            assert evidence == {"match_key": a.match_key, "barcode": b.barcode}
        case Reason.SAME_KEY:
            assert a.barcode is b.barcode is None
            assert evidence == {"match_key": a.match_key} == {"match_key": b.match_key}
        case Reason.BARCODE_DIFFERS:
            assert evidence == {"barcodes": [a.barcode, b.barcode]}
            assert a.barcode != b.barcode
        case Reason.KEY_DIFFERS:
            assert evidence == {"match_keys": [a.match_key, b.match_key]}
            assert a.match_key is None or a.match_key != b.match_key
        case Reason.KEY_AMBIGUOUS:
            assert evidence["match_key"] == a.match_key == b.match_key
            assert (a.barcode is None) != (b.barcode is None)
            barcodes = {f.barcode for f in universe.skus if f.match_key == a.match_key} - {None}
            assert evidence["barcodes"] == sorted(barcodes, key=str)
            assert len(barcodes) > 1
        case Reason.SOLD_TOGETHER:
            assert tuple(sorted(sku_ids)) in universe.sold_together
            assert evidence == {"match_key": a.match_key}
        case Reason.DECIDED_SAME | Reason.DECIDED_NEVER as reason:
            kind = reason.removeprefix("decided_")
            assert any(
                {d.sku_id_a, d.sku_id_b} == {*sku_ids} and d.kind == kind
                for d in universe.decisions
            )
            assert evidence == {}

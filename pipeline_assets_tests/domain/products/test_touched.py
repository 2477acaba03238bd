"""Which known SKUs a snapshot touches, by example."""

from datetime import datetime

from pipeline_assets.domain.products.sku_facts import KnownSku, SkuPlan, SkuRecord
from pipeline_assets.domain.products.touched import (
    FormerIdentities,
    former_identities,
    shelf_mates,
)
from pipeline_assets.domain.snapshots.listing import ListedFacts, Terms
from pipeline_assets.domain.snapshots.prices import Price, PricePlan

B1, B2 = "9300000000019", "9300000000026"
NOTHING_ON_THE_SHELF = PricePlan([], [], [], [], 0, [])


def known(
    sku_id: int,
    *,
    product_id: int | None = None,
    barcode: str | None = None,
    match_key: str | None = "tea",
) -> KnownSku:
    facts = ListedFacts(
        name="Tea",
        brand=None,
        size=None,
        category_path=None,
        url=None,
        image_url=None,
        aldi_image_url=None,
        description=None,
    )
    record = SkuRecord(
        facts=facts,
        match_key=match_key,
        facts_at=datetime(2025, 9, 1),
        facts_store_id="A",
        older_sources=None,
        barcode=barcode,
        barcode_at=None,
        no_barcode_at=None,
    )
    return KnownSku(sku_id=sku_id, sku=str(sku_id), product_id=product_id, record=record)


def newly_on_the_shelf(*sku_ids: int) -> PricePlan:
    return PricePlan([_price(sku_id) for sku_id in sku_ids], [], [], [], 0, [])


def _price(sku_id: int) -> Price:
    terms = Terms(
        was_price_cents=None,
        saving_cents=None,
        is_on_special=False,
        unit_price_e4=None,
        unit_of_measure=None,
        is_available=None,
    )
    return Price(sku_id=sku_id, price_cents=100, terms=terms, previous_price_cents=None)


def test_whatever_shares_what_a_changed_sku_was_known_by_is_touched() -> None:
    skus = [known(1, barcode=B1, match_key="tea"), known(2, barcode=B2, match_key="milk")]
    assert former_identities(SkuPlan(identity_changed=[1]), skus) == ({B1}, {"tea"})
    assert former_identities(SkuPlan(identity_changed=[1, 2]), skus) == ({B1, B2}, {"tea", "milk"})


def test_a_sku_that_had_no_barcode_or_no_key_leaves_none_behind() -> None:
    skus = [known(1, barcode=B1, match_key=None), known(2, match_key="milk")]
    assert former_identities(SkuPlan(identity_changed=[1, 2]), skus) == ({B1}, {"milk"})


def test_where_no_identity_changes_nothing_is_left_behind() -> None:
    plan = SkuPlan(seen_again=[1], barcode_seen_again=[1])
    assert former_identities(plan, [known(1, barcode=B1)]) == FormerIdentities(set(), set())


def test_skus_of_one_product_are_touched_when_one_of_them_joins_the_other_on_a_shelf() -> None:
    skus = [known(1, product_id=5), known(2, product_id=5), known(3, product_id=6)]
    assert shelf_mates(newly_on_the_shelf(2), skus) == {1, 2}
    assert shelf_mates(newly_on_the_shelf(1, 2), skus) == {1, 2}


def test_skus_that_stood_side_by_side_before_are_not_touched_again() -> None:
    skus = [known(1, product_id=5), known(2, product_id=5)]
    assert shelf_mates(NOTHING_ON_THE_SHELF, skus) == set()
    assert shelf_mates(newly_on_the_shelf(3), [*skus, known(3, product_id=6)]) == set()


def test_a_sku_alone_in_its_product_has_no_shelf_mate() -> None:
    assert shelf_mates(newly_on_the_shelf(1, 2), [known(1, product_id=5), known(2)]) == set()


def test_skus_without_a_product_are_no_shelf_mates() -> None:
    assert shelf_mates(newly_on_the_shelf(1, 2), [known(1), known(2)]) == set()


def test_a_barcode_ties_its_sku_to_the_product_whatever_stands_beside_it() -> None:
    skus = [known(1, product_id=5, barcode=B1), known(2, product_id=5)]
    assert shelf_mates(newly_on_the_shelf(1, 2), skus) == set()
    assert shelf_mates(newly_on_the_shelf(1), [*skus, known(3, product_id=5)]) == set()
    assert shelf_mates(newly_on_the_shelf(3), [*skus, known(3, product_id=5)]) == {2, 3}

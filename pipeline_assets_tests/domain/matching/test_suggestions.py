import random
from collections import Counter

import msgspec
import pytest

from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import shipped_model
from pipeline_assets.domain.matching.pairs import score_all
from pipeline_assets.domain.matching.suggestions import Suggestion, SuggestionClass, suggest
from pipeline_assets_tests.domain.matching.samples import drawn, sku


def suggested(
    ours: list[MatchableSku],
    theirs: list[MatchableSku],
    refused: list[tuple[int, int]] | None = None,
) -> list[Suggestion]:
    a, b = CompanySkus.of(ours), CompanySkus.of(theirs)
    return suggest(a, b, score_all(a, b, shipped_model()), refused or [], shipped_model())


def ids(found: list[Suggestion]) -> list[tuple[int, int]]:
    return [(one.a.sku_id, one.b.sku_id) for one in found]


JAM = sku(1, "north", "Ottoline Strawberry Jam", size="375g")
SAME_JAM = sku(2, "south", "Strawberry Jam", brand="Ottoline", size="375g")


def test_a_pair_of_one_brand_name_and_size_is_suggested_with_its_evidence() -> None:
    (found,) = suggested([JAM], [SAME_JAM])
    assert (found.a, found.b, found.kind) == (JAM, SAME_JAM, SuggestionClass.SAME)
    assert shipped_model().thresholds.same <= found.confidence < 1
    assert found.model_version == shipped_model().model_version
    assert found.evidence == (
        "brand: ottoline / ottoline; both say strawberry, jam; size 375 g / 375 g; $5.00 / $5.00"
    )


def test_the_shelf_name_tells_the_brand_where_the_brand_field_names_the_maker() -> None:
    maker = sku(
        2,
        "south",
        "Strawberry Jam",
        brand="Brasswick Pty Ltd",
        size="375g",
        description="OTTOLINE STRAWBERRY JAM 375G",
    )
    without = msgspec.structs.replace(maker, description=None)
    assert ids(suggested([JAM], [maker])) == [(1, 2)]
    assert ids(suggested([JAM], [without])) == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"size": "500g"}, id="another size"),
        pytest.param({"size": "375mL"}, id="another dimension"),
        pytest.param({"name": "Raspberry Jam"}, id="another flavour"),
        pytest.param({"name": "Light Strawberry Jam"}, id="a diet that the other lacks"),
        pytest.param({"name": "Strawberry Jam 70"}, id="a number that the other lacks"),
        pytest.param({"brand": "Quarry Lane"}, id="another brand"),
        pytest.param({"brand": None}, id="no brand"),
        pytest.param({"brand": "草莓有限公司"}, id="a brand in another script"),
        pytest.param({"category_path": "Fruit & Vegetables › Fruit"}, id="fresh produce"),
    ],
)
def test_what_differs_in_one_of_these_is_not_suggested(other: dict[str, str | None]) -> None:
    assert ids(suggested([JAM], [msgspec.structs.replace(SAME_JAM, **other)])) == []


def test_a_companys_own_brand_is_nobody_elses() -> None:
    ours = sku(1, "coles", "Coles Strawberry Jam", size="375g")
    theirs = sku(2, "iga", "Coles Strawberry Jam", size="375g")
    assert ids(suggested([ours], [theirs])) == []
    assert ids(suggested([msgspec.structs.replace(ours, company="north")], [theirs])) == [(1, 2)]


def test_a_size_that_is_not_known_makes_another_class_and_needs_near_prices() -> None:
    unknown = msgspec.structs.replace(SAME_JAM, size="Each")
    (found,) = suggested([JAM], [unknown])
    assert found.kind is SuggestionClass.SIZE_UNCONFIRMED
    assert "size not confirmed: 375 g / ?" in found.evidence
    for cents in (900, None):
        assert suggested([JAM], [msgspec.structs.replace(unknown, price_cents=cents)]) == []


def test_two_barcodes_are_never_one_product() -> None:
    one, other = "9300000000017", "9300000000024"
    with_barcode = msgspec.structs.replace(JAM, barcode=one)
    assert ids(suggested([with_barcode], [SAME_JAM])) == [(1, 2)]
    assert ids(suggested([with_barcode], [msgspec.structs.replace(SAME_JAM, barcode=other)])) == []


def test_a_sku_whose_partner_a_barcode_or_product_names_is_left_out() -> None:
    partner = sku(3, "south", "Jam", brand=None)
    for known in ({"barcode": "9300000000017"}, {"product_id": 7}):
        ours, theirs = (msgspec.structs.replace(one, **known) for one in (JAM, partner))
        assert ids(suggested([JAM], [SAME_JAM, theirs])) == [(1, 2)]
        assert ids(suggested([ours], [SAME_JAM, theirs])) == []


def test_a_refused_pair_is_not_suggested_again_whichever_way_it_is_named() -> None:
    assert ids(suggested([JAM], [SAME_JAM], [(1, 2)])) == []
    assert ids(suggested([JAM], [SAME_JAM], [(2, 1)])) == []
    assert ids(suggested([JAM], [SAME_JAM], [(1, 3)])) == [(1, 2)]


def test_of_two_equally_good_partners_none_is_suggested_until_one_is_refused() -> None:
    twin = msgspec.structs.replace(SAME_JAM, sku_id=3, sku="S3")
    assert ids(suggested([JAM], [SAME_JAM, twin])) == []
    assert ids(suggested([JAM], [SAME_JAM, twin], [(1, 3)])) == [(1, 2)]


@pytest.mark.parametrize("seed", range(6))
def test_suggestions_are_one_to_one_and_do_not_depend_on_the_order(seed: int) -> None:
    rng = random.Random(seed)
    ours = [sku(1, "north", "Zorrel Relish"), *(drawn(n, "north", rng) for n in range(2, 40))]
    theirs = [sku(99, "south", "Zorrel Relish"), *(drawn(n, "south", rng) for n in range(100, 140))]
    found = suggested(ours, theirs)
    assert (1, 99) in ids(found)
    assert {*Counter(one.a.sku_id for one in found).values()} == {1}
    assert {*Counter(one.b.sku_id for one in found).values()} == {1}
    assert found == sorted(found, key=lambda one: (-one.confidence, one.a.key, one.b.key))
    for one in found:
        assert None in (one.a.barcode, one.b.barcode)
    rng.shuffle(ours)
    rng.shuffle(theirs)
    assert suggested(ours, theirs) == found


def test_nothing_is_suggested_where_a_side_is_empty() -> None:
    assert suggested([], [SAME_JAM]) == []
    assert suggested([JAM], []) == []


def test_a_side_has_the_skus_of_one_company() -> None:
    with pytest.raises(ValueError, match="several companies"):
        CompanySkus.of([JAM, SAME_JAM])

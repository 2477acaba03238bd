import msgspec
import pytest

from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.comparable import LEAST_SCORE_E6, comparable
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import shipped_model
from pipeline_assets_tests.domain.matching.samples import sku


def compared(ours: list[MatchableSku], theirs: list[MatchableSku]) -> list[tuple[int, int]]:
    found = comparable(CompanySkus.of(ours), CompanySkus.of(theirs), shipped_model().weight_of)
    return [(one.a.sku_id, one.b.sku_id) for one in found]


MILK = sku(1, "aldi", "Full Cream Milk 2L", brand="FARMDALE", price_cents=310)
OTHER_MILK = sku(2, "coles", "Full Cream Milk", brand="Coles", size="2L", price_cents=320)


def test_own_brand_milk_is_beside_own_brand_milk() -> None:
    (found,) = comparable(
        CompanySkus.of([MILK]), CompanySkus.of([OTHER_MILK]), shipped_model().weight_of
    )
    assert (found.a, found.b) == (MILK, OTHER_MILK)
    assert LEAST_SCORE_E6 <= found.score_e6 <= 1_000_000
    assert found.reason == "both are full, cream, milk; 2000 ml; brands FARMDALE / Coles"


def test_one_is_beside_many_and_the_nearer_price_comes_first() -> None:
    dearer = msgspec.structs.replace(
        OTHER_MILK, sku_id=3, sku="S3", brand="Ottoline", price_cents=500
    )
    assert compared([MILK], [dearer, OTHER_MILK]) == [(1, 2), (1, 3)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"size": "1L"}, id="another size"),
        pytest.param({"size": None}, id="no size"),
        pytest.param({"name": "Skim Milk"}, id="another variant"),
        pytest.param({"name": "Organic Full Cream Milk"}, id="organic"),
        pytest.param({"brand": "Coles Organic"}, id="organic by its brand"),
        pytest.param({"name": "Lactose Free Full Cream Milk"}, id="a special diet"),
        pytest.param({"category_path": "Dairy › Long Life Milk"}, id="long life"),
        pytest.param({"category_path": "Freezer › Milk"}, id="frozen"),
        pytest.param({"category_path": "Liquor › Liqueur"}, id="alcohol"),
        pytest.param({"brand": "Farmdale"}, id="the same brand"),
        pytest.param({"name": "Farmdale Full Cream Milk", "brand": None}, id="its name says so"),
        pytest.param({"price_cents": 1_000}, id="three times the price"),
    ],
)
def test_what_differs_in_one_of_these_is_not_comparable(other: dict[str, object]) -> None:
    assert compared([MILK], [msgspec.structs.replace(OTHER_MILK, **other)]) == []


def test_fresh_and_dried_beans_are_two_kinds() -> None:
    fresh = sku(1, "aldi", "Beans 375g", brand=None, category_path="Fruits & Vegetables")
    dried = sku(2, "coles", "Beans", brand="Ottoline", size="375g", category_path="Pantry › Pulses")
    assert compared([fresh], [dried]) == []
    also_fresh = msgspec.structs.replace(dried, category_path="Fruit & Vegetables › Beans")
    assert compared([fresh], [also_fresh]) == [(1, 2)]


def test_two_goods_without_a_brand_are_not_of_different_brands() -> None:
    ours, theirs = (msgspec.structs.replace(one, brand=None) for one in (MILK, OTHER_MILK))
    assert compared([ours], [theirs]) == []
    assert compared([MILK], [theirs]) == [(1, 2)]


def test_a_pack_that_can_be_one_piece_needs_a_near_price() -> None:
    four = sku(1, "aldi", "Energy Drink 4 Pack 250ml", brand="Brasswick", price_cents=120)
    single = sku(2, "coles", "Energy Drink", brand="Ottoline", size="250mL", price_cents=280)
    assert compared([four], [single]) == []
    assert compared([four], [msgspec.structs.replace(single, price_cents=150)]) == [(1, 2)]

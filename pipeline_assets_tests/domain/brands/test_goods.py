"""What goods say of brands, examples without files: how they are called, numbered and placed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.brands.facts import BrandedSku, address_words, collect_brand_facts
from pipeline_assets.domain.brands.goods import (
    MOST_GOODS,
    Calls,
    Good,
    count_calls,
    drawn,
    read_good,
    share_things,
)
from pipeline_assets.domain.brands.plan import BrandPlan, plan_brands
from pipeline_assets.domain.normalisation.words import normalise_brand


def skus_of(
    brand: str, *titles: str, code: str | None = None, company: str = "iga", category: str = ""
) -> list[BrandedSku]:
    """A brand's SKUs, one per title; with `code`, each has a barcode that begins so."""
    name = normalise_brand(brand)
    assert name
    return [
        BrandedSku(
            name,
            brand,
            None if code is None else f"{code}{number:06}",
            company,
            f"{brand}/{title}",
            (title,),
            category,
        )
        for number, title in enumerate(titles)
    ]


def plan_of(*skus: list[BrandedSku]) -> BrandPlan:
    """The plan for these SKUs, among others of companies whose pages name brands."""
    others = [
        sku
        for company in ("iga", "coles")
        for number in range(40)
        for sku in skus_of(f"Other{number}q", f"Other{number}q thing", company=company)
    ]
    return plan_brands(collect_brand_facts([*others, *(sku for of in skus for sku in of)]))


def confirmed(plan: BrandPlan) -> list[tuple[str, str, str]]:
    return [(each.alias, each.canonical, each.confirmed.by) for each in plan.translations]


def test_in_one_company_sharing_no_barcode_says_nothing() -> None:
    plan = plan_of(
        skus_of("Beerenberg", "Beerenberg Apricot Jam", "Beerenberg Plum Jam", code="9311485"),
        skus_of("Beerenberg Pty Ltd", "Beerenberg Hot Relish", code="9311485999"),
        skus_of("Maggie Beer", "Maggie Beer Stock", code="9321325"),
        skus_of(
            "Maggie Beer Products",
            *(f"Maggie Beer Pate {kind}" for kind in ("Duck", "Pheasant", "Orange")),
            code="9321325999",
        ),
    )
    assert confirmed(plan) == [
        ("beer maggie products", "beer maggie", "goods"),
        ("beerenberg ltd pty", "beerenberg", "names"),
    ]


MAKERS = [
    ("San Remo", "San Remo Macaroni Co Pty Ltd", ["San Remo", "Fantastic", "Suimin"]),
    ("Green's", "Green&#039;s General Foods Pty Limited", ["Green's", "Poppin", "Lowan"]),
    ("General Mills Iberica", "General Mills Australia Pty Ltd", ["Pecks", "Nature Valley"]),
    ("Coles", "Coles Limited", ["M&M's"]),
]


@pytest.mark.parametrize(("brand", "maker", "makes"), MAKERS)
def test_a_maker_whose_goods_bear_other_names_stays_apart(
    brand: str, maker: str, makes: list[str]
) -> None:
    goods = [f"{name} thing {number}" for name in makes for number in range(4)]
    plan = plan_of(
        skus_of(brand, f"{brand} thing 9", f"{brand} thing 8", code="9300001"),
        skus_of(maker, *goods, code="9300001"),
    )

    assert confirmed(plan) == []
    assert [pair.reason for pair in plan.declined if "a maker" in pair.reason]


def test_a_legal_entity_with_few_goods_is_left_alone_until_more_are_seen() -> None:
    def with_goods(count: int) -> BrandPlan:
        goods = [f"Obela Dip {number}" for number in range(count)]
        return plan_of(
            skus_of("Obela", "Obela Hommus"), skus_of("Obela Fresh Dips Pty Ltd", *goods)
        )

    assert confirmed(with_goods(3)) == []
    assert confirmed(with_goods(4)) == [("dips fresh ltd obela pty", "obela", "goods")]


def test_goods_that_bear_the_other_name_join_names_with_words_of_their_own() -> None:
    plan = plan_of(
        skus_of("Mayver's", "Mayver's Protein Bar", "Mayver's Protein Ball"),
        skus_of("Mayver's Squeezy", "Mayver's Tahini", "Mayver's Peanut Butter"),
        skus_of("Cobram", "Cobram Estate Oil", "Cobram Estate Garlic Oil"),
        skus_of("Cobram Estate", *(f"Cobram Estate Olive Oil {size}" for size in range(3))),
    )
    assert [(each.alias, each.canonical) for each in plan.translations] == [
        ("cobram", "cobram estate"),
        ("mayvers squeezy", "mayvers"),
    ]
    assert {(each.rule, *each.confirmed) for each in plan.translations} == {
        ("extended", "goods", 2, 2)
    }


def test_a_range_whose_goods_bear_its_own_name_stays_apart() -> None:
    plan = plan_of(
        skus_of("Lacura", "Lacura Cream", category="skin", code="9300001"),
        skus_of("Lacura Gold", "Lacura Gold Cream", category="skin", code="9300001999"),
    )
    assert confirmed(plan) == []


def test_ranges_of_a_retailers_own_brand_stay_apart_whatever_their_goods_are_called() -> None:
    def plan_for(brand: str) -> BrandPlan:
        return plan_of(
            skus_of(brand, f"{brand} Bread", company="coles"),
            skus_of(f"{brand} Bakehouse", f"{brand} Rolls", f"{brand} Loaf", company="coles"),
        )

    assert confirmed(plan_for("Coles")) == []
    assert confirmed(plan_for("Colenso")) == [("bakehouse colenso", "colenso", "goods")]


@pytest.mark.parametrize(
    ("short", "long", "by"),
    [
        ({"code": "9300619"}, {"code": "9300619999", "company": "coles"}, "maker"),
        ({"category": "1"}, {"category": "1"}, "shelf"),
        ({}, {"company": "coles"}, "kind"),
        ({"code": "9300619"}, {"code": "9399999"}, None),  # of two makers
    ],
)
def test_a_name_with_what_is_sold_needs_goods_of_the_same_kind(
    short: dict[str, str], long: dict[str, str], by: str | None
) -> None:
    thing = "Jelly" if by == "kind" else ""
    plan = plan_of(
        skus_of("Aeroplane", f"Aeroplane Lite {thing}", **short),
        skus_of("Aeroplane Jelly", "Aeroplane Jelly Lime", **long),
    )
    found = [each.confirmed.by for each in plan.translations]
    assert found == ([] if by is None else [by])


def test_a_letter_apart_is_a_slip_only_if_the_goods_bear_the_other_name() -> None:
    slip = plan_of(
        skus_of("Rowntrees", "Rowntrees Pastilles"), skus_of("Rowntress", "Rowntrees Gums")
    )
    assert confirmed(slip) == [("rowntress", "rowntrees", "goods")]
    two = plan_of(skus_of("Barilla", "Barilla Pasta"), skus_of("Brilla", "Brilla Pasta"))
    assert confirmed(two) == []


def test_biscuits_and_sauces_called_after_one_town_are_not_united_by_its_name() -> None:
    goods = ("Byron Bay Cookies Dotty", "Byron Bay Cookies Choc")
    plan = plan_of(
        skus_of("Byron Bay", "Byron Bay Honey Squeeze", code="9377778"),
        skus_of("Byron Bay Cookies", *goods, code="9320391"),
        skus_of("Byron Bay Chilli Co.", "Byron Bay Chilli Co. Salsa", code="9320342"),
    )
    assert confirmed(plan) == []


def test_pages_of_a_company_that_do_not_name_brands_say_nothing() -> None:
    silent = [
        sku
        for number in range(40)
        for sku in skus_of(f"Brand{number}q", f"thing {number}", company="aldi")
    ]
    maker = skus_of("Kellogg Pty Ltd", *(f"flakes {n}" for n in range(9)), company="aldi")
    facts = collect_brand_facts([*silent, *maker, *skus_of("Kellogg", "Kellogg Flakes")])

    goods = {brand.name: len(brand.goods) for brand in facts}
    assert (goods["brand1q"], goods["kellogg ltd pty"], goods["kellogg"]) == (0, 0, 1)
    assert [each.alias for each in plan_brands(facts).translations] == ["kellogg ltd pty"]


def test_a_barcode_of_things_with_nothing_in_common_is_no_evidence() -> None:
    def shared(title: str) -> list[tuple[str, int]]:
        skus = [
            *(sku._replace(barcode="9300000000019") for sku in skus_of("Kellogg", "Salmon 100g")),
            *(sku._replace(barcode="9300000000019") for sku in skus_of("Kelloggs", title)),
        ]
        facts = collect_brand_facts(skus)
        return [(brand.name, len(brand.barcodes)) for brand in facts]

    assert shared("Smoked Salmon") == [("kellogg", 1), ("kelloggs", 1)]
    assert shared("Toilet Paper") == [("kellogg", 0), ("kelloggs", 0)]


def test_the_longest_name_that_a_title_begins_with_is_what_it_is_called() -> None:
    titles = ("Cobram Estate Oil", "Cobram Light", "D/L Cobram Estates", "Olive Oil Cobram")
    goods = [Good(0, (title,), "") for title in titles]
    assert count_calls(goods, ["cobram"], ["cobramestate"]) == Calls(other=2, own=1, neither=1)
    assert count_calls(goods, [], ["cobram"]) == Calls(other=3, own=0, neither=1)
    first = Good(0, ("A2 Milk", "a2-the-a2-milk-company-milk"), "")
    assert count_calls([first], ["a2thea2milkcompany"], ["a2"]).other == 1


def test_things_are_the_same_in_either_spelling() -> None:
    def good(title: str) -> list[Good]:
        return [Good(0, (title,), "")]

    assert share_things(good("Natural Yoghurt"), good("Peach Yogurts"))
    assert not share_things(good("Natural Yoghurt"), good("Peach Cookies"))
    assert not share_things(good("Natural"), good("Natural"))


def test_the_address_of_a_page_names_the_thing_in_its_last_part() -> None:
    assert address_words("https://x.test/product/choceur-mint-125g-1?a=b/c") == (
        "choceur-mint-125g-1"
    )
    assert address_words("https://x.test/product/a-b/") == "a-b"
    assert address_words(None) is None
    assert address_words("/") is None


@given(st.permutations(range(3 * MOST_GOODS)), st.randoms(use_true_random=False))
def test_the_same_goods_are_drawn_whatever_their_order(
    numbers: list[int], chance: random.Random
) -> None:
    goods = [read_good("iga", str(number), [f"Thing {number}"], "") for number in numbers]
    expected = drawn(goods)
    half = chance.randrange(len(goods))

    assert len(expected) == MOST_GOODS
    assert drawn([*drawn(goods[half:]), *drawn(goods[:half])]) == expected

from pipeline_assets.domain.products.facts import SkuFacts
from pipeline_assets.domain.products.variants import MOST_SLUGS
from pipeline_assets.domain.suggestions.found import VARIANT, PairOffer, variants_offered


def gel(sku_id: int, slug: str | None, company: str = "aldi", key: str = "dew gel") -> SkuFacts:
    return SkuFacts(
        sku_id=sku_id,
        company=company,
        sku=f"{sku_id:04}",
        barcode=None,
        match_key=key,
        url=None if slug is None else f"https://shop.example/{slug}",
    )


SPORT, AQUA = gel(1, "dew-gel-sport"), gel(2, "dew-gel-aqua")
APART = {1: 10, 2: 20}


def test_two_variants_are_offered_with_the_words_of_their_pages() -> None:
    evidence = "same name, brand and sizes; only one page's address says sport, the other's aqua"
    expected = {(1, 2): PairOffer(VARIANT, None, evidence, None)}
    assert variants_offered([AQUA, SPORT], APART, []) == expected
    assert variants_offered([AQUA, SPORT], {}, []) == expected


def test_one_product_and_pairs_that_were_decided_on_are_not_offered() -> None:
    assert variants_offered([SPORT, AQUA], {1: 10, 2: 10}, []) == {}
    assert variants_offered([SPORT, AQUA], APART, [(2, 1)]) == {}


def test_other_companies_keys_and_pages_without_own_words_are_no_variants() -> None:
    others = [
        gel(3, "dew-gel-aqua", company="coles"),
        gel(4, "dew-gel-aqua", key="dew soap"),
        gel(5, "dew-gel"),
        gel(6, None),
    ]
    for other in others:
        assert variants_offered([SPORT, other], {}, []) == {}


def test_a_key_with_more_skus_than_can_be_compared_tells_nothing() -> None:
    many = [gel(number, f"dew-gel-{chr(97 + number % 26) * (2 + number)}") for number in range(65)]
    assert len(many) == MOST_SLUGS + 1
    assert variants_offered(many, {}, []) == {}
    assert variants_offered(many[:3], {}, []) != {}

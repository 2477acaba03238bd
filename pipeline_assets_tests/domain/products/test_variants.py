"""Which articles with one match key are variants of each other, by the addresses of their pages."""

import pytest

from pipeline_assets.domain.products.facts import SkuFacts
from pipeline_assets.domain.products.partition import partition
from pipeline_assets.domain.products.variants import MOST_SLUG_WORDS, MOST_SLUGS, own_words, slug_of
from pipeline_assets_tests.domain.products.shelves import Shelf, plan_for
from pipeline_assets_tests.domain.products.universes import same

SHOP = "https://shop.example/product/"


def sku(sku_id: int, slug: str | None, key: str = "500g pie", company: str = "aldi") -> SkuFacts:
    return SkuFacts(sku_id, company, f"{sku_id:03}", None, key, slug and SHOP + slug)


def products(*skus: SkuFacts) -> list[tuple[int, ...]]:
    return [block.members for block in partition(skus, [], {})]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (SHOP + "Fruit_Pie--apple.500g-00012", {"fruit", "pie", "apple"}),
        (SHOP + "cr%C3%A8me-br%c3%bbl%c3%a9e/", {"creme", "brulee"}),
        (SHOP + "pie?flavour=apple#top", {"pie"}),
        ("pie-apple", {"pie", "apple"}),
        ("https://shop.example", set()),
        ("https://[half-open/pie", set()),
        ("/%ff%zz-pie", {"zz", "pie"}),
        ("", set()),
        (None, set()),
    ],
)
def test_a_slug_is_the_words_of_the_last_part_of_the_path(url: str | None, words: set[str]) -> None:
    assert slug_of(url) == words


@pytest.mark.parametrize(
    ("left", "right", "named", "own"),
    [
        ("pie-apple", "pie-cherry", "pie", (("apple",), ("cherry",))),
        ("pie-apple-500g-1", "pie-cherry-500g-2", "apple cherry pie", ((), ())),
        ("frozen-pie", "frz-pie", "pie", ((), ())),
        ("pie-frozen-apple", "pie-frz-cherry", "pie", (("apple",), ("cherry",))),
        ("pie-mince", "pie-min", "pie", ((), ())),
        ("pie-ham", "pie-nham", "pie", (("ham",), ("nham",))),
        ("premium-pie", "pie", "pie", (("premium",), ())),
        ("size-5-pie-26-pack", "size-5-pie-44-pack", "pie", ((), ())),
    ],
)
def test_what_two_slugs_say_for_themselves(
    left: str, right: str, named: str, own: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    assert own_words(slug_of(SHOP + left), slug_of(SHOP + right), named.split()) == own


def test_variants_of_one_company_are_two_products_and_the_third_goes_with_the_lowest() -> None:
    assert products(
        sku(1, "pie-apple-500g-1"), sku(2, "pie-cherry-500g-2"), sku(3, None, company="coles")
    ) == [(1, 3), (2,)]


def test_a_page_without_words_for_itself_objects_to_nothing() -> None:
    assert products(sku(1, "pie-1"), sku(2, "pie-cherry-2"), sku(3, None)) == [(1, 2, 3)]


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ("frozen-mango-500g-0012", "frz-mango-500g-0013", "500g mango"),
        ("size-5-nappies-walker-26-pack", "size-5-nappies-walker-44-pack", "nappies walker"),
    ],
)
def test_an_abbreviation_and_numbers_make_no_variants(one: str, other: str, key: str) -> None:
    assert products(sku(1, one, key), sku(2, other, key)) == [(1, 2)]


def test_two_scents_of_one_name_stay_apart() -> None:
    key = "1l dew gel shower"
    slugs = ("dew-shower-gel-active-sport-1l", "dew-shower-gel-aqua-revive-1l")
    assert products(sku(1, slugs[0], key), sku(2, slugs[1], key)) == [(1,), (2,)]


def test_only_skus_of_one_company_with_one_key_are_variants() -> None:
    assert products(sku(1, "pie-apple"), sku(2, "pie-cherry", company="iga")) == [(1, 2)]


def test_an_operators_same_goes_before_what_the_pages_say() -> None:
    skus = [sku(1, "pie-apple"), sku(2, "pie-cherry")]
    assert [block.members for block in partition(skus, [same(1, 2)], {})] == [(1, 2)]


def test_a_key_with_more_slugs_than_can_be_compared_says_nothing() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [one + other for one in letters for other in letters]
    few = [sku(i, f"pie-{word}") for i, word in enumerate(words[:MOST_SLUGS])]
    many = [sku(i, f"pie-{word}") for i, word in enumerate(words)]
    assert len(products(*few, sku(999, f"pie-{words[0]}"))) == MOST_SLUGS
    assert len(products(*many, sku(999, f"pie-{words[0]}"))) == len(words) + 1


def test_a_slug_of_more_words_than_can_be_compared_is_not_read() -> None:
    words = [f"{one}{other}" for one in "abcdefg" for other in "hijklmn"]
    assert len(slug_of(SHOP + "-".join(words[:MOST_SLUG_WORDS]))) == MOST_SLUG_WORDS
    assert slug_of(SHOP + "-".join(words[: MOST_SLUG_WORDS + 1])) == set()


def test_a_split_of_variants_says_what_their_pages_say() -> None:
    skus = [sku(1, "pie-apple-1"), sku(2, "pie-cherry-2")]
    shelf = Shelf({1: 70, 2: 70})
    (split,) = plan_for(skus, shelf.current, {70: None}).splits
    assert (split.sku_ids, split.reason) == ((2,), "different_variants")
    assert split.evidence == {
        "sku_ids": [2, 1],
        "match_key": "500g pie",
        "words": (("cherry",), ("apple",)),
    }

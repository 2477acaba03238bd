"""Which brand each name refers to: what is created, moved and renamed, by example."""

from pipeline_assets.domain.brands.aliases import (
    Alias,
    AliasPlan,
    KnownBrand,
    TranslatedTo,
    plan_aliases,
)

NOTHING = AliasPlan(created={}, moved={}, renamed={}, brand_count=2)
SMITHS = Alias("smiths", "Smith's", "smiths")
SMITH = Alias("smith", "SMITH", "smith")
BRANDS = {"smiths": KnownBrand(1, "Smith's"), "smith": KnownBrand(2, "SMITH")}
TO_SMITHS = {"smith": TranslatedTo("smiths", "Smith's")}


def test_names_that_were_not_translated_are_brands_of_their_own() -> None:
    assert plan_aliases([SMITHS, SMITH], {}, BRANDS) == NOTHING


def test_a_translated_name_moves_to_its_brand() -> None:
    assert plan_aliases([SMITHS, SMITH], TO_SMITHS, BRANDS) == AliasPlan(
        created={}, moved={"smith": "smiths"}, renamed={}, brand_count=1
    )


def test_a_name_that_moved_stays_where_it_is() -> None:
    moved = Alias("smith", "SMITH", "smiths")
    assert plan_aliases([SMITHS, moved], TO_SMITHS, BRANDS) == AliasPlan(
        created={}, moved={}, renamed={}, brand_count=1
    )


def test_a_name_whose_translation_was_withdrawn_is_a_brand_of_its_own_again() -> None:
    moved = Alias("smith", "SMITH", "smiths")
    known = {"smiths": KnownBrand(1, "Smith's")}
    assert plan_aliases([SMITHS, moved], {}, known) == AliasPlan(
        created={"smith": "SMITH"}, moved={"smith": "smith"}, renamed={}, brand_count=2
    )


def test_a_brand_that_no_alias_stood_for_any_more_is_not_created_twice() -> None:
    moved = Alias("smith", "SMITH", "smiths")
    assert plan_aliases([SMITHS, moved], {}, BRANDS) == AliasPlan(
        created={}, moved={"smith": "smith"}, renamed={}, brand_count=2
    )


def test_a_canonical_name_that_no_sku_has_any_more_is_created_as_it_was_shown() -> None:
    known = {"smith": KnownBrand(2, "SMITH")}
    assert plan_aliases([SMITH], TO_SMITHS, known) == AliasPlan(
        created={"smiths": "Smith's"}, moved={"smith": "smiths"}, renamed={}, brand_count=1
    )


def test_a_brand_is_shown_as_the_translation_says_before_its_own_spelling() -> None:
    shouted = Alias("smiths", "SMITH'S", "smiths")
    known = {"smiths": KnownBrand(1, "SMITH'S"), "smith": KnownBrand(2, "SMITH")}
    assert plan_aliases([shouted, SMITH], TO_SMITHS, known) == AliasPlan(
        created={}, moved={"smith": "smiths"}, renamed={1: "Smith's"}, brand_count=1
    )


def test_a_brand_without_any_name_is_left_as_it_is() -> None:
    known = {**BRANDS, "gone": KnownBrand(3, "GONE")}
    assert plan_aliases([SMITHS, SMITH], {}, known) == NOTHING

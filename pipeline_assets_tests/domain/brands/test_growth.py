"""What judging brands costs grows with their number, whatever their names and barcodes are."""

from collections.abc import Callable

import pytest

from pipeline_assets.domain.brands.clusters import BrandFacts
from pipeline_assets.domain.brands.plan import BrandedSku, collect_brand_facts, plan_brands
from pipeline_assets_tests.growth import MOST, growth

LETTERS = "acornbreadmilkyway"


def spaced(number: int) -> str:
    """A brand of always the same letters, with spaces in different places."""
    return "".join(f" {c}" if number >> i & 1 else c for i, c in enumerate(LETTERS))


def similar(number: int) -> str:
    """A brand of which only the last letters are its own."""
    return f"wonderfulbrandofours{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}"


def spelled(number: int) -> str:
    return " ".join(c.upper() if number >> i & 1 else c for i, c in enumerate(LETTERS))


def titled(name: str, title: str, barcode: str | None = None) -> BrandedSku:
    return BrandedSku(name, name, barcode, "iga", title, (title,), "shelf")


BRANDS: dict[str, Callable[[int], BrandedSku]] = {
    "one barcode": lambda i: BrandedSku(f"brand {i}", f"Brand {i}", "1"),
    "the same letters": lambda i: BrandedSku(f"brand {i}", spaced(i), None),
    "the same letters, with one of a plural": lambda i: (
        BrandedSku("hub", f"{LETTERS}s", str(i // 2))
        if i % 2
        else BrandedSku(f"brand {i}", spaced(i), str(i // 2))
    ),
    "one hub": lambda i: (
        BrandedSku("hub", "Wonder", str(i // 2))
        if i % 2
        else BrandedSku(f"brand {i}", f"Wonder {i}", str(i // 2))
    ),
    "similar names": lambda i: BrandedSku(similar(i), similar(i), str(i // 8)),
    "one brand with many spellings": lambda i: BrandedSku(
        f"brand {i % 2}", spelled(i), str(i // 4)
    ),
    "goods of one name with many others": lambda i: titled(
        f"wonder {i}" if i % 2 else "wonder", f"wonder {i} thing", str(i // 2)
    ),
    "many names whose goods bear one": lambda i: titled(
        f"wonder {similar(i)}" if i % 9 else "wonder", f"wonder thing {i}"
    ),
    "one barcode and other names": lambda i: titled("wonder", f"{similar(i)} thing", "1"),
    "titles of very many words": lambda i: titled(f"wonder {i}", f"{spaced(i)} " * 20),
}


@pytest.mark.parametrize("name", BRANDS)
def test_four_times_as_many_brands_cost_about_four_times_as_much(name: str) -> None:
    def make(count: int) -> list[BrandFacts]:
        return collect_brand_facts(BRANDS[name](number) for number in range(count))

    assert growth(make, plan_brands, 300) < MOST


def test_a_barcode_of_many_names_is_evidence_about_none() -> None:
    def plural(names: int) -> list[BrandFacts]:
        others = [(f"other {number}", f"Other {number}", "1") for number in range(names - 2)]
        skus = [("kellogg", "Kellogg", "1"), ("kelloggs", "Kelloggs", "1"), *others]
        return collect_brand_facts(BrandedSku(*sku) for sku in skus)

    assert [each.alias for each in plan_brands(plural(16)).translations] == ["kelloggs"]
    assert plan_brands(plural(17)).translations == []


def test_a_brand_grows_to_sixteen_spellings() -> None:
    """Each is a word that differs from each other one in a letter, and all share a barcode."""
    names = [f"wonderfulbrandofours{letter}" for letter in "abcdefghijklmnop"]
    skus = [BrandedSku(name, name, code) for name in names for code in ("1", "2", "3")]
    assert len(plan_brands(collect_brand_facts(skus)).translations) == 15
    more = [BrandedSku("extra", f"{names[0]}s", "4"), BrandedSku(names[0], names[0], "4")]
    assert len(plan_brands(collect_brand_facts([*skus, *more])).translations) == 15

"""A word search finds the same on both databases, whatever the case, the accents and the order."""

import pytest

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.search import product_ids_of_words
from pipeline_assets.services.post_processing.answers import SKU_WORDS
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.steps import run_step
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

# SKU → name, brand, size.
ARTICLES = {
    "a2": ("a2 Milk Full Cream", "The a2 Milk Company", "2L"),
    "milk": ("Full Cream Milk", "Farmdale", "2 l"),
    "skim": ("Skim Milk", "Farmdale", "1 Litre"),
    "7up": ("7UP Lemonade", "7up", "1.25L"),
    "mms": ("M&amp;M&#039;s Peanut 180g", "M&M's", None),
    "creme": ("CRÈME Fraîche", "Délice", "200g"),
    "oil": ("Øland Olive Oil", None, "½ L"),
    "long": ("Supercalifragilistic" * 5, None, None),
    "soy": ("酱油", "李锦记", "500ml"),
    "percent": ("100% Juice", "a_b", None),
}


@pytest.fixture
def shop(workplace: Workplace) -> Workplace:
    """One store that sells these articles, post-processed."""
    lines = [
        row(sku, name=name, brand=brand, size=size) for sku, (name, brand, size) in ARTICLES.items()
    ]
    workplace.take("1.jsonl", lines)
    workplace.post_process()
    return workplace


def found(place: Workplace, words: str, limit: int = 50) -> list[str]:
    """The SKUs of the products that a search finds, best first."""
    with reading(place.pipeline.engine) as connection:
        product_ids = product_ids_of_words(connection, words, limit)
    return [
        place.one("SELECT sku FROM skus WHERE product_id = :product", product=product_id)
        for product_id in product_ids
    ]


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        ("a2", ["a2"]),
        ("A2 MILK", ["a2"]),
        ("milk", ["skim", "milk", "a2"]),
        ("Milk Cream full", ["milk", "a2"]),
        ("7up", ["7up"]),
        ("7UP", ["7up"]),
        ("M&M's", ["mms"]),
        ("m&m’s peanut", ["mms"]),
        ("M&amp;M&#39;s", ["mms"]),
        ("creme fraiche", ["creme"]),
        ("Crème FRAÎCHE délice", ["creme"]),
        ("ØLAND", ["oil"]),
        ("oil 500ml", ["oil"]),
        ("oil ½ l", ["oil"]),
        ("2L", ["milk", "a2"]),
        ("2 l", ["milk", "a2"]),
        ("2000 ml milk", ["milk", "a2"]),
        ("2 litres farmdale", ["milk"]),
        ("juice 100%", ["percent"]),
        ("supercalifragilistic" * 5, ["long"]),
        ("mil", []),
        ("milk beer", []),
        ("500ml", ["soy", "oil"]),
    ],
)
def test_all_words_must_occur_and_the_plainest_name_is_first(
    shop: Workplace, words: str, skus: list[str]
) -> None:
    assert sorted(found(shop, words)) == sorted(skus)
    if words != "500ml":
        assert found(shop, words) == skus


HOSTILE = (
    "",
    " ",
    "%",
    "_",
    "a_",
    "m%",
    "'",
    '"',
    "' OR 1=1 --",
    "milk'; DROP TABLE skus; --",
    "\\",
    "\x00",
    "milk\x00",
    "酱油",
    "😀",
    "\ud800",
    ":word",
    "%(word)s",
    "{}",
    "x" * 1_000_000,
    "milk " * 200_000,
    " ".join(map(str, range(100_000))),
)


def test_no_text_does_any_harm(shop: Workplace) -> None:
    before = shop.tables()
    hits = {words[:40]: found(shop, words) for words in HOSTILE}
    assert {words: skus for words, skus in hits.items() if skus} == {
        "a_": ["percent"],  # only letters and digits count: the words `a` and `b`
        "m%": ["mms"],
        "milk\x00": ["skim", "milk", "a2"],
        ("milk " * 8): ["skim", "milk", "a2"],
    }
    assert shop.tables() == before


def test_a_limit_gives_the_best(shop: Workplace) -> None:
    assert found(shop, "milk", 2) == ["skim", "milk"]
    assert found(shop, "milk", 0) == []


def test_what_is_sold_now_comes_before_what_is_not(shop: Workplace) -> None:
    lines = [
        row(sku, name=name, brand=brand, size=size, day="2025-09-02")
        for sku, (name, brand, size) in ARTICLES.items()
        if sku != "skim"
    ]
    shop.take("2.jsonl", lines)
    shop.post_process()
    assert found(shop, "milk") == ["milk", "a2", "skim"]


def test_a_sku_with_another_name_is_found_by_that_alone(shop: Workplace) -> None:
    lines = [
        row(
            sku,
            name="Oat Drink" if sku == "skim" else name,
            brand=brand,
            size="2L" if sku == "skim" else size,
            day="2025-09-02",
        )
        for sku, (name, brand, size) in ARTICLES.items()
    ]
    shop.take("2.jsonl", lines)
    report = run_step(shop.pipeline, SKU_WORDS, PostProcessingOptions())
    assert report.facts == {"skus_looked_at": 1}
    assert found(shop, "skim") == []
    assert found(shop, "oat farmdale 2l") == ["skim"]
    assert run_step(shop.pipeline, SKU_WORDS, PostProcessingOptions()).changed == 0


def test_the_words_of_a_sku_are_those_of_its_match_key(shop: Workplace) -> None:
    for sku_id, match_key in shop.rows("SELECT sku_id, match_key FROM skus"):
        words = shop.rows("SELECT word, words FROM sku_words WHERE sku_id = :sku", sku=sku_id)
        expected = {word[:64] for word in (match_key or "500ml").split(" ")}
        assert {word for word, _ in words} == expected
        assert {count for _, count in words} == {len(expected)}

"""What placing SKUs costs grows with their number, whatever they have in common."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import pytest

from pipeline_assets.domain.products.co_listing import HistoryRow, could_be_one, shelves
from pipeline_assets.domain.products.facts import Decision, SkuFacts
from pipeline_assets.domain.products.partition import partition
from pipeline_assets.domain.products.plan import ProductFacts, ProductPlan, plan_products
from pipeline_assets.domain.products.reasons import Grounds
from pipeline_assets_tests.domain.products.universes import never, same
from pipeline_assets_tests.growth import MOST, growth

BEGIN = datetime(2025, 9, 1)


class Scene(NamedTuple):
    """SKUs, the products they are in, what operators decided, and their history by store."""

    skus: list[SkuFacts]
    current: dict[int, int | None]
    history: list[HistoryRow]
    decisions: list[Decision]


def scene(
    skus: Iterable[SkuFacts],
    product_of: Callable[[int], int | None] = lambda _: None,
    stores_of: Callable[[int], Iterable[int]] = lambda _: (1,),
    day_of: Callable[[int], int] = lambda _: 0,
    decisions: Iterable[Decision] = (),
) -> Scene:
    """SKUs as they are sold in stores from some day on, in products by number."""
    skus = list(skus)
    return Scene(
        skus,
        {one.sku_id: product_of(one.sku_id) for one in skus},
        [
            (store, one.sku_id, BEGIN + timedelta(days=day_of(one.sku_id)), 100)
            for one in skus
            for store in stores_of(one.sku_id)
        ],
        list(decisions),
    )


def place(given: Scene) -> ProductPlan:
    """All that is done without a database."""
    sold = shelves(could_be_one(given.skus, given.decisions), given.history)
    blocks = partition(given.skus, given.decisions, sold)
    product_ids = {product for product in given.current.values() if product is not None}
    products = {product: ProductFacts(product, None) for product in product_ids}
    grounds = Grounds(given.skus, given.decisions, sold)
    return plan_products(blocks, given.current, products, grounds)


def sku(number: int, barcode: int | None = None, company: str = "aldi") -> SkuFacts:
    text = None if barcode is None else f"{barcode:013}"
    return SkuFacts(number, company, f"{number:06}", text, "milk", None)


def bits(number: int) -> list[int]:
    """Stores by the bits of a number's hash, so that nearly every SKU is in others of them."""
    return [store for store in range(12) if Random(number).getrandbits(12) >> store & 1]


SCENES: dict[str, Callable[[int], Scene]] = {
    "one store": lambda n: scene(map(sku, range(n))),
    "one store, placed before": lambda n: scene(map(sku, range(n)), lambda i: i),
    "two companies": lambda n: scene(
        (sku(i, company="aldi" if i % 2 else "iga") for i in range(n)),
        stores_of=lambda i: (i % 2,),
    ),
    "two in each store": lambda n: scene(map(sku, range(n)), stores_of=lambda i: (i // 2,)),
    "many sets of stores": lambda n: scene(map(sku, range(n)), stores_of=bits),
    "each began on a day of its own": lambda n: scene(map(sku, range(n)), day_of=lambda i: i % 50),
    "one was one product with all others": lambda n: scene(map(sku, range(n)), lambda _: 7),
    "one barcode, all become one": lambda n: scene(
        (sku(i, None if i else 0) for i in range(n)), lambda i: i
    ),
    "half of them get barcodes of their own": lambda n: scene(
        (sku(i, i // 2 * 2 if i % 2 or not i else None) for i in range(n)), lambda _: 7
    ),
    "barcodes make the key ambiguous": lambda n: scene(
        (sku(i, i if i % 2 else None) for i in range(n)), lambda _: 7
    ),
    "barcodes and products of two": lambda n: scene(
        (sku(i, i if i % 2 else None) for i in range(n)), lambda i: i // 2
    ),
    "decisions": lambda n: scene(
        map(sku, range(n)),
        decisions=[*(never(i, i + 1) for i in range(0, 60, 3)), same(1, n - 1), same(7, 9)],
    ),
}


@pytest.mark.parametrize("name", SCENES)
def test_four_times_as_many_skus_cost_about_four_times_as_much(name: str) -> None:
    assert growth(SCENES[name], place, 600) < MOST


def test_the_evidence_of_an_ambiguous_key_shows_ten_barcodes() -> None:
    """All of them, for each SKU that leaves, would be a square of text."""
    given = scene((sku(i, i if i < 50 else None) for i in range(100)), lambda _: 7)
    evidence = [split.evidence for split in place(given).splits if split.reason == "key_ambiguous"]
    assert evidence
    assert all(each["barcodes"] == [f"{i:013}" for i in range(10)] for each in evidence)

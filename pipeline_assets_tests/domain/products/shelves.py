"""A catalogue of products in memory, to plan for and to apply plans to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from pipeline_assets.domain.products.facts import Decision, Shelves, SkuFacts
from pipeline_assets.domain.products.partition import partition
from pipeline_assets.domain.products.plan import (
    ProductFacts,
    ProductPlan,
    ProductSummary,
    plan_products,
)
from pipeline_assets.domain.products.reasons import Grounds
from pipeline_assets_tests.domain.products.universes import Universe, universes


@dataclass
class Shelf:
    """A catalogue of products in memory: the plan is applied as its docstring says."""

    current: dict[int, int | None]
    summaries: dict[int, ProductSummary] = field(default_factory=dict)
    redirects: dict[int, int] = field(default_factory=dict)

    def apply(self, plan: ProductPlan) -> None:
        for created in plan.created:
            product_id = max([*self.summaries, *self.redirects, 0]) + 1
            self.summaries[product_id] = created.summary
            self.current.update(dict.fromkeys(created.members, product_id))
        self.current.update(plan.moves)
        for merge in plan.merges:
            del self.summaries[merge.retired_id]
            self.redirects[merge.retired_id] = merge.survivor_id
        for product_id, summary in plan.summaries.items():
            assert product_id in self.summaries
            self.summaries[product_id] = summary

    def resolve(self, product_id: int) -> int:
        while product_id in self.redirects:
            product_id = self.redirects[product_id]
        return product_id

    def plan(self, universe: Universe) -> ProductPlan:
        return plan_for(
            universe.skus,
            self.current,
            {product_id: summary.barcode for product_id, summary in self.summaries.items()},
            universe.decisions,
            universe.shelves,
        )


def plan_for(
    skus: Iterable[SkuFacts],
    current: Mapping[int, int | None],
    barcodes: Mapping[int, str | None],
    decisions: Iterable[Decision] = (),
    shelves: Shelves | None = None,
) -> ProductPlan:
    skus, decisions = [*skus], [*decisions]
    products = {product: ProductFacts(product, barcode) for product, barcode in barcodes.items()}
    blocks = partition(skus, decisions, shelves or {})
    return plan_products(blocks, current, products, Grounds(skus, decisions, shelves))


def sku(sku_id: int, barcode: str | None = None, key: str | None = None) -> SkuFacts:
    return SkuFacts(sku_id, "aldi", f"{sku_id:03}", barcode, key, None)


@st.composite
def shelves(draw: st.DrawFn) -> tuple[Universe, Shelf]:
    """Any universe, its SKUs in any products so far, however wrongly."""
    universe = draw(universes())
    ids = st.none() | st.integers(70, 74)
    current = {fact.sku_id: draw(ids) for fact in universe.skus}
    shelf = Shelf(current)
    for product_id in sorted({*current.values()} - {None}, key=str):
        assert product_id is not None
        barcode = draw(st.none() | st.sampled_from([fact.barcode for fact in universe.skus]))
        shelf.summaries[product_id] = ProductSummary(barcode, 0)
    return universe, shelf

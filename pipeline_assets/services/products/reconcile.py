"""Which SKUs are one product: looked up, decided by the rules, written. One way to do it.

Ingestion places the SKUs that a file touches, post-processing those that later facts and
operators' decisions concern; the neighbourhood always comes along.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from pipeline_assets.catalogue.neighbourhood import Neighbourhood, neighbourhood
from pipeline_assets.catalogue.products import apply_product_plan
from pipeline_assets.domain.products.partition import Block, partition
from pipeline_assets.domain.products.plan import ProductPlan, plan_products
from pipeline_assets.domain.products.reasons import Grounds


@dataclass(frozen=True, slots=True)
class Placement:
    """A neighbourhood, the products its SKUs make, and what that changed."""

    around: Neighbourhood
    blocks: Sequence[Block]
    plan: ProductPlan

    @property
    def rules(self) -> Mapping[int, str]:
        """Which rule placed each SKU, by sku_id."""
        return {sku_id: str(rule) for block in self.blocks for sku_id, rule in block.rules.items()}


def place_skus(connection: Connection, sku_ids: Collection[int], now: datetime) -> Placement:
    """Place these SKUs, and all that bears on them, by the rules; write what changes."""
    around, blocks = read_blocks(connection, sku_ids)
    grounds = Grounds(around.facts.values(), around.decisions, around.sold_together)
    plan = plan_products(blocks, around.current, around.products, grounds)
    apply_product_plan(connection, plan, now)
    return Placement(around, blocks, plan)


def read_blocks(
    connection: Connection, sku_ids: Collection[int]
) -> tuple[Neighbourhood, list[Block]]:
    """What bears on these SKUs, and the products they should make."""
    around = neighbourhood(connection, sku_ids)
    return around, partition(around.facts.values(), around.decisions, around.sold_together)

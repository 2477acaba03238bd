"""Decides which SKUs are one product: reads the facts, applies the rules, writes the changes.

Ingestion places the SKUs that a file touches, post-processing those that later facts and operators'
decisions concern; their neighbourhood is always included.
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
    """A neighbourhood, the products that its SKUs form, and what that changed."""

    around: Neighbourhood
    blocks: Sequence[Block]
    plan: ProductPlan

    @property
    def rules(self) -> Mapping[int, str]:
        """Which rule placed each SKU, by sku_id."""
        return {sku_id: str(rule) for block in self.blocks for sku_id, rule in block.rules.items()}


def place_skus(connection: Connection, sku_ids: Collection[int], now: datetime) -> Placement:
    """Place these SKUs, and all that affect them, by the rules; write what changes."""
    around, blocks = read_blocks(connection, sku_ids)
    grounds = Grounds(around.facts.values(), around.decisions, around.shelves)
    plan = plan_products(blocks, around.current, around.products, grounds)
    apply_product_plan(connection, plan, now)
    return Placement(around, blocks, plan)


def read_blocks(
    connection: Connection, sku_ids: Collection[int]
) -> tuple[Neighbourhood, list[Block]]:
    """The SKUs that affect these, and the products that they should form."""
    around = neighbourhood(connection, sku_ids)
    return around, partition(around.facts.values(), around.decisions, around.shelves)

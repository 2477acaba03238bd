"""What decides which SKUs are one product: their facts, operators' decisions, where they were sold.

`partition` has the rules.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec


class SkuFacts(msgspec.Struct, frozen=True, gc=False):
    """What decides a SKU's product. `barcode`: a GTIN-13; without a `match_key` no name matches.

    `url`: the address of its page, which can tell variants apart that have the same key.
    """

    sku_id: int
    company: str
    sku: str
    barcode: str | None
    match_key: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """An operator's decision on two SKUs: one product, or never one; it overrides the rules."""

    kind: Literal["same", "never"]
    sku_id_a: int
    sku_id_b: int


SkuPair = tuple[int, int]
Shelves = Mapping[int, Collection[int]]
"""By sku_id, where and when a SKU was sold: two with a shelf in common were sold side by side."""

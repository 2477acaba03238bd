"""Which known SKUs a snapshot touches: those whose product may change.

New SKUs are not included, as each of them must be placed anyway. `partition` decides which products
the touched ones belong to.
"""

from collections.abc import Iterable
from typing import NamedTuple

from pipeline_assets.domain.products.sku_facts import KnownSku, SkuPlan
from pipeline_assets.domain.snapshots.prices import PricePlan


class FormerIdentities(NamedTuple):
    """The barcodes and match keys that SKUs had before a snapshot changed them."""

    barcodes: set[str]
    match_keys: set[str]


def former_identities(plan: SkuPlan, known: Iterable[KnownSku]) -> FormerIdentities:
    """The old barcodes and match keys of the SKUs whose identity changes.

    Other SKUs that share one of them are touched: nothing may link them to the changed SKU any
    more, and yet its change can make their key unambiguous.
    """
    changed = set(plan.identity_changed)
    former = [sku.record for sku in known if sku.sku_id in changed]
    return FormerIdentities(
        barcodes={record.barcode for record in former if record.barcode is not None},
        match_keys={record.match_key for record in former if record.match_key is not None},
    )


def shelf_mates(plan: PricePlan, known: Iterable[KnownSku]) -> set[int]:
    """SKUs of one product, without a barcode, that this store newly sells side by side.

    Until now they were one product; a store that sells both shows that they are two.
    """
    appeared = {price.sku_id for price in plan.new}
    of_product: dict[int, list[int]] = {}
    for sku in known:
        if sku.record.barcode is None and sku.product_id is not None:
            of_product.setdefault(sku.product_id, []).append(sku.sku_id)
    return {
        sku_id
        for mates in of_product.values()
        if len(mates) > 1 and not appeared.isdisjoint(mates)
        for sku_id in mates
    }

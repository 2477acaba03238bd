"""Which match keys mean one product, and one product for the SKUs that the rules say are one."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from pipeline_assets.catalogue import translations, watermarks
from pipeline_assets.catalogue.neighbourhood import Neighbourhood, changed_since, decided
from pipeline_assets.domain.products.partition import Block
from pipeline_assets.domain.products.plan import ProductPlan
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.products.reconcile import place_skus, read_blocks

TRANSLATIONS = "product_translations"
RECONCILED = "reconciled_products"


def translate_products(connection: Connection) -> StepReport:
    """Record for each match key the key by which its product goes."""
    last_file = watermarks.last_file_id(connection)
    seeds = _seeds(connection, TRANSLATIONS)
    around, blocks = read_blocks(connection, seeds)
    wanted = canonical_keys(around, blocks)
    keys = {sku.match_key for sku in around.facts.values() if sku.match_key is not None}
    recorded = translations.product_keys(connection, keys)
    written = {key: to for key, to in wanted.items() if recorded.get(key) != to}
    withdrawn = (recorded.keys() - wanted.keys()) | set(
        translations.unknown_product_keys(connection)
    )
    translations.write_product_keys(connection, written, withdrawn)
    watermarks.set_watermark(connection, TRANSLATIONS, last_file)
    differing = {key: to for key, to in written.items() if key != to}
    return StepReport(
        TRANSLATIONS,
        changes={"written": len(written), "withdrawn": len(withdrawn)},
        facts={"skus_looked_at": len(around.facts)},
        details=[f"{key} = {to}" for key, to in sorted(differing.items())],
    )


def canonical_keys(around: Neighbourhood, blocks: Sequence[Block]) -> dict[str, str]:
    """Match key → the match key of its product's first SKU.

    A key that stands for several products is ambiguous and translates to nothing.
    """
    canonical: dict[str, str] = {}
    holders: Counter[str] = Counter()
    for block in blocks:
        keys = [around.facts[sku_id].match_key for sku_id in block.members]
        named = dict.fromkeys(key for key in keys if key is not None)
        holders.update(list(named))
        canonical |= dict.fromkeys(named, next(iter(named), ""))
    return {key: to for key, to in canonical.items() if holders[key] == 1}


def reconcile_products(connection: Connection, now: datetime) -> StepReport:
    """Let SKUs become one product, or come apart, wherever the facts ask for it."""
    last_file = watermarks.last_file_id(connection)
    placement = place_skus(connection, _seeds(connection, RECONCILED), now)
    watermarks.set_watermark(connection, RECONCILED, last_file)
    plan = placement.plan
    return StepReport(
        RECONCILED,
        changes={
            "merges": len(plan.merges),
            "splits": len(plan.splits),
            "skus_moved": len(plan.moves),
            "products_new": len(plan.created),
        },
        facts={"skus_looked_at": len(placement.around.facts)},
        details=told(plan),
    )


def told(plan: ProductPlan) -> list[str]:
    """The merges and splits of a plan in words."""
    return [
        *(
            f"product {merge.retired_id} is merged into {merge.survivor_id} ({merge.reason})"
            for merge in plan.merges
        ),
        *(
            f"{len(split.sku_ids)} SKUs leave product {split.from_product_id} ({split.reason})"
            for split in plan.splits
        ),
    ]


def _seeds(connection: Connection, step: str) -> set[int]:
    """The SKUs whose facts changed since the step's last run, and those with a decision."""
    return changed_since(connection, watermarks.watermark(connection, step)) | decided(connection)

"""Finds match keys that mean the same product, and merges or splits products by the rules."""

from collections import Counter
from collections.abc import Sequence

from pipeline_assets.catalogue import translations
from pipeline_assets.catalogue.neighbourhood import Neighbourhood, changed_since, decided
from pipeline_assets.domain.products.partition import Block
from pipeline_assets.domain.products.plan import ProductPlan
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext
from pipeline_assets.services.products.reconcile import place_skus, read_blocks


def translate_products(context: StepContext) -> StepReport:
    """Record each match key's canonical key."""
    connection = context.connection
    around, blocks = read_blocks(connection, _seeds(context))
    wanted = canonical_keys(around, blocks)
    keys = {sku.match_key for sku in around.facts.values() if sku.match_key is not None}
    recorded = translations.product_keys(connection, keys)
    written = {key: to for key, to in wanted.items() if recorded.get(key) != to}
    withdrawn = recorded.keys() - wanted.keys()
    if context.seen_file_id != context.newest_file_id:  # only a file gives a SKU another key
        withdrawn |= set(translations.unknown_product_keys(connection))
    translations.write_product_keys(connection, written, withdrawn)
    differing = {key: to for key, to in written.items() if key != to}
    return StepReport(
        changes={"written": len(written), "withdrawn": len(withdrawn)},
        facts={"skus_looked_at": len(around.facts)},
        details=[f"{key} = {to}" for key, to in sorted(differing.items())],
    )


def canonical_keys(around: Neighbourhood, blocks: Sequence[Block]) -> dict[str, str]:
    """Match key → the match key of its product's first SKU.

    A key that refers to more than one product is ambiguous and gets no translation.
    """
    canonical: dict[str, str] = {}
    holders: Counter[str] = Counter()
    for block in blocks:
        keys = [around.facts[sku_id].match_key for sku_id in block.members]
        named = dict.fromkeys(key for key in keys if key is not None)
        holders.update(list(named))
        canonical |= dict.fromkeys(named, next(iter(named), ""))
    return {key: to for key, to in canonical.items() if holders[key] == 1}


def reconcile_products(context: StepContext) -> StepReport:
    """Merge or split products wherever their SKUs' facts require it."""
    now = context.pipeline.clock()
    placement = place_skus(context.connection, _seeds(context), now)
    plan = placement.plan
    return StepReport(
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


def _seeds(context: StepContext) -> set[int]:
    """The SKUs whose facts changed since the step's last run, and those with a decision."""
    connection = context.connection
    return changed_since(connection, context.seen_file_id) | decided(connection)


PRODUCT_TRANSLATIONS = Step(
    "product_translations",
    "The canonical key of every match key: table `product_translations`. Changes when products do.",
    translate_products,
    table="product_translations",
    keeps_watermark=True,
)
RECONCILED_PRODUCTS = Step(
    "reconciled_products",
    "Merges products whose SKUs are one product and splits those whose SKUs are not; table "
    "`product_merges` records each merge and split with its reason. Changes when new facts or "
    "decisions do; no price changes.",
    reconcile_products,
    table="products",
    keeps_watermark=True,
)

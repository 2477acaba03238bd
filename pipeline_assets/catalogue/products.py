"""Writes which SKUs are one product: new ids, SKUs that move, ids that are retired."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update

from pipeline_assets.catalogue.database.statements import (
    insert_rows,
    pieces,
    update_rows,
    write_rows,
)
from pipeline_assets.catalogue.schema import product_merges, product_redirects, products, skus
from pipeline_assets.domain.products.plan import (
    CreatedProduct,
    NewProduct,
    ProductMerge,
    ProductPlan,
    ProductSplit,
    ProductSummary,
)


def apply_product_plan(connection: Connection, plan: ProductPlan, now: datetime) -> None:
    """Write the plan; every product id ever assigned still resolves."""
    if plan.is_empty:
        return
    _write_summaries(connection, plan.summaries)
    created_ids = _create(connection, plan.created, now)
    targets = dict(plan.moves)
    for product_id, created in zip(created_ids, plan.created, strict=True):
        targets |= dict.fromkeys(created.members, product_id)
    placed = [{"sku_id": sku_id, "product_id": target} for sku_id, target in targets.items()]
    update_rows(connection, skus, placed, "sku_id")
    _retire(connection, plan.merges, now)
    _record(connection, plan, created_ids, now)


def _write_summaries(connection: Connection, summaries: Mapping[int, ProductSummary]) -> None:
    rows = [
        {"product_id": product_id, **summary._asdict()} for product_id, summary in summaries.items()
    ]
    update_rows(connection, products, rows, "product_id")


def _create(connection: Connection, created: Sequence[CreatedProduct], now: datetime) -> list[int]:
    """The ids of new products, in the order given; their display SKUs tell them apart."""
    if not created:
        return []
    rows = [product.summary._asdict() | {"created_at": now} for product in created]
    insert_rows(connection, products, rows)
    newest = select(products.c.display_sku_id, func.max(products.c.product_id)).group_by(
        products.c.display_sku_id
    )
    ids: dict[int, int] = {}
    for piece in pieces([product.summary.display_sku_id for product in created]):
        # The highest id is the one just assigned; a lower one is an older product's.
        found = connection.execute(newest.where(products.c.display_sku_id.in_(piece)))
        ids |= {row[0]: row[1] for row in found}
    return [ids[product.summary.display_sku_id] for product in created]


def _retire(connection: Connection, merges: Sequence[ProductMerge], now: datetime) -> None:
    if not merges:
        return
    redirected = update(product_redirects).where(
        product_redirects.c.product_id == bindparam("of_product")
    )
    survivors = {merge.retired_id: merge.survivor_id for merge in merges}
    rows = [{"of_product": old, "product_id": new} for old, new in survivors.items()]
    write_rows(connection, redirected, rows)
    retired = [
        {"retired_product_id": old, "product_id": new, "retired_at": now}
        for old, new in survivors.items()
    ]
    insert_rows(connection, product_redirects, retired)
    for piece in pieces(survivors):
        connection.execute(delete(products).where(products.c.product_id.in_(piece)))


def _record(
    connection: Connection, plan: ProductPlan, created_ids: Sequence[int], now: datetime
) -> None:
    rows = [
        _merge_row("merge", merge.retired_id, merge.survivor_id, merge, now)
        for merge in plan.merges
    ]
    for split in plan.splits:
        into = split.into
        into_id = created_ids[into.index] if isinstance(into, NewProduct) else into
        rows.append(_merge_row("split", split.from_product_id, into_id, split, now))
    insert_rows(connection, product_merges, rows)


def _merge_row(
    kind: str, from_id: int, into_id: int, change: ProductMerge | ProductSplit, now: datetime
) -> dict[str, object]:
    return {
        "kind": kind,
        "from_product_id": from_id,
        "into_product_id": into_id,
        "reason": str(change.reason),
        "evidence": json.dumps(change.evidence, sort_keys=True),
        "made_at": now,
    }


def delete_products_without_skus(connection: Connection) -> int:
    """Delete the products that no SKU belongs to; returns how many there were."""
    used = exists().where(skus.c.product_id == products.c.product_id)
    return connection.execute(delete(products).where(~used)).rowcount

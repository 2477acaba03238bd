"""Operators' decisions on pairs of SKUs; there is at most one per pair."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from pipeline_assets.catalogue import neighbourhood
from pipeline_assets.catalogue.schema import product_decisions, skus
from pipeline_assets.catalogue.watermarks import last_file_id
from pipeline_assets.domain.products.facts import SkuPair


def find_sku(connection: Connection, company: str, sku: str) -> int | None:
    """The sku_id of a company's SKU; None if there is no such SKU."""
    wanted = select(skus.c.sku_id).where(skus.c.company == company, skus.c.sku == sku)
    return connection.execute(wanted).scalar_one_or_none()


def write(
    connection: Connection, kind: str, pair: SkuPair, note: str | None, now: datetime
) -> None:
    """Record a decision, replacing an earlier one on the same pair."""
    remove(connection, pair)
    low, high = sorted(pair)
    row = {"kind": kind, "sku_id_a": low, "sku_id_b": high, "note": note, "decided_at": now}
    connection.execute(insert(product_decisions).values(row))


def remove(connection: Connection, pair: SkuPair) -> bool:
    """Withdraw the decision on a pair; False when there is none."""
    low, high = sorted(pair)
    statement = delete(product_decisions).where(
        product_decisions.c.sku_id_a == low, product_decisions.c.sku_id_b == high
    )
    return connection.execute(statement).rowcount > 0


def mark_decided(connection: Connection, pair: SkuPair) -> None:
    """Mark these SKUs for the next post-processing, even if no decision on them is left."""
    mark = last_file_id(connection) + 1  # later than any file that a step can have seen already
    neighbourhood.mark_changed(connection, pair, mark)


def product_ids(connection: Connection, pair: SkuPair) -> dict[int, int]:
    """The products of these SKUs, by sku_id."""
    rows = connection.execute(
        select(skus.c.sku_id, skus.c.product_id).where(skus.c.sku_id.in_(pair))
    )
    return {row[0]: row[1] for row in rows}


def joined_by_same(connection: Connection, sku_ids: Collection[int], besides: SkuPair) -> set[int]:
    """These SKUs and all that *same* decisions join with them, except the one on `besides`."""
    links = [{a, b} for kind, a, b in _all(connection) if kind == "same" and {a, b} != set(besides)]
    joined = set(sku_ids)
    grows = True
    while grows:
        found = {sku_id for link in links if not joined.isdisjoint(link) for sku_id in link}
        grows = not found <= joined
        joined |= found
    return joined


def has_never_within(connection: Connection, sku_ids: Collection[int], besides: SkuPair) -> bool:
    """Whether a *never* decision separates two of these SKUs, except the one on `besides`."""
    inside = set(sku_ids)
    return any(
        kind == "never" and {a, b} <= inside and {a, b} != set(besides)
        for kind, a, b in _all(connection)
    )


def _all(connection: Connection) -> list[tuple[str, int, int]]:
    columns = product_decisions.c
    rows = connection.execute(select(columns.kind, columns.sku_id_a, columns.sku_id_b))
    return [(row[0], row[1], row[2]) for row in rows]

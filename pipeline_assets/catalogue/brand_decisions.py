"""Operators' decisions on pairs of brand names; there is at most one per pair."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, select

from pipeline_assets.catalogue import neighbourhood
from pipeline_assets.catalogue.schema import brand_aliases, brand_decisions, brands, skus
from pipeline_assets.catalogue.watermarks import last_file_id
from pipeline_assets.domain.brands.decisions import BrandDecision, NamePair

_ROWS_AT_ONCE = 10_000


def all_brand_decisions(connection: Connection) -> list[BrandDecision]:
    """Every decision on brands, in order of the names."""
    columns = brand_decisions.c
    wanted = select(columns.kind, columns.alias_a, columns.alias_b)
    rows = connection.execute(wanted.order_by(columns.alias_a, columns.alias_b))
    return [BrandDecision(*row) for row in rows]


def write_brand_decision(
    connection: Connection, decision: BrandDecision, note: str | None, now: datetime
) -> None:
    """Record a decision, replacing an earlier one on the same pair."""
    pair = decision.name_a, decision.name_b
    remove_brand_decision(connection, pair)
    low, high = sorted(pair)
    row = {"kind": decision.kind, "alias_a": low, "alias_b": high, "note": note, "decided_at": now}
    connection.execute(insert(brand_decisions).values(row))


def remove_brand_decision(connection: Connection, pair: NamePair) -> bool:
    """Withdraw the decision on a pair; False when there is none."""
    low, high = sorted(pair)
    columns = brand_decisions.c
    of_pair = and_(columns.alias_a == low, columns.alias_b == high)
    return connection.execute(delete(brand_decisions).where(of_pair)).rowcount > 0


def is_known_brand_name(connection: Connection, alias: str) -> bool:
    """Whether files name a brand so, in any spelling, or a decision is about it."""
    if connection.scalar(select(brand_aliases.c.alias).where(brand_aliases.c.alias == alias)):
        return True
    columns = brand_decisions.c
    about = (columns.alias_a == alias) | (columns.alias_b == alias)
    return connection.scalar(select(func.count()).select_from(brand_decisions).where(about)) != 0


def brand_spellings(connection: Connection) -> Iterator[str]:
    """How all brand names are spelled, in order."""
    wanted = select(brand_aliases.c.spelling).order_by(brand_aliases.c.alias)
    rows = connection.execute(wanted, execution_options={"yield_per": _ROWS_AT_ONCE})
    return iter(rows.scalars())


def shown_brands(connection: Connection, pair: NamePair) -> dict[str, str]:
    """The brand that each of these names stands for now, as it is shown, by name."""
    rows = connection.execute(
        select(brand_aliases.c.alias, brands.c.name)
        .join(brands, brands.c.brand_id == brand_aliases.c.brand_id)
        .where(brand_aliases.c.alias.in_(pair))
    )
    return {row[0]: row[1] for row in rows}


def have_brands_exported(connection: Connection, pair: NamePair) -> None:
    """Make post-processing due, by a mark on a SKU of each name: it writes `brands.json` anew."""
    marked = (
        select(func.min(skus.c.sku_id))
        .where(skus.c.brand_alias.in_(pair))
        .group_by(skus.c.brand_alias)
    )
    sku_ids = list(connection.execute(marked).scalars())
    neighbourhood.mark_changed(connection, sku_ids, last_file_id(connection) + 1)

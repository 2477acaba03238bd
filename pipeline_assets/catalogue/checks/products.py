"""SKUs without a product, products with two barcodes, things that share a barcode."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, exists, func, or_, select

from pipeline_assets.catalogue.checks.offenders import Offenders, find_offenders
from pipeline_assets.catalogue.schema import product_decisions, product_merges, products, skus
from pipeline_assets.catalogue.watermarks import last_file_id


@dataclass(frozen=True, slots=True)
class NamedSku:
    """A SKU as its pages name it."""

    company: str
    sku: str
    name: str
    brand_name: str | None


def state_of_products(connection: Connection) -> str:
    """A text that changes with the facts and products of SKUs, and with the decisions on them."""
    decisions, merges = product_decisions.c, product_merges.c
    count, last = connection.execute(select(func.count(), func.max(decisions.decided_at))).one()
    merged = connection.execute(select(func.max(merges.merge_id))).scalar_one()
    return f"file {last_file_id(connection)}, decision {count} of {last}, merge {merged}"


def number_of_skus(connection: Connection) -> int:
    """How many SKUs there are."""
    return connection.execute(select(func.count()).select_from(skus)).scalar_one()


def skus_without_product(connection: Connection) -> Offenders:
    """SKUs whose product is not set or does not exist."""
    own = skus.c.product_id == products.c.product_id
    return find_offenders(
        connection,
        select(skus.c.company, skus.c.sku, skus.c.name, skus.c.product_id)
        .join_from(skus, products, own, isouter=True)
        .where(products.c.product_id.is_(None))
        .order_by(skus.c.company, skus.c.sku),
    )


def products_with_two_barcodes(connection: Connection) -> Offenders:
    """Products with more barcodes than *same* decisions within them can have joined."""
    ours, others = skus.alias("ours"), skus.alias("others")
    decisions = (
        select(ours.c.product_id, func.count().label("decisions"))
        .join_from(product_decisions, ours, ours.c.sku_id == product_decisions.c.sku_id_a)
        .join(others, others.c.sku_id == product_decisions.c.sku_id_b)
        .where(product_decisions.c.kind == "same", ours.c.product_id == others.c.product_id)
        .group_by(ours.c.product_id)
        .subquery("decided")
    )
    has_barcode = skus.c.barcode.is_not(None) & skus.c.product_id.is_not(None)
    # Counting the barcodes of each product takes twice as long as looking at the first and last.
    lowest, highest = func.min(skus.c.barcode), func.max(skus.c.barcode)
    several = select(skus.c.product_id).where(has_barcode).group_by(skus.c.product_id)
    barcodes = func.count(skus.c.barcode.distinct())
    decided = func.coalesce(func.max(decisions.c.decisions), 0)
    return find_offenders(
        connection,
        select(
            skus.c.product_id,
            barcodes.label("barcodes"),
            lowest.label("lowest"),
            highest.label("highest"),
            decided.label("decisions"),
            func.min(skus.c.name).label("name"),
        )
        .join_from(skus, decisions, decisions.c.product_id == skus.c.product_id, isouter=True)
        .where(has_barcode, skus.c.product_id.in_(several.having(lowest != highest)))
        .group_by(skus.c.product_id)
        .having(barcodes > 1 + decided)
        .order_by(barcodes.desc(), skus.c.product_id),
    )


def pairs_sharing_a_barcode(connection: Connection) -> Iterator[tuple[str, NamedSku, NamedSku]]:
    """Pairs of SKUs of one product that share its barcode, by barcode, and which no one decided on.

    Pairs with the same match key are left out: they are named alike.
    """
    a, b = skus.alias("a"), skus.alias("b")
    keys_differ = or_(
        a.c.match_key.is_(None), b.c.match_key.is_(None), a.c.match_key != b.c.match_key
    )
    decided = exists().where(
        product_decisions.c.sku_id_a == a.c.sku_id, product_decisions.c.sku_id_b == b.c.sku_id
    )
    rows = connection.execute(
        select(
            a.c.barcode,
            *(a.c[name] for name in NamedSku.__dataclass_fields__),
            *(b.c[name] for name in NamedSku.__dataclass_fields__),
        )
        .join_from(a, b, (a.c.barcode == b.c.barcode) & (a.c.sku_id < b.c.sku_id))
        .where(a.c.product_id == b.c.product_id, keys_differ, ~decided)
        .order_by(a.c.barcode, a.c.sku_id, b.c.sku_id)
    )
    for row in rows:
        yield row[0], NamedSku(*row[1:5]), NamedSku(*row[5:])

"""What is known of SKUs' barcodes besides the snapshots: of SKUs, and of those not seen yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from pipeline_assets.catalogue.database.statements import (
    insert_rows,
    pieces,
    rows_where_in,
    update_rows,
)
from pipeline_assets.catalogue.schema import skus, waiting_barcodes
from pipeline_assets.domain.enrichment.barcode_facts import BarcodeFact, SkuName

_FACTS = ("barcode", "barcode_at", "no_barcode_at")


@dataclass(frozen=True, slots=True)
class KnownBarcode:
    """A SKU of the catalogue: its number, its match key, and what is known of its barcode."""

    sku_id: int
    match_key: str | None
    fact: BarcodeFact


def known_barcodes(
    connection: Connection, names: Collection[SkuName]
) -> dict[SkuName, KnownBarcode]:
    """Those of these SKUs that are in the catalogue."""
    columns = (skus.c.sku_id, skus.c.match_key, *(skus.c[name] for name in _FACTS))
    found: dict[SkuName, KnownBarcode] = {}
    for company, wanted in _by_company(names).items():
        query = select(skus.c.sku, *columns).where(skus.c.company == company)
        for row in rows_where_in(connection, query, skus.c.sku, wanted):
            found[company, row[0]] = KnownBarcode(row[1], row[2], BarcodeFact(*row[3:]))
    return found


def facts_that_wait(
    connection: Connection, names: Collection[SkuName]
) -> dict[SkuName, BarcodeFact]:
    """What is known of those of these SKUs that no snapshot has named yet."""
    columns = waiting_barcodes.c
    found: dict[SkuName, BarcodeFact] = {}
    for company, wanted in _by_company(names).items():
        query = select(columns.sku, *(columns[name] for name in _FACTS))
        ours = query.where(columns.company == company)
        for row in rows_where_in(connection, ours, columns.sku, wanted):
            found[company, row[0]] = BarcodeFact(*row[1:])
    return found


def _by_company(names: Collection[SkuName]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for company, sku in names:
        found[company].append(sku)
    return found


def write_facts(connection: Connection, facts: Mapping[int, BarcodeFact]) -> None:
    """Replace what is known of the barcodes of SKUs, by sku_id."""
    rows = [{"sku_id": sku_id, **asdict(fact)} for sku_id, fact in facts.items()]
    update_rows(connection, skus, rows, "sku_id")


def keep_waiting(
    connection: Connection,
    new: Mapping[SkuName, BarcodeFact],
    changed: Mapping[SkuName, BarcodeFact],
) -> None:
    """Keep what is known of SKUs that no snapshot has named: new rows, and replaced ones."""
    insert_rows(connection, waiting_barcodes, [_row(*one) for one in new.items()])
    update_rows(
        connection, waiting_barcodes, [_row(*one) for one in changed.items()], "company", "sku"
    )


def _row(name: SkuName, fact: BarcodeFact) -> dict[str, Any]:
    return {"company": name[0], "sku": name[1], **asdict(fact)}


def forget_waiting(connection: Connection, company: str, names: Collection[str]) -> None:
    """Delete what waited for these SKUs of the company, as they have it now."""
    for piece in pieces(names):
        ours = waiting_barcodes.delete().where(waiting_barcodes.c.company == company)
        connection.execute(ours.where(waiting_barcodes.c.sku.in_(piece)))


def taken_facts(
    connection: Connection, company: str, names: Collection[str]
) -> dict[str, BarcodeFact]:
    """What waited for these new SKUs of the company, by SKU; it waits no longer."""
    found = facts_that_wait(connection, [(company, name) for name in names])
    facts = {name: fact for (_, name), fact in found.items()}
    if facts:
        forget_waiting(connection, company, facts.keys())
    return facts

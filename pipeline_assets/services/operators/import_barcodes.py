"""Brings in barcodes that were looked up before, of SKUs and of those that are not seen yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from pipeline_assets import stopping
from pipeline_assets.catalogue import barcode_facts, neighbourhood, watermarks
from pipeline_assets.catalogue.barcode_facts import KnownBarcode
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.domain.enrichment.barcode_facts import (
    BARCODE_COLUMNS,
    BarcodeFact,
    RefusedBarcode,
    SkuName,
    read_barcode_facts,
)
from pipeline_assets.services.operators.csv_tables import csv_rows
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.products.reconcile import place_skus

# SKUs in one transaction: between two of them, files have their turn.
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class ImportedBarcodes:
    """What a table of barcodes brought, by SKU, and its refused rows.

    `changed`: SKUs of the catalogue that it says something new of; `waiting`: SKUs that no snapshot
    has named yet, of which it is kept; `unchanged`: those of which as much was known, or newer.
    """

    changed: int
    waiting: int
    unchanged: int
    refused: Sequence[RefusedBarcode]


def import_barcodes(pipeline: Pipeline, path: Path) -> ImportedBarcodes:
    """Read a table of barcodes, a CSV file that may be packed with gzip, into the catalogue.

    A row that cannot be read is refused; the others count. Products are right at once. A second
    time changes nothing, so an import that was cut off is simply repeated. Raises `UsageError` for
    a file that is no such table.
    """
    rows = csv_rows(path, "A table of barcodes", BARCODE_COLUMNS, BARCODE_COLUMNS)
    latest = pipeline.clock() + pipeline.settings.future_tolerance
    facts, refused = read_barcode_facts(rows, pipeline.settings.zone, latest)
    changed = waiting = 0
    names = iter(sorted(facts))
    while piece := list(islice(names, _AT_ONCE)):
        stopping.check()
        with writing(pipeline.engine, Lock.CATALOGUE) as connection:
            wanted = {name: facts[name] for name in piece}
            of_known = barcode_facts.known_barcodes(connection, piece)
            changed += _apply(connection, pipeline, wanted, of_known)
            unseen = {name: wanted[name] for name in piece if name not in of_known}
            waiting += _keep(connection, unseen)
    return ImportedBarcodes(changed, waiting, len(facts) - changed - waiting, refused)


def _apply(
    connection: Connection,
    pipeline: Pipeline,
    facts: Mapping[SkuName, BarcodeFact],
    known: Mapping[SkuName, KnownBarcode],
) -> int:
    """Write what is new of SKUs, and place those whose barcode changes; returns how many SKUs."""
    new = {name: one.fact | facts[name] for name, one in known.items()}
    changed = {name: fact for name, fact in new.items() if fact != known[name].fact}
    barcode_facts.write_facts(
        connection, {known[name].sku_id: fact for name, fact in changed.items()}
    )
    moved = [
        known[name] for name, fact in changed.items() if fact.barcode != known[name].fact.barcode
    ]
    if moved:
        former = {one.fact.barcode for one in moved if one.fact.barcode is not None}
        keys = {one.match_key for one in moved if one.match_key is not None}
        touched = {one.sku_id for one in moved}
        touched |= neighbourhood.sharing(connection, former, keys)
        # Later than any file that a step of post-processing can have seen already.
        mark = watermarks.last_file_id(connection) + 1
        neighbourhood.mark_changed(connection, touched, mark)
        place_skus(connection, touched, pipeline.clock())
    return len(changed)


def _keep(connection: Connection, facts: Mapping[SkuName, BarcodeFact]) -> int:
    """Keep what is said of SKUs that no snapshot has named; returns of how many it is news."""
    kept = barcode_facts.facts_that_wait(connection, facts.keys())
    new = {name: fact for name, fact in facts.items() if name not in kept}
    merged = {name: fact | facts[name] for name, fact in kept.items()}
    changed = {name: fact for name, fact in merged.items() if fact != kept[name]}
    barcode_facts.keep_waiting(connection, new, changed)
    return len(new) + len(changed)

"""Brings a directory of stores into the catalogue, and gives scrapers their lists of stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline_assets.catalogue import store_directory
from pipeline_assets.catalogue.database.engine import Lock, reading, writing
from pipeline_assets.catalogue.store_directory import StoreToScrape
from pipeline_assets.domain.stores.directory import (
    COLUMNS,
    REQUIRED,
    RefusedEntry,
    StoreFacts,
    read_entries,
    updated_facts,
)
from pipeline_assets.services.operators.csv_tables import csv_rows
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class ImportedStores:
    """How many stores of a directory were new, changed or known as they are; the refused rows."""

    new: int
    changed: int
    unchanged: int
    refused: Sequence[RefusedEntry]


def bring_in_stores(pipeline: Pipeline, path: Path) -> ImportedStores:
    """Read a directory, a CSV file that may be packed with gzip, into the catalogue.

    A row that cannot be read is refused; the others count. Once all is known, another time changes
    nothing. Raises `UsageError` for a file that is no such table.
    """
    entries, refused = read_entries(csv_rows(path, "A directory of stores", COLUMNS, REQUIRED))
    now = pipeline.clock()
    with writing(pipeline.engine, Lock.CATALOGUE) as connection:
        known = store_directory.listed_stores(connection, {one.company for one in entries})
        new: dict[tuple[str, str], StoreFacts] = {}
        changed: dict[tuple[str, str], StoreFacts] = {}
        for entry in entries:
            name = (entry.company, entry.store_id)
            store = known.get(name)
            if store is None:
                new[name] = entry.facts
                continue
            facts = updated_facts(store.facts, entry.facts, is_scraped=store.is_scraped)
            if facts != store.facts:
                changed[name] = facts
        store_directory.add_stores(connection, new, now)
        store_directory.update_stores(connection, changed)
    unchanged = len(entries) - len(new) - len(changed)
    return ImportedStores(len(new), len(changed), unchanged, refused)


def stores_for_scraper(
    pipeline: Pipeline,
    limit: int,
    company: str | None = None,
    claim: timedelta | None = None,
    *,
    with_current: bool = False,
) -> Sequence[StoreToScrape]:
    """The stores most worth a visit that nobody has claimed; `claim` keeps them for so long.

    Two that ask at once never get the same store. A store's next snapshot ends its claim.
    """
    now = pipeline.clock()
    if claim is None:
        with reading(pipeline.engine) as connection:
            return store_directory.unclaimed_stores(
                connection, now, limit, company, with_current=with_current
            )
    with writing(pipeline.engine, Lock.CATALOGUE) as connection:
        found = store_directory.unclaimed_stores(
            connection, now, limit, company, with_current=with_current
        )
        names = [(one.company, one.store_id) for one in found]
        store_directory.claim_stores(connection, names, now + claim)
    return found

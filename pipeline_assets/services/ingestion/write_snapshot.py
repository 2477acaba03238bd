"""Plans and applies everything one accepted snapshot changes, within the caller's transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from pipeline_assets.catalogue import (
    barcode_facts,
    ledger,
    neighbourhood,
    prices,
    skus,
    stores,
    totals,
)
from pipeline_assets.domain.enrichment.barcode_facts import with_fact
from pipeline_assets.domain.products.sku_facts import SkuPlan, plan_skus
from pipeline_assets.domain.products.touched import former_identities, shelf_mates
from pipeline_assets.domain.snapshots.listing import Listing
from pipeline_assets.domain.snapshots.prices import PricePlan, plan_prices
from pipeline_assets.domain.snapshots.snapshot import Snapshot
from pipeline_assets.services.products.reconcile import place_skus


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What the ledger stores about a file besides its figures; paths below the data folder."""

    digest: str
    source_path: str
    archive_path: str
    run_id: str | None


@dataclass(frozen=True, slots=True)
class WrittenSnapshot:
    """What a snapshot changed: figures by name, and how many new SKUs each rule placed.

    `table_rows` are the rows of the large tables with its changes, by table.
    """

    file_id: int
    counts: Mapping[str, int]
    matched_by_rule: Mapping[str, int]
    table_rows: Mapping[str, int]


def write_snapshot(
    connection: Connection,
    snapshot: Snapshot,
    store: stores.KnownStore | None,
    entry: FileEntry,
    now: datetime,
) -> WrittenSnapshot:
    """Write SKUs, prices, history, products and the ledger entry of an accepted snapshot.

    `store`: its store; None if it is to be registered.
    """
    header = snapshot.header
    store_key = stores.register_store(connection, header, store, now)
    file_id = ledger.add_entry(connection, _ledger_row(snapshot, entry, now))
    names = [listing.sku for listing in snapshot.listings]
    known_skus = skus.lookup_skus(connection, header.company, store_key, names)
    sku_plan = plan_skus(snapshot.listings, known_skus, header.scraped_at, header.store_id)
    sku_plan = _with_waiting_facts(connection, sku_plan, header.company)
    new_ids = skus.apply_sku_plan(connection, sku_plan, header, file_id)
    sku_ids = {sku: known_sku.sku_id for sku, known_sku in known_skus.items()} | new_ids
    price_plan = _plan_prices(connection, store_key, snapshot.listings, sku_ids)
    prices.apply_price_plan(connection, price_plan, store_key, header)
    former = former_identities(sku_plan, known_skus.values())
    touched = {*sku_plan.identity_changed, *shelf_mates(price_plan, known_skus.values())}
    touched |= neighbourhood.sharing(connection, former.barcodes, former.match_keys)
    neighbourhood.mark_changed(connection, touched, file_id)
    seeds = touched.union(new_ids.values())
    placement = place_skus(connection, seeds, now) if seeds else None
    rules = placement.rules if placement else {}
    stores.apply_header(connection, store_key, header, snapshot.rows_priced)
    changes = {
        "skus_new": len(new_ids),
        "products_new": len(placement.plan.created) if placement else 0,
        "prices_new": len(price_plan.new),
        "prices_changed": len(price_plan.changed),
        "prices_unchanged": price_plan.unchanged + len(price_plan.rewritten),
        "prices_delisted": len(price_plan.delisted),
    }
    ledger.complete_entry(connection, file_id, changes)
    totals.add_to_totals(connection, _added_rows(price_plan, len(new_ids)))
    counts = _row_counts(snapshot) | changes | {"skus_changed": len(sku_plan.changed)}
    matched = Counter(rules[sku_id] for sku_id in new_ids.values())
    rows = totals.read_totals(connection)
    return WrittenSnapshot(file_id, counts, dict(sorted(matched.items())), rows)


def _with_waiting_facts(connection: Connection, plan: SkuPlan, company: str) -> SkuPlan:
    """The plan with what was known of the barcodes of new SKUs before a snapshot named them."""
    facts = barcode_facts.taken_facts(connection, company, plan.new.keys()) if plan.new else {}
    if not facts:
        return plan
    known = {sku: with_fact(plan.new[sku], fact) for sku, fact in facts.items()}
    return replace(plan, new={**plan.new, **known})


def _added_rows(plan: PricePlan, new_skus: int) -> dict[str, int]:
    return {
        "prices": len(plan.new) - len(plan.delisted),
        "price_history": len(plan.history),
        "skus": new_skus,
    }


def _row_counts(snapshot: Snapshot) -> dict[str, int]:
    return {
        "rows_read": snapshot.rows_read,
        "rows_accepted": len(snapshot.listings),
        "rows_rejected": len(snapshot.rejected),
        "rows_priced": snapshot.rows_priced,
    }


def _ledger_row(snapshot: Snapshot, entry: FileEntry, now: datetime) -> dict[str, object]:
    header = snapshot.header
    return (
        asdict(entry)
        | _row_counts(snapshot)
        | ledger.NOTHING_CHANGED
        | {
            "company": header.company,
            "store_id": header.store_id,
            "scraped_at": header.scraped_at,
            "scraped_date": header.scraped_date,
            "ingested_at": now,
        }
    )


def _plan_prices(
    connection: Connection,
    store_key: int,
    listings: Sequence[Listing],
    sku_ids: Mapping[str, int],
) -> PricePlan:
    today = prices.lookup_prices(connection, store_key)
    rows = [(sku_ids[listing.sku], listing) for listing in listings]
    unknown = [sku_id for sku_id, _ in rows if sku_id not in today]
    last_known = prices.lookup_last_prices(connection, store_key, unknown)
    return plan_prices(rows, today, last_known)

"""Keeps what is asked for all day ready: prices by product and company, and words to search for."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Connection

from pipeline_assets.catalogue import company_products as catalogue
from pipeline_assets.catalogue import counted_stores as counted
from pipeline_assets.catalogue import search, watermarks
from pipeline_assets.catalogue.neighbourhood import changed_since
from pipeline_assets.domain.answers.company_products import (
    CompanyProductChanges,
    company_product_changes,
    rows_of_products,
    with_several_skus,
)
from pipeline_assets.domain.answers.counted_stores import counted_store, store_changes
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext

# So many, as each may be sold in a thousand stores and more.
_PRODUCTS_AT_ONCE = 500
# Their words are written in the order of the table; fewer SKUs would be more jumps in it.
_SKUS_AT_ONCE = 10_000
_NAME = "product_prices"


def keep_product_prices(context: StepContext) -> StepReport:
    """Bring table `company_products` up to date where something has changed since the last run."""
    connection = context.connection
    product_ids = _concerned(context)
    changes: Counter[str] = Counter(rows_new=0, rows_changed=0, rows_removed=0)
    for start in range(0, len(product_ids), _PRODUCTS_AT_ONCE):
        written = _renew(connection, product_ids[start : start + _PRODUCTS_AT_ONCE])
        changes.update(
            rows_new=len(written.new),
            rows_changed=len(written.changed),
            rows_removed=len(written.removed),
        )
    watermarks.set_seen_merge_id(connection, _NAME, watermarks.last_merge_id(connection))
    return StepReport(dict(changes), {"products_looked_at": len(product_ids)})


def _concerned(context: StepContext) -> list[int]:
    """The products whose rows may have to change, in order; records how stores count now."""
    connection, settings = context.connection, context.pipeline.settings
    known = counted.counted_stores(connection)
    current_from = context.pipeline.clock() - timedelta(days=settings.current_days)
    now = [
        counted_store(last, current_from, settings.zone)
        for last in counted.last_snapshots(connection)
    ]
    changes = store_changes(known, now)
    seen = watermarks.seen_merge_id(connection, _NAME)
    product_ids = (
        counted.products_with_news(connection, context.seen_file_id, seen)
        | counted.products_of_stores(connection, changes)
        if known and context.seen_file_id
        else counted.all_products(connection)
    )
    counted.write_counted_stores(connection, changes, known)
    return sorted(product_ids)


def _renew(connection: Connection, product_ids: Collection[int]) -> CompanyProductChanges:
    skus = catalogue.skus_of_products(connection, product_ids)
    offers = catalogue.offers_of_skus(connection, skus)
    past = catalogue.past_prices_of_skus(connection, skus)
    several = with_several_skus(skus, offers)
    distinct = catalogue.store_counts(connection, several) if several else {}
    wanted = rows_of_products(skus, offers, past, distinct)
    stored = catalogue.stored_company_products(connection, product_ids)
    changes = company_product_changes(stored, wanted)
    catalogue.write_company_products(connection, changes)
    return changes


def keep_words(context: StepContext) -> StepReport:
    """Bring table `sku_words` up to date for the SKUs whose names changed since the last run."""
    connection = context.connection
    sku_ids = sorted(changed_since(connection, context.seen_file_id))
    changes: Counter[str] = Counter(words_new=0, words_removed=0)
    for start in range(0, len(sku_ids), _SKUS_AT_ONCE):
        piece = sku_ids[start : start + _SKUS_AT_ONCE]
        wanted = {
            (word, sku_id): len(words)
            for sku_id, words in search.words_of_skus(connection, piece).items()
            for word in words
        }
        stored = search.stored_words(connection, piece)
        gone = {key for key, words in stored.items() if wanted.get(key) != words}
        new = {key: words for key, words in wanted.items() if stored.get(key) != words}
        search.write_words(connection, new, gone)
        changes.update(words_new=len(new), words_removed=len(gone))
    return StepReport(dict(changes), {"skus_looked_at": len(sku_ids)})


SKU_WORDS = Step(
    "sku_words",
    "The words by which a search finds each SKU: table `sku_words`. Changes when SKUs are new or "
    "get another name, brand or size.",
    keep_words,
    table="sku_words",
    keeps_watermark=True,
)
PRODUCT_PRICES = Step(
    _NAME,
    "What each company asks for each product today, and its lowest price in 90 days and ever: "
    "table `company_products`, shown by the views `product_prices` and `cheapest_per_unit`. "
    "Changes when prices do, when products merge or split, and when stores stop being current.",
    keep_product_prices,
    table="company_products",
    keeps_watermark=True,
)

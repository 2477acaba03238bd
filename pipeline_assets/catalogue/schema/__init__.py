"""The catalogue's tables. Their names are public; `docs/catalogue.md` explains them to users.

Fixed meanings: `store_id` and `sku` are a company's own identifiers, always text; `store_key`,
`sku_id`, `product_id`, … are this catalogue's numbers; `_cents` and `_e4` are whole cents and
ten-thousandths of a dollar (money is never a binary float); `_at` is UTC; `_date` is the day that
the file gives. What each column means is its `doc`, which Dagster's pages show; it is no comment in
the database, so a change of words needs no migration.
"""

from pipeline_assets.catalogue.schema.alerts import alert_deliveries, alerts
from pipeline_assets.catalogue.schema.answers import (
    company_products,
    product_price_stores,
    sku_words,
)
from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.bookkeeping import catalogue_settings, catalogue_totals
from pipeline_assets.catalogue.schema.enrichment import (
    enriched_files,
    enriched_rows,
    waiting_barcodes,
)
from pipeline_assets.catalogue.schema.files import (
    file_attempts,
    inbox_headers,
    ingested_files,
    post_processing_steps,
)
from pipeline_assets.catalogue.schema.locks import locks
from pipeline_assets.catalogue.schema.prices import price_history, price_history_files, prices
from pipeline_assets.catalogue.schema.products import (
    brand_aliases,
    brand_decisions,
    brand_translations,
    brands,
    product_decisions,
    product_merges,
    product_redirects,
    product_translations,
    products,
    skus,
)
from pipeline_assets.catalogue.schema.stores import (
    categories,
    companies,
    store_comparisons,
    store_group_members,
    store_groups,
    stores,
)
from pipeline_assets.catalogue.schema.suggestions import (
    comparable_pairs,
    matching_memory,
    sku_suggestions,
)

__all__ = [
    "alert_deliveries",
    "alerts",
    "brand_aliases",
    "brand_decisions",
    "brand_translations",
    "brands",
    "catalogue_settings",
    "catalogue_totals",
    "categories",
    "companies",
    "company_products",
    "comparable_pairs",
    "enriched_files",
    "enriched_rows",
    "file_attempts",
    "inbox_headers",
    "ingested_files",
    "locks",
    "matching_memory",
    "metadata",
    "post_processing_steps",
    "price_history",
    "price_history_files",
    "prices",
    "product_decisions",
    "product_merges",
    "product_price_stores",
    "product_redirects",
    "product_translations",
    "products",
    "sku_suggestions",
    "sku_words",
    "skus",
    "store_comparisons",
    "store_group_members",
    "store_groups",
    "stores",
    "waiting_barcodes",
]

"""The catalogue's tables. Their names are public; `docs/catalogue.md` explains them to users.

Fixed meanings: `store_id` and `sku` are a company's own identifiers, always text; `store_key`,
`sku_id`, `product_id`, … are this catalogue's numbers; `_cents` and `_e4` are whole cents and
ten-thousandths of a dollar (money is never a binary float); `_at` is UTC; `_date` is the day that
the file gives. What each column means is its `doc`, which Dagster's pages show; it is no comment in
the database, so a change of words needs no migration.
"""

from pipeline_assets.catalogue.schema.alerts import alert_deliveries, alerts
from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.bookkeeping import catalogue_settings, catalogue_totals
from pipeline_assets.catalogue.schema.enrichment import enriched_files, enriched_rows
from pipeline_assets.catalogue.schema.files import (
    file_attempts,
    ingested_files,
    post_processing_steps,
)
from pipeline_assets.catalogue.schema.locks import locks
from pipeline_assets.catalogue.schema.prices import price_history, prices
from pipeline_assets.catalogue.schema.products import (
    brand_aliases,
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

__all__ = [
    "alert_deliveries",
    "alerts",
    "brand_aliases",
    "brand_translations",
    "brands",
    "catalogue_settings",
    "catalogue_totals",
    "categories",
    "companies",
    "enriched_files",
    "enriched_rows",
    "file_attempts",
    "ingested_files",
    "locks",
    "metadata",
    "post_processing_steps",
    "price_history",
    "prices",
    "product_decisions",
    "product_merges",
    "product_redirects",
    "product_translations",
    "products",
    "skus",
    "store_comparisons",
    "store_group_members",
    "store_groups",
    "stores",
]

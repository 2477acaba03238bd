"""What lies in the data folder, as assets that nothing here materializes.

Each is in the group whose work it belongs to, or in one that only follows others, so that the
groups, which Dagster shows collapsed at first, lead to one another without a circle. Barcode
enrichment also looks into the catalogue; as a dependency that would be one, so it is said in words.
"""

import dagster as dg

from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, PRODUCT_INBOX
from pipeline_assets.orchestration.names import (
    BARCODE_ENRICHMENT,
    ENRICH_OP,
    EXPORT_STEP,
    HANDLED_FILES,
    PRODUCT_UPDATE,
    PUBLISHED,
)

barcode_enrichment_inbox = dg.AssetSpec(
    BARCODE_ENRICHMENT_INBOX,
    group_name=BARCODE_ENRICHMENT,
    description="Folder `barcode_enrichment_inbox/`: snapshot files that lack barcodes shown on "
    "the shop's product pages. Scrapers and people put them there; they leave once they are "
    "enriched or refused. Its observations count what is in it, whenever that changes.",
    kinds={"file"},
)
product_inbox = dg.AssetSpec(
    PRODUCT_INBOX,
    deps=[ENRICH_OP],
    group_name=PRODUCT_UPDATE,
    description="Folder `product_inbox/`: snapshot files, each with one store's whole range at one "
    "moment. Scrapers, people and barcode enrichment put them there; they leave once they are "
    "accepted or refused. Its observations count what is in it, whenever that changes.",
    kinds={"file"},
)
archive_folder = dg.AssetSpec(
    "archive",
    deps=[ENRICH_OP, "processed_products"],
    group_name=HANDLED_FILES,
    description="Folder `archive/`: accepted and enriched files, unchanged, under names that begin "
    "with their digest. Each run moves its file there once the catalogue has it. Table "
    "`ingested_files` lists them.",
    kinds={"file"},
)
quarantine_folder = dg.AssetSpec(
    "quarantine",
    deps=[ENRICH_OP, "processed_products"],
    group_name=HANDLED_FILES,
    description="Folders `quarantine/<reason>/`: refused files, unchanged, each with a `.json` "
    "next to it that says why. `pipeline-assets requeue FILE` sends one back to its inbox.",
    kinds={"file"},
)
translation_tables = dg.AssetSpec(
    "translation_tables",
    deps=[EXPORT_STEP],
    group_name=PUBLISHED,
    description="`translation_tables/brands.json` (alias → canonical name) and "
    "`translation_tables/products.json` (match key → canonical key), which scrapers download. "
    "Post-processing moves new ones into place when they have changed.",
    kinds={"file", "json"},
)
folder_assets = (
    barcode_enrichment_inbox,
    product_inbox,
    archive_folder,
    quarantine_folder,
    translation_tables,
)

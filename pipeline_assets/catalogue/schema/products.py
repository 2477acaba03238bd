"""SKUs, the products they belong to, brands, and the conclusions and decisions about them."""

from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint

from pipeline_assets.catalogue.schema.base import BARCODE, COMPANY, STORE_ID, metadata
from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

brands = Table(
    "brands",
    metadata,
    Column("brand_id", KEY, primary_key=True),
    Column("normalised_name", text_of(255), nullable=False, unique=True),
    Column("name", text_of(255), nullable=False),
)

brand_aliases = Table(
    "brand_aliases",
    metadata,
    Column("alias", text_of(255), primary_key=True),
    Column("brand_id", KEY, ForeignKey("brands.brand_id"), nullable=False, index=True),
    Column("spelling", text_of(255), nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("product_id", KEY, primary_key=True),
    Column("barcode", BARCODE, index=True),
    # The SKU with the lowest (company, sku): its name and brand are the product's.
    Column("display_sku_id", KEY, nullable=False, index=True),
    Column("created_at", MOMENT, nullable=False),
    sqlite_autoincrement=True,  # an id is never assigned twice
)

product_redirects = Table(
    "product_redirects",
    metadata,
    Column("retired_product_id", KEY, primary_key=True, autoincrement=False),
    Column("product_id", KEY, nullable=False, index=True),
    Column("retired_at", MOMENT, nullable=False),
)

skus = Table(
    "skus",
    metadata,
    Column("sku_id", KEY, primary_key=True),
    Column("company", COMPANY, ForeignKey("companies.company"), nullable=False),
    Column("sku", text_of(128), nullable=False),
    Column("product_id", KEY, ForeignKey("products.product_id"), index=True),
    Column("name", text_of(512), nullable=False),
    Column("brand_name", text_of(255)),
    # The normalised brand name; `brand_aliases` says which brand that is.
    Column("brand_alias", text_of(255), ForeignKey("brand_aliases.alias"), index=True),
    Column("size", text_of(255)),
    Column("category_id", KEY, ForeignKey("categories.category_id")),
    Column("url", text_of(2048)),
    Column("image_url", text_of(2048)),
    Column("aldi_image_url", text_of(2048)),
    Column("match_key", text_of(512), index=True),
    # The newest snapshot that named the SKU, and for each older fact its own source.
    Column("facts_at", MOMENT, nullable=False),
    Column("facts_store_id", STORE_ID, nullable=False),
    Column("older_sources", LONG_TEXT),
    Column("barcode", BARCODE, index=True),
    Column("barcode_at", MOMENT),
    Column("no_barcode_at", MOMENT),
    # The last file that changed what decides the product, including facts of other SKUs:
    # post-processing starts from here.
    Column("identity_file_id", KEY, nullable=False, index=True),
    UniqueConstraint("company", "sku"),
)

product_decisions = Table(
    "product_decisions",
    metadata,
    Column("decision_id", KEY, primary_key=True),
    Column("kind", text_of(8), nullable=False),
    Column("sku_id_a", KEY, ForeignKey("skus.sku_id"), nullable=False),
    Column("sku_id_b", KEY, ForeignKey("skus.sku_id"), nullable=False, index=True),
    Column("note", text_of(512)),
    Column("decided_at", MOMENT, nullable=False),
    UniqueConstraint("sku_id_a", "sku_id_b"),
)

product_merges = Table(
    "product_merges",
    metadata,
    Column("merge_id", KEY, primary_key=True),
    Column("kind", text_of(8), nullable=False),
    Column("from_product_id", KEY, nullable=False, index=True),
    Column("into_product_id", KEY, nullable=False, index=True),
    Column("reason", text_of(64), nullable=False),
    Column("evidence", LONG_TEXT, nullable=False),
    Column("made_at", MOMENT, nullable=False),
)

brand_translations = Table(
    "brand_translations",
    metadata,
    Column("alias", text_of(255), primary_key=True),
    Column("canonical", text_of(255), nullable=False),
    Column("canonical_spelling", text_of(255), nullable=False),
    Column("rule", text_of(64), nullable=False),
    Column("evidence", LONG_TEXT, nullable=False),
)

product_translations = Table(
    "product_translations",
    metadata,
    Column("match_key", text_of(512), primary_key=True),
    Column("canonical_key", text_of(512), nullable=False),
)

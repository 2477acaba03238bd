"""The catalogue's tables. Their names are public; `docs/catalogue.md` explains them to users.

Fixed meanings: `store_id` and `sku` are a company's own identifiers, always text; `store_key`,
`sku_id`, `product_id`, … are this catalogue's numbers; `_cents` and `_e4` are whole cents and
ten-thousandths of a dollar (money is never a binary float); `_at` is UTC, `_date` the day as the
file gives it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    false,
)

from pipeline_assets.catalogue.types import KEY, LONG_TEXT, MOMENT, text_of

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

COMPANY = text_of(64)
STORE_ID = text_of(64)
BARCODE = text_of(13)

companies = Table(
    "companies",
    metadata,
    Column("company", COMPANY, primary_key=True),
    Column("first_seen_at", MOMENT, nullable=False),
)

stores = Table(
    "stores",
    metadata,
    Column("store_key", KEY, primary_key=True),
    Column("company", COMPANY, ForeignKey("companies.company"), nullable=False),
    Column("store_id", STORE_ID, nullable=False),
    Column("store_name", text_of(255)),
    Column("state", text_of(64)),
    # The last accepted snapshot: what `stale` and `partial` are measured against.
    Column("last_scraped_at", MOMENT),
    Column("last_scraped_date", Date),
    Column("last_priced_rows", Integer),
    UniqueConstraint("company", "store_id"),
)

categories = Table(
    "categories",
    metadata,
    Column("category_id", KEY, primary_key=True),
    Column("company", COMPANY, ForeignKey("companies.company"), nullable=False),
    Column("path", text_of(512), nullable=False),
    Column("name", text_of(512), nullable=False),
    Column("parent_id", KEY, ForeignKey("categories.category_id")),
    UniqueConstraint("company", "path"),
)

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
    sqlite_autoincrement=True,  # an id that was given out is never given out again
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
    # The normalised brand name; which brand that is stands in `brand_aliases`.
    Column("brand_alias", text_of(255), ForeignKey("brand_aliases.alias"), index=True),
    Column("size", text_of(255)),
    Column("category_id", KEY, ForeignKey("categories.category_id")),
    Column("url", text_of(2048)),
    Column("image_url", text_of(2048)),
    Column("aldi_image_url", text_of(2048)),
    Column("match_key", text_of(512), index=True),
    # The newest snapshot that named the SKU, and where a fact is older than that: its own source.
    Column("facts_at", MOMENT, nullable=False),
    Column("facts_store_id", STORE_ID, nullable=False),
    Column("older_sources", LONG_TEXT),
    Column("barcode", BARCODE, index=True),
    Column("barcode_at", MOMENT),
    Column("no_barcode_at", MOMENT),
    # The last file that changed what decides on the product: post-processing starts from here.
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

prices = Table(
    "prices",
    metadata,
    Column("store_key", KEY, ForeignKey("stores.store_key"), primary_key=True),
    Column("sku_id", KEY, ForeignKey("skus.sku_id"), primary_key=True),
    Column("price_cents", Integer, nullable=False),
    Column("previous_price_cents", Integer),
    Column("was_price_cents", Integer),
    Column("saving_cents", Integer),
    Column("is_on_special", Boolean, nullable=False),
    Column("unit_price_e4", BigInteger),
    Column("unit_of_measure", text_of(4)),
    Column("is_available", Boolean),
    Column("price_since_date", Date, nullable=False),
    Index("ix_prices_sku_id", "sku_id"),
    sqlite_with_rowid=False,
)

price_history = Table(
    "price_history",
    metadata,
    Column("store_key", KEY, ForeignKey("stores.store_key"), primary_key=True),
    Column("sku_id", KEY, ForeignKey("skus.sku_id"), primary_key=True),
    Column("scraped_at", MOMENT, primary_key=True),
    Column("scraped_date", Date, nullable=False),
    Column("change", text_of(12), nullable=False),
    Column("price_cents", Integer),
    Index("ix_price_history_sku_id", "sku_id"),
    sqlite_with_rowid=False,
)

store_groups = Table(
    "store_groups",
    metadata,
    Column("group_id", KEY, primary_key=True),
    Column("company", COMPANY, nullable=False),
    Column("anchor_store_id", STORE_ID, nullable=False),
    # The anchor is not current: it should be scraped again.
    Column("is_flagged", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("company", "anchor_store_id"),
    ForeignKeyConstraint(
        ["company", "anchor_store_id"],
        ["stores.company", "stores.store_id"],
        name="fk_store_groups_anchor",
    ),
)

store_group_members = Table(
    "store_group_members",
    metadata,
    Column("company", COMPANY, primary_key=True),
    Column("store_id", STORE_ID, primary_key=True),
    Column("group_id", KEY, ForeignKey("store_groups.group_id"), nullable=False, index=True),
    ForeignKeyConstraint(
        ["company", "store_id"], ["stores.company", "stores.store_id"], name="fk_members_store"
    ),
)

store_comparisons = Table(
    "store_comparisons",
    metadata,
    # What a store was last compared with, so that it is not compared again without need.
    Column("company", COMPANY, primary_key=True),
    Column("store_id", STORE_ID, primary_key=True),
    Column("rules", text_of(255), nullable=False),
    Column("scraped_at", MOMENT, nullable=False),
    Column("anchor_store_id", STORE_ID, nullable=False),
    Column("anchor_scraped_at", MOMENT, nullable=False),
    Column("equal_prices", Integer, nullable=False),
    Column("common_skus", Integer, nullable=False),
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

post_processing_steps = Table(
    "post_processing_steps",
    metadata,
    Column("step", text_of(64), primary_key=True),
    # The last accepted file that the step has seen.
    Column("file_id", KEY, nullable=False),
)

ingested_files = Table(
    "ingested_files",
    metadata,
    Column("file_id", KEY, primary_key=True),
    Column("digest", text_of(64), nullable=False, unique=True),
    Column("source_path", text_of(512), nullable=False),
    Column("archive_path", text_of(512), nullable=False),
    Column("company", COMPANY, nullable=False),
    Column("store_id", STORE_ID, nullable=False),
    Column("scraped_at", MOMENT, nullable=False),
    Column("scraped_date", Date, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_accepted", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    Column("rows_priced", Integer, nullable=False),
    Column("skus_new", Integer, nullable=False),
    Column("products_new", Integer, nullable=False),
    Column("prices_new", Integer, nullable=False),
    Column("prices_changed", Integer, nullable=False),
    Column("prices_unchanged", Integer, nullable=False),
    Column("prices_delisted", Integer, nullable=False),
    Column("run_id", text_of(64)),
    Column("ingested_at", MOMENT, nullable=False),
    Column("moved_at", MOMENT),
    Index("ix_ingested_files_moved_at", "moved_at"),
)

file_attempts = Table(
    "file_attempts",
    metadata,
    Column("attempt_id", KEY, primary_key=True),
    Column("inbox", text_of(32), nullable=False),
    Column("name", text_of(255), nullable=False),
    # Which version of the file: an attempt on another content of that name is another story.
    Column("fingerprint", text_of(96), nullable=False),
    Column("digest", text_of(64), index=True),
    Column("outcome", text_of(16), nullable=False),
    Column("reason", text_of(32)),
    Column("message", LONG_TEXT),
    Column("run_id", text_of(64)),
    Column("process", text_of(128)),
    Column("started_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    Index("ix_file_attempts_name", "inbox", "name"),
    Index("ix_file_attempts_outcome", "outcome"),
)

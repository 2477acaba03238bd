"""Companies, their stores and categories, and the groups of stores with the same prices."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    Table,
    UniqueConstraint,
    false,
)

from pipeline_assets.catalogue.schema.base import COMPANY, STORE_ID, metadata
from pipeline_assets.catalogue.schema.types import KEY, MOMENT, text_of

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
    # What a store was last compared with, so it is not compared again needlessly.
    Column("company", COMPANY, primary_key=True),
    Column("store_id", STORE_ID, primary_key=True),
    Column("rules", text_of(255), nullable=False),
    Column("scraped_at", MOMENT, nullable=False),
    Column("anchor_store_id", STORE_ID, nullable=False),
    Column("anchor_scraped_at", MOMENT, nullable=False),
    Column("equal_prices", Integer, nullable=False),
    Column("common_skus", Integer, nullable=False),
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

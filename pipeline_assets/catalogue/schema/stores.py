"""Companies, their stores and categories, and the groups of stores with the same prices."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
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
    Column("company", COMPANY, primary_key=True, doc="the company's key, such as `aldi`"),
    Column(
        "first_seen_at", MOMENT, nullable=False, doc="when the first file of it was accepted (UTC)"
    ),
)

stores = Table(
    "stores",
    metadata,
    Column("store_key", KEY, primary_key=True, doc="the catalogue's number of the store"),
    Column(
        "company",
        COMPANY,
        ForeignKey("companies.company"),
        nullable=False,
        doc="the company that runs it",
    ),
    Column(
        "store_id",
        STORE_ID,
        nullable=False,
        doc="the company's own number of the store, always text",
    ),
    Column("store_name", text_of(255), doc="the store's name"),
    Column("state", text_of(64), doc="the state that it is in"),
    Column(
        "last_scraped_at",
        MOMENT,
        doc="time of its last accepted snapshot (UTC): `stale` is measured against it",
    ),
    Column("last_scraped_date", Date, doc="day of its last accepted snapshot"),
    Column(
        "last_priced_rows",
        Integer,
        doc="rows with a price in that snapshot: `partial` is measured against it",
    ),
    Column("suburb", text_of(255), doc="the suburb or town, from the directory of stores"),
    Column("postcode", text_of(16), doc="the postcode, from the directory of stores"),
    Column("latitude", Double, doc="degrees north of the equator, from the directory of stores"),
    Column("longitude", Double, doc="degrees east of Greenwich, from the directory of stores"),
    Column(
        "claimed_until",
        MOMENT,
        doc="until when a scraper has it to itself (UTC); its next snapshot ends that earlier",
    ),
    UniqueConstraint("company", "store_id"),
)

store_groups = Table(
    "store_groups",
    metadata,
    Column("group_id", KEY, primary_key=True, doc="the catalogue's number of the group"),
    Column("company", COMPANY, nullable=False, doc="the company of its stores"),
    Column(
        "anchor_store_id",
        STORE_ID,
        nullable=False,
        doc="the store that the others are compared with",
    ),
    Column(
        "is_flagged",
        Boolean,
        nullable=False,
        server_default=false(),
        doc="the anchor is not current and other stores lean on it: scrape it again",
    ),
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
    Column("company", COMPANY, primary_key=True, doc="the store's company"),
    Column("store_id", STORE_ID, primary_key=True, doc="a store of the group, the anchor included"),
    Column(
        "group_id",
        KEY,
        ForeignKey("store_groups.group_id"),
        nullable=False,
        index=True,
        doc="the group that the store is in",
    ),
    ForeignKeyConstraint(
        ["company", "store_id"], ["stores.company", "stores.store_id"], name="fk_members_store"
    ),
)

store_comparisons = Table(
    "store_comparisons",
    metadata,
    # What a store was last compared with, so it is not compared again needlessly.
    Column("company", COMPANY, primary_key=True, doc="the store's company"),
    Column("store_id", STORE_ID, primary_key=True, doc="the store that was compared"),
    Column("rules", text_of(255), nullable=False, doc="the settings that were in force"),
    Column(
        "scraped_at", MOMENT, nullable=False, doc="the store's snapshot that was compared (UTC)"
    ),
    Column("anchor_store_id", STORE_ID, nullable=False, doc="the anchor that it was compared with"),
    Column(
        "anchor_scraped_at",
        MOMENT,
        nullable=False,
        doc="the anchor's snapshot that was compared (UTC)",
    ),
    Column("equal_prices", Integer, nullable=False, doc="how many SKUs had the same price in both"),
    Column("common_skus", Integer, nullable=False, doc="how many SKUs both sold"),
)

categories = Table(
    "categories",
    metadata,
    Column("category_id", KEY, primary_key=True, doc="the catalogue's number of the category"),
    Column(
        "company",
        COMPANY,
        ForeignKey("companies.company"),
        nullable=False,
        doc="the company whose category it is",
    ),
    Column("path", text_of(512), nullable=False, index=True, doc="the whole path, root first"),
    Column("name", text_of(512), nullable=False, doc="the last part of the path"),
    Column("parent_id", KEY, ForeignKey("categories.category_id"), doc="the category above it"),
    UniqueConstraint("company", "path"),
)

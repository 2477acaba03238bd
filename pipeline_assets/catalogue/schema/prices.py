"""Each store's current prices, its earlier ones, and the files with those that were moved."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.types import KEY, MOMENT, text_of

# SQLite takes texts of any length in any column, so there the column keeps its first type.
_UNIT = text_of(8).with_variant(text_of(4), "sqlite")

prices = Table(
    "prices",
    metadata,
    Column(
        "store_key",
        KEY,
        ForeignKey("stores.store_key"),
        primary_key=True,
        doc="the store that sells it",
    ),
    Column("sku_id", KEY, ForeignKey("skus.sku_id"), primary_key=True, doc="the SKU that is sold"),
    Column("price_cents", Integer, nullable=False, doc="price today, in cents"),
    Column("previous_price_cents", Integer, doc="the price before it, in cents"),
    Column("was_price_cents", Integer, doc="what the store says it cost before, in cents"),
    Column("saving_cents", Integer, doc="what the store says one saves, in cents"),
    Column(
        "is_on_special", Boolean, nullable=False, doc="whether the store says that it is on special"
    ),
    Column(
        "unit_price_e4", BigInteger, doc="price per unit of measure, in ten-thousandths of a dollar"
    ),
    Column("unit_of_measure", _UNIT, doc="`kg`, `l`, `m`, `sheet`, `wash` or `ea`"),
    Column("is_available", Boolean, doc="whether the store says that it is in stock"),
    Column(
        "price_since_date",
        Date,
        nullable=False,
        doc="day of the snapshot that first had this price",
    ),
    Index("ix_prices_sku_id", "sku_id"),
    sqlite_with_rowid=False,
)

price_history = Table(
    "price_history",
    metadata,
    Column("store_key", KEY, ForeignKey("stores.store_key"), primary_key=True, doc="the store"),
    Column("sku_id", KEY, ForeignKey("skus.sku_id"), primary_key=True, doc="the SKU"),
    Column(
        "scraped_at",
        MOMENT,
        primary_key=True,
        doc="time of the snapshot that brought the change (UTC)",
    ),
    Column("scraped_date", Date, nullable=False, doc="day of that snapshot"),
    Column(
        "change", text_of(12), nullable=False, doc="`first_seen`, `changed`, `delisted` or `back`"
    ),
    Column(
        "price_cents", Integer, doc="the price from then on, in cents; empty once it is delisted"
    ),
    Index("ix_price_history_sku_id", "sku_id"),
    Index("ix_price_history_scraped_date", "scraped_date", "store_key"),
    sqlite_with_rowid=False,
)

price_history_files = Table(
    "price_history_files",
    metadata,
    Column("name", text_of(128), primary_key=True, doc="the file's name, in the history folder"),
    Column("year", Integer, nullable=False, doc="the year (UTC) of its changes"),
    Column("until_at", MOMENT, nullable=False, doc="the end of that year (UTC)"),
    Column("row_count", BigInteger, nullable=False, doc="how many changes it has"),
    Column("byte_count", BigInteger, nullable=False, doc="its size"),
    Column("digest", text_of(64), nullable=False, doc="SHA-256 of its bytes"),
    Column(
        "seen_file_id",
        KEY,
        autoincrement=False,
        nullable=False,
        doc="the last accepted file when it was written",
    ),
    Column("moved_at", MOMENT, nullable=False, doc="since when it counts (UTC)"),
    Column(
        "removed_at",
        MOMENT,
        doc="when what no rule needs was gone from `price_history` (UTC); empty until then",
    ),
)

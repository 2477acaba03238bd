"""Each store's current prices, and its earlier ones."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.types import KEY, MOMENT, text_of

# SQLite takes texts of any length in any column, so there the column keeps its first type.
_UNIT = text_of(8).with_variant(text_of(4), "sqlite")

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
    Column("unit_of_measure", _UNIT),
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

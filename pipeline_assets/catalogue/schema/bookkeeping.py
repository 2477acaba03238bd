"""What the catalogue knows about itself: how much it holds, and the settings its views use."""

from sqlalchemy import BigInteger, Column, Table

from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.types import text_of

catalogue_totals = Table(
    "catalogue_totals",
    metadata,
    # The table that is counted.
    Column("name", text_of(32), primary_key=True),
    Column("total", BigInteger, nullable=False),
)

catalogue_settings = Table(
    "catalogue_settings",
    metadata,
    Column("name", text_of(32), primary_key=True),
    Column("value", text_of(255), nullable=False),
)

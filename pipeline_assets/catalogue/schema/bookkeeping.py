"""What the catalogue knows about itself: how much it holds, and the settings its views use."""

from sqlalchemy import BigInteger, Column, Table

from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.types import text_of

catalogue_totals = Table(
    "catalogue_totals",
    metadata,
    Column("name", text_of(32), primary_key=True, doc="the table that is counted"),
    Column("total", BigInteger, nullable=False, doc="how many rows it has"),
)

catalogue_settings = Table(
    "catalogue_settings",
    metadata,
    Column(
        "name",
        text_of(32),
        primary_key=True,
        doc="a setting that the views use; or `unfinished_restore`, until later files are back",
    ),
    Column("value", text_of(255), nullable=False, doc="its value, as the last command had it"),
)

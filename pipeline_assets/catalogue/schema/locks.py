"""Rows that transactions lock so they do not run at the same time: see `database.engine.Lock`."""

from sqlalchemy import Column, Table

from pipeline_assets.catalogue.schema.base import metadata
from pipeline_assets.catalogue.schema.types import text_of

locks = Table(
    "locks", metadata, Column("name", text_of(32), primary_key=True, doc="what is locked")
)

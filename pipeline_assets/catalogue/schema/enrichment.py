"""Barcode enrichment: what each row's page said, and which enriched files were delivered."""

from sqlalchemy import Column, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import BARCODE, COMPANY, STORE_ID, metadata
from pipeline_assets.catalogue.schema.types import MOMENT, text_of

enriched_rows = Table(
    "enriched_rows",
    metadata,
    # The source's unpacked bytes and the line in it: a file that is delivered again resumes there.
    Column("digest", text_of(64), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("outcome", text_of(16), nullable=False),
    Column("barcode", BARCODE),
    Column("looked_up_at", MOMENT, nullable=False),
    sqlite_with_rowid=False,
)

enriched_files = Table(
    "enriched_files",
    metadata,
    Column("digest", text_of(64), primary_key=True),
    Column("source_path", text_of(512), nullable=False),
    Column("delivered_path", text_of(512), nullable=False),
    Column("archive_path", text_of(512), nullable=False),
    Column("company", COMPANY, nullable=False),
    Column("store_id", STORE_ID, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_from_catalogue", Integer, nullable=False),
    Column("rows_found", Integer, nullable=False),
    Column("rows_none", Integer, nullable=False),
    Column("rows_unanswered", Integer, nullable=False),
    Column("run_id", text_of(64)),
    Column("delivered_at", MOMENT, nullable=False),
    Column("moved_at", MOMENT),
    Index("ix_enriched_files_moved_at", "moved_at"),
)

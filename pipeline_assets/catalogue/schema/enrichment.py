"""Barcode enrichment: what each row's page said, which files were delivered, what was known."""

from sqlalchemy import Column, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import BARCODE, COMPANY, STORE_ID, metadata
from pipeline_assets.catalogue.schema.types import MOMENT, text_of

enriched_rows = Table(
    "enriched_rows",
    metadata,
    # The source's unpacked bytes and the line in it: a file that is delivered again resumes there.
    Column(
        "digest", text_of(64), primary_key=True, doc="SHA-256 of the source's uncompressed bytes"
    ),
    Column(
        "line",
        Integer,
        primary_key=True,
        autoincrement=False,
        doc="the row's line in the source, from 1",
    ),
    Column(
        "outcome",
        text_of(16),
        nullable=False,
        doc="what its page said: `found`, `none`, or why the row stays open",
    ),
    Column("barcode", BARCODE, doc="the barcode that was found"),
    Column("looked_up_at", MOMENT, nullable=False, doc="when the page was asked for (UTC)"),
    sqlite_with_rowid=False,
)

enriched_files = Table(
    "enriched_files",
    metadata,
    Column(
        "digest", text_of(64), primary_key=True, doc="SHA-256 of the source's uncompressed bytes"
    ),
    Column(
        "source_path",
        text_of(512),
        nullable=False,
        doc="where the source was, below the data folder",
    ),
    Column(
        "delivered_path",
        text_of(512),
        nullable=False,
        doc="where the enriched file was delivered, below the data folder",
    ),
    Column(
        "archive_path",
        text_of(512),
        nullable=False,
        doc="where the source is now, below the data folder",
    ),
    Column("company", COMPANY, nullable=False, doc="the company of its store"),
    Column("store_id", STORE_ID, nullable=False, doc="the store that it describes"),
    Column("rows_read", Integer, nullable=False, doc="rows of the file"),
    Column(
        "rows_from_catalogue", Integer, nullable=False, doc="rows whose answer the catalogue knew"
    ),
    Column("rows_found", Integer, nullable=False, doc="rows whose page showed a barcode"),
    Column("rows_none", Integer, nullable=False, doc="rows whose page showed none"),
    Column(
        "rows_unanswered", Integer, nullable=False, doc="rows that stay open: no page could be had"
    ),
    Column("run_id", text_of(64), doc="the Dagster run that enriched it"),
    Column("delivered_at", MOMENT, nullable=False, doc="when the delivery was recorded (UTC)"),
    Column(
        "moved_at",
        MOMENT,
        doc="when the source reached the archive (UTC); empty while the move is open",
    ),
    Index("ix_enriched_files_moved_at", "moved_at"),
)

waiting_barcodes = Table(
    "waiting_barcodes",
    metadata,
    Column("company", COMPANY, primary_key=True, doc="the company that sells the SKU"),
    Column(
        "sku",
        text_of(128),
        primary_key=True,
        doc="the company's own number of an article that no snapshot has named yet",
    ),
    Column("barcode", BARCODE, doc="its barcode, as it was brought in"),
    Column("barcode_at", MOMENT, doc="the day on which that was seen (UTC)"),
    Column("no_barcode_at", MOMENT, doc="when its page was last seen to have none (UTC)"),
    sqlite_with_rowid=False,
)

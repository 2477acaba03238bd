"""Files: which were accepted, the attempts on them, how far post-processing has come."""

from sqlalchemy import Column, Date, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import COMPANY, STORE_ID, metadata
from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

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
    # Which version of the file: attempts on other content of the same name do not count.
    Column("fingerprint", text_of(96), nullable=False),
    Column("digest", text_of(64), index=True),
    Column("outcome", text_of(16), nullable=False),
    Column("reason", text_of(32)),
    Column("message", LONG_TEXT),
    Column("run_id", text_of(64)),
    Column("process", text_of(128)),
    Column("started_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    # As far as a file that was refused could be read.
    Column("company", COMPANY),
    Column("store_id", STORE_ID),
    Column("rows_read", Integer),
    Column("rows_rejected", Integer),
    # When an operator said that a refused file needs nothing more.
    Column("acknowledged_at", MOMENT),
    Index("ix_file_attempts_name", "inbox", "name"),
    Index("ix_file_attempts_ended_at", "ended_at"),
    Index("ix_file_attempts_outcome", "outcome"),
    Index("ix_file_attempts_run_id", "run_id"),
)

post_processing_steps = Table(
    "post_processing_steps",
    metadata,
    Column("step", text_of(64), primary_key=True),
    # The last accepted file that the step has seen.
    Column("file_id", KEY, nullable=False),
)

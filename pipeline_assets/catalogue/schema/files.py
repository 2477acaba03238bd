"""Files: which were accepted, the attempts on them, how far post-processing has come."""

from sqlalchemy import Column, Date, Index, Integer, Table

from pipeline_assets.catalogue.schema.base import COMPANY, STORE_ID, metadata
from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

ingested_files = Table(
    "ingested_files",
    metadata,
    Column(
        "file_id",
        KEY,
        primary_key=True,
        doc="the catalogue's number of the file, in the order of acceptance",
    ),
    Column(
        "digest", text_of(64), nullable=False, unique=True, doc="SHA-256 of the uncompressed bytes"
    ),
    Column(
        "source_path", text_of(512), nullable=False, doc="where the file was, below the data folder"
    ),
    Column(
        "archive_path", text_of(512), nullable=False, doc="where it is now, below the data folder"
    ),
    Column("company", COMPANY, nullable=False, doc="the company of its store"),
    Column("store_id", STORE_ID, nullable=False, doc="the store that it describes"),
    Column("scraped_at", MOMENT, nullable=False, doc="the snapshot's time (UTC)"),
    Column("scraped_date", Date, nullable=False, doc="the snapshot's day"),
    Column(
        "rows_read", Integer, nullable=False, doc="rows of the file: always accepted plus rejected"
    ),
    Column("rows_accepted", Integer, nullable=False, doc="rows that were taken"),
    Column(
        "rows_rejected", Integer, nullable=False, doc="rows that were not; they are in `rejects/`"
    ),
    Column("rows_priced", Integer, nullable=False, doc="accepted rows with a price"),
    Column("skus_new", Integer, nullable=False, doc="SKUs that were new with this file"),
    Column("products_new", Integer, nullable=False, doc="products that were new with this file"),
    Column("prices_new", Integer, nullable=False, doc="prices that the store did not have before"),
    Column("prices_changed", Integer, nullable=False, doc="prices that changed"),
    Column("prices_unchanged", Integer, nullable=False, doc="prices that stayed as they were"),
    Column(
        "prices_delisted",
        Integer,
        nullable=False,
        doc="prices that are gone: the store sells the SKU no longer",
    ),
    Column("run_id", text_of(64), doc="the Dagster run that took it"),
    Column("ingested_at", MOMENT, nullable=False, doc="when it was accepted (UTC)"),
    Column(
        "moved_at", MOMENT, doc="when it reached the archive (UTC); empty while the move is open"
    ),
    Index("ix_ingested_files_moved_at", "moved_at"),
    Index("ix_ingested_files_store", "company", "store_id", "ingested_at"),
)

file_attempts = Table(
    "file_attempts",
    metadata,
    Column("attempt_id", KEY, primary_key=True, doc="the catalogue's number of the entry"),
    Column("inbox", text_of(32), nullable=False, doc="the inbox that the file was in"),
    Column("name", text_of(255), nullable=False, doc="the file's name"),
    Column(
        "fingerprint",
        text_of(96),
        nullable=False,
        doc="which version of the file: attempts on other content of the name do not count",
    ),
    Column(
        "digest",
        text_of(64),
        index=True,
        doc="SHA-256 of the uncompressed bytes, once they were read",
    ),
    Column(
        "outcome",
        text_of(16),
        nullable=False,
        doc="how the attempt is going or ended, such as `accepted`, `quarantined` or `halted`",
    ),
    Column("reason", text_of(32), doc="why it was refused: the name of a rule"),
    Column("message", LONG_TEXT, doc="what happened, and what to do"),
    Column("run_id", text_of(64), doc="the Dagster run that made the attempt"),
    Column("process", text_of(128), doc="the process that made it, as host/pid/start second"),
    Column("started_at", MOMENT, nullable=False, doc="when it began (UTC)"),
    Column("ended_at", MOMENT, doc="when it ended (UTC)"),
    # As far as a file that was refused could be read.
    Column("company", COMPANY, doc="the company of its store, if the file could be read so far"),
    Column("store_id", STORE_ID, doc="the store that it describes, likewise"),
    Column("rows_read", Integer, doc="rows of a refused file, as far as it could be read"),
    Column("rows_rejected", Integer, doc="rows of a refused file that were rejected, likewise"),
    Column(
        "acknowledged_at", MOMENT, doc="when an operator said that a refused file needs nothing"
    ),
    Index("ix_file_attempts_name", "inbox", "name"),
    Index("ix_file_attempts_ended_at", "ended_at"),
    Index("ix_file_attempts_outcome", "outcome"),
    Index("ix_file_attempts_run_id", "run_id"),
)

inbox_headers = Table(
    "inbox_headers",
    metadata,
    Column("inbox", text_of(32), primary_key=True, doc="the inbox, in an object store"),
    Column("name", text_of(255), primary_key=True, doc="the object's name in it"),
    Column("fingerprint", text_of(96), nullable=False, doc="which version: its size and etag"),
    Column("company", COMPANY, doc="the company of its store, if it says one"),
    Column("store_id", STORE_ID, doc="the store that it describes, likewise"),
    Column("scraped_at", MOMENT, doc="the moment that it describes (UTC), likewise"),
)

post_processing_steps = Table(
    "post_processing_steps",
    metadata,
    Column("step", text_of(64), primary_key=True, doc="the step of post-processing"),
    Column("file_id", KEY, nullable=False, doc="the last accepted file that the step has seen"),
    Column("merge_id", KEY, doc="the last merge or split that it has seen, if it follows them"),
)

"""Whether a file would be accepted now, by what the catalogue knows of it and of its store."""

from datetime import datetime

from sqlalchemy import Connection

from pipeline_assets.catalogue import attempts, ledger
from pipeline_assets.catalogue.stores import KnownStore, lookup_store
from pipeline_assets.domain.files.attempts import is_forced
from pipeline_assets.domain.snapshots.acceptance import AcceptanceRules, check_acceptance
from pipeline_assets.domain.snapshots.snapshot import Snapshot
from pipeline_assets.errors import FileFacts, RefusedFileError
from pipeline_assets.inbox.folders import PRODUCT_INBOX
from pipeline_assets.services.pipeline import Pipeline


def unfinished_move(connection: Connection, digest: str) -> int | None:
    """The file_id of these bytes' acceptance while its move is open.

    Raises `RefusedFileError` (`duplicate`) when the move has ended.
    """
    entry = ledger.entry_with_digest(connection, digest)
    if entry is None:
        return None
    if entry.moved_at is None:
        return entry.file_id
    raise RefusedFileError(
        "duplicate",
        f"The same bytes were accepted before, as {entry.source_path}; they are in "
        f"{entry.archive_path}. There is nothing to do.",
        facts=FileFacts(entry.company, entry.store_id, entry.rows_read, entry.rows_rejected),
    )


def check_snapshot(
    connection: Connection, pipeline: Pipeline, snapshot: Snapshot, digest: str, now: datetime
) -> KnownStore | None:
    """Its store; raises `RefusedFileError` if a snapshot with these bytes is not accepted."""
    store = lookup_store(connection, snapshot.header.company, snapshot.header.store_id)
    settings = pipeline.settings
    rules = AcceptanceRules(
        settings.partial_share,
        settings.future_tolerance,
        is_forced(attempts.of_digest(connection, PRODUCT_INBOX, digest)),
    )
    check_acceptance(snapshot, store.last if store else None, now, rules)
    return store

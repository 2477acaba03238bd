"""Moves that a process made, or was about to make, when it died before recording them."""

from datetime import datetime

from sqlalchemy import Connection

from pipeline_assets.catalogue import enrichment, ledger
from pipeline_assets.catalogue.enrichment import Delivery
from pipeline_assets.catalogue.ledger import LedgerEntry
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, Inbox
from pipeline_assets.services.files.delivery import place_delivery
from pipeline_assets.services.pipeline import Pipeline


def finish_moves(connection: Connection, pipeline: Pipeline, inbox: Inbox, now: datetime) -> None:
    """Record which of the inbox's accepted files have been moved.

    A file that has not been moved is still in the inbox; its next run moves it.
    """
    if inbox.name == BARCODE_ENRICHMENT_INBOX:
        _finish_deliveries(connection, pipeline, now)
    else:
        _close_moves(connection, pipeline, now)


def moves_under_way(connection: Connection, pipeline: Pipeline) -> list[str]:
    """The accepted files of both inboxes that have not reached the archive, by their source paths.

    A move that was made is none of them, whether that is on record or not.
    """
    moves, deliveries = ledger.open_moves(connection), enrichment.open_deliveries(connection)
    return [
        *(one.source_path for one in moves if not _was_made(pipeline, one)),
        *(one.source_path for one in deliveries if not _was_delivered(pipeline, one)),
    ]


def _close_moves(connection: Connection, pipeline: Pipeline, now: datetime) -> None:
    for entry in ledger.open_moves(connection):
        if _was_made(pipeline, entry):
            ledger.close_move(connection, entry.file_id, entry.archive_path, now)


def _finish_deliveries(connection: Connection, pipeline: Pipeline, now: datetime) -> None:
    for delivery in enrichment.open_deliveries(connection):
        if _is_gone(pipeline, delivery.source_path):
            place_delivery(connection, pipeline, delivery)
            enrichment.close_delivery(connection, delivery.digest, delivery.archive_path, now)


def _was_made(pipeline: Pipeline, entry: LedgerEntry) -> bool:
    target = pipeline.folders.files / entry.archive_path
    return pipeline.files.is_there(target) and _is_gone(pipeline, entry.source_path)


def _was_delivered(pipeline: Pipeline, delivery: Delivery) -> bool:
    unfinished = pipeline.folders.unfinished_delivery(delivery.digest)
    return not pipeline.files.is_there(unfinished) and _is_gone(pipeline, delivery.source_path)


def _is_gone(pipeline: Pipeline, source: str) -> bool:
    return not pipeline.files.is_there(pipeline.folders.files / source)

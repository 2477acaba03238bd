"""Moves that a process made, or was about to make, when it died before recording them."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from pipeline_assets.catalogue import enrichment, ledger
from pipeline_assets.catalogue.enrichment import Delivery
from pipeline_assets.catalogue.ledger import LedgerEntry
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, Folders, Inbox
from pipeline_assets.services.files.delivery import place_delivery


def finish_moves(connection: Connection, folders: Folders, inbox: Inbox, now: datetime) -> None:
    """Record which of the inbox's accepted files have been moved.

    A file that has not been moved is still in the inbox; its next run moves it.
    """
    if inbox.name == BARCODE_ENRICHMENT_INBOX:
        _finish_deliveries(connection, folders, now)
    else:
        _close_moves(connection, folders, now)


def moves_under_way(connection: Connection, folders: Folders) -> list[str]:
    """The accepted files of both inboxes that have not reached the archive, by their source paths.

    A move that was made is none of them, whether that is on record or not.
    """
    moves, deliveries = ledger.open_moves(connection), enrichment.open_deliveries(connection)
    return [
        *(one.source_path for one in moves if not _was_made(folders, one)),
        *(one.source_path for one in deliveries if not _was_delivered(folders, one)),
    ]


def _close_moves(connection: Connection, folders: Folders, now: datetime) -> None:
    for entry in ledger.open_moves(connection):
        if _was_made(folders, entry):
            ledger.close_move(connection, entry.file_id, entry.archive_path, now)


def _finish_deliveries(connection: Connection, folders: Folders, now: datetime) -> None:
    for delivery in enrichment.open_deliveries(connection):
        if _is_gone(folders.data / delivery.source_path):
            place_delivery(folders, delivery)
            enrichment.close_delivery(connection, delivery.digest, delivery.archive_path, now)


def _was_made(folders: Folders, entry: LedgerEntry) -> bool:
    target = folders.data / entry.archive_path
    return target.exists() and _is_gone(folders.data / entry.source_path)


def _was_delivered(folders: Folders, delivery: Delivery) -> bool:
    is_placed = not folders.unfinished_delivery(delivery.digest).exists()
    return is_placed and _is_gone(folders.data / delivery.source_path)


def _is_gone(source: Path) -> bool:
    return not source.exists()

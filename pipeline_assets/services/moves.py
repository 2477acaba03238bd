"""The moves of accepted files that a process made, but died before it could note."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from pipeline_assets.catalogue import ledger
from pipeline_assets.inbox.folders import Folders


def close_finished_moves(connection: Connection, folders: Folders, now: datetime) -> None:
    """Note in the ledger the open moves that have been made.

    A move that was not made is finished by the file's next run: it still lies in the inbox.
    """
    for entry in ledger.open_moves(connection):
        if _is_made(folders.data / entry.source_path, folders.data / entry.archive_path):
            ledger.close_move(connection, entry.file_id, entry.archive_path, now)


def _is_made(source: Path, target: Path) -> bool:
    return target.exists() and not source.exists()

"""Finds a file's store and time, which decide the order, without reading all of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline_assets.domain.snapshots.rows import decode, header_of
from pipeline_assets.errors import RefusedFileError, VanishedFileError
from pipeline_assets.inbox.reading import read_beginning
from pipeline_assets.inbox.scanning import InboxFile

_PEEK_BYTES = 2**17


@dataclass(frozen=True, slots=True)
class Peeked:
    """A file of the inbox and what its beginning says; None where it says nothing usable."""

    file: InboxFile
    store: tuple[str, str] | None
    scraped_at: datetime | None


def peek(inbox: Path, file: InboxFile, zone: ZoneInfo) -> Peeked:
    """The file's store and time, from the first line that has metadata."""
    return _peek(inbox, file, zone)


@lru_cache(maxsize=20_000)
def _peek(inbox: Path, file: InboxFile, zone: ZoneInfo) -> Peeked:
    try:
        lines = read_beginning(inbox / file.name, _PEEK_BYTES)
        header = header_of((decode(line) for line in lines if line.strip()), zone)
    except (RefusedFileError, VanishedFileError, OSError):
        return Peeked(file, None, None)
    return Peeked(file, (header.company, header.store_id), header.scraped_at)

"""What a snapshot file says of itself, wherever it lies: its digest, its store and its time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from pipeline_assets.domain.snapshots.rows import decode, header_of, is_row
from pipeline_assets.errors import RefusedFileError, VanishedFileError
from pipeline_assets.inbox.reading import Opened, ReadLimits, read_file

_FIRST = datetime.min  # what says no time is refused anyway


@dataclass(frozen=True, slots=True)
class DatedFile:
    """A file that could be opened: the digest of its unpacked bytes, its size, its store and time.

    `store` and `scraped_at` (UTC) are None where it says nothing usable.
    """

    path: PurePath
    digest: str
    size: int
    store: tuple[str, str] | None
    scraped_at: datetime | None


def date_file(
    path: PurePath, limits: ReadLimits, zone: ZoneInfo, opened: Opened | None = None
) -> DatedFile | None:
    """Read the file's digest, store and time; None if it is no regular file that can be read.

    `opened`: see `read_file`.
    """
    try:
        read = read_file(path, limits, opened)
    except (VanishedFileError, OSError):
        return None
    try:
        header = header_of((decode(line) for line in read.lines or () if is_row(line)), zone)
    except RefusedFileError:
        return DatedFile(path, read.digest, read.file.size, None, None)
    store = (header.company, header.store_id)
    return DatedFile(path, read.digest, read.file.size, store, header.scraped_at)


def in_date_order(files: Iterable[DatedFile]) -> list[DatedFile]:
    """The files in the order in which they are taken: by time, then by digest."""
    return sorted(files, key=lambda file: (file.scraped_at or _FIRST, file.digest, file.path))

"""Finds a file's store and time, which decide the order, wherever its first metadata is.

A file is read up to its first line with metadata, in blocks and within the limits for reading; what
was found is remembered for as long as the same version is in the inbox. One look may be given a
budget: then it reads no further file once it has read that many bytes, but always at least one.
Where each file is a request to a server, several are read at once, and at most so many in a look.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO
from zoneinfo import ZoneInfo

from pipeline_assets.domain.snapshots.header import Header, parse_header
from pipeline_assets.domain.snapshots.rows import RawLine, decode
from pipeline_assets.errors import RefusedFileError, VanishedFileError
from pipeline_assets.inbox.reading import (
    Opened,
    ReadLimits,
    opened_file,
    read_file,
    unpacked_blocks,
)
from pipeline_assets.inbox.scanning import InboxFile

_FIRST_BLOCK, _BLOCK = 2**16, 2**20
_AT_ONCE = 16
_BOM = b"\xef\xbb\xbf"
# What a line with metadata has in it; JSON may write its letters as escapes.
_MAY_HAVE_METADATA = re.compile(rb"metadata|\\u00[67]")


@dataclass(frozen=True, slots=True)
class Peeked:
    """A file of the inbox, its store and time; None where it says nothing usable.

    `is_unread`: it has not been looked into yet, so it may be from any store and time.
    """

    file: InboxFile
    store: tuple[str, str] | None
    scraped_at: datetime | None
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class Remote:
    """How files that are not on this machine are looked into: opened how, and how many per look."""

    opened: Opened
    max_files: int | None


class Peeks:
    """One look into the files of an inbox; `budget` in bytes, uncompressed, or None for no end.

    `found` is what this look has read, by file; `there` is what the inbox has, and `gone` what it
    had at the last look.
    """

    def __init__(
        self,
        inbox: PurePath,
        zone: ZoneInfo,
        limits: ReadLimits,
        budget: int | None = None,
        remote: Remote | None = None,
    ) -> None:
        self._inbox = inbox
        self._zone = zone
        self._limits = limits
        self._budget = budget
        self._opened = remote.opened if remote else opened_file
        self._at_once = _AT_ONCE if remote else 1
        self._files_left = remote.max_files if remote else None
        self._spent = 0
        self._known = _remembered[inbox, zone, limits]
        self.found: dict[InboxFile, Peeked] = {}
        self.there: Collection[InboxFile] = ()
        self.gone: Sequence[InboxFile] = ()

    def unknown(self, files: Iterable[InboxFile]) -> list[InboxFile]:
        """The files that have not been looked into, as far as this process knows."""
        return [file for file in files if file not in self._known]

    def learn(self, known: Mapping[InboxFile, Peeked]) -> None:
        """Remember what earlier looks found in these files."""
        self._known.update(known)

    def into(self, files: Iterable[InboxFile]) -> list[Peeked]:
        """Each file with its store and time, as far as the budget goes."""
        files = list(files)
        read: dict[InboxFile, Peeked] = {}
        unknown = self.unknown(files)
        while unknown and not self._is_spent():
            count = self._at_once
            if self._files_left is not None:
                count = min(count, self._files_left)
                self._files_left -= count
            for one in self._peek_all(unknown[:count]):
                self._spent += one.bytes_read
                read[one.file] = one.peeked
                if one.is_certain:
                    self._known[one.file] = self.found[one.file] = one.peeked
            unknown = unknown[count:]
        return [
            self._known.get(file) or read.get(file) or Peeked(file, None, None, is_unread=True)
            for file in files
        ]

    def _is_spent(self) -> bool:
        is_read = self._budget is not None and self._spent >= self._budget
        return is_read or self._files_left == 0

    def _peek_all(self, files: Sequence[InboxFile]) -> "list[_OneLook]":
        if len(files) == 1:
            return [self._peek(files[0])]
        with ThreadPoolExecutor(len(files)) as threads:
            return list(threads.map(self._peek, files))

    def digest(self, peeked: Peeked) -> str:
        """The digest of a file's content, which is remembered too; empty if it cannot be read."""
        key = (self._inbox, peeked.file, self._limits)
        if key not in _digests:
            try:
                path = self._inbox / peeked.file.name
                _digests[key] = read_file(path, self._limits, self._opened).digest
            except (VanishedFileError, OSError):
                return ""
        return _digests[key]

    def forget_all_but(self, files: Collection[InboxFile]) -> None:
        """Forget what is no longer in the inbox."""
        there = self.there = set(files)
        self.gone = list(self._known.keys() - there)
        for file in self.gone:
            self._known.pop(file, None)
        for key in list(_digests):
            if key[0] == self._inbox and key[1] not in there:
                _digests.pop(key, None)

    def _peek(self, file: InboxFile) -> "_OneLook":
        """Look into one file; it may be called by several threads at once."""
        try:
            with self._opened(self._inbox / file.name) as (stream, found):
                header, size = self._header(file.name, found, stream)
        except (VanishedFileError, OSError):
            return _OneLook(file, Peeked(file, None, None), 0, is_certain=False)
        store = (header.company, header.store_id) if header else None
        peeked = Peeked(file, store, header.scraped_at if header else None)
        return _OneLook(file, peeked, size, is_certain=found.fingerprint == file.fingerprint)

    def _header(self, name: str, found: InboxFile, stream: BinaryIO) -> tuple[Header | None, int]:
        """The header of the file, if it has a usable one, and how many bytes that took."""
        if found.size > self._limits.packed:
            return None, 0
        counted = _Counted(unpacked_blocks(stream) if name.endswith(".gz") else _blocks(stream))
        try:
            return self._first_header(counted), counted.size
        except (RefusedFileError, zlib.error):
            return None, counted.size

    def _first_header(self, blocks: Iterable[bytes]) -> Header | None:
        """The header in the first line with metadata; None if there is none within the limits."""
        rest, size = b"", 0
        for block in blocks:
            block = block if size else block.removeprefix(_BOM)
            size += len(block)
            lines, _, rest = (rest + block).rpartition(b"\n")
            if size > self._limits.unpacked:
                return None
            header = self._header_in(lines)
            if header is not None or len(rest) > self._limits.line:
                return header
        return self._header_in(rest)

    def _header_in(self, lines: bytes) -> Header | None:
        if _MAY_HAVE_METADATA.search(lines) is None:
            return None
        for line in lines.split(b"\n"):
            if _MAY_HAVE_METADATA.search(line) is not None and len(line) <= self._limits.line:
                raw = decode(line)
                if isinstance(raw, RawLine) and raw.metadata is not None:
                    return parse_header(raw.metadata, self._zone)
        return None


@dataclass(frozen=True, slots=True)
class _OneLook:
    """What a look into a file found; it is not `is_certain` if another version was there by then.

    `bytes_read`: uncompressed.
    """

    file: InboxFile
    peeked: Peeked
    bytes_read: int
    is_certain: bool


class _Counted:
    """Blocks, and the size of those that were taken."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.size += len(block)
            yield block


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    block = stream.read(_FIRST_BLOCK)
    while block:
        yield block
        block = stream.read(_BLOCK)


_Known = dict[InboxFile, Peeked]
# Per inbox, time zone and limits. Sensors share it, each in its own thread: every use of it is a
# single operation, and what one forgets the other finds out again.
_remembered: dict[tuple[PurePath, ZoneInfo, ReadLimits], _Known] = defaultdict(dict)
_digests: dict[tuple[PurePath, InboxFile, ReadLimits], str] = {}

"""Finds a file's store and time, which decide the order, wherever its first metadata is.

A file is read up to its first line with metadata, in blocks and within the limits for reading; what
was found is remembered for as long as the same version is in the inbox. One look may be given a
budget: then it reads no further file once it has read that many bytes, but always at least one.
"""

import os
import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from pipeline_assets.domain.snapshots.header import Header, parse_header
from pipeline_assets.domain.snapshots.rows import RawLine, decode
from pipeline_assets.errors import RefusedFileError, VanishedFileError
from pipeline_assets.inbox.reading import ReadLimits, opened_file, read_file, unpacked_blocks
from pipeline_assets.inbox.scanning import InboxFile

_FIRST_BLOCK, _BLOCK = 2**16, 2**20
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


class Peeks:
    """One look into the files of an inbox; `budget` in bytes, uncompressed, or None for no end."""

    def __init__(
        self, inbox: Path, zone: ZoneInfo, limits: ReadLimits, budget: int | None = None
    ) -> None:
        self._inbox = inbox
        self._zone = zone
        self._limits = limits
        self._budget = budget
        self._spent = 0
        self._known = _remembered[inbox, zone, limits]

    def into(self, files: Iterable[InboxFile]) -> list[Peeked]:
        """Each file with its store and time, as far as the budget goes."""
        return [self._known.get(file) or self._peek(file) for file in files]

    def digest(self, peeked: Peeked) -> str:
        """The digest of a file's content, which is remembered too; empty if it cannot be read."""
        key = (self._inbox, peeked.file, self._limits)
        if key not in _digests:
            try:
                _digests[key] = read_file(self._inbox / peeked.file.name, self._limits).digest
            except (VanishedFileError, OSError):
                return ""
        return _digests[key]

    def forget_all_but(self, files: Collection[InboxFile]) -> None:
        """Forget what is no longer in the inbox."""
        there = set(files)
        for file in self._known.keys() - there:
            self._known.pop(file, None)
        for key in list(_digests):
            if key[0] == self._inbox and key[1] not in there:
                _digests.pop(key, None)

    def _peek(self, file: InboxFile) -> Peeked:
        if self._budget is not None and self._spent >= self._budget:
            return Peeked(file, None, None, is_unread=True)
        try:
            header, found = self._header(self._inbox / file.name)
        except (VanishedFileError, OSError):
            return Peeked(file, None, None)
        store = (header.company, header.store_id) if header else None
        peeked = Peeked(file, store, header.scraped_at if header else None)
        if found == file:
            self._known[file] = peeked
        return peeked

    def _header(self, path: Path) -> tuple[Header | None, InboxFile]:
        """The header of the file, if it has a usable one, and which version was read."""
        with (
            opened_file(path) as (descriptor, found),
            os.fdopen(os.dup(descriptor), "rb") as stream,
        ):
            if found.size > self._limits.packed:
                return None, found
            blocks = unpacked_blocks(stream) if path.name.endswith(".gz") else _blocks(stream)
            try:
                return self._first_header(blocks), found
            except (RefusedFileError, zlib.error):
                return None, found

    def _first_header(self, blocks: Iterable[bytes]) -> Header | None:
        """The header in the first line with metadata; None if there is none within the limits."""
        rest, size = b"", 0
        for block in blocks:
            self._spent += len(block)
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


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    block = stream.read(_FIRST_BLOCK)
    while block:
        yield block
        block = stream.read(_BLOCK)


_Known = dict[InboxFile, Peeked]
# Per inbox, time zone and limits. Sensors share it, each in its own thread: every use of it is a
# single operation, and what one forgets the other finds out again.
_remembered: dict[tuple[Path, ZoneInfo, ReadLimits], _Known] = defaultdict(dict)
_digests: dict[tuple[Path, InboxFile, ReadLimits], str] = {}

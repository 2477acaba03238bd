"""Reads an inbox file within limits, uncompressed, as UTF-8 lines. `domain` interprets them.

A file is read once, through one descriptor that follows no link, so what was read is what was
looked at; `ReadFile.file` shows later whether the name still refers to it.
"""

import codecs
import hashlib
import io
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import BinaryIO

from pipeline_assets.errors import RefusedFileError, VanishedFileError
from pipeline_assets.inbox.scanning import InboxFile

Opened = Callable[[PurePath], AbstractContextManager[tuple[BinaryIO, InboxFile]]]
"""Opens one version of a file: a stream of its bytes, and that version."""

_GZIP_WINDOW = 31
_BLOCK, _PACKED_BLOCK = 2**20, 2**14
# A gzip file may have several parts; block-wise compressors make one of each 64 KB.
_MAX_PARTS = 100_000
_ROW = re.compile(rb"\S[^\n]*")


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """The largest file that is read: as stored, uncompressed, and its longest line, in bytes; rows.

    Rows are lines that are not blank.
    """

    packed: int
    unpacked: int
    line: int
    rows: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's content: the SHA-256 of the unpacked bytes, and its lines (None: unreadable).

    Joined by a line end, the items are the file. Blank lines next to each other can be one item,
    with the line ends between them: a million blank lines cost a million bytes.
    """

    file: InboxFile
    digest: str
    lines: list[bytes] | None
    problem: RefusedFileError | None = None


def read_file(path: PurePath, limits: ReadLimits, opened: Opened | None = None) -> ReadFile:
    """Read an inbox file. What makes it `unreadable` is given in `problem`, not raised.

    `opened`: how it is opened where it lies; without it, it is one of this machine. Raises
    `VanishedFileError` when it is gone, and `OSError` when it cannot be read now.
    """
    with (opened or opened_file)(path) as (stream, file):
        if file.size > limits.packed:
            what = f"it has {file.size:,} bytes, more than {limits.packed:,}"
            problem = _too_large(what, "PIPELINE_MAX_PACKED_BYTES")
            return ReadFile(file, _digest_of(stream), None, problem)
        packed = stream.read()
    try:
        data = _unpacked(packed, limits.unpacked) if path.name.endswith(".gz") else packed
    except RefusedFileError as problem:
        return ReadFile(file, hashlib.sha256(packed).hexdigest(), None, problem)
    digest = hashlib.sha256(data).hexdigest()
    try:
        return ReadFile(file, digest, _lines(data, limits))
    except RefusedFileError as problem:
        return ReadFile(file, digest, None, problem)


@contextmanager
def opened_file(path: PurePath) -> Iterator[tuple[BinaryIO, InboxFile]]:
    """A stream of a file's bytes, opened without following a link, and the version that it reads.

    Raises `VanishedFileError` when there is no such file, and `OSError` when it cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise VanishedFileError(path) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise VanishedFileError(path)
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            yield stream, InboxFile.from_stat(path.name, status)
    finally:
        os.close(descriptor)


def _digest_of(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def unpacked_blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The content of a gzip file in blocks; raises `zlib.error` when it is broken or cut off.

    `gzip.GzipFile` would take the headers of its parts to pieces in Python: minutes, for a hostile
    file. Packed bytes are read in small blocks, as what follows a part is copied after each.
    """
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    parts = 0
    while packed := stream.read(_PACKED_BLOCK):
        while packed:
            if parts == 0 or unpacker.eof:
                packed = packed.lstrip(b"\0") if parts else packed  # padding between parts
                if not packed:
                    break
                unpacker, parts = zlib.decompressobj(_GZIP_WINDOW), parts + 1
            if parts > _MAX_PARTS:
                raise zlib.error(f"it consists of more than {_MAX_PARTS:,} parts")
            if block := unpacker.decompress(packed, _BLOCK):
                yield block
            packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if parts and not unpacker.eof:
        raise zlib.error("it ends too early, so the file was cut off")


def _unpacked(packed: bytes, limit: int) -> bytes:
    blocks: list[bytes] = []
    size = 0
    try:
        for block in unpacked_blocks(io.BytesIO(packed)):
            blocks.append(block)
            size += len(block)
            if size > limit:
                what = f"uncompressed, it has more than {limit:,} bytes"
                raise _too_large(what, "PIPELINE_MAX_UNPACKED_BYTES")
    except zlib.error as error:
        raise _unreadable(f"its gzip data is broken ({error})") from error
    return b"".join(blocks)


def _check_form(data: bytes) -> None:
    """Raise `RefusedFileError` for text in another encoding or without the usual line ends."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{", b"\0\0\0{")):
        raise _unreadable("it is UTF-16 or UTF-32 text, and must be UTF-8")
    if b"\n" not in data and b"}\r{" in data:  # in this order: a line end is found at once
        raise _unreadable("its lines end with CR alone, and must end with LF")


def _lines(data: bytes, limits: ReadLimits) -> list[bytes]:
    _check_form(data)
    if len(data) > limits.unpacked:
        what = f"it has more than {limits.unpacked:,} bytes"
        raise _too_large(what, "PIPELINE_MAX_UNPACKED_BYTES")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.count(b"\n") < limits.rows:  # then all its lines together are few enough to look at
        lines = data.split(b"\n")
        if max(map(len, lines)) <= limits.line and _is_utf8(data):
            return lines
    return _lines_one_by_one(data, limits)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _BLOCK):
            decoder.decode(view[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines_one_by_one(data: bytes, limits: ReadLimits) -> list[bytes]:
    """The lines; the first one that breaks a limit raises `RefusedFileError`, which names it."""
    lines: list[bytes] = []
    rows = 0
    end = -1  # of the last row: where its line ends
    for match in _ROW.finditer(data):
        begin = data.rfind(b"\n", end + 1, match.start()) + 1 or end + 1
        if begin > end + 1:
            lines.append(data[end + 1 : begin - 1])  # blank lines
        rows, end = rows + 1, match.end()
        if rows > limits.rows:
            total = data.count(b"\n") + 1
            what = f"it has {total:,} lines, and more than {limits.rows:,} of them are rows"
            raise _too_large(what, "PIPELINE_MAX_ROWS")
        lines.append(data[begin:end])
        _check_line(lines[-1], data, begin, limits)
    if end < len(data):
        lines.append(data[end + 1 :])
    return lines


def _check_line(line: bytes, data: bytes, begin: int, limits: ReadLimits) -> None:
    """Raise `RefusedFileError` for a line that is too long or is not UTF-8."""
    number = partial(data.count, b"\n", 0, begin)
    if len(line) > limits.line:
        what = f"line {number() + 1} has {len(line):,} bytes, more than {limits.line:,}"
        raise _too_large(what, "PIPELINE_MAX_LINE_BYTES")
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(f"line {number() + 1} is not UTF-8 text ({error.reason})") from error


def _too_large(what: str, setting: str) -> RefusedFileError:
    return RefusedFileError(
        "unreadable",
        f"The file cannot be read: {what}. If it is right, raise {setting} and requeue the file; "
        "see the documentation for what memory that takes.",
    )


def _unreadable(what: str) -> RefusedFileError:
    return RefusedFileError(
        "unreadable", f"The file cannot be read: {what}. Copy it or scrape the store again."
    )

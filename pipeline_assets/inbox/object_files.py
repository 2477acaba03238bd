"""Inbox files as objects below a URL. A store has no rename, so a move is three requests.

A file is copied to its new name, where nothing may be yet, marked with the version that it is a
copy of; then the old name is removed, if it still has that version. A crash between the two leaves
both names, and the mark tells the same move later that the copy is its own.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

from pipeline_assets.errors import NotAnInboxFileError, VanishedFileError
from pipeline_assets.inbox.filing import MAX_NAME_BYTES, places_like
from pipeline_assets.inbox.object_requests import (
    ChangedError,
    GoneError,
    ObjectRequests,
)
from pipeline_assets.inbox.object_urls import ObjectUrl
from pipeline_assets.inbox.object_versions import ObjectVersion
from pipeline_assets.inbox.reading import opened_file
from pipeline_assets.inbox.s3_listing import UNKNOWN
from pipeline_assets.inbox.scanning import InboxFile, Look, oddity_of_name

_FIRST_BYTES, _MORE_BYTES = 2**16, 2**20
_UNUSUAL = re.compile(f"[\x00-\x1f\x7f{UNKNOWN}]")
_FOLDER = "a folder; only files directly in the inbox are processed"


class ObjectFiles:
    """See `Files`, whose methods these are; every path is below `root`.

    `max_bytes`: larger objects are listed and not processed, as they are moved through memory.
    """

    is_remote = True

    def __init__(self, url: ObjectUrl, max_bytes: int) -> None:
        self.root = url.root
        self._requests = ObjectRequests(url)
        self._max_bytes = max_bytes

    def look(self, inbox: PurePath) -> Look:
        """See `Files`."""
        objects, folders = self._requests.list(self._key(inbox))
        files: list[InboxFile] = []
        others = dict.fromkeys(folders, _FOLDER)
        for found in objects:
            file = _inbox_file(found)
            oddity = self._oddity(file)
            if oddity is None:
                files.append(file)
            else:
                others[file.name] = oddity
        return Look(tuple(sorted(files, key=lambda file: file.name)), dict(sorted(others.items())))

    def _oddity(self, file: InboxFile) -> str | None:
        if len(file.name.encode("utf-8", "replace")) > MAX_NAME_BYTES:
            return f"its name is longer than {MAX_NAME_BYTES} bytes; rename it"
        if _UNUSUAL.search(file.name):
            return "its name has control characters; write it again under another name"
        if file.size > self._max_bytes:
            return (
                f"it has {file.size:,} bytes, more than {self._max_bytes:,}. If it is right, raise "
                "PIPELINE_MAX_PACKED_BYTES"
            )
        return oddity_of_name(file.name)

    def file_to_process(self, path: PurePath) -> InboxFile:
        """See `Files`."""
        file = self.version(path)
        if file is None:
            raise FileNotFoundError(str(path))
        oddity = self._oddity(file)
        if oddity is not None:
            raise NotAnInboxFileError(path, oddity)
        return file

    @contextmanager
    def opened(self, path: PurePath) -> Iterator[tuple[BinaryIO, InboxFile]]:
        """See `Files`."""
        key = self._key(path)
        try:
            first, version = self._requests.read(key, 0, _FIRST_BYTES)
        except GoneError as error:
            raise VanishedFileError(path) from error

        def read_on(begin: int, end: int | None) -> bytes:
            try:
                return self._requests.read(key, begin, end, version.etag)[0]
            except (GoneError, ChangedError) as error:
                raise VanishedFileError(path) from error

        stream = _ObjectStream(first, version.size, read_on)
        yield cast("BinaryIO", stream), _inbox_file(version)

    def version(self, path: PurePath) -> InboxFile | None:
        """See `Files`."""
        try:
            return _inbox_file(self._requests.head(self._key(path)))
        except (GoneError, ValueError):  # some names are those of no object
            return None

    def is_file(self, path: PurePath) -> bool:
        """See `Files`."""
        return self.version(path) is not None

    def is_there(self, path: PurePath) -> bool:
        """See `Files`."""
        return self.version(path) is not None

    def names(self, folder: PurePath) -> set[str]:
        """See `Files`."""
        objects, _ = self._requests.list(self._key(folder))
        return {_inbox_file(found).name for found in objects}

    def in_subfolders(self, folder: PurePath) -> Mapping[PurePath, int]:
        """See `Files`."""
        depth = len(folder.parts) + 2
        listed = {
            self.root / found.key: found.written_ns
            for found in self._requests.list_below(self._key(folder))
        }
        return {path: listed[path] for path in sorted(listed) if len(path.parts) == depth}

    def taken_places(self, target: PurePath) -> Iterator[tuple[PurePath, InboxFile]]:
        """One request, whatever the number of copies: a name is looked for in its folder."""
        begins = target.name.partition(".jsonl")[0]
        objects, _ = self._requests.list(self._key(target.parent))
        there = {_inbox_file(found).name: found for found in objects}
        names = sum(name.startswith(begins) for name in there)
        for place in places_like(target):
            if names == 0:
                return
            if place.name in there:
                names -= 1
                yield place, _inbox_file(there[place.name])

    def free_place(self, target: PurePath, file: InboxFile) -> PurePath:
        """See `Files`."""
        version = self._version_of(target, file)
        return next(
            place
            for place in places_like(target)
            if not self.is_there(place) or self._is_copy(place, version)
        )

    def unused_place(self, target: PurePath) -> PurePath:
        """See `Files`."""
        return next(place for place in places_like(target) if not self.is_there(place))

    def move(self, source: PurePath, file: InboxFile, target: PurePath) -> PurePath | None:
        """See `Files`."""
        version = self._version_of(source, file)
        try:
            content, found = self._requests.read(version.key, etag=version.etag)
        except (GoneError, ChangedError):
            return self._filed(target, version)
        if found.mark != version.mark:
            return self._filed(target, version)
        for place in places_like(target):
            is_new = self._requests.create(self._key(place), content, version)
            if is_new or self._is_copy(place, version):
                self._requests.remove_version(version)
                return place
        return None

    def _filed(self, target: PurePath, version: ObjectVersion) -> PurePath | None:
        """Where another run has just filed the version that is gone; None if not at `target`."""
        for place in places_like(target):
            if self._is_copy(place, version):
                return place
            if not self.is_there(place):
                break
        return None

    def _is_copy(self, place: PurePath, version: ObjectVersion) -> bool:
        try:
            return self._requests.mark_of_source(self._key(place)) == version.mark
        except GoneError:
            return False

    def holds(self, path: PurePath, file: InboxFile) -> bool:
        """See `Files`."""
        version = self._version_of(path, file)
        try:
            if self._requests.head(version.key).mark == version.mark:
                return True
        except GoneError:
            return False
        return self._is_copy(path, version)

    def read_bytes(self, path: PurePath) -> bytes:
        """See `Files`."""
        try:
            return self._requests.read(self._key(path))[0]
        except GoneError as error:
            raise FileNotFoundError(str(path)) from error

    def write_texts(self, path: PurePath, texts: Iterable[str]) -> None:
        """See `Files`."""
        self._requests.replace(self._key(path), "".join(texts).encode())

    def write_bytes(self, path: PurePath, content: bytes) -> None:
        """See `Files`."""
        self._requests.replace(self._key(path), content)

    def appear(self, unfinished: PurePath, target: PurePath) -> PurePath:
        """See `Files`."""
        file = self.version(unfinished)
        place = None if file is None else self.move(unfinished, file, target)
        if place is None:
            raise FileNotFoundError(str(unfinished))
        return place

    def rename(self, path: PurePath, target: PurePath) -> None:
        """See `Files`."""
        self.write_bytes(target, self.read_bytes(path))
        self.remove(path)

    def remove(self, path: PurePath) -> None:
        """See `Files`."""
        self._requests.remove(self._key(path))

    def add_copy(self, path: Path, inbox: PurePath) -> PurePath:
        """See `Files`."""
        with opened_file(path) as (stream, _):
            content = stream.read()
        places = places_like(inbox / path.name)
        return next(one for one in places if self._requests.create(self._key(one), content))

    def put_file(self, path: Path, target: PurePath) -> None:
        """Write an object as this file of the machine, in place of what has its name."""
        self._requests.upload(self._key(target), path)

    def below(self, folder: PurePath) -> list[PurePath]:
        """The objects in a folder and in all those in it."""
        return [self.root / found.key for found in self._requests.list_below(self._key(folder))]

    def remove_unfinished(self, inbox: PurePath) -> None:
        """There is nothing unfinished: an object appears whole."""

    def _key(self, path: PurePath) -> str:
        return path.relative_to(self.root).as_posix()

    def _version_of(self, path: PurePath, file: InboxFile) -> ObjectVersion:
        return ObjectVersion(self._key(path), file.size, file.etag or "", file.mtime_ns)


def _inbox_file(found: ObjectVersion) -> InboxFile:
    name = found.key.rpartition("/")[2]
    return InboxFile(name, found.size, found.written_ns, found.written_ns, 0, found.etag)


class _ObjectStream(io.RawIOBase):
    """The bytes of one version of an object: the first ones are there, others are asked for."""

    def __init__(
        self, first: bytes, size: int, read_on: Callable[[int, int | None], bytes]
    ) -> None:
        self._there = first
        self._begin = 0  # of what is there
        self._position = 0
        self._size = size
        self._read_on = read_on

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """As many bytes as are asked for, unless it ends before; all of the rest without a size."""
        if size is None or size < 0:
            there = self._there[self._position - self._begin :]
            begin = self._position + len(there)
            self._position = self._size
            return there + (self._read_on(begin, None) if begin < self._size else b"")
        pieces: list[bytes] = []
        while size > 0 and self._position < self._size:
            offset = self._position - self._begin
            if offset >= len(self._there):
                end = min(self._size, self._position + max(size, _MORE_BYTES))
                self._there, self._begin = self._read_on(self._position, end), self._position
                offset = 0
            piece = self._there[offset : offset + size]
            if not piece:
                break
            pieces.append(piece)
            self._position += len(piece)
            size -= len(piece)
        return b"".join(pieces)

    def readinto(self, buffer: Any, /) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

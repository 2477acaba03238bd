"""Files in folders of this machine, which is the default: moved by hard link, written aside."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path, PurePath
from typing import BinaryIO

from pipeline_assets.inbox import filing, reading, scanning, staging
from pipeline_assets.inbox.archive import archived_names
from pipeline_assets.inbox.scanning import InboxFile, Look

_MAX_GAPS = 20


class LocalFiles:
    """See `Files`, whose methods these are; every path is absolute."""

    is_remote = False

    def look(self, inbox: PurePath) -> Look:
        """See `Files`."""
        return scanning.look(Path(inbox))

    def file_to_process(self, path: PurePath) -> InboxFile:
        """See `Files`."""
        return scanning.file_to_process(Path(path))

    def opened(self, path: PurePath) -> AbstractContextManager[tuple[BinaryIO, InboxFile]]:
        """See `Files`."""
        return reading.opened_file(Path(path))

    def version(self, path: PurePath) -> InboxFile | None:
        """See `Files`."""
        try:
            return InboxFile.from_stat(path.name, Path(path).lstat())
        except OSError:
            return None

    def is_file(self, path: PurePath) -> bool:
        """See `Files`."""
        return Path(path).is_file() and not Path(path).is_symlink()

    def is_there(self, path: PurePath) -> bool:
        """See `Files`."""
        return os.path.lexists(path)

    def names(self, folder: PurePath) -> set[str]:
        """See `Files`."""
        return archived_names(Path(folder)) if Path(folder).is_dir() else set()

    def in_subfolders(self, folder: PurePath) -> Mapping[PurePath, int]:
        """See `Files`."""
        found: dict[PurePath, int] = {}
        for path in sorted(Path(folder).glob("*/*")):
            if path.is_file() and not path.is_symlink():
                version = self.version(path)
                found[path] = version.mtime_ns if version else 0
        return found

    def taken_places(self, target: PurePath) -> Iterator[tuple[PurePath, InboxFile]]:
        """Only names are tried: no folder is listed."""
        gaps = 0
        for place in filing.places_like(Path(target)):
            version = self.version(place)
            if version is not None:
                yield place, version
                continue
            gaps += 1  # of several copies, an operator may have taken the first ones out
            if gaps > _MAX_GAPS:
                return

    def free_place(self, target: PurePath, file: InboxFile) -> PurePath:
        """See `Files`."""
        return filing.free_place(Path(target), file)

    def unused_place(self, target: PurePath) -> PurePath:
        """See `Files`."""
        return filing.unused_place(Path(target))

    def move(self, source: PurePath, file: InboxFile, target: PurePath) -> PurePath | None:
        """See `Files`."""
        return filing.move(Path(source), file, Path(target))

    def holds(self, path: PurePath, file: InboxFile) -> bool:
        """See `Files`."""
        return filing.is_same(Path(path), file)

    def read_bytes(self, path: PurePath) -> bytes:
        """See `Files`."""
        return Path(path).read_bytes()

    def write_texts(self, path: PurePath, texts: Iterable[str]) -> None:
        """See `Files`."""
        filing.write_texts_beside(Path(path), texts)

    def write_bytes(self, path: PurePath, content: bytes) -> None:
        """See `Files`."""
        filing.write_bytes(Path(path), content)

    def appear(self, unfinished: PurePath, target: PurePath) -> PurePath:
        """See `Files`."""
        return filing.appear(Path(unfinished), Path(target))

    def rename(self, path: PurePath, target: PurePath) -> None:
        """See `Files`."""
        Path(path).replace(Path(target))

    def remove(self, path: PurePath) -> None:
        """See `Files`."""
        Path(path).unlink(missing_ok=True)

    def add_copy(self, path: Path, inbox: PurePath) -> PurePath:
        """See `Files`."""
        return staging.copy_into(path, Path(inbox))

    def remove_unfinished(self, inbox: PurePath) -> None:
        """See `Files`."""
        staging.remove_unfinished(Path(inbox))
